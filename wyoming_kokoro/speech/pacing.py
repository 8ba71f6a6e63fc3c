"""How long a segment may be, by what this device has shown: the first sound soon, and no gap behind it. Pure.

A listener who hears nothing yet gets a segment that takes `target` seconds to make. Later ones may take SHARE of his
lead, the time for which he still hears what was made before. So the lead grows from segment to segment, until whole
sentences fit, wherever sound is made faster than it is heard.

There is no gap then: what can't be cut has UNCUT tokens at most, and the first segment is made so long that its sound
covers the making of as many, even if that takes longer than the target. Where every segment sounds for longer than it
takes, no later lead is shorter than that. What can't be covered is a first sentence too short for it, and a device that
is slower for a while than it was.

Lengths are in characters of phonemes, which is in tokens of the model: that knows all languages.
"""

import re
import statistics
import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

SHORTEST = 20
"""Tokens, about 1.4 s of speech: shorter pieces sound worse."""
UNCUT = 2 * SHORTEST + 10
"""Tokens. In whatever is longer there is a place to cut, SHORTEST from both ends, unless a word has more than 10."""
SHARE = 0.7
"""With STRETCH, a segment takes at most seven eighths of the lead: the rest is for a device with other things to do."""
STRETCH = 1.25
"""A clause that ends so much later than wished for is better than a cut inside it."""
LONGEST_S = 5.0
"""A segment that runs can't be interrupted: so long somebody else may wait for his first word behind a long lead."""

RECENT = 20
"""Inferences that are kept: enough for medians, few enough to follow a device that changes."""
APART = 10
"""Tokens: lengths that differ by less say nothing on the time per token."""

_CLAUSE = re.compile(r"[,;:!?…][\"”’»)]*(?=\s)|—|[、，；：。！？]")
"""Behind the mark. Not the full stop: inside a segment it may be an abbreviation's."""
_WORD = re.compile(r"(?=\s)")


@dataclass(frozen=True)
class _Speed:
    fixed: float
    """Seconds that any segment takes."""
    each: float
    """Seconds that a token takes on top, more than 0."""
    sound: float
    """Seconds of sound in a token, more than 0."""

    def tokens(self, seconds: float) -> float:
        """How many are made within `seconds`."""
        return max(0.0, seconds - self.fixed) / self.each

    def covering(self, tokens: float) -> float:
        """How many tokens sound for as long as it takes to make `tokens`."""
        return (self.fixed + self.each * tokens) / self.sound


class Pace:
    """Knows how fast speech is made here, and says where a text is to be cut. For several threads at once."""

    def __init__(self, target: float) -> None:
        self.target = target
        """Seconds that a first segment should take; 0: nothing is cut. May be set anew."""
        self._recent: deque[tuple[float, float, float]] = deque(maxlen=RECENT)
        self._speed: _Speed | None = None
        self._lock = threading.Lock()

    def observe(self, tokens: float, seconds: float, sound: float) -> None:
        """One inference: of how many tokens, how long it took, and how many seconds of sound it gave."""
        with self._lock:
            self._recent.append((tokens, seconds, sound))
            self._speed = _speed_of(tuple(self._recent))

    def cut(self, phonemes: str, lead: float, speed: float = 1.0) -> int:
        """How many of the phonemes are made next, for a listener who has `lead` seconds left to hear.

        All of them where nothing is measured yet. `speed` is the voice's: at 2.0 a token is half of a normal one.
        """
        here = self._speed
        if not here or not self.target:
            return len(phonemes)
        if lead > 0:
            return cut(phonemes, speed * here.tokens(min(SHARE * lead, LONGEST_S)))
        least = min(speed * here.covering(UNCUT / speed), UNCUT)  # more would help no device that is so slow
        return cut(phonemes, speed * here.tokens(self.target), least)


def _speed_of(points: Sequence[tuple[float, float, float]]) -> _Speed:
    """By Theil and Sen: medians, which a few odd measurements don't move."""
    sound = max(statistics.median(sound / tokens for tokens, _, sound in points), 1e-9)
    pairs = [(a, b) for a, b in combinations(points, 2) if abs(a[0] - b[0]) >= APART]
    each = statistics.median((b[1] - a[1]) / (b[0] - a[0]) for a, b in pairs) if pairs else 0.0
    if each <= 0:  # one length only, or nothing but noise
        return _Speed(0.0, max(statistics.median(seconds / tokens for tokens, seconds, _ in points), 1e-9), sound)
    return _Speed(max(0.0, statistics.median(seconds - each * tokens for tokens, seconds, _ in points)), each, sound)


def cut(phonemes: str, wished: float, least: float = SHORTEST) -> int:
    """Where the first part of `phonemes` ends, if it should have about `wished` of them: their length for no cut.

    Behind the last clause within `wished`, else behind the next one if it ends soon, else behind the last word within,
    else behind the next one. The part isn't shorter than `least` and SHORTEST, nor the rest than SHORTEST.
    """
    length, least = len(phonemes), max(least, SHORTEST)
    wished = max(wished, least)
    if length <= wished:
        return length
    clauses, words = ([*_ends(mark, phonemes, least), length] for mark in (_CLAUSE, _WORD))
    soon = [end for end in clauses if end <= STRETCH * wished]
    return _nearest(soon or words, wished)


def _ends(mark: re.Pattern[str], phonemes: str, least: float) -> list[int]:
    ends = (found.end() for found in mark.finditer(phonemes))
    return [end for end in ends if least <= end <= len(phonemes) - SHORTEST]


def _nearest(ends: list[int], wished: float) -> int:
    """The last within `wished`, else the first."""
    return max((end for end in ends if end <= wished), default=ends[0])
