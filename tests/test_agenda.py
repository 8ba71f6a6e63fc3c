"""The order of the waiting work, with simulated listeners, a simulated device and a simulated clock."""

import heapq
import itertools
import random
import statistics
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import pytest

from wyoming_kokoro.runtime.agenda import Agenda

SECONDS = (1.5, 4.0)
"""Sound of the shortest and of the longest segment."""


@dataclass(eq=False)
class Listener:
    """Somebody who hears each segment as soon as it is there and the one before it has ended."""

    arrives: float
    sounds: Iterator[float]
    """Seconds of sound in each segment."""
    first: float = -1.0
    """When the first sound came."""
    silent_at: float = 0.0
    gaps: float = 0.0
    heard: float = 0.0
    made: list[tuple[float, float]] = field(default_factory=list)
    """For each segment when it was due and when it was begun."""

    def hear(self, now: float, sound: float) -> None:
        if self.first < 0:
            self.first = now
        else:
            self.gaps += max(0.0, now - self.silent_at)
        self.silent_at = max(self.silent_at, now) + sound
        self.heard += sound


def simulate(listeners: Iterable[Listener], cost: float, parallel: int = 1, until: float = 1e9) -> None:
    """A device that takes `cost` seconds for one of sound, `parallel` times at once. A listener without sounds left
    has heard all."""
    agenda: Agenda[Listener] = Agenda()
    order = itertools.count()
    events = [(listener.arrives, next(order), listener, 0.0) for listener in listeners]
    heapq.heapify(events)
    pending: dict[Listener, tuple[float, float]] = {}
    while events and events[0][0] < until:
        now, _, listener, sound = heapq.heappop(events)
        if sound:
            agenda.done()
            listener.hear(now, sound)
        if following := next(listener.sounds, None):
            pending[listener] = (max(now, listener.silent_at), following)
            agenda.add(listener, listener.silent_at, now)
        if events and events[0][0] == now:  # all that happens at a moment is there before work is taken
            continue
        while taken := agenda.take(parallel):
            due, sound = pending[taken]
            taken.made.append((due, now))
            heapq.heappush(events, (now + cost * sound, next(order), taken, sound))


def random_sounds(seed: int, count: int) -> Iterator[float]:
    chance = random.Random(seed)
    return (chance.uniform(*SECONDS) for _ in range(count))


def crowd(count: int, apart: float = 0.0, segments: int = 30) -> list[Listener]:
    """Listeners to long answers, who arrive so many seconds after each other."""
    return [Listener(number * apart, random_sounds(100 * count + number, segments)) for number in range(count)]


def taken(agenda: Agenda[str]) -> list[str]:
    """All that waits, in the order in which a single thread gets it."""
    order = []
    while work := agenda.take(1):
        order.append(work)
        agenda.done()
    return order


def test_the_earliest_deadline_goes_first() -> None:
    """Whatever the order of asking; equal deadlines in the order of asking."""
    agenda: Agenda[str] = Agenda()
    for work, deadline in {"late": 9.0, "soon": 1.0, "later": 10.0, "now": 0.5, "also soon": 1.0}.items():
        agenda.add(work, deadline, now=0.0)
    assert taken(agenda) == ["now", "soon", "also soon", "late", "later"]


def test_no_more_run_than_may() -> None:
    """How many that is may change at any time, because the device does."""
    agenda: Agenda[int] = Agenda()
    for number in range(6):
        agenda.add(number, 0.0, now=0.0)
    assert [agenda.take(2) for _ in range(3)] == [0, 1, None]
    assert [agenda.take(4) for _ in range(3)] == [2, 3, None]
    agenda.done()
    assert agenda.take(2) is None
    agenda.done()
    agenda.done()
    assert agenda.take(2) == 4


def test_dropped_work_is_gone_at_once() -> None:
    """It keeps no memory until its turn would come, and never gets it; what runs already is left alone."""
    agenda: Agenda[str] = Agenda()
    for work, deadline in (("runs", 0.0), ("a", 3.0), ("b", 1.0), ("c", 2.0)):
        agenda.add(work, deadline, now=0.0)
    assert agenda.take(1) == "runs"
    agenda.drop("b")
    agenda.drop("runs")
    assert (len(agenda), agenda.running) == (2, 1)
    agenda.done()
    assert taken(agenda) == ["c", "a"]
    agenda.add("d", 0.0, now=0.0)
    assert agenda.clear() == ["d"] and not len(agenda)


def test_dropping_keeps_the_order_of_the_others() -> None:
    """However many wait, and whichever of them leave."""
    agenda: Agenda[str] = Agenda()
    deadlines = random.Random(1).sample(range(100), 60)
    names = {deadline: f"{deadline:02}" for deadline in deadlines}
    for deadline in deadlines:
        agenda.add(names[deadline], deadline, now=0.0)
    for deadline in sorted(deadlines)[:30:3]:
        agenda.drop(names[deadline])
    assert len(agenda) == 50
    assert (order := taken(agenda)) == sorted(order)


def test_a_long_silence_counts_once() -> None:
    """Who has been out of sound for long goes before those who come after his asking no more than once."""
    agenda: Agenda[str] = Agenda()
    agenda.add("silent since 0", 0.0, now=9.0)
    agenda.add("newcomer", 10.0, now=10.0)
    assert agenda.take(1) == "silent since 0"
    agenda.done()
    agenda.add("silent since 0, again", 0.0, now=11.0)
    assert taken(agenda) == ["newcomer", "silent since 0, again"]


@pytest.mark.parametrize(("count", "parallel"), [(2, 1), (4, 1), (8, 1), (16, 1), (32, 1), (8, 4), (16, 4), (32, 4)])
def test_nobody_hears_a_gap_at_half_the_load(count: int, parallel: int) -> None:
    """All come at once and hear segments of very different lengths, which take half of what the device can do."""
    listeners = crowd(count)
    simulate(listeners, 0.5 * parallel / count, parallel)
    assert [listener.gaps for listener in listeners] == [0.0] * count


@pytest.mark.parametrize(("count", "parallel"), [(8, 1), (16, 1), (32, 1), (16, 4), (32, 4)])
def test_nobody_hears_a_gap_at_nearly_the_full_load(count: int, parallel: int) -> None:
    """Coming one after the other, they may take four fifths of what the device can do."""
    listeners = crowd(count, apart=3.2 / count)
    simulate(listeners, 0.8 * parallel / count, parallel)
    assert [listener.gaps for listener in listeners] == [0.0] * count


@pytest.mark.parametrize("count", [1, 4, 12])
def test_a_first_word_goes_before_what_comes_later_in_long_answers(count: int) -> None:
    """A newcomer waits for the segment that runs, and for nothing else while everybody has something to hear."""
    readers, newcomer = crowd(count), Listener(10.0, iter([SECONDS[0]]))
    cost = 0.5 / count
    simulate([*readers, newcomer], cost)
    assert newcomer.first - newcomer.arrives <= cost * (SECONDS[1] + SECONDS[0])


@pytest.mark.parametrize("overload", [1.5, 4.0])
def test_a_newcomer_waits_for_one_segment_of_each_where_the_device_cannot_keep_up(overload: float) -> None:
    """Not for all that the others would like to hear first: those get gaps anyway."""
    count = 8
    cost = overload / count
    newcomer = Listener(50.0, iter([SECONDS[0]]))
    simulate([*crowd(count, segments=200), newcomer], cost, until=400.0)
    assert 0 < newcomer.first - newcomer.arrives <= cost * SECONDS[1] * (count + 1)


@pytest.mark.parametrize("parallel", [1, 3])
def test_nobody_starves_where_the_device_cannot_keep_up(parallel: int) -> None:
    """From the moment on when it is due, work waits for at most one segment of each other listener, and one that runs.
    Newcomers with a single word come all the time."""
    count, cost = 9, 3 * parallel / 9
    readers = crowd(count, segments=500)
    newcomers = [Listener(2.0 * number, iter([SECONDS[0]])) for number in range(100)]
    simulate([*readers, *newcomers], cost, parallel, until=200.0)
    present = count + 1 + round(SECONDS[1] * cost * count / parallel / 2.0)  # with the newcomers of a whole round
    late = max(begun - due for listener in (*readers, *newcomers) for due, begun in listener.made)
    assert late <= (present + parallel) * cost * SECONDS[1] / parallel
    assert min(newcomer.first for newcomer in newcomers[:60]) >= 0


def test_what_there_is_is_shared_where_the_device_cannot_keep_up() -> None:
    """Everybody hears about as much as everybody else, and as much as there is."""
    count, until = 10, 300.0
    readers = crowd(count, segments=500)
    simulate(readers, cost=2.0 / count, until=until)
    heard = [reader.heard for reader in readers]
    assert sum(heard) >= 0.95 * until * count / 2.0
    assert max(heard) <= 1.25 * min(heard)


@pytest.mark.parametrize("parallel", [1, 4])
def test_many_who_come_at_once_hear_their_first_word_one_after_the_other(parallel: int) -> None:
    """All 32 first segments are made before anybody's second: so the last waits at most three times the median."""
    listeners = crowd(32)
    simulate(listeners, cost=0.1, parallel=parallel)
    firsts = [listener.first for listener in listeners]
    assert max(firsts) <= 3 * statistics.median(firsts)
    assert max(firsts) <= 0.1 * (32 / parallel + 1) * SECONDS[1]
    assert max(listener.made[0][1] for listener in listeners) < min(listener.made[1][1] for listener in listeners)
