"""A thread of its own for each transfer, so that whoever waits for the bytes can leave at any moment.

A resolver, a connection and a read can each wait for many seconds, and nothing can interrupt them. So a thread
waits in the reader's place. It touches no file of ours, and as a daemon it never keeps the process alive.
"""

import threading
import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from queue import Empty, Full, Queue
from typing import Self

from wyoming_kokoro.errors import DownloadError
from wyoming_kokoro.runtime.mirror import BrokenError, Head, Request, Transfer, TransferError, read

AHEAD = 16
"""Blocks that wait for the disk at most, 1 MiB in all."""


class StoppedError(DownloadError):
    """The caller asked to stop; what has come so far is kept."""

    def __init__(self) -> None:
        super().__init__("stopped")


@dataclass(frozen=True)
class _End:
    error: TransferError | None


class Answer:
    """What a mirror answers to one request: `head` once, then `blocks`. Both raise TransferError and StoppedError."""

    def __init__(self, request: Request, stopped: threading.Event, settings: Transfer) -> None:
        self._stopped = stopped
        self._poll_s = settings.poll_s
        self._silence_s = settings.silence_s
        self._items: Queue[Head | bytes | _End] = Queue(AHEAD)
        self._left = threading.Event()
        self._thread = threading.Thread(target=self._pump, args=(read(request, settings),), daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._left.set()

    def head(self) -> Head:
        item = self._next()
        if isinstance(item, Head):
            return item
        raise BrokenError("no answer")

    def blocks(self) -> Iterator[bytes]:
        while isinstance(item := self._next(), bytes):
            yield item

    def _next(self) -> Head | bytes | None:
        deadline = time.monotonic() + self._silence_s
        while not self._stopped.is_set():
            try:
                item = self._items.get(timeout=self._poll_s)
            except Empty:
                if time.monotonic() < deadline:
                    continue
                raise BrokenError(f"nothing came for {self._silence_s:g} s") from None
            if not isinstance(item, _End):
                return item
            if item.error:
                raise item.error
            return None
        raise StoppedError

    def _pump(self, source: Generator[Head | bytes]) -> None:
        try:
            for item in source:
                if not self._put(item):
                    return
            self._put(_End(None))
        except TransferError as error:
            self._put(_End(error))
        finally:
            source.close()

    def _put(self, item: Head | bytes | _End) -> bool:
        """False if the reader has left."""
        while not self._left.is_set():
            try:
                self._items.put(item, timeout=self._poll_s)
            except Full:
                continue
            return True
        return False
