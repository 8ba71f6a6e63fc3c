"""The service: engines, server, discovery and page, put together and ended in order."""

import asyncio
import contextlib
import logging
import signal
from collections.abc import Coroutine, Iterable, Iterator
from typing import Any

from wyoming_kokoro import __version__
from wyoming_kokoro.answering.journal import Journal
from wyoming_kokoro.config import Config
from wyoming_kokoro.config_sources import Origin
from wyoming_kokoro.doctor.examination import while_serving
from wyoming_kokoro.errors import KokoroError
from wyoming_kokoro.reload import follow, hangups
from wyoming_kokoro.runtime.engines import Engines
from wyoming_kokoro.runtime.levelling import measure_voices
from wyoming_kokoro.runtime.memory import tidy
from wyoming_kokoro.runtime.scheduler import Scheduler
from wyoming_kokoro.supervision import Ending, Supervisor, Systemd
from wyoming_kokoro.web.house import House
from wyoming_kokoro.web.server import pages
from wyoming_kokoro.wire.addresses import from_here_only, local_addresses
from wyoming_kokoro.wire.discovery import announced, default_name
from wyoming_kokoro.wire.listening import Complaints
from wyoming_kokoro.wire.server import Server

log = logging.getLogger(__name__)

HANDLED = (signal.SIGTERM, signal.SIGINT)


async def serve(settings: Config, origin: Origin) -> None:
    """Serves until SIGTERM or SIGINT, or the end of standard input. `origin`: where `settings` were read from.

    Raises:
        KokoroError: why it can't start, or can't go on.
    """
    asyncio.get_running_loop().set_exception_handler(Complaints())
    with _signals() as stop, hangups() as asked:
        supervisor = Supervisor(stop, asked, Ending(settings.server.grace), Systemd())
        async with contextlib.AsyncExitStack() as stack:
            try:
                await _run(settings, origin, supervisor, stack)
            except KokoroError as error:
                supervisor.ending.begin(error.exit_code, f"error: {error}")
                raise
            supervisor.ending.begin(0, "stopped")
            log.info("stopping")
            supervisor.systemd.tell("STOPPING=1")


async def _run(settings: Config, origin: Origin, supervisor: Supervisor, stack: contextlib.AsyncExitStack) -> None:
    """Returns when it is to end; what it has opened is closed in the reverse order by the `stack`."""
    engines = Engines(settings)
    await _until((supervisor.stop.wait(), engines.start()))
    if supervisor.stop.is_set():
        return
    scheduler = Scheduler(lambda: engines.parallel, settings.device.watchdog)
    stack.callback(scheduler.close)
    journal = Journal(show_text=settings.web.show_text)
    server = Server(settings.server, lambda: engines.speaker, scheduler, journal)
    page = contextlib.AsyncExitStack()
    stack.push_async_callback(_close, server, page, supervisor.ending)
    await server.open()
    log.info("wyoming-kokoro %s listens on %s: %s", __version__, server.uri, engines.speaker.note)
    if settings.web.enabled:
        address = await page.enter_async_context(pages(_house(settings, engines, scheduler, server, journal)))
        log.info("page, health and status on %s", address)
    await stack.enter_async_context(_discovery(settings, server))
    supervisor.systemd.tell("READY=1")
    await _until(
        (supervisor.stop.wait(), server.finished.wait()),
        engines.pursue(),
        follow(origin, settings, engines.reconfigure, supervisor.asked),
        measure_voices(lambda: engines.speaker, scheduler),
        scheduler.watch(),
        tidy(scheduler, lambda: engines.speaker.engine),
        supervisor.systemd.reassure(lambda: engines.speaker.note),
    )


async def _close(server: Server, page: contextlib.AsyncExitStack, ending: Ending) -> None:
    """At the same time: those who are spoken to by either share the grace."""
    await asyncio.gather(server.close(ending.left()), page.aclose())


def _house(settings: Config, engines: Engines, scheduler: Scheduler, server: Server, journal: Journal) -> House:
    return House(
        settings,
        speaker=lambda: engines.speaker,
        scheduler=scheduler,
        backlog=server.backlog,
        journal=journal,
        choice=lambda: engines.choice,
        parallel=lambda: engines.parallel,
        downloads=lambda: engines.downloads,
        examine=lambda: while_serving(settings),
    )


async def _until(ends: Iterable[Coroutine[Any, Any, object]], *work: Coroutine[Any, Any, None]) -> None:
    """Returns when one of the ends has come; raises what the work raises, such as why Kokoro can't ever speak."""
    awaited = {asyncio.create_task(end) for end in ends}
    tasks = {*awaited, *(asyncio.create_task(coroutine) for coroutine in work)}
    pending = tasks
    try:
        while pending >= awaited:
            done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


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
            signal.signal(number, signal.SIG_DFL)  # Python's own for SIGINT would wait for threads

    def request() -> None:
        stop.set()
        restore()

    for number in HANDLED:
        loop.add_signal_handler(number, request)
    try:
        yield stop
    finally:
        restore()
