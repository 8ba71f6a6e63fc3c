"""The unfinished file beside the finished ones: NAME.part, and NAME.part.json that says where it comes from."""

import contextlib
import os
from pathlib import Path

from wyoming_kokoro.runtime.fingerprints import read_json, remember, write_json
from wyoming_kokoro.runtime.mirror import Request, is_validator
from wyoming_kokoro.runtime.models import ModelFile

MAX_NOTE = 4096
"""Bytes of NAME.part.json: one address and one validator."""


class Part:
    def __init__(self, folder: Path, file: ModelFile) -> None:
        self.file = file
        self.target = folder / file.name
        self.path = folder / f"{file.name}.part"
        self._note = folder / f"{file.name}.part.json"

    def size(self) -> int:
        with contextlib.suppress(FileNotFoundError):
            return self.path.stat().st_size
        return 0

    def request(self, url: str) -> Request:
        """For what is missing; for everything if what is here isn't known to be from there."""
        note = read_json(self._note, MAX_NOTE)
        validator = note.get("validator")
        if note.get("url") == url and isinstance(validator, str) and is_validator(validator):
            return Request(url, self.size(), validator)
        return Request(url, 0, "")

    def restart(self, url: str, validator: str) -> None:
        """Empty before the note is written, so that no bytes are ever taken for those of another answer."""
        self.path.write_bytes(b"")
        write_json(self._note, {"url": url, "validator": validator})

    def discard(self) -> None:
        self.path.unlink(missing_ok=True)
        self._note.unlink(missing_ok=True)

    def complete(self, digest: str) -> None:
        self.path.replace(self.target)
        self._note.unlink(missing_ok=True)
        remember(self.target, digest)
        _sync(self.target.parent)


def _sync(folder: Path) -> None:
    """Makes a new name last over a power cut, on the file systems that can."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
