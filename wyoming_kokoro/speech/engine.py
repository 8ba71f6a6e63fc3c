"""What an engine is, and what is asked of its audio."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np

from wyoming_kokoro import config
from wyoming_kokoro.audio import Samples, amplify, fade_edges, is_silent, limit
from wyoming_kokoro.errors import SynthesisError
from wyoming_kokoro.speech.loudness import Levels
from wyoming_kokoro.speech.voices import Catalogue, Voice
from wyoming_kokoro.text.normalize import Diction
from wyoming_kokoro.text.phrases import Phrase

Details = dict[str, str | int | float]
"""What an engine runs on, for machines; the values are for people, too."""


@dataclass(frozen=True)
class Segment:
    """What an engine synthesizes in one go: a sentence, or a part of a long one."""

    content: str
    """In the engine's own terms: phonemes for Kokoro, words for espeak-ng. Empty: a pause alone."""
    voice: Voice
    pause: float
    """Seconds of silence between this segment and one that follows it."""


class Engine(Protocol):
    """All methods may be called from any thread, and from several at once."""

    name: str
    settings: config.Text
    """Its pauses. Set anew when the configuration changes: what is made then sees one or the other."""

    def segments(self, phrases: Sequence[Phrase], voice: Voice) -> list[Segment]:
        """The front end, for the phrases of a sentence or of several. Empty where nothing of them can be spoken."""

    def split(self, segment: Segment, lead: float) -> tuple[Segment, Segment | None]:
        """What of the segment is made next, and the rest, for a listener who has `lead` seconds left to hear."""

    def synthesize(self, segment: Segment) -> Samples:
        """Inference: mono float32 at audio.RATE. Raises SynthesisError."""


@dataclass(frozen=True)
class Speaker:
    """Who speaks now: an engine with the voices that it can speak, and how it reads texts."""

    engine: Engine
    catalogue: Catalogue
    diction: Diction
    note: str
    """One line for people: what it runs on, or why it isn't the engine that was wanted."""
    details: Details = field(default_factory=dict)
    parallel: int = 1
    """How many segments are best synthesized at the same time."""
    levels: Levels | None = None
    """How loud the voices were found to be."""

    def voice(self, name: str | None, language: str | None, speaker: str | None) -> Voice:
        """Who is meant by a request, as loud as the others. Raises VoiceError where nobody here has the voice."""
        voice = self.catalogue.choose(name, language, speaker)
        return replace(voice, gain=voice.gain + self.levels.gain(voice.styles)) if self.levels else voice


def render(engine: Engine, segment: Segment) -> Samples:
    """The audio of one segment, ready to be joined: level applied, edges faded.

    Raises:
        SynthesisError: also where the engine gave nothing, silence or NaN: that is never speech.
    """
    samples = engine.synthesize(segment)
    if not np.isfinite(samples).all() or is_silent(samples):
        kind = "no" if not samples.size else "silent" if np.isfinite(samples).all() else "NaN"
        raise SynthesisError(
            f"The engine {engine.name} gave {kind} audio for {len(segment.content)} characters in {segment.voice.name}",
            "If it happens again, the model file may be damaged: run `wyoming-kokoro doctor`",
        )
    return fade_edges(limit(amplify(samples, segment.voice.gain)))


def at_rate(voice: Voice, rate: float) -> Voice:
    """The voice for a phrase that is to be spoken faster or slower, as far as it can."""
    return (
        replace(voice, speed=min(config.SPEEDS[1], max(config.SPEEDS[0], voice.speed * rate))) if rate != 1.0 else voice
    )


def ended(segments: list[Segment], pause: float) -> list[Segment]:
    """With the pause of a sentence behind the last one, whatever mark is there: a line of a list is one, too."""
    if segments and segments[-1].content:
        segments = [*segments[:-1], replace(segments[-1], pause=max(segments[-1].pause, pause))]
    return segments
