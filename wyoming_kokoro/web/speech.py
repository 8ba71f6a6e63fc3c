"""Speech over HTTP as OpenAI's clients ask for it: the same request, the same scheduler, another way to send it."""

import asyncio
import logging
from http import HTTPStatus

from aiohttp import web
from wyoming.tts import SynthesizeVoice

from wyoming_kokoro.answering.backlog import Share
from wyoming_kokoro.answering.journal import GoneError
from wyoming_kokoro.answering.request import Request
from wyoming_kokoro.answering.speech import SEND_TIMEOUT_S, Speech
from wyoming_kokoro.audio import Samples
from wyoming_kokoro.errors import KokoroError, LimitError, exhausted, first_of
from wyoming_kokoro.web.failures import RefusedError
from wyoming_kokoro.web.formats import FORMATS, Format
from wyoming_kokoro.web.house import House
from wyoming_kokoro.web.wishes import SpeechWish, wish

log = logging.getLogger(__name__)

PROTOCOL = "http"


class SpeechHandler:
    def __init__(self, house: House) -> None:
        self._house = house
        self._limits = house.settings.server

    async def speak(self, http: web.Request) -> web.StreamResponse:
        """POST /v1/audio/speech. What fails before the first sound is an error; later it breaks off the answer."""
        wanted = await wish(http, SpeechWish)
        self._admit(wanted.input)
        self._house.journal.connected(PROTOCOL)
        try:
            return await self._answer(http, wanted)
        finally:
            self._house.journal.left(PROTOCOL)

    def _admit(self, text: str) -> None:
        """The limits of the wire. Raises RefusedError, LimitError."""
        if len(text) > self._limits.max_text:
            what = f"{len(text)} characters, more than server.max_text allows ({self._limits.max_text})"
            error = LimitError(what, "Send shorter texts, or raise server.max_text")
            raise RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, error, "input")
        if self._house.journal.connections[PROTOCOL] >= self._limits.max_connections:
            most = f"Already {self._limits.max_connections} requests over HTTP"
            raise LimitError(most, "Try again later, or raise server.max_connections")
        self._house.backlog.check(len(text))

    async def _answer(self, http: web.Request, wanted: SpeechWish) -> web.StreamResponse:
        house = self._house
        request = _request(wanted, Share(house.backlog))
        sound = _Sound(http, FORMATS[wanted.response_format])
        failure: KokoroError | None = None
        try:
            await Speech(request, house.speaker(), house.scheduler, house.journal).speak(sound.take)
            await sound.end()
        except* KokoroError as group:
            failure = first_of(group)
        except* GoneError:
            log.debug("client left")
        except* (OSError, MemoryError) as group:  # of the engine: its files or its memory
            failure = exhausted(first_of(group))
        finally:
            request.drop()
        if failure:
            sound.fail(failure)
        return sound.response


def _request(wanted: SpeechWish, share: Share) -> Request:
    voice = SynthesizeVoice(wanted.voice or None, wanted.language or None)
    request = Request(
        voice,
        share,
        streaming=False,
        flush_after=0,
        protocol=PROTOCOL,
        speed=wanted.speed,
        gain=wanted.gain,
    )
    request.feed(wanted.input)
    request.finish()
    return request


class _Sound:
    """The body of an answer while it is made. Its headers leave with the first audio."""

    def __init__(self, http: web.Request, form: Format) -> None:
        self.response = web.StreamResponse(headers={"Content-Type": form.mime, "Cache-Control": "no-store"})
        self._http = http
        self._form = form
        self._encoder = form.encoder()

    async def take(self, samples: Samples) -> None:
        """Raises GoneError."""
        if self._form.is_cheap:
            await self._send(self._encoder.encode(samples))
        else:
            await self._send(await asyncio.to_thread(self._encoder.encode, samples))

    async def end(self) -> None:
        """Raises GoneError."""
        await self._send(await asyncio.to_thread(self._encoder.finish))
        await self.response.write_eof()

    def fail(self, error: KokoroError) -> None:
        """Raises the error, unless audio has left: then the client learns by an answer that breaks off."""
        if not self.response.prepared:
            raise error
        log.warning("broke off an answer over HTTP: %s", error)
        if self._http.transport:
            self._http.transport.abort()

    async def _send(self, content: bytes) -> None:
        try:
            async with asyncio.timeout(SEND_TIMEOUT_S):
                if not self.response.prepared:
                    await self.response.prepare(self._http)
                if content:
                    await self.response.write(content)
        except (OSError, TimeoutError) as error:
            raise GoneError(error) from error
