"""Kokoro's model on its device, for good: a device that fails costs no sentence, one that is idle can be freed."""

import contextlib
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

from wyoming_kokoro.errors import (
    DeviceError,
    DeviceLostError,
    DeviceMemoryError,
    KokoroError,
    ModelError,
    SynthesisError,
)
from wyoming_kokoro.runtime.devices import Device
from wyoming_kokoro.runtime.memory import give_back
from wyoming_kokoro.runtime.session import Session

log = logging.getLogger(__name__)

MOST_FAILURES, WINDOW_S = 3, 600.0
"""A device that fails so often within so many seconds is left alone: each try costs its listener a second or two."""
RETRY_S = 60.0
"""After a session that couldn't be made anew: another program may give back the GPU's memory."""

State = Literal["loaded", "unloaded", "failed", "given up", "gone"]
"""unloaded: freed while idle. failed: the CPU stands in until the session is made anew. given up: the CPU speaks,
because the device fails again and again, or because CUDA can't be used in this process any more. gone: the model had to
be loaded again, and its file is no longer there or no longer good."""


class Inference:
    """What the engine is handed in place of a session. `run` may be called from several threads at once."""

    def __init__(self, session: Session, reopen: Callable[[Device], Session], source: Path) -> None:
        """`reopen` makes a session of the same model: on the device of `session` again, or on the CPU. That needs the
        file `source`."""
        self.device = session.device
        self.state: State = "loaded"
        self.error = ""
        """Why the device failed, or the model couldn't be loaded, the last time."""
        self.failures = 0
        self._model_path = session._model_path  # noqa: SLF001 - kokoro-onnx reads it from a session
        self._reopen = reopen
        self._source = source
        self._session: Session | None = session
        self._stand_in: Session | None = None
        """On the CPU, while the device fails."""
        self._trial: tuple[Any, ...] = ()
        """The arguments of the first inference that succeeded, to try a new session with."""
        self._strikes: deque[float] = deque(maxlen=MOST_FAILURES)
        """When the device failed, but for want of memory: a shorter sentence may fit."""
        self._due = 0.0
        self._running = 0
        self._used = time.monotonic()
        self._lock = threading.Lock()
        """Held to change any of these but the trial, and while somebody waits for a session; never while one infers."""

    def get_inputs(self) -> Any:
        return self._ready().get_inputs()

    def get_outputs(self) -> Any:
        return self._ready().get_outputs()

    def get_modelmeta(self) -> Any:
        return self._ready().get_modelmeta()

    def run(self, *args: Any) -> Any:
        """As a session's. Where the device fails that has inferred before, the CPU gives the outputs.

        Raises:
            SynthesisError, DeviceError: the first inference failed, or the CPU can't infer either.
            ModelError: the model has to be loaded, and can't be.
        """
        with self._busy():
            session = self._ready()
            try:
                outputs = session.run(*args)
            except (SynthesisError, DeviceError) as error:
                if session.device.kind == "cpu" or not self._trial:
                    raise
                return self._instead_of(session, error, args)
            self._trial = self._trial or args
            return outputs

    def is_due(self, idle_after: float) -> bool:
        """Whether `tend` has something to do. `idle_after` is in seconds, 0 for never."""
        now = time.monotonic()
        if self.state == "failed":
            return now >= self._due
        held = self._session or self._stand_in
        return held is not None and not self._running and 0 < idle_after < now - self._used

    def tend(self) -> None:
        """Makes a failed session anew, or frees an idle one. Blocks for seconds."""
        if self.state == "failed":
            self._renew()
        else:
            with self._lock:
                self._free()

    @contextlib.contextmanager
    def _busy(self) -> Iterator[None]:
        with self._lock:
            self._running += 1
        try:
            yield
        finally:
            with self._lock:
                self._running -= 1
                self._used = time.monotonic()

    def _ready(self) -> Session:
        with self._lock:
            try:
                if self.state in ("unloaded", "gone"):
                    self._load()
                return self._session or self._on_cpu()
            except ModelError as error:
                self.state, self.error = "gone", error.message
                raise

    def _load(self) -> None:
        try:
            self._session = self._reopen(self.device)
        except DeviceError as error:
            self._fail(error)
        else:
            self.state = "loaded"
            log.info("loaded on %s again", self.device)

    def _on_cpu(self) -> Session:
        if self._stand_in is None:
            self._stand_in = self._reopen(Device("cpu"))
        return self._stand_in

    def _instead_of(self, session: Session, error: KokoroError, args: tuple[Any, ...]) -> Any:
        """The CPU's outputs. If it can't infer either it isn't the device's fault, unless the device is lost."""
        lost = isinstance(error, DeviceLostError)
        try:
            with self._lock:
                if lost:
                    self._blame(session, error)
                stand_in = self._on_cpu()
            outputs = stand_in.run(*args)
            with self._lock:
                self._blame(session, error)
            return outputs
        finally:
            with self._lock:
                if self.state == "loaded":
                    self._stand_in = None

    def _blame(self, session: Session, error: KokoroError) -> None:
        if session is self._session:  # else another thread was faster to tell
            self._fail(error)

    def _fail(self, error: KokoroError) -> None:
        """The failed session goes at once: what it holds may be what the next one needs."""
        now, renewing = time.monotonic(), self.state == "failed"
        self._session = None
        self.error = error.message
        self.failures += 1
        if renewing or not isinstance(error, DeviceMemoryError):
            self._strikes.append(now)
        worn = len(self._strikes) == MOST_FAILURES and now - self._strikes[0] < WINDOW_S
        self.state = "given up" if worn or isinstance(error, DeviceLostError) else "failed"
        self._due = now + RETRY_S if renewing else now
        outlook = f" until {self.device} is ready again" if self.state == "failed" else ""
        log.warning("%s. The CPU speaks%s", error.message, outlook)

    def _renew(self) -> None:
        try:
            session = self._reopen(self.device)
            session.run(*self._trial)
        except KokoroError as error:
            with self._lock:
                self._fail(error)
            return
        with self._lock:
            self._session, self._stand_in, self.state = session, None, "loaded"
        log.info("Kokoro speaks on %s again", self.device)

    def _free(self) -> None:
        if self._running:  # somebody came in the same moment
            return
        if not self._source.exists():  # it couldn't be loaded again
            self._used = time.monotonic()
            log.warning("%s is gone, so it is kept in memory", self._source)
            return
        self._stand_in = None
        if self._session:
            if lost := self._session.lost():
                self._fail(lost)
                return
            self._session, self.state = None, "unloaded"
        give_back()
        log.info("freed %s, which was idle", self.device if self.state == "unloaded" else "the CPU's memory")
