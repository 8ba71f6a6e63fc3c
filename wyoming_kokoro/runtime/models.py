"""Kokoro's official model files: which there are, whether they are here, and whether they are what they seem.

The files are those of the releases of thewh1teagle/kokoro-onnx. The same name covers different bytes in two
releases, and upstream has replaced files in place, so an entry is keyed by tag and name and may have several hashes.
"""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from wyoming_kokoro import config
from wyoming_kokoro.errors import ModelError
from wyoming_kokoro.runtime import kinds
from wyoming_kokoro.runtime.fingerprints import fingerprint

UPSTREAM: str = config.Model.model_fields["mirrors"].default[0]
"""The official mirror. A file's address is {mirror}/{tag}/{name}."""


@dataclass(frozen=True)
class ModelFile:
    tag: str
    """The upstream release that holds it."""
    name: str
    size: int
    """Bytes."""
    sha256: frozenset[str]
    """Lower-case hex. More than one where upstream has replaced the file."""

    def url(self, mirror: str = UPSTREAM) -> str:
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
"""Release, precision or "voices", name, size and hash, as several public sources give them."""

FILES = {
    (release, part): ModelFile(f"model-files-{release.removesuffix('-zh')}", name, int(size), frozenset({sha256}))
    for release, part, name, size, sha256 in map(str.split, OFFICIAL.strip().splitlines())
}


def official(release: str, precision: str) -> tuple[ModelFile, ModelFile]:
    """The model and the voices that belong together; ModelError for a combination that isn't published."""
    published = [key for key in FILES if key[1] != "voices"]
    if (release, precision) in published:
        return FILES[release, precision], FILES[release, "voices"]
    message = f"there is no official Kokoro model '{release} {precision}'"
    raise ModelError(message, f"Set model.release and model.precision to one of: {', '.join(map(' '.join, published))}")


def find(folder: Path, release: str, precision: str) -> ModelPaths | None:
    """The two files if both lie in the folder under their official names; what is in them isn't looked at.

    None if one of them or the folder isn't there. Raises ModelError if they may be there but can't be read.
    """
    paths = [folder / file.name for file in official(release, precision)]
    return ModelPaths(*paths) if all(_is_readable(path) for path in paths) else None


def _is_readable(path: Path) -> bool:
    try:
        regular = path.is_file()
        if regular:  # opening a pipe would wait
            path.open("rb").close()
    except PermissionError as error:
        raise ModelError(f"{path} can't be read: permission denied", permission_remedy("read")) from error
    except OSError:
        return False
    return regular


def permission_remedy(what: str) -> str:
    return f"Give the user with id {os.geteuid()} permission to {what} there, or set model.dir to another folder"


def check_kinds(paths: ModelPaths, release: str = "v1.1", precision: str = "fp32") -> None:
    """ModelError if one of the two is another thing, naming the official files of `release` and `precision`.

    Cheap: reads the first bytes, and the directory of the voices.
    """
    expected = [(paths.model, kinds.MODEL, "model.path"), (paths.voices, kinds.VOICES, "model.voices_path")]
    messages, remedies = [], ["Move it away and run `wyoming-kokoro download`"]
    for (path, kind, key), file in zip(expected, official(release, precision), strict=True):
        with _reading(path):
            found = kinds.inspect(path)
        if found != kind:
            need = f"Kokoro {release} {precision} needs {file.name} ({file.size / 1e6:.0f} MB)"
            messages.append(f"{path} is {found}; {need}")
            remedies.append(f"fetch {file.url()} and name it in {key}")
    if messages:
        raise ModelError("; ".join(messages), ", or ".join([remedies[0], ", and ".join(remedies[1:])]))


def verify(path: Path, wanted: ModelFile) -> Verdict:
    """Is this the wanted official file, one of another release, or neither?

    Reads the whole file once and remembers its hash beside it. ModelError if it can't be read.
    """
    with _reading(path):
        digest = fingerprint(path)
        match = next((file for file in (wanted, *FILES.values()) if digest in file.sha256), None)
        if not match:
            return Verdict("unknown", f"{kinds.inspect(path)}, not one of the official files (sha256 {digest})")
    return Verdict("official" if match is wanted else "other release", f"the official {match.name} of {match.tag}")


@contextlib.contextmanager
def _reading(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ModelError(f"{path} can't be read: {error.strerror}", permission_remedy("read")) from error
