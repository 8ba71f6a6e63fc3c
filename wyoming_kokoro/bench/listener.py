"""One listener at the service's own port: asks by Wyoming, and keeps what comes when."""

import asyncio
import contextlib
import time
from dataclasses import dataclass

from wyoming.audio import AudioChunk, AudioStop
from wyoming.client import AsyncClient
from wyoming.event import Event
from wyoming.tts import Synthesize, SynthesizeChunk, SynthesizeStart, SynthesizeStop, SynthesizeStopped

from wyoming_kokoro.bench.player import Arrival, play
from wyoming_kokoro.bench.texts import tokens
from wyoming_kokoro.errors import KokoroError, ServerError
from wyoming_kokoro.wire.client import connected

TOKENS_PER_S = 20.0
"""How fast streamed text comes: a language model on one's own hardware writes about so many tokens in a second."""
SILENCE_S = 300.0
"""Seconds between two events after which an answer counts as lost."""
PLAUSIBLE_S = (0.02, 0.35)
"""Seconds of audio for each character. People speak at about 0.07; much less is lost text, much more is noise."""
AROUND_S = 1.5
"""Seconds that may come on top: the silence around a single word may be longer than the word."""


@dataclass(frozen=True)
class Wanted:
    text: str
    streamed: int = 0
    """Characters of the first sentence, where the text is sent as a language model writes it; 0: it is sent whole."""


@dataclass(frozen=True)
class Heard:
    """One answer as its listener met it. Moments are seconds of time.monotonic, which all processes share."""

    characters: int
    asked: float
    complete: float
    """When the last part of the first sentence had been sent; `asked` where the text was sent whole."""
    first: float | None
    """When the first audio was there."""
    ended: float
    audio_s: float
    gaps: int
    gap_s: float
    stopped: bool
    """Whether the events came that end an answer."""
    error: str = ""

    @property
    def fault(self) -> str:
        """Why this is no whole answer; empty if it is."""
        least, most = (seconds * self.characters for seconds in PLAUSIBLE_S)
        most += AROUND_S
        if self.error or not self.stopped:
            return self.error or "the answer has no end"
        if not least <= self.audio_s <= most:
            return f"{self.audio_s:.1f} s of audio for {self.characters} characters"
        return ""

    def waited(self, *, from_start: bool = False) -> float:
        """Seconds from the whole first sentence to the first audio. Raises ServerError where that never came."""
        if self.first is None or self.fault:
            raise ServerError(f"The service gave no whole answer: {self.fault}", "Its log says why: --log-level info")
        return self.first - (self.asked if from_start else self.complete)


async def converse(uri: str, wanted: list[Wanted], others: asyncio.Barrier) -> list[Heard]:
    """Asks for one after the other on one connection, once the others are connected, too."""
    async with connected(uri, answer_within=SILENCE_S) as client:
        await others.wait()
        return [await hear(client, each) for each in wanted]


async def hear(client: AsyncClient, wanted: Wanted, audible: asyncio.Event | None = None) -> Heard:
    """One answer; `audible` is set when its first audio is there, or never will be."""
    asked = time.monotonic()
    arrivals: list[Arrival] = []
    sending = asyncio.create_task(_send(client, wanted))
    error = ""
    try:
        await _receive(client, SynthesizeStopped if wanted.streamed else AudioStop, arrivals, audible)
        complete = await sending
    except (KokoroError, OSError, TimeoutError) as failure:
        error, complete = str(failure) or "it took too long", asked
        sending.cancel()
        if audible:
            audible.set()
    sound = play(arrivals)
    times = asked, complete, sound.first, time.monotonic()
    return Heard(len(wanted.text), *times, sound.audio_s, sound.gaps, sound.gap_s, not error, error)


async def _send(client: AsyncClient, wanted: Wanted) -> float:
    """Returns when the first sentence was complete."""
    complete = began = time.monotonic()
    if not wanted.streamed:
        await client.write_event(Synthesize(wanted.text).event())
        return complete
    await client.write_event(SynthesizeStart().event())
    sent = 0
    for number, piece in enumerate(tokens(wanted.text)):
        await asyncio.sleep(began + number / TOKENS_PER_S - time.monotonic())
        await client.write_event(SynthesizeChunk(piece).event())
        if sent < wanted.streamed <= sent + len(piece):
            complete = time.monotonic()
        sent += len(piece)
    await client.write_event(SynthesizeStop().event())
    return complete


async def _receive(
    client: AsyncClient,
    end: type[AudioStop] | type[SynthesizeStopped],
    arrivals: list[Arrival],
    audible: asyncio.Event | None,
) -> None:
    while not end.is_type((event := await _next(client)).type):
        if AudioChunk.is_type(event.type):
            arrivals.append((time.monotonic(), AudioChunk.from_event(event).seconds))
            if audible:
                audible.set()


async def _next(client: AsyncClient) -> Event:
    event = await client.read_event()
    if event is None:
        raise ServerError("The connection was closed")
    if event.type == "error":
        raise ServerError(f"The service answered an error: {event.data.get('text')}")
    return event


async def interrupt(uri: str, read_out: str, word: str, after_s: float) -> Heard:
    """The answer to a word that somebody asks for `after_s` seconds into another's read-out, which then leaves."""
    async with connected(uri, answer_within=SILENCE_S) as reader, connected(uri, answer_within=SILENCE_S) as other:
        audible = asyncio.Event()
        reading = asyncio.create_task(hear(reader, Wanted(read_out), audible))
        try:
            await audible.wait()
            await asyncio.sleep(after_s)
            return await hear(other, Wanted(word))
        finally:
            reading.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await reading
