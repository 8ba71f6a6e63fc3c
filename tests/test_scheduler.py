"""Earliest deadline first, on real threads that a test holds."""

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Callable

import pytest

from wyoming_kokoro.errors import DeviceLostError, HungError
from wyoming_kokoro.runtime.scheduler import Scheduler


@pytest.fixture
async def scheduler() -> AsyncIterator[Scheduler]:
    scheduler = Scheduler()
    yield scheduler
    scheduler.close()


def held() -> tuple[threading.Event, Callable[[], str]]:
    """Work that keeps the only thread until the event is set."""
    gate = threading.Event()
    return gate, lambda: "released" if gate.wait(20) else "forgotten"


async def test_the_earliest_deadline_goes_first(scheduler: Scheduler) -> None:
    """Whatever the order of arrival; equal deadlines in the order of arrival."""
    gate, hold = held()
    order: list[str] = []
    first = asyncio.create_task(scheduler.run(0, hold))
    await asyncio.sleep(0)
    names = {"late": 99.0, "soon": 91.0, "later": 100.0, "now": 90.5, "also soon": 91.0}
    now = asyncio.get_running_loop().time()
    waiting = [
        asyncio.create_task(scheduler.run(now + when, lambda n=name: order.append(n)))  # type: ignore[misc]
        for name, when in names.items()
    ]
    await asyncio.sleep(0)
    gate.set()
    await asyncio.gather(first, *waiting)
    assert order == ["now", "soon", "also soon", "late", "later"]


async def test_cancelled_work_is_never_started(scheduler: Scheduler) -> None:
    """A listener who left costs nothing more, and those behind him come at once."""
    gate, hold = held()
    done: list[str] = []
    first = asyncio.create_task(scheduler.run(0, hold))
    await asyncio.sleep(0)
    left = asyncio.create_task(scheduler.run(1, lambda: done.append("left")))
    stays = asyncio.create_task(scheduler.run(2, lambda: done.append("stays")))
    await asyncio.sleep(0)
    left.cancel()
    await asyncio.wait([left])
    assert len(scheduler._agenda) == 1  # while the other work still runs: it keeps no memory until its turn comes
    gate.set()
    await asyncio.gather(first, stays)
    assert done == ["stays"]


async def test_work_whose_listener_leaves_as_its_turn_comes_is_not_started() -> None:
    """In the moment between his leaving and the news of it, which is when two may run instead of one."""
    allowed = 1
    scheduler = Scheduler(lambda: allowed)
    gate, hold = held()
    done: list[str] = []
    first = asyncio.create_task(scheduler.run(0, hold))
    await asyncio.sleep(0)
    left = asyncio.create_task(scheduler.run(1, lambda: done.append("left")))
    await asyncio.sleep(0)
    stays = asyncio.create_task(scheduler.run(2, lambda: done.append("stays")))
    left.cancel()
    allowed = 2
    await stays
    assert done == ["stays"] and not first.done()
    gate.set()
    await first
    scheduler.close()


async def test_there_are_no_more_threads_than_ever_ran_at_once(scheduler: Scheduler) -> None:
    """CUDA keeps buffers for every thread: a second one must not start because the first is not yet quite free."""
    names = {await scheduler.run(0, lambda: threading.current_thread().name) for _ in range(200)}
    assert len(names) == 1


async def test_work_that_runs_is_left_alone_when_its_listener_leaves(scheduler: Scheduler) -> None:
    """It ends by itself, and the thread goes on with the next."""
    gate, hold = held()
    running = asyncio.create_task(scheduler.run(0, hold))
    await asyncio.sleep(0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    gate.set()
    assert await scheduler.run(0, lambda: "next") == "next"


async def test_what_work_raises_is_raised_to_its_listener_only(scheduler: Scheduler) -> None:
    """The thread survives."""
    with pytest.raises(ZeroDivisionError):
        await scheduler.run(0, lambda: 1 // 0)
    assert await scheduler.run(0, lambda: 5) == 5


async def test_as_many_run_at_once_as_are_allowed() -> None:
    """Two of three, and the event loop stays free all the while."""
    scheduler = Scheduler(lambda: 2)
    both, release = threading.Barrier(3), threading.Event()

    def work() -> None:
        both.wait(20)
        release.wait(20)

    tasks = [asyncio.create_task(scheduler.run(0, work)) for _ in range(2)]
    third = asyncio.create_task(scheduler.run(0, lambda: "third"))
    await asyncio.to_thread(both.wait, 20)  # passes only when two of them run together
    assert not third.done()
    release.set()
    await asyncio.gather(*tasks)
    assert await third == "third"
    scheduler.close()


async def test_how_many_run_is_asked_anew_each_time() -> None:
    """The device that it depends on is chosen later than the scheduler is made; 0 would be nobody's turn ever."""
    allowed = 0
    scheduler = Scheduler(lambda: allowed)
    assert await scheduler.run(0, lambda: "one at least") == "one at least"
    allowed = 2
    both = threading.Barrier(2)
    await asyncio.gather(*(scheduler.run(0, lambda: both.wait(20)) for _ in range(2)))
    scheduler.close()


async def test_closing_cancels_what_waits() -> None:
    """Nobody is left waiting for work that will never be done."""
    scheduler = Scheduler()
    gate, hold = held()
    running = asyncio.create_task(scheduler.run(0, hold))
    await asyncio.sleep(0)
    waiting = asyncio.create_task(scheduler.run(1, lambda: None))
    await asyncio.sleep(0)
    scheduler.close()
    gate.set()
    assert await running == "released"
    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_work_that_hangs_is_given_up_and_others_go_on(caplog: pytest.LogCaptureFixture) -> None:
    """Its listener gets an error with what to do; the next has a thread of its own. Ended after all, all is well."""
    scheduler = Scheduler(watchdog=0.05)
    gate, hold = held()
    with pytest.raises(HungError, match=r"longer than device.watchdog allows \(0.05 s\). Raise device.watchdog"):
        await scheduler.run(0, hold)
    assert await scheduler.run(0, lambda: "next") == "next"
    gate.set()
    while "has ended" not in caplog.text:
        await asyncio.sleep(0.005)
    watching = asyncio.create_task(scheduler.watch())
    assert await scheduler.run(0, lambda: "fine again") == "fine again"
    assert not watching.done()
    watching.cancel()
    scheduler.close()


async def test_where_two_hang_at_once_the_service_is_to_end() -> None:
    """No third one can be hoped for: a restart mends it, which the exit code says."""
    scheduler = Scheduler(watchdog=0.05)
    gate, hold = held()
    watching = asyncio.create_task(scheduler.watch())
    for _ in range(2):
        assert not watching.done()
        with pytest.raises(HungError):
            await scheduler.run(0, hold)
    with pytest.raises(DeviceLostError, match="2 inferences hang, each for more than 0.05 s") as caught:
        await watching
    assert caught.value.exit_code == 4
    gate.set()
    scheduler.close()


async def test_work_whose_listener_left_is_watched_all_the_same() -> None:
    """It keeps the others waiting as much."""
    scheduler = Scheduler(watchdog=0.05)
    gate, hold = held()
    left = asyncio.create_task(scheduler.run(0, hold))
    await asyncio.sleep(0)
    left.cancel()
    assert await scheduler.run(0, lambda: "next") == "next"
    gate.set()
    scheduler.close()


async def test_without_a_watchdog_nothing_is_given_up() -> None:
    """And what ends in time leaves no alarm behind."""
    for watchdog in (0.0, 60.0):
        scheduler = Scheduler(watchdog=watchdog)
        assert await scheduler.run(0, lambda: "slow") == "slow"
        assert scheduler._hung == 0
        loop = asyncio.get_running_loop()
        assert not [handle for handle in loop._scheduled if not handle.cancelled()]  # type: ignore[attr-defined]
        scheduler.close()


async def test_what_waits_runs_and_was_dropped_can_be_seen() -> None:
    """For the metrics: a listener who leaves takes his waiting work with him, and that is counted."""
    gate = threading.Event()
    with contextlib.closing(Scheduler()) as scheduler:
        running = asyncio.create_task(scheduler.run(0, gate.wait))
        waiting = asyncio.create_task(scheduler.run(0, gate.wait))
        await asyncio.sleep(0)
        assert (scheduler.running, scheduler.waiting, scheduler.dropped) == (1, 1, 0)
        waiting.cancel()
        await asyncio.wait([waiting])
        assert (scheduler.running, scheduler.waiting, scheduler.dropped) == (1, 0, 1)
        gate.set()
        await running
    assert scheduler.running == 0
