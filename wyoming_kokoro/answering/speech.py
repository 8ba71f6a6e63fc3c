"""One request from its text to its sound: sentences in, segments synthesized, samples out, all three at once."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from wyoming_kokoro.answering.journal import Entry, Journal
from wyoming_kokoro.answering.request import Request
from wyoming_kokoro.audio import RATE, Samples, silence
from wyoming_kokoro.errors import KokoroError, UnspeakableError, forget
from wyoming_kokoro.runtime.scheduler import Scheduler
from wyoming_kokoro.speech.engine import Segment, Speaker, at_rate, render
from wyoming_kokoro.speech.voice import Voice
from wyoming_kokoro.text.phrases import Phrase

log = logging.getLogger(__name__)

BLOCK_SAMPLES = 4096
"""Samples that are passed on at once (170 ms): clients that wait for a whole block still start at once."""
LONGEST_PAUSE_S = 60.0
"""However many pauses a text asks for in a row: nobody waits longer."""
AHEAD = 2
"""Segments that are there at most, the one that is being taken among them: the longest are megabytes, and there are
listeners who take nothing."""
NOTHING_S = 0.1
"""Seconds of silence where there is nothing to say: Home Assistant fails on an answer without audio."""

SEND_TIMEOUT_S = 60.0
"""A client that takes nothing for so long is gone, by any protocol: nobody pauses a spoken answer for a minute."""

Take = Callable[[Samples], Awaitable[None]]
"""Passes a block on to the listener. Waits where he takes nothing more for now; raises where he has left."""


@dataclass(frozen=True)
class _Made:
    samples: Samples
    segment: Segment
    rest: Segment | None
    took: float
    """Seconds of inference."""


@dataclass(frozen=True)
class _Sound:
    pause: float
    """Seconds of silence before the samples."""
    samples: Samples

    @property
    def seconds(self) -> float:
        return self.pause + len(self.samples) / RATE

    def blocks(self) -> Iterator[Samples]:
        left = round(self.pause * RATE)
        while left:
            yield np.zeros(min(left, BLOCK_SAMPLES), np.float32)
            left -= min(left, BLOCK_SAMPLES)
        for start in range(0, len(self.samples), BLOCK_SAMPLES):
            yield self.samples[start : start + BLOCK_SAMPLES]


class Speech:
    """Speaks one request: a segment is synthesized while the one before it is taken, and one more is read ahead."""

    def __init__(
        self, request: Request, speaker: Speaker, scheduler: Scheduler, journal: Journal | None = None
    ) -> None:
        """Raises VoiceError where nobody here has the voice."""
        self._voice = _voice(request, speaker)
        self._normalizer = speaker.diction.normalizer(self._voice.language.tag, ssml=request.ssml)
        self._request = request
        self._engine = speaker.engine
        self._scheduler = scheduler
        self._journal = journal or Journal()
        self._entry: Entry
        self._places = asyncio.Semaphore(AHEAD)
        self._ready: asyncio.Queue[_Sound | KokoroError | None] = asyncio.Queue()
        """What is to be taken; last of all why there is no more, or None."""
        self._clock = asyncio.get_running_loop().time
        self._started: float | None = None
        """When the first audio was there to be taken."""
        self._silent_at = 0.0
        """When the listener runs out of sound, or did."""
        self._taken = 0
        """Samples."""

    async def speak(self, take: Take) -> None:
        """Returns once `take` has had the last block, of at most BLOCK_SAMPLES.

        Raises a group with what the engine raises, once the audio before it is taken, or with what `take` raises.
        """
        with self._journal.request(self._request.protocol, self._voice.name, self._engine.name) as self._entry:
            try:
                await self._both(take)
            except asyncio.CancelledError as error:  # the listener left: the sound in the frames need not be kept
                forget(error)
                raise
        who = f"{self._voice.name} by {self._engine.name}"
        first = (self._started or 0) - self._request.since
        log.info("spoke %.2f s as %s, first audio after %.3f s", self._taken / RATE, who, first)

    async def _both(self, take: Take) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._synthesize())
            tasks.create_task(self._play(take))

    async def _synthesize(self) -> None:
        try:
            await self._passages()
        except KokoroError as error:
            self._ready.put_nowait(error)  # behind the audio that is there already
        else:
            self._ready.put_nowait(None)

    async def _passages(self) -> None:
        pause = 0.0
        async for passage in self._request.passages():
            self._journal.read(self._entry, " ".join(passage))
            pause = await self._segments(await asyncio.to_thread(self._prepare, passage), pause)
        pause = await self._segments(await asyncio.to_thread(self._rest), pause)
        if pause > self._engine.settings.sentence_pause:  # the text asks for silence at its end
            await self._silence(pause)
        elif self._started is None:
            await self._silence(NOTHING_S)

    def _prepare(self, passage: list[str]) -> list[Segment]:
        return self._segmented(self._normalizer.read(passage))

    def _rest(self) -> list[Segment]:
        return self._segmented(self._normalizer.rest())

    def _segmented(self, phrases: list[Phrase]) -> list[Segment]:
        return self._engine.segments(phrases, self._voice) if phrases else []

    async def _segments(self, segments: list[Segment], pause: float) -> float:
        """One after the other; the pauses before the first and after the last are in seconds."""
        for segment in segments:
            pause = await self._segment(segment, pause)
        return pause

    async def _segment(self, segment: Segment, pause: float) -> float:
        """Synthesizes it, in as many parts as it takes."""
        if not segment.content:
            return min(pause + segment.pause, LONGEST_PAUSE_S)
        rest: Segment | None = segment
        while rest:
            await self._places.acquire()
            asked = self._clock()
            try:
                made = await self._scheduler.run(self._silent_at, partial(self._make, rest))
            except UnspeakableError as error:
                self._places.release()
                log.info("left out a sentence: %s", error)
                return max(pause, segment.pause)
            seconds = len(made.samples) / RATE
            log.debug("synthesized %.2f s: %s", seconds, made.segment.content)
            self._journal.inferred(self._entry, made.took, seconds)
            if self._started is not None:
                self._journal.late(self._entry, self._clock() - max(self._silent_at, asked))
            self._queue(_Sound(pause, made.samples))
            rest, pause = made.rest, made.segment.pause
        return pause

    async def _silence(self, seconds: float) -> None:
        await self._places.acquire()
        self._queue(_Sound(seconds, silence(0)))

    def _make(self, segment: Segment) -> _Made:
        """On an inference thread: only now it is known for how long the listener still hears something."""
        lead = max(0.0, self._silent_at - self._clock())
        part, rest = self._engine.split(segment, lead)
        began = time.perf_counter()
        samples = render(self._engine, part)
        return _Made(samples, part, rest, time.perf_counter() - began)

    def _queue(self, sound: _Sound) -> None:
        now = self._clock()
        if self._started is None:
            self._started = now
            self._journal.heard(self._entry, now - self._request.since)
            log.debug("first audio leaves")
        self._silent_at = max(self._silent_at, now) + sound.seconds  # after a gap the listener hears on from now
        self._ready.put_nowait(sound)

    async def _play(self, take: Take) -> None:
        while (sound := await self._ready.get()) is not None:
            if isinstance(sound, KokoroError):
                raise sound
            for block in sound.blocks():
                await take(block)
                self._taken += len(block)
                self._entry.audio = self._taken / RATE
                await asyncio.sleep(0)  # a listener who takes all doesn't suspend: others wait, too
            self._places.release()


def _voice(request: Request, speaker: Speaker) -> Voice:
    """As fast and as loud as the request wants it."""
    wanted = request.voice
    voice = at_rate(speaker.voice(wanted.name, wanted.language, wanted.speaker), request.speed)
    return replace(voice, gain=voice.gain + request.gain) if request.gain else voice
