"""The tables of tests/words: what is written, and the words that it is said with."""

import random

import pytest
from word_tables import TABLES, cases

from wyoming_kokoro import config
from wyoming_kokoro.speech.diction import diction
from wyoming_kokoro.text.normalize import Diction
from wyoming_kokoro.text.sentences import SentenceSplitter

CASES = [(language, *case) for table, language in TABLES.items() for case in cases(table)]


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
    assert len(set(CASES)) == len(CASES) >= 400 and english >= 200
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
