"""Tiny sentences: which are spoken together, and as what text."""

from collections import deque
from collections.abc import Iterable
from itertools import chain, islice

import pytest

from wyoming_kokoro.text.short import MODERATE, MOST, TINY, between, count_together

NORMAL = "The oven is warm now."
LONG = "word " * (MODERATE // 4)


@pytest.mark.parametrize(
    ("waiting", "count"),
    [
        ([], 0),
        (["Yes."], 1),
        ([NORMAL], 1),
        ([NORMAL, NORMAL], 1),
        # a tiny first one takes those that follow until they are tiny no longer
        (["Yes.", NORMAL], 2),
        (["Yes.", NORMAL, NORMAL], 2),
        (["Yes.", LONG, NORMAL], 2),
        (["Yes.", "It is.", "Really.", NORMAL, NORMAL], 3),
        (["One.", "Two."], 2),
        (["x" * (TINY - 1), NORMAL, NORMAL], 2),
        (["x" * TINY, NORMAL, NORMAL], 1),
        # a tiny last one comes too, if it is the only one behind and the sum is moderate
        ([NORMAL, "Yes."], 2),
        ([NORMAL, "Yes.", "No."], 1),
        (["Yes.", NORMAL, "No."], 3),
        (["x" * (MODERATE - 3), "Yes."], 2),
        (["x" * (MODERATE - 2), "Yes."], 1),
        # nothing is heard of them, and there may be thousands
        (["!"] * 1000, MOST),
        # only what is heard counts
        (["**Yes.** 🎉🎉🎉🎉🎉 !!! ... ***", NORMAL, NORMAL], 2),
        (["...", NORMAL, NORMAL], 2),
        # an ideograph counts two, a vowel sign one
        (["好" * (TINY // 2), NORMAL, NORMAL], 1),
        (["好" * (TINY // 2 - 1), NORMAL, NORMAL], 2),
        (["こんにちは。", "今日は暑いですね。", "はい。"], 3),
        (["नमस्ते दोस्तो।", NORMAL, NORMAL], 1),
    ],
)
def test_how_many_are_spoken_as_one(waiting: list[str], count: int) -> None:
    """A tiny sentence is spoken with its neighbours, any other alone."""
    assert count_together(waiting) == count_together(deque(waiting)) == count


@pytest.mark.parametrize(
    ("sentences", "text"),
    [
        ([], ""),
        (["Yes."], "Yes."),
        (["milk"], "milk"),
        (["Yes.", "It is on."], "Yes. It is on."),
        (["Yes!", "“No.”", "Why?"], "Yes! “No.” Why?"),
        (["你好。", "今天很热！", "好。"], "你好。今天很热！好。"),
        (["「はい。」", "「いいえ。」"], "「はい。」「いいえ。」"),
        (["你好。", "Hello.", "好。"], "你好。Hello. 好。"),
        (["Great!🎉", "Next."], "Great!🎉 Next."),
        (["ठीक।", "हाँ।"], "ठीक। हाँ।"),
        (["Buy this:", "milk", "two", "bread."], "Buy this: milk. two. bread."),
        (["打开灯", "关上门"], "打开灯。关上门"),
        (["अंडे", "दूध"], "अंडे. दूध"),
    ],
)
def test_between(sentences: list[str], text: str) -> None:
    """A space parts two sentences where the script has one, and a stop those of a list."""
    assert joined(sentences) == text


def joined(sentences: Iterable[str]) -> str:
    text = ""
    for sentence in sentences:
        text += between(text) + sentence
    return text


def test_every_sentence_is_spoken_once() -> None:
    """Taken from the front until none is left, every sentence comes once and in order, and no text is tiny."""
    sentences = ["Yes.", "No.", NORMAL, "Done.", LONG, "Ok.", NORMAL, NORMAL, "One.", "Two.", "Three.", "Bye."]
    waiting, spoken = deque(sentences), list[list[str]]()
    while count := count_together(waiting):
        spoken.append(list(islice(waiting, count)))
        for _ in range(count):
            waiting.popleft()
    assert list(chain(*spoken)) == sentences
    assert all(sum(map(str.isalnum, joined(part))) >= TINY for part in spoken)
