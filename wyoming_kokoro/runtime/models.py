"""Kokoro's official model files: which there are, whether they are here, and whether they are what they seem.

The files are those of the releases of thewh1teagle/kokoro-onnx. The same name covers different bytes in two
releases, and upstream has replaced files in place, so an entry is keyed by tag and name and may have several hashes.
"""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from wyoming_kokoro.errors import ModelError
from wyoming_kokoro.runtime.fingerprints import fingerprint
from wyoming_kokoro.runtime.kinds import Kind, content
from wyoming_kokoro.runtime.kinds import inspect as inspect

RELEASES: tuple[str, ...] = ("v1.0", "v1.1", "v1.1-zh")
PRECISIONS: tuple[str, ...] = ("fp32", "fp16", "int8")

DEFAULT_MIRRORS: tuple[str, ...] = ("https://github.com/thewh1teagle/kokoro-onnx/releases/download",)
"""A file's address is {mirror}/{tag}/{name}."""


@dataclass(frozen=True)
class ModelFile:
    tag: str
    """The upstream release that holds it."""
    name: str
    size: int
    """Bytes."""
    sha256: frozenset[str]
    """Lower-case hex. More than one where upstream has replaced the file."""

    def url(self, mirror: str) -> str:
        return f"{mirror.rstrip('/')}/{self.tag}/{self.name}"


@dataclass(frozen=True)
class ModelPaths:
    model: Path
    voices: Path


@dataclass(frozen=True)
class Verdict:
    kind: Literal["official", "other release", "unknown"]
    note: str
    """Completes the sentence "this file is ..."."""


OFFICIAL = """
v1.0     fp32    kokoro-v1.0.onnx       325532387  7d5df8ecf7d4b1878015a32686053fd0eebe2bc377234608764cc0ef3636a6c5
v1.0     fp16    kokoro-v1.0.fp16.onnx  177464787  c1610a859f3bdea01107e73e50100685af38fff88f5cd8e5c56df109ec880204
v1.0     int8    kokoro-v1.0.int8.onnx   92361271  6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb
v1.0     voices  voices-v1.0.bin         28214398  bca610b8308e8d99f32e6fe4197e7ec01679264efed0cac9140fe9c29f1fbf7d
v1.1     fp32    kokoro-v1.0.onnx       325505369  beb0d1848dee9a49da392cc3df26958d46cfa35d321edf434f52949153f0df3a
v1.1     fp16    kokoro-v1.0.fp16.onnx  163527961  f3a290d384fbb27966d462905c71a46cef9e5fd00516b40df32a0b4afe77ac96
v1.1     int8    kokoro-v1.0.int8.onnx  114119327  ae315a79b623f244700e4afb9246c46a26066782e049ba174bf3ba433970ee9c
v1.1     voices  voices-v1.0.bin         28214398  bca610b8308e8d99f32e6fe4197e7ec01679264efed0cac9140fe9c29f1fbf7d
v1.1-zh  fp32    kokoro-v1.1-zh.onnx    325506167  859f9ded9f53be16c24857cdab3254a45da53c3afd5ba6ef134c7de3f822e326
v1.1-zh  voices  voices-v1.1-zh.bin      53815880  14cb6186c99e4f6016871405f62046c5df863ae27465cbdc4ee08be7dd703acd
"""
"""Sizes and hashes as several public sources give them."""

TAGS = {"v1.0": "model-files-v1.0", "v1.1": "model-files-v1.1", "v1.1-zh": "model-files-v1.1"}


def _table() -> dict[tuple[str, str], ModelFile]:
    """(release, precision or "voices") -> file."""
    table: dict[tuple[str, str], ModelFile] = {}
    for line in OFFICIAL.split("\n")[1:-1]:
        release, part, name, size, sha256 = line.split()
        table[release, part] = ModelFile(TAGS[release], name, int(size), frozenset({sha256}))
    return table


FILES = _table()


def official(release: str, precision: str) -> tuple[ModelFile, ModelFile]:
    """The model and the voices that belong together; ModelError for a combination that isn't published."""
    if precision in PRECISIONS and (release, precision) in FILES:
        return FILES[release, precision], FILES[release, "voices"]
    there = ", ".join(f"{release} {part}" for release, part in FILES if part in PRECISIONS)
    message = f"there is no official Kokoro model '{release} {precision}'"
    raise ModelError(message, f"Set model.release and model.precision to one of: {there}")


def find(folder: Path, release: str, precision: str) -> ModelPaths | None:
    """The two files if both lie in the folder under their official names; what is in them isn't looked at.

    None if one of them or the folder isn't there. Raises ModelError if they may be there but can't be read.
    """
    paths = [folder / file.name for file in official(release, precision)]
    return ModelPaths(*paths) if all(_is_readable(path) for path in paths) else None


def _is_readable(path: Path) -> bool:
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return False
        path.open("rb").close()
    except PermissionError as error:
        raise ModelError(f"{path} can't be read: permission denied", permission_remedy("read")) from error
    except OSError:
        return False
    return True


def permission_remedy(what: str) -> str:
    return f"Give the user with id {os.geteuid()} permission to {what} there, or set model.dir to another folder"


def check_kinds(paths: ModelPaths) -> None:
    """ModelError if one of the two is another thing. Cheap: reads the first bytes, and the directory of the voices."""
    model, voices = official("v1.1-zh" if "zh" in paths.model.name else "v1.1", "fp32")
    mistakes = [
        *_mistakes(paths.model, Kind.MODEL, model, "ONNX", "model.path"),
        *_mistakes(paths.voices, Kind.VOICES, voices, "npz", "model.voices_path"),
    ]
    if mistakes:
        messages, remedies = zip(*mistakes, strict=True)
        raise ModelError("; ".join(messages), f"Run 'wyoming-kokoro download', or {', and '.join(remedies)}")


def _mistakes(path: Path, expected: Kind, needed: ModelFile, form: str, key: str) -> Iterator[tuple[str, str]]:
    found = content(path)
    if found.kind is Kind.UNREADABLE:
        raise ModelError(f"{path} is {found.words}", permission_remedy("read"))
    if found.kind is not expected:
        version = "1.1-zh" if "zh" in needed.name else "1.0"
        need = f"Kokoro {version} needs {needed.name} ({needed.size / 1e6:.0f} MB, {form})"
        yield f"{path} is {found.words}; {need}", f"fetch {needed.url(DEFAULT_MIRRORS[0])} and name it in {key}"


def verify(path: Path, wanted: ModelFile | None) -> Verdict:
    """Is this the wanted official file (or, without one, any), one of another release, or neither?

    Reads the whole file once and remembers its hash beside it. ModelError if it can't be read.
    """
    try:
        digest = fingerprint(path)
    except OSError as error:
        raise ModelError(f"{path} can't be read: {error.strerror}", permission_remedy("read")) from error
    known = [*([wanted] if wanted else []), *FILES.values()]
    match = next((file for file in known if digest in file.sha256), None)
    if not match:
        return Verdict("unknown", f"{inspect(path)}, not one of the official files (sha256 {digest})")
    kind: Literal["official", "other release"] = "official" if wanted in (None, match) else "other release"
    return Verdict(kind, f"the official {match.name} of {match.tag}")
