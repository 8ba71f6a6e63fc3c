"""Everything over HTTP: the routes in one list, and a place to listen."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

from aiohttp import web

from wyoming_kokoro.errors import ServerError
from wyoming_kokoro.web.examination import ExaminationHandler
from wyoming_kokoro.web.failures import failures
from wyoming_kokoro.web.guard import guard, protect
from wyoming_kokoro.web.house import House
from wyoming_kokoro.web.metrics import MetricsHandler
from wyoming_kokoro.web.reading import ReadingHandler
from wyoming_kokoro.web.speech import SpeechHandler
from wyoming_kokoro.web.status import StatusHandler
from wyoming_kokoro.web.voices import VoicesHandler

PAGE = Path(__file__).parent / "page"
BYTES_PER_CHARACTER = 6
"""At most in JSON: \\uXXXX."""
AROUND = 16 * 1024
"""Bytes of a body beside the text."""
ANSWERS = 0.7
"""The part of the grace in which answers may end when the service does; after that they break off."""
MOST = 64
"""Connections at the same time: those of the voice assistants next door need files, too."""
KEEP_S = 30.0
"""How long one is kept that asks nothing more."""
LINGER_S = 0.5
"""How long the rest of a request is read that was answered before its end."""


@contextlib.asynccontextmanager
async def pages(house: House) -> AsyncIterator[str]:
    """Serves while the body runs; gives the address with the port that was really taken. Raises ServerError."""
    parts = urlsplit(house.settings.web.uri)
    runner = web.AppRunner(
        application(house),
        access_log=None,
        handler_cancellation=True,  # a listener who leaves ends the handler, and so the work for him
        shutdown_timeout=ANSWERS * house.settings.server.grace,
        keepalive_timeout=KEEP_S,
        lingering_time=LINGER_S,
    )
    await runner.setup()
    try:
        with contextlib.closing(await _listen(runner, parts.hostname, parts.port or 0)) as listener:
            yield f"http://{parts.netloc.rpartition(':')[0]}:{listener.sockets[0].getsockname()[1]}"
    finally:
        await runner.cleanup()


class _Full(asyncio.Protocol):
    """In the place of one connection too many."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport.close()


async def _listen(runner: web.AppRunner, host: str | None, port: int) -> asyncio.Server:
    server = cast("web.Server", runner.server)  # it is there since the set-up

    def protocol() -> asyncio.BaseProtocol:
        return server() if len(server.connections) < MOST else _Full()

    try:
        return await asyncio.get_running_loop().create_server(protocol, host, port)
    except OSError as error:
        reason = error.strerror or error
        raise ServerError(f"Can't listen on http://{host}:{port}: {reason}", "Check web.uri") from error


def application(house: House) -> web.Application:
    settings = house.settings
    application = web.Application(
        middlewares=[failures(house.journal), guard(settings.web, settings.server.allow)],
        client_max_size=settings.server.max_text * BYTES_PER_CHARACTER + AROUND,
    )
    application.on_response_prepare.append(protect)
    application.router.add_routes(_routes(house))
    return application


def _routes(house: House) -> list[web.AbstractRouteDef]:
    """GET changes nothing and costs little; what makes the machine work is POST."""
    status, voices, examination = StatusHandler(house), VoicesHandler(house), ExaminationHandler(house)
    return [
        web.get("/", _index),
        web.static("/page", PAGE),
        web.get("/health/live", status.alive),
        web.get("/health/ready", status.alive),
        web.get("/status", status.status),
        web.get("/metrics", MetricsHandler(house).metrics),
        web.get("/api/files", examination.files),
        web.post("/api/doctor", examination.examine),
        web.post("/api/read", ReadingHandler(house).read),
        web.post("/v1/audio/speech", SpeechHandler(house).speak),
        web.get("/v1/audio/voices", voices.voices),
        web.get("/v1/audio/models", voices.models),
        web.get("/v1/models", voices.models),
    ]


async def _index(_: web.Request) -> web.FileResponse:
    return web.FileResponse(PAGE / "index.html")
