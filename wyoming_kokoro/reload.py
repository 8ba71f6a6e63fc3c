"""The configuration while the service runs: read again on SIGHUP, and when one of its files changes."""

import asyncio
import contextlib
import logging
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from watchfiles import awatch

from wyoming_kokoro.config import Config
from wyoming_kokoro.config_sources import Origin
from wyoming_kokoro.errors import KokoroError

log = logging.getLogger(__name__)

TAKEN_UP = frozenset({"voices", "text"})
"""The sections that a running service takes up."""
LOOK_S = 1.0
"""How often the files are looked at all the same: network file systems report no changes, and one can happen between a
look and the watch."""

Take = Callable[[Config], Awaitable[None]]
Seen = tuple[tuple[int, int, int] | None, ...]


async def follow(origin: Origin, settings: Config, take: Take, asked: asyncio.Event) -> None:
    """Never ends. Whenever the configuration has changed, or when `asked` is set, `take` gets it as it is then; a bad
    one changes nothing."""
    seen: Seen | None = None  # they may have changed since they were read
    while True:
        files = origin.files(settings)
        await _until_changed(files, seen, asked)
        is_quiet = seen is None and not asked.is_set()
        asked.clear()
        seen = await asyncio.to_thread(_look, files)
        settings = await _taken(origin, settings, take, quietly=is_quiet)


async def _taken(origin: Origin, before: Config, take: Take, *, quietly: bool) -> Config:
    """The configuration that now holds."""
    try:
        settings = await asyncio.to_thread(origin.read)
        await take(settings)
    except KokoroError as error:
        log.error("the configuration has a fault, the one before stays in use: %s", error)
        return before
    changed = [name for name, value in settings if value != getattr(before, name)]
    if changed or not quietly:
        log.info("the configuration was read again%s", f", changed: {', '.join(changed)}" if changed else "")
    if late := sorted(set(changed) - TAKEN_UP):
        log.warning("a restart is needed for what has changed in: %s", ", ".join(late))
    return settings


async def _until_changed(files: frozenset[Path], seen: Seen | None, asked: asyncio.Event) -> None:
    waiting: list[asyncio.Task[Any]] = [asyncio.create_task(asked.wait())]
    if files:
        waiting.append(asyncio.create_task(_changed(files, seen)))
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waiting:
            task.cancel()
        await asyncio.wait(waiting)


async def _changed(files: frozenset[Path], seen: Seen | None) -> None:
    """Returns when one of the files is another than was seen: was replaced, or is a link whose target was."""
    async for _ in _occasions({path.parent for path in files}):
        if await asyncio.to_thread(_look, files) != seen:
            return


async def _occasions(folders: Iterable[Path]) -> AsyncIterator[object]:
    """Now, whenever something in the folders changes, and every LOOK_S."""
    yield None
    try:
        async for changes in awatch(
            *folders, watch_filter=None, recursive=False, rust_timeout=round(LOOK_S * 1000), yield_on_timeout=True
        ):
            yield changes
    except (OSError, RuntimeError) as error:  # no such folder, or the system has no more watches to give
        log.debug("the configuration is looked at every %.0f s: %s", LOOK_S, error)
    while True:
        await asyncio.sleep(LOOK_S)
        yield None


def _look(files: Iterable[Path]) -> Seen:
    return tuple(_state(path) for path in sorted(files))


def _state(path: Path) -> tuple[int, int, int] | None:
    try:
        state = os.stat(path)  # noqa: PTH116 - follows links
    except OSError:
        return None
    return state.st_ino, state.st_mtime_ns, state.st_size


@contextlib.contextmanager
def hangups() -> Iterator[asyncio.Event]:
    """Set by SIGHUP, which would end the program otherwise."""
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGHUP, asked.set)
    try:
        yield asked
    finally:
        loop.remove_signal_handler(signal.SIGHUP)
