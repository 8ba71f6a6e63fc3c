"""What a file really is, by its first bytes and never by its name.

People put whatever they found into the model folder: the web page of a login portal, a git-lfs pointer, the
voices.json of an older release. Nothing is unpickled or otherwise run here.
"""

import codecs
import stat
import zipfile
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

HEAD = 4096
"""Bytes that are looked at: a git-lfs pointer has about 130, every other mark stands in the first dozen."""

ONE_VOICE = 510 * 256 * 4
"""Bytes of one voice as raw float32 (510 rows of 256), the form of onnx-community's voices folder."""

ONNX_FIELDS = frozenset(b"\x12\x1a\x22\x28\x32\x3a\x42\x72\xa2\xca")
"""The tags that may follow ir_version in an ONNX ModelProto (fields 2 to 8, 14, 20 and 25)."""

LFS_POINTER = b"version https://git-lfs.github.com/spec/"


class Kind(Enum):
    MODEL = auto()
    VOICES = auto()
    UNREADABLE = auto()
    OTHER = auto()


@dataclass(frozen=True)
class Content:
    kind: Kind
    words: str
    """Completes the sentence "this file is ..."."""


def inspect(path: Path) -> str:
    """In words what the file is: completes the sentence "this file is ...". Never raises for a file as it may be."""
    return content(path).words


def content(path: Path) -> Content:
    try:
        state = path.stat()
        if not stat.S_ISREG(state.st_mode):  # opening a pipe would wait
            return Content(Kind.OTHER, "a folder" if stat.S_ISDIR(state.st_mode) else "a device or pipe")
        with path.open("rb") as file:
            head = file.read(HEAD)
        return _voices(path) if head.startswith(b"PK\x03\x04") else _by_head(head, state.st_size)
    except (FileNotFoundError, NotADirectoryError):
        return Content(Kind.OTHER, "missing")
    except OSError as error:
        return Content(Kind.UNREADABLE, f"unreadable ({error.strerror})")


def _by_head(head: bytes, size: int) -> Content:
    if head[:1] == b"\x08" and head[2:3] and head[2] in ONNX_FIELDS:
        return Content(Kind.MODEL, "an ONNX model")
    return Content(Kind.OTHER, _binary(head, size) or _text(head) or _unknown(head, size))


def _binary(head: bytes, size: int) -> str:
    if not size:
        return "empty"
    if head.startswith(b"\x80") and head[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05"):
        return "a Python pickle, which is not opened because it could run any program"
    if head[8:10] == b'{"' and int.from_bytes(head[:8], "little") < size:
        return "a safetensors file"
    if head.startswith(b"\x93NUMPY"):
        return "a single numpy array (npy)"
    if size == ONE_VOICE:
        return "a single voice as raw float32 numbers"
    return ""


def _text(head: bytes) -> str:
    if head.startswith(LFS_POINTER):
        return _pointer(head)
    try:  # as a stream: HEAD may cut a character in two
        text = codecs.getincrementaldecoder("utf-8-sig")().decode(head).strip()
    except UnicodeDecodeError:
        return ""
    if text.lower().startswith(("<!doctype html", "<html")):
        return "an HTML page"
    if text.startswith(("{", "[")):
        return "a JSON text"
    start = text[:40].split("\n")[0].strip()
    return f"a text that starts with '{start}'" if start.isprintable() and start else ""


def _pointer(head: bytes) -> str:
    fields = dict(line.partition(b" ")[::2] for line in head.splitlines())
    size = fields.get(b"size", b"").decode("ascii", "replace")
    oid = fields.get(b"oid", b"").decode("ascii", "replace")
    length = f"{int(size):,} bytes" if size.isdecimal() and len(size) < 19 else "unknown size"
    return f"a git-lfs pointer to a file of {length} ({oid[:19]}), not that file itself"


def _unknown(head: bytes, size: int) -> str:
    return f"of an unknown kind ({size:,} bytes, the first are {head[:8].hex(' ')})"


def _voices(path: Path) -> Content:
    """Only the directory of the zip is read, which stands at its end: so a file that was cut off shows."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        return Content(Kind.OTHER, f"a zip file that is cut off or damaged ({path.stat().st_size:,} bytes)")
    voices = sum(name.endswith(".npy") for name in names)
    if voices:
        return Content(Kind.VOICES, f"a voices file (npz) with {voices} voices")
    if any(name.endswith("data.pkl") for name in names):
        return Content(Kind.OTHER, "a PyTorch file (.pth or .pt)")
    return Content(Kind.OTHER, "a zip file without voices")
