"""What a listener hears of an answer: playback starts with the first chunk, and stops where the next one is late."""

from collections.abc import Iterable
from dataclasses import dataclass

Arrival = tuple[float, float]
"""When a chunk of audio came (seconds of any clock), and how many seconds of sound it holds."""


@dataclass(frozen=True)
class Playback:
    first: float | None = None
    """When it started; None if nothing came."""
    audio_s: float = 0.0
    gaps: int = 0
    """How often the sound had run out before the next chunk came."""
    gap_s: float = 0.0
    """How long it was silent for that, in all."""


def play(arrivals: Iterable[Arrival]) -> Playback:
    """A player without a buffer of its own: the strictest there is."""
    first: float | None = None
    runs_out = audio_s = gap_s = 0.0
    gaps = 0
    for at, seconds in arrivals:
        if first is None:
            first = runs_out = at
        if at > runs_out:
            gaps += 1
            gap_s += at - runs_out
            runs_out = at
        runs_out += seconds
        audio_s += seconds
    return Playback(first, audio_s, gaps, gap_s)
