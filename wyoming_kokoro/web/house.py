"""What the handlers look at and speak with."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from wyoming_kokoro.answering.backlog import Backlog
from wyoming_kokoro.answering.journal import Journal
from wyoming_kokoro.config import Config
from wyoming_kokoro.findings import Finding
from wyoming_kokoro.runtime.devices import Choice, Device
from wyoming_kokoro.runtime.scheduler import Scheduler
from wyoming_kokoro.speech.engine import Speaker

Examine = Callable[[], Sequence[tuple[str, Finding]]]
"""(check, finding) of what `doctor` would look at. Blocks for seconds."""


def _cpu() -> Choice:
    return Choice(Device("cpu"), "nothing else is chosen")


@dataclass(frozen=True)
class House:
    settings: Config
    speaker: Callable[[], Speaker]
    scheduler: Scheduler
    backlog: Backlog
    """Of all protocols together."""
    journal: Journal = field(default_factory=Journal)
    choice: Callable[[], Choice] = _cpu
    """What Kokoro is to run on, and why."""
    parallel: Callable[[], int] = lambda: 1
    downloads: Callable[[], Mapping[str, tuple[int, int]]] = dict
    """Of each file that is being fetched the bytes that are here, and all of them."""
    examine: Examine = tuple
