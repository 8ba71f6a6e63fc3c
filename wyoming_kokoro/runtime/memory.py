"""Keeps the memory of a process that runs for months where it was."""

import asyncio
import contextlib
import ctypes
import gc
from collections.abc import Callable

from wyoming_kokoro.runtime.scheduler import Scheduler

QUIET_S = 10.0
"""After so long without speech what is free goes back: it may be wanted again within a conversation."""


def settle() -> None:
    """What is there by now stays for good: the garbage collector needn't look at it again and again. A look at all of a
    program with its dictionaries takes 50 ms, in which nobody is answered, and is therefore taken so seldom that
    listeners who left would fill the memory meanwhile."""
    gc.collect()
    gc.freeze()
    gc.collect()  # learns how little there is left to look at


def give_back() -> None:
    """What nobody needs any more goes back to the system: glibc keeps it otherwise, after a model most of it."""
    gc.collect()
    with contextlib.suppress(AttributeError):  # another C library
        ctypes.CDLL(None).malloc_trim(0)


async def tidy(scheduler: Scheduler, engine: Callable[[], object]) -> None:
    """Never ends. Settles on each engine that speaks, and gives memory back whenever nobody has been spoken to for a
    while: also those who only connect, or ask, take some."""
    settled: object = None
    seen = scheduler.done
    while True:
        if (here := engine()) is not settled:
            settled = here
            settle()
        await asyncio.sleep(QUIET_S)
        before, seen = seen, scheduler.done
        if before == seen:
            await asyncio.to_thread(give_back)
