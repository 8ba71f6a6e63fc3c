"""Fetches official model files: from several mirrors in turn, resuming, never trusting, one process at a time.

Whatever a server sends, a file gets its official name only with its official sha256, and no more bytes than its
official size are ever written. What has come of an unfinished file is NAME.part; any mirror may send the rest of it,
because the hash decides in the end.
"""

import contextlib
import errno
import hashlib
import itertools
import logging
import os
import shutil
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from filelock import FileLock, Timeout

from wyoming_kokoro.errors import DownloadError, KokoroError, ModelError, StoppedError
from wyoming_kokoro.runtime.fingerprints import remember
from wyoming_kokoro.runtime.kinds import inspect
from wyoming_kokoro.runtime.mirror import Answer, MirrorError, Patience, ask
from wyoming_kokoro.runtime.models import ModelFile, permission_remedy, verify

_LOG = logging.getLogger(__name__)

LOCK = ".download.lock"
SPARE = 16 * 1024 * 1024
"""Bytes that must stay free on the disk, so that logs and stamps can still be written."""

PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Answers of a server that may do better in a few seconds."""

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""No room on the disk, or none for this user."""
MORE_SPACE = "Free some space, or set model.dir to a folder on a larger disk"

PATIENCE = Patience()

Progress = Callable[[str, int, int], None]
"""Called with the file's name, the bytes that are here and the bytes in all; in a thread of the download."""


def download(
    folder: Path,
    files: Sequence[ModelFile],
    mirrors: Sequence[str],
    progress: Progress | None = None,
    stopped: threading.Event | None = None,
    settings: Patience = PATIENCE,
) -> None:
    """Returns when every file is in the folder with its official bytes. It blocks, for minutes.

    Raises StoppedError within about a second after `stopped` is set, DownloadError if no mirror gave a file or the
    folder can't take it, ModelError if other bytes already have the official name: those are never overwritten.
    A transfer that ended early is kept as NAME.part and resumed by the next call.
    """
    stopped = stopped or threading.Event()
    work = _Download(folder, tuple(mirrors), progress or (lambda *_: None), stopped, settings)
    _run_until(stopped, lambda: work.run(files), settings.poll_s)


def log_progress(step: float = 0.1) -> Progress:
    """A progress report in lines: one for each `step` of a file."""
    reached: dict[str, int] = {}

    def report(name: str, done: int, total: int) -> None:
        steps = int(done / total / step)
        if steps > reached.setdefault(name, 0):
            reached[name] = steps
            _LOG.info("%s: %d of %d MB", name, done // 1_000_000, total // 1_000_000)

    return report


def _run_until(stopped: threading.Event, work: Callable[[], None], poll_s: float) -> None:
    """Runs `work` in a thread that is left behind when `stopped` is set.

    A resolver, a connection and a disk can each wait for many seconds, and nothing can interrupt them. As a daemon
    the thread doesn't keep the process alive; once it can go on it sees `stopped`, and until then it holds the lock.
    """
    outcome: list[KokoroError | None] = []

    def run() -> None:
        try:
            work()
            outcome.append(None)
        except KokoroError as error:
            outcome.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        while thread.is_alive() and not stopped.is_set():
            thread.join(poll_s)
    except KeyboardInterrupt:
        stopped.set()
        raise
    if not outcome and stopped.is_set():
        raise StoppedError("stopped")
    (error,) = outcome  # it is empty after a bug, whose traceback the thread has shown
    if error:
        raise error


@dataclass(frozen=True)
class _Download:
    folder: Path
    mirrors: tuple[str, ...]
    progress: Progress
    stopped: threading.Event
    settings: Patience

    def run(self, files: Sequence[ModelFile]) -> None:
        try:
            if not self._missing(files):
                return  # without a lock, so that a complete folder may be read-only
            self.folder.mkdir(parents=True, exist_ok=True)
            with self._alone():
                missing = self._missing(files)  # again: another process may have fetched them meanwhile
                self._check_space(missing)
                for index in range(len(missing)):
                    self._fetch_first(missing[index:])
        except OSError as error:  # of the disk: those of the network have become MirrorError
            remedy = MORE_SPACE if error.errno in FULL else permission_remedy("write")
            message = f"{error.filename or self.folder} can't be written: {error.strerror}"
            raise DownloadError(message, remedy) from error

    def _alone(self) -> contextlib.AbstractContextManager[object]:
        """Waits while another thread or process downloads into the folder."""
        lock = FileLock(self.folder / LOCK)
        try:
            return lock.acquire(poll_interval=self.settings.poll_s, cancel_check=self.stopped.is_set)
        except Timeout:
            raise StoppedError("stopped") from None

    def _missing(self, files: Sequence[ModelFile]) -> list[ModelFile]:
        return [file for file in files if not self._is_here(file)]

    def _is_here(self, file: ModelFile) -> bool:
        path = self.folder / file.name
        if not path.exists():
            return False
        verdict = verify(path, file)
        if verdict.kind == "official":
            return True
        message = f"{path} is {verdict.note}, and won't be overwritten with the official one of {file.tag}"
        raise ModelError(message, "Move it away, or if you want to use it, name it in model.path or model.voices_path")

    def _part(self, file: ModelFile) -> Path:
        return self.folder / f"{file.name}.part"

    def _check_space(self, files: Sequence[ModelFile]) -> None:
        needed = SPARE + sum(file.size - min(_size(self._part(file)), file.size) for file in files)
        free = shutil.disk_usage(self.folder).free
        if files and free < needed:
            message = f"the download needs {needed / 1e6:,.0f} MB, {self.folder} has {free / 1e6:,.0f} MB free"
            raise DownloadError(message, MORE_SPACE)

    def _fetch_first(self, missing: Sequence[ModelFile]) -> None:
        """The first of the missing files; should it fail, the remedy names them all."""
        file = missing[0]
        if _size(self._part(file)) >= file.size:  # an earlier run was stopped between the last byte and the check
            with contextlib.suppress(MirrorError):
                return self._check(file, resumed=True)
        reasons = []
        for url in map(file.url, self.mirrors):
            try:
                return self._fetch_from(url, file)
            except MirrorError as error:
                reasons.append(f"{url}: {error}")
        why = "; ".join(reasons) or "model.mirrors is empty"
        message = f"{file.name} ({file.size / 1e6:,.0f} MB) could not be downloaded: {why}"
        urls = " and ".join(" or ".join(map(each.url, self.mirrors)) or each.url() for each in missing)
        remedy = f"Fetch {urls} by hand into {self.folder}, or name another server in model.mirrors"
        raise DownloadError(message, remedy)

    def _fetch_from(self, url: str, file: ModelFile) -> None:
        """As many attempts as the mirror is worth. Raises MirrorError with the reason of the last."""
        for attempt in itertools.count(1):
            try:
                self._attempt(url, file)
            except MirrorError as error:
                if not error.again:
                    raise
                if attempt >= self.settings.attempts:
                    raise MirrorError(f"{error} (the last of {attempt} attempts)", again=False) from error
                _LOG.info("%s: %s; attempt %d follows", url, error, attempt + 1)
                self.stopped.wait(self.settings.backoff_s * 2 ** (attempt - 1))
            else:
                return

    def _attempt(self, url: str, file: ModelFile) -> None:
        self._go_on()
        start = _size(self._part(file))
        with ask(url, start, self.settings) as answer:
            self._go_on()
            start = self._accept(answer, file, start)
            self._write(answer, file, start)
        self._check(file, resumed=start > 0)

    def _accept(self, answer: Answer, file: ModelFile, start: int) -> int:
        """How many of the bytes that are here the answer continues."""
        continues = answer.status == HTTPStatus.PARTIAL_CONTENT
        if answer.status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE or (continues and answer.start != start):
            self._part(file).unlink(missing_ok=True)
            raise MirrorError("the server can't continue where the last attempt ended", again=True)
        if not continues and answer.status != HTTPStatus.OK:
            raise MirrorError(f"HTTP status {answer.status}", again=answer.status in PASSING)
        if answer.total not in (None, file.size):
            media = f" ({answer.media})" if answer.media else ""
            raise MirrorError(f"has a file of {answer.total:,} bytes{media} instead of {file.size:,}", again=False)
        return start if continues else 0

    def _write(self, answer: Answer, file: ModelFile, done: int) -> None:
        part = self._part(file)
        with part.open("ab") as output:
            output.truncate(done)
            self.progress(file.name, done, file.size)
            for block in answer.blocks():
                self._go_on()
                done += len(block)
                if done > file.size:
                    part.unlink()
                    raise MirrorError(f"sent more than the {file.size:,} bytes of the official file", again=False)
                output.write(block)
                self.progress(file.name, done, file.size)
            output.flush()
            os.fsync(output.fileno())
        if done < file.size:
            raise MirrorError(f"ended after {done:,} of {file.size:,} bytes", again=True)

    def _check(self, file: ModelFile, *, resumed: bool) -> None:
        part, target = self._part(file), self.folder / file.name
        with part.open("rb") as content:
            digest = hashlib.file_digest(content, "sha256").hexdigest()
        self._go_on()
        if digest in file.sha256:
            part.replace(target)
            return remember(target, digest)
        seen = inspect(part)
        part.unlink()
        # After a resumed transfer perhaps only the beginning was wrong, which may be from elsewhere.
        raise MirrorError(f"sent other bytes than the official ones: that file is {seen}", again=resumed)

    def _go_on(self) -> None:
        if self.stopped.is_set():
            raise StoppedError("stopped")


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
