"""The only boundary between the event loop and threads: runs the agenda's work on inference threads."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from wyoming_kokoro.errors import DeviceLostError, HungError
from wyoming_kokoro.runtime.agenda import Agenda

log = logging.getLogger(__name__)

Result = TypeVar("Result")

MOST_THREADS = 32
"""Whatever `parallel` says; as many as device.parallel allows. Far fewer keep any device busy."""
MOST_HUNG = 2
"""Pieces of work that hang at the same time: one is bad luck, with two no further one can be hoped for."""
REMEDY = "Raise device.watchdog where this machine is merely slow; else run `wyoming-kokoro doctor`"


@dataclass(eq=False)
class _Job:
    work: Callable[[], Any]
    outcome: asyncio.Future[Any]
    is_given_up: bool = False


class Scheduler:
    """Runs blocking work, `parallel` pieces at a time, in the order of the agenda.

    `parallel` is asked again for each piece: the engine, and so the device, is chosen later than the scheduler is made.
    """

    def __init__(self, parallel: Callable[[], int] = lambda: 1, watchdog: float = 0.0) -> None:
        """`watchdog`: seconds after which a piece of work is given up, 0 for never."""
        self._parallel = parallel
        self._watchdog = watchdog
        self._agenda: Agenda[_Job] = Agenda()
        self._threads: list[ThreadPoolExecutor] = []
        """Of one thread each. A pool of many starts a new thread while an old one is about to be free, up to its
        maximum, and CUDA keeps buffers for every thread that ever inferred."""
        self._idle: list[ThreadPoolExecutor] = []
        self.done = 0
        """Pieces of work that have ended."""
        self.dropped = 0
        """Pieces of work that were never started, because nobody waited for them any more."""
        self._hung = 0
        """Pieces of work that are given up and still run. A thread can't be ended from outside."""
        self._is_lost = asyncio.Event()

    @property
    def waiting(self) -> int:
        return len(self._agenda)

    @property
    def running(self) -> int:
        return self._agenda.running

    async def run(self, deadline: float, work: Callable[[], Result]) -> Result:
        """What `work` returns or raises. `deadline` is when the listener runs out of sound, on the event loop's clock.

        Cancelled while it waits, the work is dropped at once and never started.

        Raises:
            HungError: it took longer than the watchdog allows.
        """
        loop = asyncio.get_running_loop()
        job = _Job(work, loop.create_future())
        self._agenda.add(job, deadline, loop.time())
        self._start()
        try:
            result: Result = await job.outcome
        except asyncio.CancelledError:
            waiting = self.waiting
            self._agenda.drop(job)
            self.dropped += waiting - self.waiting
            raise
        return result

    async def watch(self) -> None:
        """Never ends. Raises DeviceLostError where so much hangs that there is nothing to be hoped for."""
        await self._is_lost.wait()
        lost = f"{MOST_HUNG} inferences hang, each for more than {self._watchdog:g} s"
        raise DeviceLostError(lost, "A restart starts anew; if it happens again, run `wyoming-kokoro doctor`")

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
            running.add_done_callback(partial(self._finish, job, thread, self._alarm(job)))

    def _alarm(self, job: _Job) -> asyncio.TimerHandle | None:
        return asyncio.get_running_loop().call_later(self._watchdog, self._give_up, job) if self._watchdog else None

    def _give_up(self, job: _Job) -> None:
        """Others go on in its place, on another thread."""
        job.is_given_up = True
        self._hung += 1
        error = HungError(f"An inference took longer than device.watchdog allows ({self._watchdog:g} s)", REMEDY)
        log.error("given up: %s", error)
        if not job.outcome.done():
            job.outcome.set_exception(error)
        if self._hung >= MOST_HUNG:
            self._is_lost.set()
        self._agenda.done()
        self._start()

    def _another(self) -> ThreadPoolExecutor:
        self._threads.append(ThreadPoolExecutor(1, thread_name_prefix="inference"))
        return self._threads[-1]

    def _finish(
        self, job: _Job, thread: ThreadPoolExecutor, alarm: asyncio.TimerHandle | None, running: asyncio.Future[Any]
    ) -> None:
        if alarm:
            alarm.cancel()
        if job.is_given_up:
            self._hung -= 1
            log.warning("an inference that was given up has ended")
        else:
            self._agenda.done()
        self.done += 1
        self._idle.append(thread)
        error = running.exception()
        if job.outcome.done():
            pass  # the listener left while it was made, or it was given up
        elif error:
            job.outcome.set_exception(error)
        else:
            job.outcome.set_result(running.result())
        self._start()
