"""Hashes that are remembered beside the files."""

import hashlib
import json
import os
from pathlib import Path

import pytest

from wyoming_kokoro.runtime.fingerprints import MAX_STAMPS, STAMPS, fingerprint, remember

DATA = b"model" * 1000
DIGEST = hashlib.sha256(DATA).hexdigest()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "model.onnx"
    path.write_bytes(DATA)
    return path


def stamps(file: Path) -> dict[str, dict[str, object]]:
    found = json.loads((file.parent / STAMPS).read_text())
    assert isinstance(found, dict)
    return found


def test_the_hash_is_remembered(file: Path) -> None:
    """The second time the stamp answers: a stamp with another hash is believed as long as size and time fit."""
    assert fingerprint(file) == DIGEST
    entry = stamps(file)[file.name]
    assert entry == {"size": len(DATA), "mtime_ns": file.stat().st_mtime_ns, "sha256": DIGEST}
    (file.parent / STAMPS).write_text(json.dumps({file.name: entry | {"sha256": "believed"}}))
    assert fingerprint(file) == "believed"


@pytest.mark.parametrize("changed", ["size", "time"])
def test_a_changed_file_is_hashed_again(file: Path, changed: str) -> None:
    """Another size or another modification time makes the stamp void, and there is a new one."""
    remember(file, "stale")
    before = file.stat()
    file.write_bytes(DATA + b"!" if changed == "size" else DATA)
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns + (changed == "time")))
    assert fingerprint(file) == hashlib.sha256(file.read_bytes()).hexdigest()
    assert stamps(file)[file.name]["sha256"] == fingerprint(file)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        "null",
        "[" * 30_000,
        '{"model.onnx": 1}',
        '{"model.onnx": {"size": 5000}}',
        '{"model.onnx": {"size": "5000", "mtime_ns": 1, "sha256": "x"}}',
        '{"model.onnx": {"size": true, "mtime_ns": 1, "sha256": "x"}}',
        '{"model.onnx": {"size": 5000, "mtime_ns": 1, "sha256": "x", "more": 1}}',
        "\udcff",
    ],
)
def test_a_malformed_stamp_file_is_as_good_as_none(file: Path, text: str) -> None:
    """Whatever stands in it, the file is hashed and the stamp file mended."""
    (file.parent / STAMPS).write_text(text, errors="surrogateescape")
    assert fingerprint(file) == DIGEST
    assert stamps(file)[file.name]["sha256"] == DIGEST


def test_a_stamp_file_that_is_too_large_is_not_read(file: Path) -> None:
    """Even if it begins with a stamp that fits: it isn't ours."""
    remember(file, "stale")
    with (file.parent / STAMPS).open("a") as large:
        large.write(" " * MAX_STAMPS)
    assert fingerprint(file) == DIGEST


def test_other_files_keep_their_stamps(file: Path) -> None:
    """A new stamp joins those that are there, and no temporary file stays behind."""
    other = file.with_name("voices.bin")
    other.write_bytes(b"voices")
    fingerprint(file)
    fingerprint(other)
    assert set(stamps(file)) == {file.name, other.name}
    assert {path.name for path in file.parent.iterdir()} == {file.name, other.name, STAMPS}


def test_a_stamp_that_cannot_be_written_is_skipped(file: Path) -> None:
    """The hash is right all the same; here a folder stands where the stamp file should be."""
    (file.parent / STAMPS).mkdir()
    assert fingerprint(file) == DIGEST
    assert {path.name for path in file.parent.iterdir()} == {file.name, STAMPS}


def test_a_stamp_may_be_read_by_everyone(file: Path) -> None:
    """What one user has verified, another one needn't hash again."""
    fingerprint(file)
    assert (file.parent / STAMPS).stat().st_mode & 0o777 == 0o644


def test_a_file_system_without_modes_keeps_stamps(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where chmod is refused, as on many network disks, the stamp is written all the same and nothing leaks."""

    handles = []

    def refuse(handle: int, mode: int) -> None:
        handles.append(handle)
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "fchmod", refuse)
    assert fingerprint(file) == DIGEST
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(handles[0])
    assert {path.name for path in file.parent.iterdir()} == {file.name, STAMPS}
    assert stamps(file)[file.name]["sha256"] == DIGEST
