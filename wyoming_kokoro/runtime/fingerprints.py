"""The sha256 of large files, remembered beside them so that 325 MB aren't read again at every start."""

import contextlib
import hashlib
import json
import os
import tempfile
from pathlib import Path
from typing import Any

STAMPS = ".verified.json"
"""Beside the files: {name: {"size": bytes, "mtime_ns": ..., "sha256": hex}}. It saves time and promises nothing."""

MAX_STAMPS = 64 * 1024
"""Bytes. A stamp has about 140, so this is enough for hundreds of files; a larger file isn't ours and is ignored."""


def fingerprint(path: Path) -> str:
    """The sha256 in hex, from the stamp if size and modification time are still those. Raises OSError."""
    with path.open("rb") as file:
        state = os.fstat(file.fileno())
        stamp = _stamps(path.parent).get(path.name)
        if isinstance(stamp, dict) and stamp == _stamp(state, str(stamp.get("sha256"))):
            return str(stamp["sha256"])
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    _remember(path, state, digest)
    return digest


def remember(path: Path, digest: str) -> None:
    """Stamp a file whose sha256 is already known. A folder that can't be written only costs the time saved."""
    _remember(path, path.stat(), digest)


def _stamp(state: os.stat_result, digest: str) -> dict[str, object]:
    return {"size": state.st_size, "mtime_ns": state.st_mtime_ns, "sha256": digest}


def _stamps(folder: Path) -> dict[str, Any]:
    """What stands in the stamp file; a missing, malformed or too large one is as good as an empty one."""
    try:
        with (folder / STAMPS).open("rb") as file:
            text = file.read(MAX_STAMPS + 1)
        value = json.loads(text) if len(text) <= MAX_STAMPS else None
    except (OSError, ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _remember(path: Path, state: os.stat_result, digest: str) -> None:
    """Atomically: a reader sees the old stamps or the new ones."""
    stamps = _stamps(path.parent) | {path.name: _stamp(state, digest)}
    with contextlib.suppress(OSError):
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=STAMPS)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(stamps, file)
                with contextlib.suppress(OSError):  # some file systems have no modes
                    os.fchmod(handle, 0o644)  # whoever may read the files may read what is known about them
            Path(name).replace(path.with_name(STAMPS))
        finally:
            Path(name).unlink(missing_ok=True)
