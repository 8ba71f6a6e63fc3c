"""What one run of the benchmark found, as it is written to JSON and read back. Times are in seconds."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

FORMAT = 1
"""Of the JSON. Another number means other fields."""


@dataclass(frozen=True)
class Spread:
    """Measured values and what is said of them. With few values p95 is hardly less than the worst."""

    median: float
    p95: float
    worst: float
    values: tuple[float, ...]
    """In the order in which they were measured."""


def spread(values: Iterable[float]) -> Spread:
    """Of one or more values."""
    measured = tuple(round(value, 6) for value in values)
    median, p95 = (round(float(value), 6) for value in np.percentile(measured, (50, 95)))
    return Spread(median, p95, max(measured), measured)


def spread_if(values: Iterable[float]) -> Spread | None:
    """None where nothing was measured."""
    measured = tuple(values)
    return spread(measured) if measured else None


@dataclass(frozen=True)
class Machine:
    cpu: str
    cores: int
    """Those that this process may use."""
    memory_mib: int
    system: str
    gpu: str
    driver: str
    python: str
    program: str
    onnxruntime: str
    lane: str
    library: str
    """The version of kokoro-onnx."""
    model: str
    """The file's name and what it is."""
    speaks: str
    """The engine's own line: device, placement, time to load."""
    settings: dict[str, str]
    """Keys of the configuration that bear on speed and are not at their defaults."""


@dataclass(frozen=True)
class FirstAudio:
    """One kind of text, one listener."""

    text: str
    """short, long, short streamed, long streamed."""
    characters: tuple[int, ...]
    """Of the first sentence, each time."""
    ours: Spread
    """From the whole first sentence to the first chunk at the client."""
    from_start: Spread | None
    """Streamed text: from its first piece."""
    first_run: Spread | None
    """The session run that made the first audio."""
    added: Spread | None
    """ours less first_run, where the text was sent whole."""
    floor: Spread | None
    """A bare session run of the whole first sentence."""
    create: Spread | None
    """The plain library's `create`, which gives all of the audio at once."""
    create_stream: Spread | None
    rtf: Spread | None
    """Seconds for a second of audio, to the end of the answer."""
    create_rtf: Spread | None


@dataclass(frozen=True)
class Inference:
    """Bare session runs of one number of tokens, but never of the number that was run before."""

    tokens: int
    audio_s: float
    ours: Spread
    """The model as this program loads it."""
    exported: Spread | None
    """The model file as it was exported, in a session with the same options."""
    library: Spread | None
    """The same file in the plain library's own session."""


@dataclass(frozen=True)
class Level:
    """So many clients at once, each asking again as soon as it was answered."""

    clients: int
    answers: int
    complete: int
    """Answers with an end, and as much audio as their text is worth."""
    faults: tuple[str, ...]
    sentences: int
    seconds: float
    audio_s: float
    together: Spread | None
    """First audio of each client's first answer: all ask at the same moment."""
    later: Spread | None
    """First audio of the answers after that, while others are spoken to."""
    gaps: int
    gap_s: float

    @property
    def throughput(self) -> float:
        """Seconds of audio in a second."""
        return self.audio_s / self.seconds


@dataclass(frozen=True)
class ReadOut:
    sentences: int
    characters: int
    first: float
    seconds: float
    audio_s: float
    gaps: int
    gap_s: float


@dataclass(frozen=True)
class Interruption:
    """One-word requests while another listener is read a long text."""

    characters: int
    """Of that text."""
    first: Spread
    segments: tuple[int, ...]
    """How many more segments of the read-out the device began before the word, each time."""


@dataclass(frozen=True)
class Page:
    """First audio of one-word requests by Wyoming."""

    alone: Spread
    """Nobody else is there."""
    watched: Spread
    """Somebody at the page reads status and metrics, four times a second."""
    read_out: Spread
    """Another listener is read a long text by Wyoming."""
    streamed: Spread
    """The same text is streamed over HTTP, and status and metrics are read."""
    described: Spread
    """Seconds that `describe` took while somebody was at the page."""
    looks: int
    """Times that status and metrics were read."""


@dataclass(frozen=True)
class Memory:
    """MiB. The peaks of whole processes."""

    speaking: float
    """The service, after all that it was asked for."""
    gpu_speaking: float | None
    longest: float
    """The service, after the longest bare inferences."""
    gpu_longest: float | None
    library: float | None
    gpu_library: float | None


@dataclass(frozen=True)
class Report:
    machine: Machine
    began: str
    """Date and time in UTC."""
    seconds: float
    """What the benchmark took."""
    first_audio: tuple[FirstAudio, ...]
    inference: tuple[Inference, ...]
    levels: tuple[Level, ...]
    read_out: ReadOut | None
    interruption: Interruption | None
    memory: Memory | None
    remarks: tuple[str, ...]
    """What wasn't measured, and why; what else has to be known."""
    format: int = field(default=FORMAT)
    page: Page | None = None
    """Not measured before there was one."""
