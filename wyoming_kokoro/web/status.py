"""Health, status and metrics over HTTP, for supervisors and for people who look."""

import contextlib
from collections.abc import AsyncIterator, Callable
from urllib.parse import urlsplit

from aiohttp import web

from wyoming_kokoro import __version__, config
from wyoming_kokoro.errors import ServerError
from wyoming_kokoro.privacy import public
from wyoming_kokoro.speech.engine import Speaker
from wyoming_kokoro.web.metrics import CONTENT_TYPE, exposition


@contextlib.asynccontextmanager
async def status_page(settings: config.Web, speaker: Callable[[], Speaker]) -> AsyncIterator[str]:
    """Serves while the body runs; gives the address with the port that was really taken. Raises ServerError."""
    parts = urlsplit(settings.uri)
    runner = web.AppRunner(_application(speaker), access_log=None)
    await runner.setup()
    try:
        await _listen(runner, parts.hostname, parts.port)
        yield f"http://{parts.netloc.rpartition(':')[0]}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def _listen(runner: web.AppRunner, host: str | None, port: int | None) -> None:
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        reason = error.strerror or error
        raise ServerError(f"Can't listen on http://{host}:{port}: {reason}", "Check web.uri") from error


def _application(speaker: Callable[[], Speaker]) -> web.Application:
    async def alive(_: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def status(_: web.Request) -> web.Response:
        return web.json_response(_status(speaker()))

    async def measured(_: web.Request) -> web.Response:
        return web.Response(body=exposition(speaker()), headers={"Content-Type": CONTENT_TYPE})

    application = web.Application()
    # it listens only after an engine can speak: whoever gets an answer gets speech
    routes = {"/health/live": alive, "/health/ready": alive, "/status": status, "/metrics": measured}
    for path, handler in routes.items():
        application.router.add_get(path, handler)
    return application


def _status(speaker: Speaker) -> dict[str, object]:
    details = speaker.details
    return {
        "version": __version__,
        "engine": speaker.engine.name,
        "note": public(speaker.note),
        "running_on": {key: public(value) if isinstance(value, str) else value for key, value in details.items()},
        "default_voice": speaker.catalogue.default.name,
        "voices": [voice.name for voice in speaker.catalogue.voices],
    }
