"""What a file really is, by its first bytes and never by its name.

People put whatever they found into the model folder: the web page of a login portal, a git-lfs pointer, the
voices.json of an older release. Nothing is unpickled or otherwise run here.
"""

import re
import stat
import zipfile
from pathlib import Path

HEAD = 64
"""Bytes that are looked at."""

MODEL = "an ONNX model"
VOICES = "a voices file (npz)"

MARKS = (
    # ir_version, then one of the fields that may follow it in a ModelProto: 2 to 8, 14, 20 and 25
    (rb"\x08.[\x12\x1a\x22\x28\x32\x3a\x42\x72\xa2\xca]", MODEL),
    (rb"\x80[\x02-\x05]", "a Python pickle, which is not opened because it could run any program"),
    (rb"version https://git-lfs\.github\.com/spec/", "a git-lfs pointer, not the file that it stands for"),
    (rb"(\xef\xbb\xbf)?\s*<(?i:!doctype html|html)", "an HTML page"),
    (rb"(\xef\xbb\xbf)?\s*[{\[]", "a JSON text"),
    (rb"\Z", "empty"),
)


def inspect(path: Path) -> str:
    """In words what the file is: completes the sentence "this file is ...". OSError if it is there but unreadable."""
    try:
        state = path.stat()
        if not stat.S_ISREG(state.st_mode):  # opening a pipe would wait
            return "a folder" if stat.S_ISDIR(state.st_mode) else "a device or pipe"
        with path.open("rb") as file:
            head = file.read(HEAD)
    except (FileNotFoundError, NotADirectoryError):
        return "missing"
    if head.startswith(b"PK\x03\x04"):
        return _archive(path)
    unknown = f"of an unknown kind ({state.st_size:,} bytes, the first are {head[:16]!r})"
    return next((words for mark, words in MARKS if re.match(mark, head, re.DOTALL)), unknown)


def _archive(path: Path) -> str:
    """Only the directory of the zip is read, which stands at its end: so a file that was cut off shows."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        return f"a zip file that is cut off or damaged ({path.stat().st_size:,} bytes)"
    return VOICES if any(name.endswith(".npy") for name in names) else "a zip file without voices"
