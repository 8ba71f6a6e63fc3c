"""The only boundary between the event loop and threads: runs the agenda's work on inference threads."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from wyoming_kokoro.runtime.agenda import Agenda

Result = TypeVar("Result")

MOST_THREADS = 32
"""Whatever `parallel` says; as many as device.parallel allows. Far fewer keep any device busy."""


@dataclass(eq=False)
class _Job:
    work: Callable[[], Any]
    outcome: asyncio.Future[Any]


class Scheduler:
    """Runs blocking work, `parallel` pieces at a time, in the order of the agenda.

    `parallel` is asked again for each piece: the engine, and so the device, is chosen later than the scheduler is made.
    """

    def __init__(self, parallel: Callable[[], int] = lambda: 1) -> None:
        self._parallel = parallel
        self._agenda: Agenda[_Job] = Agenda()
        self._threads: list[ThreadPoolExecutor] = []
        """Of one thread each. A pool of many starts a new thread while an old one is about to be free, up to its
        maximum, and CUDA keeps buffers for every thread that ever inferred."""
        self._idle: list[ThreadPoolExecutor] = []

    async def run(self, deadline: float, work: Callable[[], Result]) -> Result:
        """What `work` returns or raises. `deadline` is when the listener runs out of sound, on the event loop's clock.

        Cancelled while it waits, the work is dropped at once and never started.
        """
        loop = asyncio.get_running_loop()
        job = _Job(work, loop.create_future())
        self._agenda.add(job, deadline, loop.time())
        self._start()
        try:
            result: Result = await job.outcome
        except asyncio.CancelledError:
            self._agenda.drop(job)
            raise
        return result

    def close(self) -> None:
        """Drops what waits. A piece of work that runs can't be interrupted and ends by itself."""
        for job in self._agenda.clear():
            job.outcome.cancel()
        for thread in self._threads:
            thread.shutdown(wait=False)

    def _start(self) -> None:
        parallel = min(max(self._parallel(), 1), MOST_THREADS)
        while job := self._agenda.take(parallel):
            if job.outcome.done():  # its listener left in this very moment
                self._agenda.done()
                continue
            thread = self._idle.pop() if self._idle else self._another()
            running = asyncio.get_running_loop().run_in_executor(thread, job.work)
            running.add_done_callback(partial(self._finish, job, thread))

    def _another(self) -> ThreadPoolExecutor:
        self._threads.append(ThreadPoolExecutor(1, thread_name_prefix="inference"))
        return self._threads[-1]

    def _finish(self, job: _Job, thread: ThreadPoolExecutor, running: asyncio.Future[Any]) -> None:
        self._agenda.done()
        self._idle.append(thread)
        error = running.exception()
        if job.outcome.done():
            pass  # the listener left while it was made
        elif error:
            job.outcome.set_exception(error)
        else:
            job.outcome.set_result(running.result())
        self._start()
