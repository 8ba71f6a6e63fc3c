"""The only boundary between the event loop and threads: earliest playback deadline first."""

import asyncio
import heapq
import itertools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar

Result = TypeVar("Result")


@dataclass(order=True)
class _Job:
    deadline: float
    order: int  # equal deadlines: first come, first served
    work: Callable[[], Any] = field(compare=False)
    outcome: asyncio.Future[Any] = field(compare=False)


class Scheduler:
    """Runs blocking work on `threads` inference threads, always the waiting work with the earliest deadline.

    The deadline of a segment is when its listener runs out of sound, so the first word of a new answer goes before the
    tenth sentence of a long one. Whoever waits holds one piece of work at a time, which bounds what waits here.
    """

    def __init__(self, threads: int = 1) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="inference")
        self._idle = threads
        self._waiting: list[_Job] = []
        self._order = itertools.count()

    async def run(self, deadline: float, work: Callable[[], Result]) -> Result:
        """What `work` returns or raises. Cancelled while it waits, the work is never started."""
        outcome: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, _Job(deadline, next(self._order), work, outcome))
        self._start()
        return await outcome

    def close(self) -> None:
        """Drops what waits. A piece of work that runs can't be interrupted and ends by itself."""
        for job in self._waiting:
            job.outcome.cancel()
        self._waiting.clear()
        self._pool.shutdown(wait=False)

    def _start(self) -> None:
        while self._waiting and self._idle:
            job = heapq.heappop(self._waiting)
            if not job.outcome.cancelled():
                self._idle -= 1
                running = asyncio.get_running_loop().run_in_executor(self._pool, job.work)
                running.add_done_callback(lambda running, job=job: self._finish(job, running))  # type: ignore[misc]

    def _finish(self, job: _Job, running: asyncio.Future[Any]) -> None:
        self._idle += 1
        error = running.exception()
        if job.outcome.cancelled():
            pass  # the listener left while it was made
        elif error:
            job.outcome.set_exception(error)
        else:
            job.outcome.set_result(running.result())
        self._start()
