"""The tables of tests/words: what is written, and the words that it is said with."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from wyoming_kokoro import config
from wyoming_kokoro.speech.diction import diction
from wyoming_kokoro.text.normalize import Diction
from wyoming_kokoro.text.sentences import SentenceSplitter

TABLES = {
    "english": "en-US",
    "english_markup": "en-US",
    "english_gb": "en-GB",
    "spanish": "es-ES",
    "french": "fr-FR",
    "italian": "it-IT",
    "portuguese": "pt-BR",
    "hindi": "hi-IN",
    "japanese": "ja-JP",
    "chinese": "zh-CN",
}
FOLDER = Path(__file__).parent / "words"


def cases() -> Iterator[tuple[str, str, str]]:
    for table, language in TABLES.items():
        for line in (FOLDER / f"{table}.txt").read_text(encoding="utf-8").splitlines():
            if line and not line.startswith("#"):
                written, said = line.split(" => ")
                yield language, written.replace("\\n", "\n"), said


CASES = list(cases())


@pytest.fixture(scope="module")
def reading() -> Diction:
    return diction(config.Text())


def said(reading: Diction, language: str, pieces: list[str]) -> str:
    splitter, normalizer = SentenceSplitter(), reading.normalizer(language)
    sentences = [sentence for piece in pieces for sentence in splitter.feed(piece)] + splitter.flush()
    return " ".join(" ".join(phrase.words for phrase in normalizer.read([sentence])) for sentence in sentences).strip()


def test_the_tables_are_large() -> None:
    """At least 400 cases, 200 of them English, and some of every language that has voices."""
    english = sum(language.startswith("en") for language, _, _ in CASES)
    assert len(CASES) >= 400 and english >= 200
    assert all(sum(language == known for language, _, _ in CASES) >= 20 for known in TABLES.values())


@pytest.mark.parametrize(("language", "written", "words"), CASES)
def test_words(reading: Diction, language: str, written: str, words: str) -> None:
    """A text is said so whole, character by character, and in random pieces."""
    assert said(reading, language, [written]) == words
    assert said(reading, language, list(written)) == words
    rng = random.Random(written)
    for _ in range(3):
        ends = sorted(rng.choices(range(len(written) + 1), k=3))
        pieces = [written[start:end] for start, end in zip([0, *ends], [*ends, len(written)], strict=True)]
        assert said(reading, language, pieces) == words
