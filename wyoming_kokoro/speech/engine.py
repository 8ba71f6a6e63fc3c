"""What an engine is, and what is asked of its audio."""

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from wyoming_kokoro.audio import Samples, amplify, fade_edges, is_silent
from wyoming_kokoro.errors import SynthesisError
from wyoming_kokoro.speech.voices import Catalogue, Voice

Details = dict[str, str | int | float]
"""What an engine runs on, for machines; the values are for people, too."""


@dataclass(frozen=True)
class Segment:
    """What an engine synthesizes in one go: a sentence, or a part of a long one."""

    content: str
    """In the engine's own terms: phonemes for Kokoro, words for espeak-ng."""
    voice: Voice
    pause: float
    """Seconds of silence between this segment and one that follows it."""


class Engine(Protocol):
    """All methods may be called from any thread, and from several at once."""

    name: str

    def segments(self, sentence: str, voice: Voice) -> list[Segment]:
        """The front end. Empty where nothing of the sentence can be spoken."""

    def split(self, segment: Segment, lead: float) -> tuple[Segment, Segment | None]:
        """What of the segment is made next, and the rest, for a listener who has `lead` seconds left to hear."""

    def synthesize(self, segment: Segment) -> Samples:
        """Inference: mono float32 at audio.RATE. Raises SynthesisError."""


@dataclass(frozen=True)
class Speaker:
    """Who speaks now: an engine with the voices that it can speak."""

    engine: Engine
    catalogue: Catalogue
    note: str
    """One line for people: what it runs on, or why it isn't the engine that was wanted."""
    details: Details = field(default_factory=dict)
    parallel: int = 1
    """How many segments are best synthesized at the same time."""


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
    return fade_edges(amplify(samples, segment.voice.gain))
