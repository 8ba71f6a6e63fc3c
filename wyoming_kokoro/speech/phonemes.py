"""Text to Kokoro's phonemes. The only file that knows the phonemizer."""

import logging
import re
import threading
from collections.abc import Callable
from functools import partial

import espeakng_loader
from phonemizer.backend import EspeakBackend
from phonemizer.backend.espeak.wrapper import EspeakWrapper

from wyoming_kokoro.errors import SynthesisError
from wyoming_kokoro.speech import alphabet, east_asian
from wyoming_kokoro.speech.english import English
from wyoming_kokoro.speech.espeak_ng import harmless, speakable
from wyoming_kokoro.speech.languages import BY_LETTER, Language

FrontEnd = Callable[[str], str]
"""Text of one language -> phonemes. May be called from several threads at once."""

_log = logging.getLogger(__name__)
_GAPS = re.compile(r"[ \t\n\r\f\v]+")  # no-break spaces stay: before a mark they are no pause


class Phonemizer:
    """One front end for each language, made when it is first needed; any number of threads may ask.

    `bopomofo` is the alphabet of the model release v1.1-zh, for Chinese.
    """

    def __init__(self, *, bopomofo: bool = False) -> None:
        self.bopomofo = bopomofo
        self._front_ends: dict[str, FrontEnd] = {}
        self._opening = threading.Lock()
        self._backends: dict[str, EspeakBackend] = {}
        # espeak-ng keeps global state: two threads at once return each other's phonemes
        self._espeak = threading.Lock()
        self._silent = logging.getLogger("phonemizer")
        self._silent.disabled = True  # it warns of every foreign word, and of word counts
        EspeakWrapper.set_library(espeakng_loader.get_library_path())
        try:
            EspeakWrapper.set_data_path(espeakng_loader.get_data_path())
        except AttributeError as error:
            problem = "Another phonemizer is installed in place of phonemizer-fork, or over it"
            raise SynthesisError(problem, "Run `wyoming-kokoro doctor`") from error

    def phonemes(self, text: str, language: Language) -> str:
        """The phonemes of `text` with stress and punctuation, as Kokoro v1.0 knows them; alphabet.known drops the rest.

        Raises:
            SynthesisError: there is no front end for the language, or espeak-ng can't be loaded.
        """
        return self._front_end(language)(text)

    def by_espeak(self, text: str, code: str) -> str:
        """The same by espeak-ng alone; `code` is a language of its own, such as en-us."""
        if code.startswith("en-"):
            return alphabet.english(self._raw(text, code), british=code == "en-gb")
        return alphabet.other(self._raw(text.translate(alphabet.TO_ESPEAK), code))

    def _front_end(self, language: Language) -> FrontEnd:
        if language.tag not in self._front_ends:
            with self._opening:
                if language.tag not in self._front_ends:  # another thread may have opened it meanwhile
                    self._front_ends[language.tag] = self._open(language)
        return self._front_ends[language.tag]

    def _open(self, language: Language) -> FrontEnd:
        if language.espeak is None:
            english = partial(self.phonemes, language=BY_LETTER["a"])
            return east_asian.front_end(language, english, bopomofo=self.bopomofo)
        by_espeak = partial(self.by_espeak, code=language.espeak)
        if not language.espeak.startswith("en-"):
            return by_espeak
        try:
            return English(by_espeak, british=language.espeak == "en-gb").phonemes
        except (ImportError, OSError, ValueError) as error:
            _log.warning("English is spoken without misaki's lexicon, by espeak-ng alone: %s", error)
            return by_espeak

    def _raw(self, text: str, code: str) -> str:
        """espeak-ng's phonemes, with ties."""
        line = _safe(_GAPS.sub(" ", text).strip(), code)
        try:
            with self._espeak:
                phonemes = self._backend(code).phonemize([line])
        except (RuntimeError, OSError) as error:
            raise SynthesisError(f"espeak-ng gave no phonemes: {error}", "Run `wyoming-kokoro doctor`") from error
        return "".join(phonemes).strip()  # an empty line gives no line

    def _backend(self, code: str) -> EspeakBackend:
        if code not in self._backends:
            self._backends[code] = EspeakBackend(
                code,
                preserve_punctuation=True,
                with_stress=True,
                tie=alphabet.TIE,
                # "le weekend" gives (en)wiːkˈɛnd(fr), and Kokoro would say these letters
                language_switch="remove-flags",
                logger=self._silent,
            )
        return self._backends[code]


def _safe(text: str, code: str) -> str:
    """Hyphens stay as they are, for they tell espeak-ng how to join words, except where they may be the end of it."""
    return harmless(text, code, hyphen="–") if code == "hi" else speakable(text, code)
