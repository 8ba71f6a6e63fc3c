"""What happened: counts, times and the last requests, for whoever wants to look. It knows no protocol and no page.

Everything in it is bounded, and nothing tells who asked; what was said is kept only where that is wanted. It belongs to
the event loop's thread.
"""

import time
from collections import Counter, defaultdict, deque
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial

from wyoming_kokoro.answering.histogram import Histogram
from wyoming_kokoro.errors import KokoroError, ResourceError, first_of

LAST = 50
"""Requests that are remembered."""
SHOWN = 300
"""Characters that are kept of a text, where texts are shown."""
TIMES_S = (0.025, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 30.0)
"""From a prepared model on a GPU to a long sentence on a slow CPU."""
FACTORS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 5.0)
"""Seconds of inference for a second of audio; above 1 a read-out can't be without gaps."""
AUDIBLE_S = 0.02
"""A shorter gap is one of the clock and not of the sound."""
CANCELLED = "cancelled"
"""The outcome where the listener left, or was sent away."""


class GoneError(Exception):
    """The listener has left, or takes nothing. Not OSError: that may come from an engine."""


@dataclass
class Entry:
    """One request."""

    protocol: str
    voice: str
    engine: str
    at: float
    """When it came, on the clock of time.monotonic."""
    characters: int = 0
    """That were spoken, or tried to."""
    first_audio: float | None = None
    """Seconds from the request to the first audio."""
    audio: float = 0.0
    """Seconds that were taken by the listener."""
    gaps: int = 0
    outcome: str = "speaking"
    """Or spoken, cancelled, or the code of an error."""
    text: str = ""
    """Its beginning, where texts are shown."""


class Journal:
    def __init__(self, *, show_text: bool = False) -> None:
        self.began = time.monotonic()
        self.show_text = show_text
        self.connections: Counter[str] = Counter()
        """That are open now, by protocol."""
        self.accepted: Counter[str] = Counter()
        """That were ever open."""
        self.requests: Counter[tuple[str, str, str]] = Counter()
        """That have ended, by protocol, engine and outcome."""
        self.errors: Counter[str] = Counter()
        """That were answered, by code."""
        self.first_audio: defaultdict[str, Histogram] = defaultdict(partial(Histogram, TIMES_S))
        self.inference: defaultdict[str, Histogram] = defaultdict(partial(Histogram, TIMES_S))
        self.real_time_factor: defaultdict[str, Histogram] = defaultdict(partial(Histogram, FACTORS))
        """By engine, as the two above; inference is that of one segment."""
        self.audio: Counter[str] = Counter()
        """Milliseconds that listeners took, by engine."""
        self.gaps = 0
        """Times that a listener ran out of sound because the next was not yet synthesized."""
        self.gap_s = 0.0
        self.last: deque[Entry] = deque(maxlen=LAST)
        """The newest last; those that are being spoken are among them."""

    def connected(self, protocol: str) -> None:
        self.connections[protocol] += 1
        self.accepted[protocol] += 1

    def left(self, protocol: str) -> None:
        self.connections[protocol] -= 1

    def request(self, protocol: str, voice: str, engine: str) -> AbstractContextManager[Entry]:
        """To be entered while it is spoken. How the body ends is its outcome."""
        entry = Entry(protocol, voice, engine, time.monotonic())
        self.last.append(entry)
        return _Request(self, entry)

    def ended(self, entry: Entry, outcome: str) -> None:
        entry.outcome = outcome
        self.requests[entry.protocol, entry.engine, outcome] += 1
        self.audio[entry.engine] += round(entry.audio * 1000)

    def read(self, entry: Entry, text: str) -> None:
        """The text is about to be spoken."""
        entry.characters += len(text)
        if self.show_text:
            entry.text = f"{entry.text} {text}".strip()[:SHOWN]

    def heard(self, entry: Entry, seconds: float) -> None:
        """The first audio was there so long after the request."""
        entry.first_audio = seconds
        self.first_audio[entry.engine].add(seconds)

    def inferred(self, entry: Entry, seconds: float, audio_s: float) -> None:
        """A segment with so much audio took so long."""
        self.inference[entry.engine].add(seconds)
        if audio_s:
            self.real_time_factor[entry.engine].add(seconds / audio_s)

    def late(self, entry: Entry, seconds: float) -> None:
        """The listener had nothing to hear for so long."""
        if seconds >= AUDIBLE_S:
            entry.gaps += 1
            self.gaps += 1
            self.gap_s += seconds


class _Request(AbstractContextManager[Entry]):
    def __init__(self, journal: Journal, entry: Entry) -> None:
        self._journal = journal
        self._entry = entry

    def __enter__(self) -> Entry:
        return self._entry

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        self._journal.ended(self._entry, _outcome(error) if error else "spoken")


def _outcome(error: BaseException) -> str:
    cause = first_of(error) if isinstance(error, BaseExceptionGroup) else error
    if isinstance(cause, KokoroError):
        return cause.code
    if isinstance(cause, OSError | MemoryError):
        return ResourceError.code
    return KokoroError.code if isinstance(cause, Exception) and not isinstance(cause, GoneError) else CANCELLED
