"""One request from its text to its audio events: sentences in, segments synthesized, audio out, all three at once."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial

import numpy as np
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.tts import SynthesizeStopped, SynthesizeVoice

from wyoming_kokoro.audio import CHANNELS, RATE, WIDTH, Samples, silence, to_pcm
from wyoming_kokoro.errors import UnspeakableError
from wyoming_kokoro.runtime.scheduler import Scheduler
from wyoming_kokoro.speech.engine import Segment, Speaker, render
from wyoming_kokoro.speech.voices import Voice
from wyoming_kokoro.text.normalize import has_speech, speakable
from wyoming_kokoro.text.sentences import SentenceSplitter
from wyoming_kokoro.wire.events import encode_all

log = logging.getLogger(__name__)

CHUNK_SAMPLES = 4096
"""Samples in one audio-chunk (170 ms): clients that wait for a whole event still start at once."""
NOTHING_S = 0.1
"""Seconds of silence where there is nothing to say: Home Assistant fails on an answer without audio."""

Send = Callable[[bytes], Awaitable[None]]


class Request:
    """The text of one answer while it comes in."""

    def __init__(self, voice: SynthesizeVoice, *, streaming: bool) -> None:
        self.voice = voice
        self.streaming = streaming
        self.since = asyncio.get_running_loop().time()
        self._splitter = SentenceSplitter()
        self._sentences: asyncio.Queue[str | None] = asyncio.Queue()
        self._queued = 0

    @property
    def waiting(self) -> int:
        """Characters that came in and were not yet synthesized."""
        return self._splitter.pending + self._queued

    def feed(self, text: str) -> None:
        self._put(self._splitter.feed(text))

    def finish(self) -> None:
        self._put(self._splitter.flush())
        self._sentences.put_nowait(None)

    def _put(self, sentences: list[str]) -> None:
        for sentence in sentences:
            self._queued += len(sentence)
            self._sentences.put_nowait(sentence)

    async def sentences(self) -> AsyncIterator[str]:
        """Each finished sentence as soon as it is sure, until `finish`."""
        while (sentence := await self._sentences.get()) is not None:
            yield sentence
            self._queued -= len(sentence)


class Answer:
    """Speaks one request: a segment is synthesized while the one before it is written, and one more is read ahead."""

    def __init__(self, request: Request, speaker: Speaker, scheduler: Scheduler, send: Send) -> None:
        """Raises VoiceError where nobody here has the voice."""
        voice = request.voice
        self._voice = speaker.catalogue.choose(voice.name, voice.language, voice.speaker)
        self._request = request
        self._engine = speaker.engine
        self._scheduler = scheduler
        self._send = send
        self._ready: asyncio.Queue[Samples | None] = asyncio.Queue(maxsize=1)
        self._clock = asyncio.get_running_loop().time
        self._started: float | None = None
        """When the first audio was sent."""
        self._samples = 0
        """How many were synthesized so far."""
        self._sent = 0

    async def speak(self) -> None:
        """Raises SynthesisError, or what `send` raises."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._synthesize())
            tasks.create_task(self._play())
        who = f"{self._voice.name} by {self._engine.name}"
        first = (self._started or 0) - self._request.since
        log.info("spoke %.2f s as %s, first audio after %.3f s", self._sent / RATE, who, first)

    async def _synthesize(self) -> None:
        pause = 0.0
        async for sentence in self._request.sentences():
            for segment in await asyncio.to_thread(self._prepare, sentence, self._voice):
                try:
                    samples = await self._scheduler.run(self._deadline(), partial(render, self._engine, segment))
                except UnspeakableError as error:
                    log.info("left out a sentence: %s", error)
                    continue
                log.debug("synthesized %.2f s: %s", len(samples) / RATE, segment.content)
                await self._queue(np.concatenate([silence(pause), samples]))
                pause = segment.pause
        if not self._samples:
            await self._queue(silence(NOTHING_S))
        await self._ready.put(None)

    def _prepare(self, sentence: str, voice: Voice) -> list[Segment]:
        words = speakable(sentence)
        return self._engine.segments(words, voice) if has_speech(words) else []

    def _deadline(self) -> float:
        """When this listener runs out of sound: now, before the first."""
        return self._clock() if self._started is None else self._started + self._samples / RATE

    async def _queue(self, samples: Samples) -> None:
        self._samples += len(samples)
        await self._ready.put(samples)

    async def _play(self) -> None:
        while (samples := await self._ready.get()) is not None:
            if self._started is None:
                self._started = self._clock()
                await self._send(encode_all(AudioStart(RATE, WIDTH, CHANNELS, timestamp=0)))
                log.debug("first audio leaves")
            for start in range(0, len(samples), CHUNK_SAMPLES):
                await self._send(self._chunk(samples[start : start + CHUNK_SAMPLES]))
        ending = encode_all(AudioStop(timestamp=self._milliseconds()))
        await self._send(ending + encode_all(SynthesizeStopped()) if self._request.streaming else ending)

    def _chunk(self, samples: Samples) -> bytes:
        event = AudioChunk(RATE, WIDTH, CHANNELS, to_pcm(samples), self._milliseconds())
        self._sent += len(samples)
        return encode_all(event)

    def _milliseconds(self) -> int:
        return self._sent * 1000 // RATE
