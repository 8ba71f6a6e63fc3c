"""How values are spread, in buckets that never grow."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence


class Histogram:
    def __init__(self, bounds: Sequence[float]) -> None:
        """`bounds` are the highest values of the buckets, rising; one more bucket takes what is above them."""
        self.bounds = tuple(bounds)
        self.counts = [0] * (len(self.bounds) + 1)
        self.total = 0.0
        """The sum of all values."""

    @property
    def count(self) -> int:
        return sum(self.counts)

    def add(self, value: float) -> None:
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value

    def at_most(self) -> Iterator[tuple[float, int]]:
        """Each bound and infinity, with how many values are not above it."""
        so_far = 0
        for bound, count in zip((*self.bounds, float("inf")), self.counts, strict=True):
            so_far += count
            yield bound, so_far

    def quantile(self, share: float) -> float | None:
        """The bound under which that share of the values is; None without values."""
        needed = share * self.count
        return next((bound for bound, so_far in self.at_most() if so_far and so_far >= needed), None)
