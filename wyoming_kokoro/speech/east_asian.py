"""Japanese and Chinese: misaki's own front ends, as the reference pipeline of Kokoro uses them, made safe for any text.

They are of the extras `ja` and `zh`, are imported when they are first needed, and download nothing.
Source: kokoro 0.9.4 `pipeline.py`, misaki 0.9.4 `cutlet.py`, `zh.py` and `zh_frontend.py`.
"""

import re
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from importlib import import_module
from itertools import pairwise
from types import ModuleType
from typing import Any
from unicodedata import category, normalize

from wyoming_kokoro.errors import SynthesisError
from wyoming_kokoro.speech.languages import Language, is_spoken, missing

G2P = Callable[[str], str]
"""Text -> phonemes."""

HAN = "\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U000323af"
KANA = "\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff"
FOREIGN = "A-Za-zÀ-ÖØ-öø-ɏͰ-ϿЀ-ӿḀ-ỿἀ-\u1fff"
"""Latin, Greek and Cyrillic letters: those that an English front end has words or names for."""
MARKS = "、。，．！？：；「」『』《》〈〉【】（）«»“”‘’\"'(),.!?:;—…～〜・/%℃-"
CLOSING = "!),.:;?…”»"
OPENING = "(“«"
CLAUSE_ENDS = "、。，．！？,.!?"
LONGEST = 1000
"""Characters that a front end gets at once, as many as a sentence has: jieba's time grows with their square."""
MOST_WORDS = 100
"""Words that cutlet gets at once: its time grows with their cube (12 ms here, 57 s for 2,000)."""

ALIKE = str.maketrans({"–": "—", "―": "—", "─": "—", "⋯": "…", "⁄": "/", "−": "-", "·": "・"})
FOR_JAPANESE = str.maketrans({"℃": "度"})  # else a letter C
FOR_CHINESE = str.maketrans("〇『』〈〉・", "零「」《》 ")  # misaki knows the right ones
CHINESE_DIGITS = str.maketrans("0123456789", "零一二三四五六七八九")
MOJIMOJI_QUOTES = str.maketrans("‘’”", "`'\"")

_inaudible = re.compile(f"[^{HAN}{KANA}{FOREIGN}0-9{re.escape(MARKS)}]+")
_foreign = re.compile(f"([{FOREIGN}]+(?:[ '’.&-][{FOREIGN}]+)*)")
_character = re.compile("[\u4e00-\u9fff]")
_not_chinese = re.compile(f"[^\u4e00-\u9fff0-9{re.escape(MARKS)}]+")

_long_number = {"ja": re.compile(r"\d{10,}"), "zh": re.compile(r"\d{17,}")}
"""Those that the libraries have no words for: they are read digit by digit."""


def front_end(language: Language, english: G2P, *, bopomofo: bool = False) -> G2P:
    """The phonemes of Japanese or Chinese text with its punctuation; any number of threads may call it at once.

    `english` says words in foreign letters. What neither knows, such as emoji and other scripts, is left out.
    `bopomofo`: the alphabet of the model release v1.1-zh for Chinese. With it Chinese is loaded in 2.3 s and takes
    370 MB; without it in 0.9 s and 115 MB; Japanese in 0.1 s and 60 MB.

    Raises:
        SynthesisError: the language's extra isn't installed, or is damaged.
    """
    if not is_spoken(language):
        raise SynthesisError(f"{language.name} can't be spoken: {missing(language)}")
    try:
        own = _japanese() if language.extra == "ja" else _chinese(bopomofo=bopomofo)
    except (ImportError, OSError, RuntimeError, ValueError) as error:
        problem = f"The front end for {language.name} can't be loaded: {error}"
        raise SynthesisError(problem, "Run `wyoming-kokoro doctor`") from error
    return _Reader(own, english)


class _Reader:
    def __init__(self, own: G2P, english: G2P) -> None:
        self._own = own
        self._english = english
        self._lock = threading.Lock()  # neither MeCab nor jieba says that it can be shared

    def __call__(self, text: str) -> str:
        said = ""
        for index, part in enumerate(_foreign.split(_clean(text))):
            phonemes = self._english(part) if index % 2 else self._spoken(part)
            joined = not said or said[-1] in OPENING or phonemes[:1] in CLOSING
            said += phonemes if joined else f" {phonemes}"
        return said

    def _spoken(self, text: str) -> str:
        if not text.strip():
            return ""
        portions = (text[start : start + LONGEST] for start in range(0, len(text), LONGEST))
        with self._lock:
            return " ".join(self._own(portion).strip() for portion in portions)


def _clean(text: str) -> str:
    """Only what one of the two can say, in its usual form; marks in their full width, which means something."""
    folded = "".join(each if each in MARKS else normalize("NFKC", each) for each in text.translate(ALIKE))
    composed = (each for each in normalize("NFC", folded.translate(ALIKE)) if category(each) not in ("Mn", "Me", "Cf"))
    plain = "".join(str(int(each)) if each.isdecimal() else each for each in composed)
    return _inaudible.sub(" ", plain)


def _japanese() -> G2P:
    """misaki.ja.JAG2P() is this alone; its module would import pyopenjtalk, which only another version of it uses."""
    sys.modules.setdefault("mojimoji", _mojimoji())
    library: Any = _quietly_imported("misaki.cutlet").Cutlet

    class Cutlet(library):  # type: ignore[misc]
        """The same phonemes, in linear time."""

        def _romaji_tokens(self, words: list[Any]) -> list[Any]:
            tokens = []
            for clause in _clauses(words):
                tokens += super()._romaji_tokens(clause)
            return tokens

    cutlet = Cutlet()

    def say(text: str) -> str:
        text = _long_number["ja"].sub(lambda found: " ".join(found[0]), text.translate(FOR_JAPANESE))
        return str(cutlet(text)[0])

    return say


def _clauses(words: list[Any]) -> Iterator[list[Any]]:
    """cutlet joins words that it knows as one, never over a mark; the space at a mark depends on its neighbours."""
    start = 0
    for end, (word, after) in enumerate(pairwise(words), 1):
        if (word.surface in CLAUSE_ENDS and after.surface not in MARKS) or end - start == MOST_WORDS:
            yield words[start:end]
            start = end
    yield words[start:]


def _mojimoji() -> ModuleType:
    """All that mojimoji changes in any character of Unicode after NFKC, which cutlet applies first: three quotes."""
    module: Any = ModuleType("mojimoji")
    module.zen_to_han = lambda text, kana: text.translate(MOJIMOJI_QUOTES)  # noqa: ARG005
    module.han_to_zen = lambda text, digit, ascii: text  # noqa: A006, ARG005
    return module  # type: ignore[no-any-return]


def _chinese(*, bopomofo: bool) -> G2P:
    _load_words(_quietly_imported("jieba").dt)
    library = _quietly_imported("misaki.zh").ZHG2P
    if bopomofo:
        _quietly_imported("misaki.zh_frontend")
    g2p = library("1.1" if bopomofo else None, unk="", en_callable=str)  # without a callable it prints a warning

    def has_phonemes(character: str) -> bool:
        try:
            return not _character.match(character) or bool(library.word2ipa(character))
        except ValueError:
            return False

    def say(text: str) -> str:
        text = _not_chinese.sub(" ", text.translate(FOR_CHINESE))
        text = _long_number["zh"].sub(lambda found: found[0].translate(CHINESE_DIGITS), text)
        try:
            return str(g2p(text)[0])
        except (ValueError, IndexError):  # of 68 rare characters, whose readings are no syllables of Mandarin
            return str(g2p("".join(filter(has_phonemes, text)))[0])

    return say


def _load_words(dictionary: Any) -> None:
    """What jieba does itself at its first word, without writing to stderr and without a cache that anybody can replace.

    The cache is a file of marshalled data in the folder for temporary files; the dictionary is read as fast.
    """
    if not dictionary.initialized:
        dictionary.FREQ, dictionary.total = dictionary.gen_pfdict(dictionary.get_dict_file())
        dictionary.initialized = True


def _quietly_imported(name: str) -> ModuleType:
    """Python warns of escape sequences in jieba and of a deprecated function in cutlet."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return import_module(name)
