"""The service: engines, server, discovery and page, put together and ended in order."""

import asyncio
import contextlib
import logging
import signal
from collections.abc import Iterator

from wyoming_kokoro import __version__
from wyoming_kokoro.config import Config
from wyoming_kokoro.runtime.engines import Engines
from wyoming_kokoro.runtime.scheduler import Scheduler
from wyoming_kokoro.web.status import status_page
from wyoming_kokoro.wire.addresses import from_here_only, local_addresses
from wyoming_kokoro.wire.discovery import announced, default_name
from wyoming_kokoro.wire.server import Server, serving

log = logging.getLogger(__name__)

HANDLED = (signal.SIGTERM, signal.SIGINT)


async def serve(settings: Config) -> None:
    """Serves until SIGTERM or SIGINT, or the end of standard input.

    Raises:
        KokoroError: why it can't start, or can't go on.
    """
    engines = Engines(settings)
    await engines.start()
    async with contextlib.AsyncExitStack() as stack:
        scheduler = stack.enter_context(contextlib.closing(Scheduler(lambda: engines.parallel)))
        stop = stack.enter_context(_signals())
        listening = serving(settings.server, settings.text, lambda: engines.speaker, scheduler)
        server = await stack.enter_async_context(listening)
        log.info("wyoming-kokoro %s listens on %s: %s", __version__, server.uri, engines.speaker.note)
        if settings.web.enabled:
            page = await stack.enter_async_context(status_page(settings.web, lambda: engines.speaker))
            log.info("health and status on %s", page)
        await stack.enter_async_context(_discovery(settings, server))
        await _until(stop, server, engines)
        log.info("stopping")


async def _until(stop: asyncio.Event, server: Server, engines: Engines) -> None:
    """Returns when one of the two ends is set; raises what keeps Kokoro from ever speaking as configured."""
    ends = [asyncio.create_task(event.wait()) for event in (stop, server.finished)]
    pursuit = asyncio.create_task(engines.pursue())
    try:
        done, _ = await asyncio.wait([*ends, pursuit], return_when=asyncio.FIRST_COMPLETED)
        if done == {pursuit}:
            pursuit.result()
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (*ends, pursuit):
            task.cancel()
        await asyncio.wait([*ends, pursuit])


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
