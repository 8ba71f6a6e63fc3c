"""The embedded engine: espeak-ng speaks under Kokoro's voice names while Kokoro isn't there."""

import re
from collections.abc import Sequence

from wyoming_kokoro import config
from wyoming_kokoro.audio import Samples, trim_silence
from wyoming_kokoro.errors import UnspeakableError
from wyoming_kokoro.speech.engine import Segment, at_rate, ended
from wyoming_kokoro.speech.espeak_ng import EspeakSynthesizer
from wyoming_kokoro.speech.voices import Voice
from wyoming_kokoro.text.phrases import Phrase

_LETTER_A = re.compile(r"\bA (?=[A-Z]\b)")
"""In "ten A M", which espeak-ng takes for the article; "A-M" are two letters, without a pause."""


class EspeakEngine:
    name = "espeak"

    def __init__(self, settings: config.Text) -> None:
        """Raises SynthesisError where the espeak-ng library is missing."""
        self._synthesizer = EspeakSynthesizer()
        self.settings = settings

    def segments(self, phrases: Sequence[Phrase], voice: Voice) -> list[Segment]:
        """Given phonemes are Kokoro's: it says the words that they are of."""
        segments = [
            Segment(_LETTER_A.sub("A-", phrase.words.strip()), at_rate(voice, phrase.rate), phrase.pause)
            for phrase in phrases
        ]
        return ended(segments, self.settings.sentence_pause)

    def split(self, segment: Segment, lead: float) -> tuple[Segment, Segment | None]:  # noqa: ARG002
        """Never in two: a second of speech takes it a few milliseconds."""
        return segment, None

    def synthesize(self, segment: Segment) -> Samples:
        voice = segment.voice
        samples = self._synthesizer.synthesize(
            segment.content, voice.language.embedded, female=voice.female, speed=voice.speed
        )
        if not samples.size:
            raise UnspeakableError(
                f"espeak-ng says nothing for {len(segment.content)} characters in {voice.language.name}"
            )
        return trim_silence(samples)
