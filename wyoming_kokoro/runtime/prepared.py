"""Graphs that were prepared for a device, kept beside the model: made once, by one process, and checked."""

import contextlib
import hashlib
import json
import logging
import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE

import onnxruntime
from filelock import FileLock, Timeout

from wyoming_kokoro import __version__
from wyoming_kokoro.errors import StoppedError
from wyoming_kokoro.runtime.driver import last_words, outputs
from wyoming_kokoro.runtime.fingerprints import fingerprint

log = logging.getLogger(__name__)

FORMAT = "2"
"""To be raised whenever the preparation comes to another graph within one version."""
FOLDER = "prepared"
"""Beside the model."""
LONGEST_S = 900.0
"""A slow machine takes two minutes."""
UNUSED_S = 30 * 24 * 3600
"""A graph that nobody has used for so long was made for another version, or for a machine that is gone."""
POLL_S = 0.1
PROGRAM = ("-m", "wyoming_kokoro.runtime.graph")


@dataclass(frozen=True)
class Prepared:
    path: Path
    """The model to load: the prepared one, or the one it should have been made from."""
    note: str
    """For people: what was done, or why nothing."""


def prepared(source: Path, taps: int, stopped: threading.Event, program: tuple[str, ...] = PROGRAM) -> Prepared:
    """The graph that is prepared for CUDA, made now if there is none yet. Whatever goes wrong, there is the original.

    Raises:
        StoppedError: `stopped` was set while it was made.
    """
    try:
        return _Kept(source, taps, stopped, program).find()
    except _FailedError as error:
        return _original(source, str(error))
    except OSError as error:
        reason = f"{error.filename or source.parent} can't be used: {error.strerror or error}"
        return _original(source, f"{reason}. Let this user write there")


def refuse(target: Path, source: Path, reason: str, *, for_good: bool = True) -> Prepared:
    """The original instead of a prepared graph that turned out to be of no use; `for_good`: it isn't made again."""
    if for_good:
        reason += f" (delete {_refusal(target)} to try again)"
    with contextlib.suppress(OSError):  # then it is tried again
        target.unlink(missing_ok=True)
        if for_good:
            _refusal(target).write_text(reason)
    return _original(source, reason)


def _original(source: Path, reason: str) -> Prepared:
    log.warning("%s is used as it was exported, several times slower on a GPU: %s", source.name, reason)
    return Prepared(source, f"graph as exported: {reason}")


def _refusal(target: Path) -> Path:
    return target.with_suffix(".refused")


class _FailedError(Exception):
    """This time; it may have been for want of memory or time."""


class _Kept:
    """One graph in its folder."""

    def __init__(self, source: Path, taps: int, stopped: threading.Event, program: tuple[str, ...]) -> None:
        parts = (fingerprint(source), __version__, FORMAT, "cuda", onnxruntime.__version__, str(taps))
        key = hashlib.blake2b(" ".join(parts).encode(), digest_size=8).hexdigest()
        self.source = source
        self.taps = taps
        self.stopped = stopped
        self.program = program
        self.target = source.parent / FOLDER / f"{source.stem}-{key}.onnx"

    def find(self) -> Prepared:
        self.target.parent.mkdir(exist_ok=True)
        try:
            with FileLock(self.target.with_suffix(".lock")).acquire(
                timeout=LONGEST_S, poll_interval=POLL_S, cancel_check=self.stopped.is_set
            ):
                return self._known() or self._make()
        except Timeout:
            if self.stopped.is_set():
                raise StoppedError("stopped") from None
            raise _FailedError("another process has been preparing it for too long") from None

    def _known(self) -> Prepared | None:
        if self.target.exists():
            self.target.touch()
            return Prepared(self.target, "graph prepared")
        if _refusal(self.target).exists():
            return _original(self.source, _refusal(self.target).read_text())
        return None

    def _make(self) -> Prepared:
        log.info("preparing %s for the GPU, which takes a minute and is done once", self.source.name)
        self._sweep()
        part = self.target.with_suffix(f".{os.getpid()}.part")
        try:
            said = self._run(part)
            if reason := said["refused"]:
                return refuse(self.target, self.source, reason)
            with part.open("rb") as file:
                os.fsync(file.fileno())  # a power cut must not leave half of it under its name
            part.replace(self.target)
        finally:
            part.unlink(missing_ok=True)
        log.info("prepared %s: %s", self.source.name, said["report"])
        return Prepared(self.target, "graph prepared")

    def _run(self, part: Path) -> dict[str, str]:
        command = [sys.executable, "-P", *self.program, str(self.source), str(part), str(self.taps)]
        child = subprocess.Popen(command, stdout=PIPE, stderr=PIPE, text=True)
        said = outputs(child, LONGEST_S, self.stopped)
        if said is None and self.stopped.is_set():
            raise StoppedError("stopped")
        if said is None:
            raise _FailedError(f"preparing it took more than {LONGEST_S:.0f} s")
        if child.returncode:
            raise _FailedError(f"preparing it ended with exit status {child.returncode}: {last_words(said[1])}")
        return dict(json.loads(said[0].splitlines()[-1]))

    def _sweep(self) -> None:
        """Removes what nobody has used for a long time; not the locks, which somebody may hold."""
        for path in self.target.parent.iterdir():
            with contextlib.suppress(FileNotFoundError):  # another process was faster
                if path.suffix != ".lock" and time.time() - path.stat().st_mtime > UNUSED_S:
                    path.unlink()
