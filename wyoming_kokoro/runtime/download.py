"""Fetches official model files: from several mirrors in turn, resuming, never trusting, one process at a time.

Whatever a server sends, a file gets its official name only with its official sha256, and no more bytes than its
official size are ever written.
"""

import contextlib
import errno
import itertools
import logging
import os
import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from filelock import FileLock, Timeout

from wyoming_kokoro.errors import DownloadError, ModelError
from wyoming_kokoro.runtime.fingerprints import sha256
from wyoming_kokoro.runtime.mirror import BrokenError, Head, RefusedError, Request, Transfer, TransferError
from wyoming_kokoro.runtime.models import DEFAULT_MIRRORS, ModelFile, inspect, permission_remedy, verify
from wyoming_kokoro.runtime.part import Part
from wyoming_kokoro.runtime.transfer import Answer, StoppedError

_LOG = logging.getLogger(__name__)

LOCK = ".download.lock"
SPARE = 16 * 1024 * 1024
"""Bytes that must stay free on the disk, so that logs and stamps can still be written."""

PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Answers of a server that may do better in a few seconds."""

MORE_SPACE = "Free some space, or set model.dir to a folder on a larger disk"

PATIENCE = Transfer()

Progress = Callable[[str, int, int], None]
"""Called with the file's name, the bytes that are here and the bytes in all."""


def download(
    folder: Path,
    files: Sequence[ModelFile],
    mirrors: Sequence[str],
    progress: Progress | None = None,
    stopped: threading.Event | None = None,
    settings: Transfer = PATIENCE,
) -> None:
    """Returns when every file is in the folder with its official bytes. It blocks, for minutes.

    Raises StoppedError within about a second after `stopped` is set, DownloadError if no mirror gave a file or the
    folder can't take it, ModelError if other bytes already have the official name: those are never overwritten.
    A transfer that ended early is kept as NAME.part and resumed by the next call.
    """
    work = _Download(folder, tuple(mirrors), progress or (lambda *_: None), stopped or threading.Event(), settings)
    if not _missing(folder, files):
        return  # without a lock, so that a complete folder may be read-only
    with _disk_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        with work.alone():
            missing = _missing(folder, files)  # again: another process may have fetched them meanwhile
            _check_space(folder, missing)
            work.fetch(missing)


def _missing(folder: Path, files: Sequence[ModelFile]) -> list[ModelFile]:
    return [file for file in files if not _is_here(folder / file.name, file)]


def _is_here(path: Path, file: ModelFile) -> bool:
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise DownloadError(f"{path} can't be read: {error.strerror}", permission_remedy("read")) from error
    verdict = verify(path, file)
    if verdict.kind == "official":
        return True
    message = f"{path} is {verdict.note}, and won't be overwritten with the official one of {file.tag}"
    raise ModelError(message, "Move it away, or if you want to use it, name it in model.path or model.voices_path")


@contextlib.contextmanager
def _disk_errors(folder: Path) -> Iterator[None]:
    """Only the disk raises OSError in here: those of the network have become TransferError."""
    try:
        yield
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        remedy = MORE_SPACE if full else permission_remedy("write")
        raise DownloadError(f"{error.filename or folder} can't be written: {error.strerror}", remedy) from error


def _check_space(folder: Path, files: Sequence[ModelFile]) -> None:
    needed = SPARE + sum(file.size - min(Part(folder, file).size(), file.size) for file in files)
    free = shutil.disk_usage(folder).free
    if files and free < needed:
        message = f"the download needs {needed / 1e6:,.0f} MB, {folder} has {free / 1e6:,.0f} MB free"
        raise DownloadError(message, MORE_SPACE)


@dataclass(frozen=True)
class _Download:
    folder: Path
    mirrors: tuple[str, ...]
    progress: Progress
    stopped: threading.Event
    settings: Transfer

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Waits while another thread or process downloads into the folder."""
        lock = FileLock(self.folder / LOCK)
        try:
            lock.acquire(poll_interval=self.settings.poll_s, cancel_check=self.stopped.is_set)
        except Timeout:
            raise StoppedError from None
        try:
            yield
        finally:
            lock.release()

    def fetch(self, files: Sequence[ModelFile]) -> None:
        for index, file in enumerate(files):
            reasons = self._fetch(Part(self.folder, file))
            if reasons is not None:
                raise self._failure(reasons, files[index:])

    def _fetch(self, part: Part) -> list[str] | None:
        """Why each mirror failed, or None when the file is here."""
        if self._was_complete(part):
            return None
        reasons = []
        for mirror in self.mirrors:
            url = part.file.url(mirror)
            try:
                self._fetch_from(url, part)
            except TransferError as error:
                reasons.append(f"{url}: {error}")
            else:
                return None
        return reasons

    def _was_complete(self, part: Part) -> bool:
        """An earlier run may have been stopped between the last byte and the check."""
        if part.size() < part.file.size:
            return False
        try:
            self._check(part, resumed=True)
        except TransferError:
            return False
        return True

    def _failure(self, reasons: Sequence[str], files: Sequence[ModelFile]) -> DownloadError:
        why = "; ".join(reasons) or "model.mirrors is empty"
        message = f"{files[0].name} ({files[0].size / 1e6:,.0f} MB) could not be downloaded: {why}"
        mirrors = self.mirrors or DEFAULT_MIRRORS
        urls = " and ".join(" or ".join(file.url(mirror) for mirror in mirrors) for file in files)
        remedy = f"Fetch {urls} by hand into {self.folder}, or name another server in model.mirrors"
        return DownloadError(message, remedy)

    def _fetch_from(self, url: str, part: Part) -> None:
        """As many attempts as the mirror is worth. Raises TransferError with the reason of the last."""
        for attempt in itertools.count(1):
            try:
                self._attempt(url, part)
            except BrokenError as error:
                if attempt >= self.settings.attempts:
                    raise BrokenError(f"{error} (the last of {attempt} attempts)") from error
                _LOG.info("%s: %s; attempt %d follows", url, error, attempt + 1)
            else:
                return
            self.stopped.wait(self.settings.backoff_s * 2 ** (attempt - 1))
            self._go_on()

    def _attempt(self, url: str, part: Part) -> None:
        request = part.request(url)
        with Answer(request, self.stopped, self.settings) as answer:
            head = answer.head()
            self._accept(head, request, part)
            self._write(answer, part)
        self._check(part, resumed=head.start > 0)

    def _accept(self, head: Head, request: Request, part: Part) -> None:
        """Afterwards NAME.part holds exactly the bytes before the first of the answer."""
        if head.status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE or (
            head.status == HTTPStatus.PARTIAL_CONTENT and not _continues(head, request)
        ):
            part.discard()
            raise BrokenError("the server can't continue where the last attempt ended")
        if head.status not in (HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT):
            raise (BrokenError if head.status in PASSING else RefusedError)(f"HTTP status {head.status}")
        if head.total not in (None, part.file.size):
            media = f" ({head.media})" if head.media else ""
            raise RefusedError(f"has a file of {head.total:,} bytes{media} instead of {part.file.size:,}")
        if head.status == HTTPStatus.OK:
            part.restart(request.url, head.validator)

    def _write(self, answer: Answer, part: Part) -> None:
        name, size, done = part.file.name, part.file.size, part.size()
        with part.path.open("ab") as file:
            self.progress(name, done, size)
            for block in answer.blocks():
                done += len(block)
                if done > size:
                    part.discard()
                    raise RefusedError(f"sent more than the {size:,} bytes of the official file")
                file.write(block)
                self.progress(name, done, size)
            file.flush()
            os.fsync(file.fileno())
        if done < size:
            raise BrokenError(f"ended after {done:,} of {size:,} bytes")

    def _check(self, part: Part, *, resumed: bool) -> None:
        with part.path.open("rb") as file:
            digest = sha256(file, between=self._go_on)
        if digest in part.file.sha256:
            return part.complete(digest)
        seen = inspect(part.path)
        part.discard()
        # A resumed transfer deserves a second chance: perhaps only its beginning, from an earlier run, was wrong.
        raise (BrokenError if resumed else RefusedError)(
            f"sent other bytes than the official ones: that file is {seen}"
        )

    def _go_on(self) -> None:
        if self.stopped.is_set():
            raise StoppedError


def _continues(head: Head, request: Request) -> bool:
    """Is it the rest of the same version? Some servers answer 206 whatever If-Range says."""
    same = not request.validator or head.validator in ("", request.validator)
    return request.start > 0 and head.start == request.start and same
