"""How much is measured: bounded in count and in time."""

import time
from collections.abc import Callable
from dataclasses import dataclass

MINUTES, QUICK_MINUTES = 5.0, 1.0


@dataclass(frozen=True)
class Plan:
    minutes: float = MINUTES
    """About so long: what has begun is finished, and loading isn't counted."""
    rounds: int = 9
    """Of each kind of sentence and number of tokens. Medians of more change little."""
    levels: tuple[int, ...] = (1, 2, 4, 8, 16, 32)
    """Clients at once."""
    sentences: int = 12
    """That each of them asks for, at most."""
    tokens: tuple[int, ...] = (30, 60, 120, 250, 500)
    read_out: int = 10
    """Sentences."""
    interruptions: int = 5
    visits: int = 10
    """Of the page."""
    create_stream: bool = True
    """Whether the plain library's second way is measured, too. One batch of text takes as long in both."""


QUICK = Plan(
    QUICK_MINUTES,
    rounds=3,
    levels=(1, 2, 4),
    sentences=4,
    tokens=(30, 60, 120),
    read_out=4,
    interruptions=1,
    visits=1,
    create_stream=False,
)


class Budget:
    """Time that may be spent."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._until = clock() + seconds

    @property
    def left(self) -> float:
        return max(0.0, self._until - self._clock())

    def allows(self, seconds: float) -> bool:
        return seconds <= self.left

    def share(self, part: float) -> "Budget":
        """A part (0 to 1) of what is left."""
        return Budget(part * self.left, self._clock)
