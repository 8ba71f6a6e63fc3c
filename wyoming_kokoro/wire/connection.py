"""One client: its events in, its answers out, in the order of its requests."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from wyoming.event import Event
from wyoming.ping import Pong

from wyoming_kokoro.answering.backlog import Backlog, Share
from wyoming_kokoro.answering.journal import GoneError, Journal
from wyoming_kokoro.answering.request import Request
from wyoming_kokoro.errors import (
    IdleError,
    KokoroError,
    LimitError,
    ProtocolError,
    StoppingError,
    exhausted,
    forget,
    leaves,
)
from wyoming_kokoro.runtime.scheduler import Scheduler
from wyoming_kokoro.speech.engine import Speaker
from wyoming_kokoro.wire.answer import Answer
from wyoming_kokoro.wire.events import echo_of, encode_all, is_ssml, text_of, voice_of
from wyoming_kokoro.wire.info import Introduction
from wyoming_kokoro.wire.line import Line
from wyoming_kokoro.wire.reader import read_event

log = logging.getLogger(__name__)

PROBE_S = 0.1
"""How long the news that nobody is there any more takes to come back, on a home network."""
LINGER_S = 1.0
"""How long a client that was answered an error may take to read it and leave."""
HEARING_S = 10.0
"""The same for one that is being spoken to: if it hears in real time, the error is behind what waits in the kernel."""
FRESH_S = 1.0
"""Nobody is idle so soon after he came, or was answered: what he wants may be under way."""
PAUSE_S = 60.0
"""A text that doesn't go on for so long won't: an assistant that asks another service waits for seconds."""
MAX_REQUESTS = 64
"""Requests that may wait on one connection: Home Assistant sends one."""

EXPECTED = (KokoroError, GoneError, OSError, MemoryError)
"""Whatever else ends a conversation is a bug."""


@dataclass(frozen=True)
class Shared:
    """What all connections of a server have in common."""

    speaker: Callable[[], Speaker]
    introduction: Introduction
    scheduler: Scheduler
    backlog: Backlog
    max_text: int
    idle_timeout: float
    journal: Journal = field(default_factory=Journal)


class Connection:
    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, shared: Shared, address: str = ""
    ) -> None:
        self.address = address
        """Of the client; "" for a unix socket and standard input."""
        self.line = Line(reader, writer)
        self._shared = shared
        self._requests: asyncio.Queue[Request | None] = asyncio.Queue()
        self._unfinished: list[Request] = []
        """Requests that are not yet answered, the oldest first."""
        self._stopped: asyncio.Future[KokoroError] = asyncio.get_running_loop().create_future()
        self._streaming: Request | None = None
        """The request whose text still comes in pieces."""
        self._clock = asyncio.get_running_loop().time
        self._latest = self._clock()
        """When something was said by the client, or the last answer to it ended."""

    @property
    def is_leaving(self) -> bool:
        """Whether it is being ended with an error."""
        return self._stopped.done()

    @property
    def idle_since(self) -> float | None:
        """Since when nobody would miss it; None while something is to be expected."""
        if not all(request.is_starved for request in self._unfinished):
            return None
        patience = PAUSE_S if self._unfinished else FRESH_S
        return self._latest if self._clock() - self._latest >= patience else None

    async def run(self) -> None:
        """Until the client has left or was answered an error, or `finish` or `stop`. Cancellation ends it at once."""
        reason = self._stopped.result() if self.is_leaving else None
        try:
            if not reason:
                await self._converse()
        except ExceptionGroup as group:  # one of the two: a bug must not cost the other listeners
            reason = _reason(list(leaves(group)))
            forget(group)
        finally:
            linger = HEARING_S if self._unfinished else LINGER_S
            self._drop()
        if reason:
            self.stop(reason)
            log.warning("answered an error: %s", reason)
            self._shared.journal.errors[reason.code] += 1
            await self.line.fail(reason, linger)

    async def _converse(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            speaking = tasks.create_task(self._speak())
            reading = tasks.create_task(self._read())
            stopping = tasks.create_task(self._stop())
            speaking.add_done_callback(lambda _: (reading.cancel(), stopping.cancel()))

    def _drop(self) -> None:
        """Nothing waits any more: neither is it counted nor kept."""
        for request in self._unfinished:
            request.drop()
        self._unfinished.clear()
        self._streaming = None

    def finish(self) -> None:
        """Ends the conversation once the requests that came in are answered."""
        self._requests.put_nowait(None)

    def stop(self, error: KokoroError) -> None:
        """Ends the conversation now, with an error."""
        if not self._stopped.done():
            self._stopped.set_result(error)

    async def _stop(self) -> None:
        raise await self._stopped

    async def _read(self) -> None:
        """Reads on while answers are spoken, so that a client that leaves is noticed."""
        while event := await self._next():
            self._latest = self._clock()
            await self._take(event)
            await asyncio.sleep(0)  # a read that finds data doesn't suspend: one client could keep the loop
        if self._unfinished:
            await self._probe()
        if self._streaming:
            raise ProtocolError("The stream ended inside a text", "Send synthesize-stop behind the last chunk")
        self.finish()

    async def _probe(self) -> None:
        """Tells a client that waits for its answer from one that has left: there, the second write fails."""
        await self.line.send(encode_all(Pong()))
        await asyncio.sleep(PROBE_S)
        if self._unfinished:
            await self.line.send(encode_all(Pong()))

    async def _next(self) -> Event | None:
        allowed = wait = self._shared.idle_timeout
        while True:
            try:
                return await read_event(self.line.reader, wait)
            except IdleError:
                quiet = 0.0 if self.idle_since is None else self._clock() - self.idle_since
                if quiet >= allowed:
                    raise
                wait = allowed - quiet
            except OSError as error:
                raise GoneError(error) from error

    async def _take(self, event: Event) -> None:
        match event.type:
            case "describe":
                await self.line.send(self._shared.introduction.of(self._shared.speaker()))
            case "ping":
                await self.line.send(encode_all(Pong(echo_of(event))))
            case "synthesize":
                # at the end of a stream Home Assistant sends its whole text again, for servers that don't stream
                if not self._streaming:
                    self._begin(event, streaming=False).feed(self._bounded(text_of(event)))
                    self._unfinished[-1].finish()
            case "synthesize-start":
                self._stop_streaming()
                self._streaming = self._begin(event, streaming=True)
            case "synthesize-chunk":
                self._current(event).feed(self._bounded(text_of(event)))
            case "synthesize-stop":
                self._current(event)
                self._stop_streaming()
            case _:
                log.debug("ignored an event of type %.40r", event.type)

    def _begin(self, event: Event, *, streaming: bool) -> Request:
        if len(self._unfinished) >= MAX_REQUESTS:
            raise LimitError(f"More than {MAX_REQUESTS} requests wait on one connection", "Read the answers first")
        pause, share = self._shared.speaker().diction.settings.flush_after, Share(self._shared.backlog)
        request = Request(voice_of(event), share, streaming=streaming, flush_after=pause, ssml=is_ssml(event))
        self._unfinished.append(request)
        self._requests.put_nowait(request)
        return request

    def _current(self, event: Event) -> Request:
        if self._streaming is None:
            raise ProtocolError(f"{event.type} came without synthesize-start")
        return self._streaming

    def _stop_streaming(self) -> None:
        if self._streaming:
            self._streaming.finish()
            self._streaming = None

    def _bounded(self, text: str) -> str:
        waiting = sum(request.waiting for request in self._unfinished) + len(text)
        allowed = self._shared.max_text
        if waiting > allowed:
            raise LimitError(
                f"{waiting} characters wait to be spoken, more than server.max_text allows ({allowed})",
                "Send shorter texts, or raise server.max_text",
            )
        self._shared.backlog.check(len(text))
        return text

    async def _speak(self) -> None:
        shared = self._shared
        while request := await self._requests.get():
            speaker = shared.speaker()  # one answer has one engine, even if Kokoro gets ready in the middle of it
            await Answer(request, speaker, shared.scheduler, self.line.send, shared.journal).speak()
            request.drop()
            self._unfinished.remove(request)
            self._latest = self._clock()
        if self._unfinished:  # it came after `finish`
            raise stopping()


def stopping() -> StoppingError:
    return StoppingError("The service is being stopped", "Try again in a moment")


def _reason(causes: list[Exception]) -> KokoroError | None:
    """What a client is told of what went wrong; None where it has left."""
    for cause in causes:
        if not isinstance(cause, EXPECTED):
            log.error("bug while serving a client", exc_info=cause)
            return KokoroError("Internal error; the log of the service has more")
    if gone := next((cause for cause in causes if isinstance(cause, GoneError)), None):
        log.debug("client left: %s", gone)
        return None
    return next((cause for cause in causes if isinstance(cause, KokoroError)), None) or exhausted(causes[0])
