"""One request's speech as audio events."""

from collections.abc import Awaitable, Callable

from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.tts import SynthesizeStopped

from wyoming_kokoro.answering.journal import Journal
from wyoming_kokoro.answering.request import Request
from wyoming_kokoro.answering.speech import Speech
from wyoming_kokoro.audio import CHANNELS, RATE, WIDTH, Samples, to_pcm
from wyoming_kokoro.runtime.scheduler import Scheduler
from wyoming_kokoro.speech.engine import Speaker
from wyoming_kokoro.wire.events import encode_all

Send = Callable[[bytes], Awaitable[None]]


class Answer:
    def __init__(
        self, request: Request, speaker: Speaker, scheduler: Scheduler, send: Send, journal: Journal | None = None
    ) -> None:
        """Raises VoiceError where nobody here has the voice."""
        self._speech = Speech(request, speaker, scheduler, journal)
        self._streaming = request.streaming
        self._send = send
        self._beginning = encode_all(AudioStart(RATE, WIDTH, CHANNELS, timestamp=0))
        """Leaves with the first audio."""
        self._sent = 0
        """Samples."""

    async def speak(self) -> None:
        """Raises a group with what the engine raises, once the audio before it is sent, or with what `send` raises."""
        await self._speech.speak(self._chunk)
        ending = encode_all(AudioStop(timestamp=self._milliseconds()))
        await self._send(ending + encode_all(SynthesizeStopped()) if self._streaming else ending)

    async def _chunk(self, samples: Samples) -> None:
        event = AudioChunk(RATE, WIDTH, CHANNELS, to_pcm(samples), self._milliseconds())
        beginning, self._beginning = self._beginning, b""
        self._sent += len(samples)
        await self._send(beginning + encode_all(event))

    def _milliseconds(self) -> int:
        return self._sent * 1000 // RATE
