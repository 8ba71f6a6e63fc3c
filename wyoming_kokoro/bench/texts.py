"""Sentences to measure with. Real speech has a new length with every sentence, and equal lengths would flatter:

ONNX Runtime plans convolutions on the GPU anew for each length, but not for the one that it has just had.
"""

import itertools
import math
import re
from collections.abc import Iterator

PASSAGE = re.findall(
    r"\S+",
    """
the washing machine has finished its cycle, and the dishwasher still needs forty minutes, so the kitchen will be quiet
before dinner is on the table, outside it is cold and windy, with rain from the west, and the garden gate was left open
by somebody who came home late, perhaps the neighbour, who wanted to look at the broken lamp near the entrance, the next
train to the city leaves at half past seven, the one after that is late, and nobody knows whether the bus is running,
because the main road is closed between the river and the old market, all windows upstairs are shut, the heating is
lower than usual, the solar panels made more power than we used, and the car will be charged by early morning,
""",
)
LAST_WORDS = {
    len(word): word
    for word in (
        *("so", "now", "here", "today", "inside", "tonight", "tomorrow", "yesterday", "downstairs"),
        *("immediately", "occasionally", "automatically", "simultaneously"),
    )
}
"""One for each length that can be left over at the end of a sentence."""
STRIDE = 0.382
"""Of the range of lengths, from one sentence to the next: the golden section spreads any number of them evenly."""
TOKEN = re.compile(r"\s*\w{1,6}|\s*[^\w\s]")
"""What a language model writes at once, roughly: a short word with its space, a part of a long one, a mark."""


def sentence(length: int, start: int = 0) -> str:
    """A sentence of exactly `length` characters (15 or more), made of the passage from its word number `start` on."""
    text = ""
    for word in itertools.islice(itertools.cycle(PASSAGE), start % len(PASSAGE), None):
        longer = f"{text} {word}".lstrip()
        if length - len(longer) - len(" .") < min(LAST_WORDS):
            break
        text = longer
    whole = f"{text} {LAST_WORDS[length - len(text) - len(' .')]}."
    return whole[0].upper() + whole[1:]


def lengths(shortest: int, longest: int) -> Iterator[int]:
    """Every length of the range once, far from the one before, and then again."""
    count = longest - shortest + 1
    stride = next(step for step in range(max(1, round(STRIDE * count)), 2 * count) if math.gcd(step, count) == 1)
    return (shortest + number * stride % count for number in itertools.count(1))


def sentences(shortest: int, longest: int) -> Iterator[str]:
    """Sentences that never end, each of another length than all of the range before it, and with other words."""
    return (sentence(length, 7 * number) for number, length in enumerate(lengths(shortest, longest)))


def tokens(text: str) -> list[str]:
    """The text in the pieces in which a language model writes it."""
    return TOKEN.findall(text)
