"""Which of the waiting work is next: earliest playback deadline first. Pure: no thread, no event loop, no clock.

Work that is asked for at the moment t, for a listener who runs out of sound at the moment d, is due at max(t, d), and
what is due first is started first. The first segment of an answer has d = t. What follows from that:

* While there is a lead, it decides. A newcomer is due now, so his first word goes before the later sentences of
  everybody who still has something to hear.
* Nobody starves. What is asked for after a moment is due after it. So nothing overtakes work from the moment on when it
  is due: it waits then for what runs and for what waits already, at most one piece of each other listener.
* A newcomer doesn't wait behind a backlog. Those who are out of sound go before him once each. By the playback deadline
  alone somebody who has been silent for long would go before everybody who comes later, again and again.
"""

import heapq
import itertools
from typing import Generic, TypeVar

Work = TypeVar("Work")


class Agenda(Generic[Work]):
    """What waits and how much runs. Each listener asks for one piece of work at a time, which bounds what waits."""

    def __init__(self) -> None:
        self.running = 0
        """Pieces of work that were taken and are not yet done."""
        self._waiting: list[tuple[float, int, Work]] = []
        """A heap of (when it is due, order of asking, work)."""
        self._order = itertools.count()

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, work: Work, deadline: float, now: float) -> None:
        """`deadline` is when the listener runs out of sound, on the clock of `now`."""
        heapq.heappush(self._waiting, (max(deadline, now), next(self._order), work))

    def take(self, parallel: int) -> Work | None:
        """The next work, which runs from now on; None where nothing waits, or `parallel` pieces run already."""
        if not self._waiting or self.running >= parallel:
            return None
        self.running += 1
        return heapq.heappop(self._waiting)[2]

    def done(self) -> None:
        """One piece of the work that runs has ended."""
        self.running -= 1

    def drop(self, work: Work) -> None:
        """Nobody waits for it any more. Work that runs already is left alone."""
        self._waiting = [entry for entry in self._waiting if entry[2] is not work]
        heapq.heapify(self._waiting)

    def clear(self) -> list[Work]:
        """Drops all that waits, and tells what that was."""
        dropped, self._waiting = [work for _, _, work in self._waiting], []
        return dropped
