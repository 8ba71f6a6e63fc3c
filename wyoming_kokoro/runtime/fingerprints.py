"""The sha256 of large files, remembered beside them so that 325 MB aren't read again at every start."""

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO, TypeGuard

STAMPS = ".verified.json"
"""Beside the files: {name: {"size": bytes, "mtime_ns": ..., "sha256": hex}}. It saves time and promises nothing."""

MAX_STAMPS = 64 * 1024
"""Bytes. A stamp has about 140, so this is enough for hundreds of files; a larger file isn't ours and is ignored."""

BLOCK = 1024 * 1024
"""Bytes read at a time: large enough for full speed, small enough to be interrupted at once."""


@dataclass(frozen=True)
class Stamp:
    size: int
    mtime_ns: int
    sha256: str


def fingerprint(path: Path) -> str:
    """The sha256 in hex, from the stamp if size and modification time are still those. Raises OSError."""
    with path.open("rb") as file:
        state = os.fstat(file.fileno())
        stamp = _stamps(path.parent).get(path.name)
        if stamp and (stamp.size, stamp.mtime_ns) == (state.st_size, state.st_mtime_ns):
            return stamp.sha256
        digest = sha256(file)
    _remember(path, state, digest)
    return digest


def sha256(file: BinaryIO, between: Callable[[], None] = lambda: None) -> str:
    """Of the rest of an open file; `between` is called once for each BLOCK and may raise to stop it."""
    digest = hashlib.sha256()
    while block := file.read(BLOCK):
        digest.update(block)
        between()
    return digest.hexdigest()


def remember(path: Path, digest: str) -> None:
    """Stamp a file whose sha256 is already known. A folder that can't be written only costs the time saved."""
    _remember(path, path.stat(), digest)


def _remember(path: Path, state: os.stat_result, digest: str) -> None:
    stamps = _stamps(path.parent) | {path.name: Stamp(state.st_size, state.st_mtime_ns, digest)}
    with contextlib.suppress(OSError):
        write_json(path.with_name(STAMPS), {name: asdict(stamp) for name, stamp in stamps.items()})


def write_json(path: Path, value: object) -> None:
    """Atomically: a reader sees the old text or the new one. Raises OSError."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    os.fchmod(handle, 0o644)  # whoever may read the files may read what is known about them
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(value, file)
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise


def _stamps(folder: Path) -> dict[str, Stamp]:
    """The well-formed stamps of a folder; a malformed file or entry is as good as none."""
    found = read_json(folder / STAMPS, MAX_STAMPS)
    return {name: Stamp(**entry) for name, entry in found.items() if _is_stamp(entry)}


def _is_stamp(entry: object) -> TypeGuard[dict[str, Any]]:
    kinds = {"size": int, "mtime_ns": int, "sha256": str}
    return isinstance(entry, dict) and {key: type(value) for key, value in entry.items()} == kinds


def read_json(path: Path, limit: int) -> dict[str, object]:
    """The JSON object in a small file of ours; empty if it's missing, unreadable, malformed or over `limit` bytes."""
    try:
        with path.open("rb") as file:
            text = file.read(limit + 1)
        value = json.loads(text) if len(text) <= limit else None
    except (OSError, ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
