"""Texts that nobody means: none raises, hangs, or takes more than linear work, from the characters to the phonemes."""

import random
import sys
from collections.abc import Callable
from types import FrameType

import pytest

from wyoming_kokoro import config
from wyoming_kokoro.speech.alphabet import VOCABULARY, known
from wyoming_kokoro.speech.diction import diction
from wyoming_kokoro.speech.languages import LANGUAGES, Language, is_spoken
from wyoming_kokoro.speech.phonemes import Phonemizer
from wyoming_kokoro.speech.transcription import transcribe
from wyoming_kokoro.text.normalize import Diction
from wyoming_kokoro.text.phrases import FIRST_MARK
from wyoming_kokoro.text.sentences import MAX_SENTENCE, SentenceSplitter

KINDS: dict[str, str] = {
    "right to left": "مرحبا بالعالم \u202eשלום עולם\u202c ",
    "zalgo": "z\u0311\u0327\u0489\u0300a\u0335\u0336\u0337\u0338l" + "\u0301" * 60,
    "controls": "a\x00b\x07\x1b[31m\x7f\x9f\u200b\u2028 ",
    "no space": "x",
    "digits": "1",
    "surrogates": "\ud83d\ude00 \udfff a",
    "emoji": "🎉👨\u200d👩\u200d👧🏽🇩🇪1\ufe0f\u20e3",
    "scripts": "héllo мир 你好 こんにちは नमस्ते สวัสดี 안녕 ",
    "private use": "a\ue000b\uf8ff ",
    "marks": "*_`~[(<|#>-",
    "brackets": "[",
    "links": "[a](b",
    "tags": "<a <b x='",
    "entities": "&amp;&#1;&bogus",
    "units": "1 kWh/",
    "dots": "a.b.c@",
    "numbers": "1,2.3/4-5:6 ",
    "money": "$1 €2 ",
    "capitals": "ABC-DEF ",
    "hyphens": "-नमस्ते ",
    "quotes": "'\"'s",
    "slashes": "http://a/",
}


class Reader:
    """From the text to phonemes, as the service reads it."""

    def __init__(self, language: Language, *, ssml: bool = False) -> None:
        self._language = language
        self._diction: Diction = diction(config.Text.model_validate({"rules": {"emoji": "name", "urls": "spell"}}))
        self._ssml = ssml
        self._phonemizer = Phonemizer()

    def read(self, text: str) -> str:
        splitter, normalizer = SentenceSplitter(), self._diction.normalizer(self._language.tag, ssml=self._ssml)
        sentences = [*splitter.feed(text), *splitter.flush()]
        assert all(len(sentence) <= MAX_SENTENCE for sentence in sentences)
        phrases = [phrase for sentence in sentences for phrase in normalizer.read([sentence])] + normalizer.rest()
        assert not any(0xE000 <= ord(char) <= 0xF8FF for phrase in phrases for char in phrase.words)
        return " ".join(known(transcribe(phrase.spans, self._language, self._phonemizer)) for phrase in phrases)


SPOKEN = [language for language in LANGUAGES if is_spoken(language)]


@pytest.fixture(scope="module")
def readers() -> Callable[[str, bool], Reader]:
    made: dict[tuple[str, bool], Reader] = {}

    def reader(letter: str, ssml: bool) -> Reader:
        if (letter, ssml) not in made:
            language = next(known for known in LANGUAGES if known.letter == letter)
            made[letter, ssml] = Reader(language, ssml=ssml)
            made[letter, ssml].read("One 1.")  # what is loaded once is no work of a text
        return made[letter, ssml]

    return reader


def calls(work: Callable[[], object]) -> int:
    """How many functions it called, Python's and C's."""
    count = 0

    def profile(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    sys.setprofile(profile)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("ssml", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_work_is_linear(readers: Callable[[str, bool], Reader], kind: str, ssml: bool) -> None:
    """Four times the text takes four times the calls, or fewer."""
    reader, unit = readers("a", ssml), KINDS[kind]
    short, long = unit * (1_200 // len(unit)), unit * (4_800 // len(unit))
    reader.read(short)
    few, many = calls(lambda: reader.read(short)), calls(lambda: reader.read(long))
    assert many <= 4.4 * few + 1_000


@pytest.mark.parametrize("kind", ["right to left", "zalgo", "no space", "surrogates", "emoji", "scripts"])
def test_100_kilobytes_come_to_an_end(readers: Callable[[str, bool], Reader], kind: str) -> None:
    """Whatever comes out is of Kokoro's alphabet."""
    unit = KINDS[kind]
    assert set(readers("a", False).read(unit * (100_000 // len(unit)))) <= VOCABULARY


@pytest.mark.parametrize("language", SPOKEN, ids=lambda language: language.tag)
def test_every_language_takes_any_text(readers: Callable[[str, bool], Reader], language: Language) -> None:
    """All kinds alone, and pieces of them in any order."""
    reader = readers(language.letter, False)
    for unit in KINDS.values():
        reader.read(unit * 20)
    for seed in range(150):
        rng = random.Random(seed)
        text = "".join(rng.choice(list(KINDS.values()))[: rng.randrange(1, 12)] for _ in range(rng.randrange(1, 30)))
        assert set(reader.read(text)) <= VOCABULARY


def test_a_sentence_has_room_for_its_marks() -> None:
    """However many pronunciations and pauses are in it."""
    text = "[a](/a/)" * (MAX_SENTENCE // 8)
    phrases = diction(config.Text()).normalizer("en-US").read([text])
    assert sum(span.phonemes == "a" for phrase in phrases for span in phrase.spans) == MAX_SENTENCE // 8
    assert FIRST_MARK + MAX_SENTENCE < 0xF8FF
