"""The embedded engine: espeak-ng speaks under Kokoro's voice names while Kokoro isn't there."""

from wyoming_kokoro import config
from wyoming_kokoro.audio import Samples, trim_silence
from wyoming_kokoro.errors import SynthesisError, UnspeakableError
from wyoming_kokoro.speech.engine import Segment
from wyoming_kokoro.speech.espeak_ng import EspeakSynthesizer
from wyoming_kokoro.speech.voices import Voice


class EspeakEngine:
    name = "espeak"

    def __init__(self, pauses: config.Text) -> None:
        """Raises SynthesisError where the espeak-ng library is missing."""
        self._synthesizer = EspeakSynthesizer()
        self._pauses = pauses

    def segments(self, sentence: str, voice: Voice) -> list[Segment]:
        return [Segment(sentence, voice, self._pauses.sentence_pause)]

    def split(self, segment: Segment, lead: float) -> tuple[Segment, Segment | None]:  # noqa: ARG002
        """Never in two: a second of speech takes it a few milliseconds."""
        return segment, None

    def synthesize(self, segment: Segment) -> Samples:
        voice = segment.voice
        if voice.language.espeak is None:
            raise SynthesisError(f"There is no front end for {voice.language.name}")
        samples = self._synthesizer.synthesize(
            segment.content, voice.language.espeak, female=voice.female, speed=voice.speed
        )
        if not samples.size:
            raise UnspeakableError(
                f"espeak-ng says nothing for {len(segment.content)} characters in {voice.language.name}"
            )
        return trim_silence(samples)
