"""What is given back, and what the garbage collector need not look at."""

import asyncio
import gc
from collections.abc import Iterator

import pytest

from wyoming_kokoro.runtime import memory
from wyoming_kokoro.runtime.memory import settle, tidy
from wyoming_kokoro.runtime.scheduler import Scheduler


@pytest.fixture
def given_back(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """One entry for each time; it is looked for often."""
    times: list[int] = []
    monkeypatch.setattr(memory, "QUIET_S", 0.01)
    monkeypatch.setattr(memory, "give_back", lambda: times.append(1))
    return times


@pytest.fixture
def unfrozen() -> Iterator[None]:
    """As it was before for the tests that come."""
    yield
    gc.unfreeze()


async def test_memory_goes_back_when_all_is_quiet(given_back: list[int], unfrozen: None) -> None:
    """Whatever took it, also those who never had anything spoken; not while there is work."""
    scheduler = Scheduler()
    tidying = asyncio.create_task(tidy(scheduler, lambda: "engine"))
    until = asyncio.get_running_loop().time() + 0.1
    while asyncio.get_running_loop().time() < until:
        await scheduler.run(0, lambda: None)
    assert given_back == []
    async with asyncio.timeout(20):
        while not given_back:
            await asyncio.sleep(0.005)
    tidying.cancel()
    scheduler.close()


async def test_each_engine_is_settled_on_once(
    given_back: list[int], unfrozen: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The embedded voice at the start, Kokoro when it is there."""
    speaking, settled = ["espeak"], []
    monkeypatch.setattr(memory, "settle", lambda: settled.append(speaking[0]))
    scheduler = Scheduler()
    tidying = asyncio.create_task(tidy(scheduler, lambda: speaking[0]))
    await asyncio.sleep(0.05)
    assert settled == ["espeak"]
    speaking[0] = "kokoro"
    await asyncio.sleep(0.05)
    assert settled == ["espeak", "kokoro"]
    tidying.cancel()
    scheduler.close()


def test_what_is_settled_is_looked_at_no_more(unfrozen: None) -> None:
    """What comes afterwards is, so that listeners who left are soon forgotten."""
    old = [[number] for number in range(50_000)]
    settle()
    assert gc.get_freeze_count() > len(old)
    new = [[number] for number in range(100)]
    assert 100 <= len(gc.get_objects()) < 20_000 and len(new) == 100


def test_giving_back_is_harmless_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """macOS and musl have no malloc_trim."""
    memory.give_back()
    monkeypatch.setattr("ctypes.CDLL", lambda name: object())
    memory.give_back()
