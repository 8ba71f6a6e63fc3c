"""An engine whose work can be seen and held, and a server around it."""

import asyncio
import threading
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, closing
from typing import Any

import numpy as np
from wyoming.client import AsyncClient, AsyncTcpClient
from wyoming.event import Event

from wyoming_kokoro import config
from wyoming_kokoro.answering.backlog import Backlog
from wyoming_kokoro.answering.journal import Journal
from wyoming_kokoro.audio import RATE, Samples
from wyoming_kokoro.config import Config
from wyoming_kokoro.errors import SynthesisError, UnspeakableError
from wyoming_kokoro.runtime.scheduler import Scheduler
from wyoming_kokoro.speech.diction import diction
from wyoming_kokoro.speech.engine import Engine, Segment, Speaker, at_rate
from wyoming_kokoro.speech.voices import Voice, catalogue
from wyoming_kokoro.text.phrases import Phrase
from wyoming_kokoro.web.house import House
from wyoming_kokoro.web.server import pages
from wyoming_kokoro.wire.server import Server, serving

SECONDS_PER_CHARACTER = 0.02
HELD_S = 20
"""A test that forgets to release an engine fails by this, instead of hanging."""


class FakeEngine:
    """A tone for each sentence, as long as its text. `held` texts wait until `release`; "boom" and the like raise."""

    name = "fake"

    def __init__(self, *held: str) -> None:
        self.settings = config.Text()
        self.spoken: list[tuple[str, str]] = []
        """(text, voice) in the order in which synthesis began."""
        self._gates = {text: threading.Event() for text in held}

    async def begun(self) -> None:
        """Returns once something is being synthesized, or was."""
        while not self.spoken:
            await asyncio.sleep(0.005)

    def release(self, text: str) -> None:
        self._gates[text].set()

    def segments(self, phrases: Sequence[Phrase], voice: Voice) -> list[Segment]:
        return [
            Segment(phrase.words.strip(), at_rate(voice, phrase.rate), phrase.pause or 0.25 * bool(phrase.spans))
            for phrase in phrases
        ]

    def split(self, segment: Segment, lead: float) -> tuple[Segment, Segment | None]:
        return segment, None

    def synthesize(self, segment: Segment) -> Samples:
        self.spoken.append((segment.content, segment.voice.name))
        if segment.content in self._gates and not self._gates[segment.content].wait(HELD_S):
            raise AssertionError(f"{segment.content!r} was never released")
        if "boom" in segment.content:
            raise SynthesisError("the engine failed")
        if "nothing" in segment.content:
            raise UnspeakableError("nothing to say")
        if "files" in segment.content:
            raise OSError(24, "Too many open files")
        if "memory" in segment.content:
            raise MemoryError
        if "bug" in segment.content:
            raise ZeroDivisionError
        length = round(len(segment.content) * SECONDS_PER_CHARACTER * RATE)
        tone: Samples = (0.5 * np.sin(0.1 * np.arange(length))).astype(np.float32)
        return tone


def fake_speaker(engine: Engine, note: str = "a test speaks", text: config.Text | None = None, **more: Any) -> Speaker:
    """A slow machine makes no pauses in a text."""
    return Speaker(engine, catalogue(config.Voices()), diction(text or config.Text(flush_after=0)), note, **more)


@asynccontextmanager
async def served(
    engine: FakeEngine,
    settings: config.Server | None = None,
    text: config.Text | None = None,
    watchdog: float = 0.0,
    journal: Journal | None = None,
) -> AsyncIterator[Server]:
    """A real server on a free port of loopback, with the engine behind it."""
    speaker = fake_speaker(engine, text=text)
    own = settings or config.Server(uri="tcp://127.0.0.1:0", grace=2)
    with closing(Scheduler(watchdog=watchdog)) as scheduler:
        async with serving(own, lambda: speaker, scheduler, journal) as server:
            yield server


def client_of(server: Server) -> AsyncTcpClient:
    """The wyoming library's own client."""
    client = AsyncClient.from_uri(server.uri, read_timeout=HELD_S)
    assert isinstance(client, AsyncTcpClient)
    return client


async def send(client: AsyncClient, *events: tuple[str, Mapping[str, object]]) -> None:
    for kind, data in events:
        await client.write_event(Event(kind, dict(data)))


async def answers(client: AsyncClient, *ends: str) -> list[Event]:
    """The events up to and with the first of the types `ends`, or to the end of the stream."""
    events: list[Event] = []
    while (event := await client.read_event()) is not None:
        events.append(event)
        if event.type in ends:
            break
    return events


def pcm(events: list[Event]) -> Samples:
    """The audio of the chunks as float32, -1 to 1."""
    content = b"".join(event.payload or b"" for event in events if event.type == "audio-chunk")
    return (np.frombuffer(content, "<i2") / 32_767).astype(np.float32)


@asynccontextmanager
async def paged(engine: FakeEngine, web: config.Web | None = None, **settings: Any) -> AsyncIterator[tuple[House, str]]:
    """What `web` has of a service, and its real address on a free port of loopback."""
    own = Config(web=web or config.Web(uri="http://127.0.0.1:0"), **settings)
    speaker = fake_speaker(engine)
    with closing(Scheduler()) as scheduler:
        journal = Journal(show_text=own.web.show_text)
        house = House(own, lambda: speaker, scheduler, Backlog(own.server.max_queue), journal)
        async with pages(house) as page:
            yield house, page
