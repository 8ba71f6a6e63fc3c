"""The service inside this process, as `serve` puts it together, on a port of loopback that nobody else knows."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

from wyoming_kokoro import config
from wyoming_kokoro.answering.journal import Journal
from wyoming_kokoro.config import Config
from wyoming_kokoro.runtime.engines import Engines
from wyoming_kokoro.runtime.scheduler import Scheduler
from wyoming_kokoro.speech.engine import Speaker
from wyoming_kokoro.web.house import House
from wyoming_kokoro.web.server import pages
from wyoming_kokoro.wire.server import serving

GRACE_S = 1.0
"""For what is still spoken at the end: nobody listens any more."""


@dataclass(frozen=True)
class Service:
    uri: str
    page: str
    engines: Engines

    @property
    def speaker(self) -> Speaker:
        return self.engines.speaker


@contextlib.asynccontextmanager
async def speaking(settings: Config) -> AsyncIterator[Service]:
    """With Kokoro if its files are there. Raises KokoroError: the engine or the device asked for can't be had."""
    engines = Engines(settings)
    await engines.start(wait=True)
    with contextlib.closing(Scheduler(lambda: engines.parallel)) as scheduler:
        own, journal = _server(settings.server), Journal()
        async with serving(own, lambda: engines.speaker, scheduler, journal) as server:
            web = config.Web(uri="http://127.0.0.1:0")
            at_home = settings.model_copy(update={"server": own, "web": web})
            async with pages(House(at_home, lambda: engines.speaker, scheduler, server.backlog, journal)) as page:
                yield Service(server.uri, page, engines)


def _server(settings: config.Server) -> config.Server:
    """Limits that the configuration sets for strangers don't hold for the benchmark's own clients."""
    least = config.Server()
    return config.Server(
        uri="tcp://127.0.0.1:0",
        grace=GRACE_S,
        max_connections=max(settings.max_connections, least.max_connections),
        max_per_address=max(settings.max_connections, least.max_connections),
        max_text=max(settings.max_text, least.max_text),
        max_queue=max(settings.max_queue, least.max_queue),
    )
