"""What a file is said to be by its first bytes."""

import io
import os
import pickle
import random
import zipfile
from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto, helper

from wyoming_kokoro.runtime.kinds import VOICES, inspect

LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:7d5df8ecf7d4b187\nsize 325532387\n"


def a_model() -> bytes:
    value = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1])
    graph = helper.make_graph([helper.make_node("Identity", ["x"], ["y"])], "g", [value], [value])
    return bytes(helper.make_model(graph).SerializeToString())


def voices(count: int = 2) -> bytes:
    memory = io.BytesIO()
    np.savez(memory, allow_pickle=False, **{f"af_{n}": np.zeros((3, 1, 256), np.float32) for n in range(count)})
    return memory.getvalue()


def a_zip(*names: str) -> bytes:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as archive:
        for name in names:
            archive.writestr(name, b"content")
    return memory.getvalue()


@pytest.mark.parametrize(
    ("content_bytes", "words"),
    [
        (a_model(), "an ONNX model"),
        (voices(2), "a voices file (npz)"),
        (voices(2)[:-100], "cut off or damaged"),
        (a_zip("readme.txt"), "a zip file without voices"),
        (b'{"af_heart": [[0.1, 0.2]]}', "a JSON text"),
        (b"\xef\xbb\xbf [1, 2]", "a JSON text"),
        (b"\n<!DOCTYPE html><html>", "an HTML page"),
        (LFS, "a git-lfs pointer"),
        (pickle.dumps({"af_heart": [0.1]}), "a Python pickle"),
        (b"", "empty"),
        (b"Not Found", "unknown kind (9 bytes, the first are b'Not Found')"),
        (b"\xff\xfe\xfd\xfc 1", r"unknown kind (6 bytes, the first are b'\xff\xfe\xfd\xfc 1')"),
        (b"\x00" * 9, "unknown kind"),
        (b"\x08", "unknown kind"),
    ],
)
def test_a_file_is_named_by_its_bytes(tmp_path: Path, content_bytes: bytes, words: str) -> None:
    """Every kind of file that people were seen to put in the place of a model has its own words."""
    path = tmp_path / "misleading.bin"
    path.write_bytes(content_bytes)
    assert words in inspect(path)


def test_what_is_no_file_is_said_too(tmp_path: Path) -> None:
    """A missing file, a folder and a pipe are named; opening the pipe would wait for ever."""
    os.mkfifo(tmp_path / "pipe")
    assert inspect(tmp_path) == "a folder"
    assert inspect(tmp_path / "pipe") == "a device or pipe"
    assert inspect(tmp_path / "nothing") == "missing"
    assert inspect(tmp_path / "pipe" / "below") == "missing"


def test_unreadable_is_no_other_kind(tmp_path: Path) -> None:
    """A file whose kind can't be seen is told apart, because its owner needs another remedy."""
    with pytest.raises(OSError, match="File name too long"):
        inspect(tmp_path / ("long" * 100))


def test_damaged_zip_files_never_raise(tmp_path: Path) -> None:
    """Whatever bytes of a voices file are wrong, there is an answer in words."""
    chance, whole, path = random.Random(1), voices(3), tmp_path / "voices.bin"
    directory = whole.index(b"PK\x01\x02")
    seen = set()
    for _ in range(300):
        damaged = bytearray(whole)
        for _ in range(3):
            damaged[chance.randrange(directory, len(whole))] = chance.randrange(256)
        path.write_bytes(damaged[: chance.choice([len(whole), chance.randrange(4, len(whole))])])
        seen.add(inspect(path) == VOICES)
    assert seen == {True, False}


def test_nothing_is_unpickled(tmp_path: Path) -> None:
    """A pickle that would create a file when opened is only looked at."""
    mark, path = tmp_path / "mark", tmp_path / "voices.bin"

    class Trap:
        def __reduce__(self) -> tuple[object, ...]:
            return (Path.touch, (mark,))

    for data in (pickle.dumps(Trap()), a_zip_with_pickle(Trap())):
        path.write_bytes(data)
        inspect(path)
    assert not mark.exists()
    pickle.loads(pickle.dumps(Trap()))
    assert mark.exists(), "the trap is a real one"


def a_zip_with_pickle(value: object) -> bytes:
    memory = io.BytesIO()
    array = np.empty(1, object)
    array[0] = value
    np.savez(memory, af_heart=array)
    return memory.getvalue()
