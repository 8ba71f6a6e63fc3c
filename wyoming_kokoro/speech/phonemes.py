"""Text to phonemes. The only file that knows the phonemizer."""

import logging
import threading

import espeakng_loader
from phonemizer.backend import EspeakBackend
from phonemizer.backend.espeak.wrapper import EspeakWrapper

from wyoming_kokoro.errors import SynthesisError
from wyoming_kokoro.speech.espeak_ng import harmless


class Phonemizer:
    """espeak-ng's phonemes, with one back end for each language, made when it is first needed (15 ms)."""

    def __init__(self) -> None:
        self._backends: dict[str, EspeakBackend] = {}
        # espeak-ng keeps global state: two threads at once return each other's phonemes
        self._lock = threading.Lock()
        self._log = logging.getLogger(__name__)
        self._log.setLevel(logging.ERROR)  # the phonemizer warns of every word count that differs
        EspeakWrapper.set_library(espeakng_loader.get_library_path())
        try:
            EspeakWrapper.set_data_path(espeakng_loader.get_data_path())
        except AttributeError as error:
            problem = "Another phonemizer is installed in place of phonemizer-fork, or over it"
            raise SynthesisError(problem, "Run `wyoming-kokoro doctor`") from error

    def phonemes(self, text: str, language: str) -> str:
        """The phonemes of `text` with stress and punctuation; `language` is an espeak-ng code such as en-us.

        Raises:
            SynthesisError: espeak-ng can't be loaded, or doesn't know the language.
        """
        line = harmless(" ".join(text.split()))
        try:
            with self._lock:
                phonemes = self._backend(language).phonemize([line])
        except (RuntimeError, OSError) as error:
            raise SynthesisError(f"espeak-ng gave no phonemes: {error}", "Run `wyoming-kokoro doctor`") from error
        return "".join(phonemes).strip()  # an empty line gives no line

    def _backend(self, language: str) -> EspeakBackend:
        if language not in self._backends:
            self._backends[language] = EspeakBackend(
                language,
                preserve_punctuation=True,
                with_stress=True,
                # "le weekend" gives (en)wiːkˈɛnd(fr), and Kokoro would say these letters
                language_switch="remove-flags",
                logger=self._log,
            )
        return self._backends[language]
