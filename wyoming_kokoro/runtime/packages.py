"""What is installed: who owns a package's folder, whether its files are whole, which wheel gives which CUDA library.

Two distributions that unpack into one folder overwrite each other's files, and every installer lets them.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path


@dataclass(frozen=True)
class Package:
    name: str
    version: str
    damaged: tuple[str, ...] = ()
    """Files that are missing or not of the size that its RECORD says."""

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


def owners(folder: str) -> tuple[Package, ...]:
    """The installed distributions that unpack into the folder of a package: their names begin like it."""
    named = [each for each in metadata.distributions() if _name(each).startswith(folder) and _fills(each, folder)]
    found = {_name(each): each for each in reversed(named)}  # of two with one name Python takes the first
    return tuple(Package(name, each.version, tuple(_damaged(each))) for name, each in sorted(found.items()))


def installed(*names: str) -> tuple[Package, ...]:
    """Each of these, with an empty version where it isn't installed."""
    return tuple(_package(name) for name in names)


def libraries() -> dict[str, Path]:
    """The shared libraries of NVIDIA's wheels that are really there, whole, by their names such as libcublas.so.12."""
    wheels = [each for each in metadata.distributions() if _name(each).startswith("nvidia-")]
    files = ((Path(str(wheel.locate_file(name))), size) for wheel in wheels for name, size in _record(wheel))
    named = ((path, size) for path, size in files if path.name.startswith("lib") and ".so" in path.name)
    return {path.name: path for path, size in named if _is_whole(path, size)}


def numbers(version: str) -> tuple[int, int]:
    """The first two of a version's numbers."""
    major, minor = (*re.findall(r"\d+", version), "0", "0")[:2]
    return int(major), int(minor)


def _package(name: str) -> Package:
    try:
        found = metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return Package(name, "")
    return Package(name, _entry(found, "Version"), tuple(_damaged(found)))


def _name(distribution: metadata.Distribution) -> str:
    return _entry(distribution, "Name").lower().replace("_", "-")


def _entry(distribution: metadata.Distribution, key: str) -> str:
    """Empty in a folder *.dist-info that was left without its METADATA."""
    return str((distribution.metadata.get_all(key) or [""])[0])


def _fills(distribution: metadata.Distribution, folder: str) -> bool:
    """Not so onnxruntime-extensions, which has a folder of its own."""
    files = [name for name, _ in _record(distribution)]
    return not files or any(name.startswith(f"{folder}/") for name in files)


def _damaged(distribution: metadata.Distribution) -> Iterator[str]:
    """Looks at sizes, which takes milliseconds; hashes of gigabytes would take seconds."""
    for name, size in _record(distribution):
        if not name.endswith(".pyc") and not _is_whole(Path(str(distribution.locate_file(name))), size):
            yield name


def _is_whole(path: Path, size: str) -> bool:
    return path.exists() and (not size or path.stat().st_size == int(size))


def _record(distribution: metadata.Distribution) -> Iterator[tuple[str, str]]:
    """(file, size): `Distribution.files` leaves out those that are missing."""
    for row in csv.reader((distribution.read_text("RECORD") or "").splitlines()):
        if len(row) == 3:
            yield row[0], row[2]
