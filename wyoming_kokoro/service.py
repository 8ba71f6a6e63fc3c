"""The service: engines, server, discovery and page, put together and ended in order."""

import asyncio
import contextlib
import logging
import signal
from collections.abc import Coroutine, Iterable, Iterator
from typing import Any

from wyoming_kokoro import __version__
from wyoming_kokoro.config import Config
from wyoming_kokoro.config_sources import Origin
from wyoming_kokoro.reload import follow, hangups
from wyoming_kokoro.runtime.engines import Engines
from wyoming_kokoro.runtime.levelling import measure_voices
from wyoming_kokoro.runtime.scheduler import Scheduler
from wyoming_kokoro.web.status import status_page
from wyoming_kokoro.wire.addresses import from_here_only, local_addresses
from wyoming_kokoro.wire.discovery import announced, default_name
from wyoming_kokoro.wire.server import Server, serving

log = logging.getLogger(__name__)

HANDLED = (signal.SIGTERM, signal.SIGINT)


async def serve(settings: Config, origin: Origin) -> None:
    """Serves until SIGTERM or SIGINT, or the end of standard input. `origin`: where `settings` were read from.

    Raises:
        KokoroError: why it can't start, or can't go on.
    """
    engines = Engines(settings)
    async with contextlib.AsyncExitStack() as stack:
        asked = stack.enter_context(hangups())
        await engines.start()
        scheduler = stack.enter_context(contextlib.closing(Scheduler(lambda: engines.parallel)))
        stop = stack.enter_context(_signals())
        listening = serving(settings.server, lambda: engines.speaker, scheduler)
        server = await stack.enter_async_context(listening)
        log.info("wyoming-kokoro %s listens on %s: %s", __version__, server.uri, engines.speaker.note)
        if settings.web.enabled:
            page = await stack.enter_async_context(status_page(settings.web, lambda: engines.speaker))
            log.info("health and status on %s", page)
        await stack.enter_async_context(_discovery(settings, server))
        work = (
            engines.pursue(),
            follow(origin, settings, engines.reconfigure, asked),
            measure_voices(lambda: engines.speaker, scheduler),
        )
        await _until(stop, server, work)
        log.info("stopping")


async def _until(stop: asyncio.Event, server: Server, work: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Returns when one of the two ends is set; raises what the work raises, such as why Kokoro can't ever speak."""
    ends = {asyncio.create_task(event.wait()) for event in (stop, server.finished)}
    tasks = {asyncio.create_task(coroutine) for coroutine in work}
    pending: set[asyncio.Task[Any]] = {*ends, *tasks}
    try:
        while pending >= ends:
            done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
    finally:
        for task in (*ends, *tasks):
            task.cancel()
        await asyncio.wait([*ends, *tasks])


def _discovery(settings: Config, server: Server) -> contextlib.AbstractAsyncContextManager[object]:
    """Announces what other machines can reach; a service on loopback, a unix socket or stdio is nobody's to find."""
    wanted = settings.discovery
    if not wanted.enabled or server.bound is None:
        return contextlib.nullcontext()
    host, port = server.bound
    if not wanted.addresses and from_here_only(host):
        log.info("not announced: %s is reached from this machine only", server.uri)
        return contextlib.nullcontext()
    return announced(wanted.name or default_name(), port, lambda: wanted.addresses or local_addresses(host))


@contextlib.contextmanager
def _signals() -> Iterator[asyncio.Event]:
    """Set by the first SIGTERM or SIGINT; a second one ends the program at once."""
    loop, stop = asyncio.get_running_loop(), asyncio.Event()

    def restore() -> None:
        for number in HANDLED:
            loop.remove_signal_handler(number)

    def request() -> None:
        stop.set()
        restore()

    for number in HANDLED:
        loop.add_signal_handler(number, request)
    try:
        yield stop
    finally:
        restore()
