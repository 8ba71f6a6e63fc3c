"""What the service's own session does while it serves: which inference began and ended when, on how many tokens."""

import math
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from wyoming_kokoro.errors import SynthesisError
from wyoming_kokoro.runtime.session import Session

KEPT = 10_000
"""Inferences that are remembered: more than one part of the benchmark makes."""
TOKENS = ("tokens", "input_ids")
"""The names of that input in the two layouts."""


@dataclass(frozen=True)
class Run:
    """One inference. Moments are seconds of time.monotonic."""

    began: float
    ended: float
    ids: tuple[int, ...]
    """The tokens, without the pads around them."""

    @property
    def seconds(self) -> float:
        return self.ended - self.began


class Recorder:
    def __init__(self) -> None:
        self.session: Session | None = None
        """The one that inferred last; None where the engine has none."""
        self._runs: deque[Run] = deque(maxlen=KEPT)
        self.running = 0
        """Inferences that run now."""
        self.begun = 0
        """Inferences so far."""
        self._lock = threading.Lock()

    def between(self, begin: float, end: float = math.inf) -> list[Run]:
        """The inferences that began and ended in between, in the order in which they began."""
        with self._lock:
            inside = [run for run in self._runs if begin <= run.began and run.ended <= end]
        return sorted(inside, key=lambda run: run.began)

    @contextmanager
    def watching(self, session: Session, inputs: Mapping[str, Any]) -> Iterator[None]:
        with self._lock:
            self.running += 1
            self.begun += 1
        began = time.monotonic()
        try:
            yield
        finally:
            run = Run(began, time.monotonic(), _ids(inputs))
            with self._lock:
                self.session = session
                self._runs.append(run)
                self.running -= 1

    def first(self, begin: float, end: float) -> Run:
        """Raises SynthesisError where there was none."""
        if runs := self.between(begin, end):
            return runs[0]
        raise SynthesisError("The service answered without an inference of its model", "Run `wyoming-kokoro doctor`")


@contextmanager
def recording() -> Iterator[Recorder]:
    """Of every session of this process. The class is what is common to all ways in which sessions come about."""
    recorder, plain = Recorder(), Session.run

    def run(self: Session, output_names: Any, input_feed: Mapping[str, Any], *args: Any, **kwargs: Any) -> Any:
        with recorder.watching(self, input_feed):
            return plain(self, output_names, input_feed, *args, **kwargs)

    Session.run = run  # type: ignore[method-assign]
    try:
        yield recorder
    finally:
        Session.run = plain  # type: ignore[method-assign]


def _ids(inputs: Mapping[str, Any]) -> tuple[int, ...]:
    """Empty where the session isn't of Kokoro's model."""
    return next((tuple(inputs[name].ravel().tolist()[1:-1]) for name in TOKENS if name in inputs), ())
