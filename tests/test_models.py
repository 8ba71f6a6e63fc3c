"""The table of official files, finding them and telling what is wrong with them."""

import hashlib
import os
from pathlib import Path

import numpy as np
import pytest
from permissions import folder_for_all, unprivileged

from wyoming_kokoro.errors import ModelError
from wyoming_kokoro.runtime import models
from wyoming_kokoro.runtime.fingerprints import remember
from wyoming_kokoro.runtime.models import (
    FILES,
    UPSTREAM,
    ModelFile,
    ModelPaths,
    check_kinds,
    find,
    official,
    verify,
)

ONNX = b"\x08\x08\x12\x07pytorch"


@pytest.fixture
def good(tmp_path: Path) -> ModelPaths:
    model, voices = (tmp_path / file.name for file in official("v1.1", "fp32"))
    model.write_bytes(ONNX)
    with voices.open("wb") as file:
        np.savez(file, af_heart=np.zeros((3, 1, 256), np.float32))
    return ModelPaths(model, voices)


def test_every_published_combination_is_there() -> None:
    """Three precisions of 1.0 and 1.1, one of 1.1-zh, each with the voices of its own release."""
    there = [key for key in FILES if key[1] != "voices"]
    assert len(there) == 7
    for release, precision in there:
        model, voices = official(release, precision)
        assert model.name.endswith(".onnx")
        assert voices.name.endswith(".bin")
        assert model.tag == voices.tag == ("model-files-v1.0" if release == "v1.0" else "model-files-v1.1")
        assert ("zh" in model.name) == ("zh" in voices.name) == ("zh" in release)
        assert model.size > voices.size > 25_000_000


def test_the_table_is_free_of_slips() -> None:
    """Hashes are lower-case hex of full length, and equal only for the voices that two releases share."""
    digests = [digest for file in FILES.values() for digest in file.sha256]
    assert all(len(digest) == 64 and set(digest) <= set("0123456789abcdef") for digest in digests)
    assert len(set(digests)) == len(FILES) - 1
    assert FILES["v1.0", "voices"].sha256 == FILES["v1.1", "voices"].sha256
    assert FILES["v1.0", "fp32"].name == FILES["v1.1", "fp32"].name, "one name for two files: the tag tells them apart"


def test_addresses() -> None:
    """mirror/tag/name, whether or not the mirror ends with a slash."""
    model, _ = official("v1.1-zh", "fp32")
    tail = "/model-files-v1.1/kokoro-v1.1-zh.onnx"
    assert model.url() == model.url(UPSTREAM) == f"https://github.com/thewh1teagle/kokoro-onnx/releases/download{tail}"
    assert model.url("file:///nas/kokoro/") == f"file:///nas/kokoro{tail}"


@pytest.mark.parametrize(("release", "precision"), [("v1.1-zh", "int8"), ("v2", "fp32"), ("v1.0", "voices")])
def test_what_is_not_published_names_what_is(release: str, precision: str) -> None:
    """The error repeats what was asked for and lists all that exists."""
    with pytest.raises(ModelError, match=f"'{release} {precision}'") as caught:
        official(release, precision)
    assert "v1.0 fp32, v1.0 fp16, v1.0 int8, v1.1 fp32, v1.1 fp16, v1.1 int8, v1.1-zh fp32" in caught.value.remedy


def test_find_needs_both_files(good: ModelPaths) -> None:
    """Found under the official names; with one of them missing, or in a folder that isn't there, nothing is."""
    folder = good.model.parent
    assert find(folder, "v1.1", "fp32") == good
    assert find(folder, "v1.1", "int8") is None
    assert find(folder / "nowhere", "v1.1", "fp32") is None
    assert find(good.model, "v1.1", "fp32") is None, "the folder is a file"
    good.voices.unlink()
    good.voices.mkdir()
    assert find(folder, "v1.1", "fp32") is None, "the file is a folder"
    good.voices.rmdir()
    os.mkfifo(good.voices)
    assert find(folder, "v1.1", "fp32") is None, "the file is a pipe, and opening that would wait for ever"


@pytest.mark.parametrize("closed", ["folder", "file"])
def test_find_says_what_may_not_be_read(closed: str) -> None:
    """Files that are there but can't be read aren't called missing: that would start a useless download."""
    with folder_for_all() as folder:
        for file in official("v1.0", "int8"):
            (folder / file.name).write_bytes(b"")
        (folder if closed == "folder" else folder / "kokoro-v1.0.int8.onnx").chmod(0)
        with unprivileged(), pytest.raises(ModelError, match=r"kokoro-v1\.0\.int8\.onnx can't be read") as caught:
            find(folder, "v1.0", "int8")
    assert "permission to read" in caught.value.remedy


def test_good_files_pass(good: ModelPaths) -> None:
    """A model and a voices file of the right kinds raise nothing, whatever their names are."""
    check_kinds(good)
    renamed = good.voices.rename(good.voices.with_suffix(".json"))
    check_kinds(ModelPaths(good.model, renamed))


def test_json_voices_are_explained(good: ModelPaths) -> None:
    """The classic: voices.json of an old guide. One line says what it is, what is needed and where that is."""
    voices = good.voices.with_name("voices.json")
    voices.write_text('{"af_heart": []}')
    with pytest.raises(ModelError) as caught:
        check_kinds(ModelPaths(good.model, voices))
    text = str(caught.value)
    assert text.startswith(f"{voices} is a JSON text; Kokoro v1.1 fp32 needs voices-v1.0.bin (28 MB). ")
    assert f"{UPSTREAM}/model-files-v1.1/voices-v1.0.bin" in text
    assert "model.voices_path" in text
    assert "\n" not in text


def test_swapped_and_missing_files_are_named_together(good: ModelPaths) -> None:
    """Both mistakes are told at once, with the files of the release and precision that are set."""
    with pytest.raises(ModelError) as caught:
        check_kinds(ModelPaths(good.voices, good.model), "v1.0", "int8")
    text = str(caught.value)
    assert f"{good.voices} is a voices file (npz); Kokoro v1.0 int8 needs kokoro-v1.0.int8.onnx (92 MB)" in text
    assert f"{good.model} is an ONNX model; Kokoro v1.0 int8 needs voices-v1.0.bin" in text
    assert f"fetch {UPSTREAM}/model-files-v1.0/kokoro-v1.0.int8.onnx and name it in model.path" in text
    gone = good.model.with_name("gone")
    with pytest.raises(
        ModelError, match=r"gone is missing; .* kokoro-v1.1-zh.onnx .* is missing; .*voices-v1.1-zh.bin"
    ):
        check_kinds(ModelPaths(gone, gone), "v1.1-zh", "fp32")


def test_cut_off_voices_are_noticed(good: ModelPaths) -> None:
    """The directory of a zip stands at its end, so a download that broke off shows."""
    good.voices.write_bytes(good.voices.read_bytes()[:-30])
    with pytest.raises(ModelError, match="cut off or damaged"):
        check_kinds(good)


def test_unreadable_files_get_their_own_remedy() -> None:
    """Another download wouldn't help where a permission is missing."""
    with folder_for_all() as folder:
        path = folder / "model.onnx"
        path.write_bytes(ONNX)
        path.chmod(0)
        with unprivileged(), pytest.raises(ModelError, match=r"model\.onnx can't be read") as caught:
            check_kinds(ModelPaths(path, path))
    assert "permission" in caught.value.remedy
    assert "download" not in caught.value.remedy


def test_verdicts(tmp_path: Path) -> None:
    """Official means one of the wanted hashes; the hashes of other releases are recognised."""
    path = tmp_path / "kokoro-v1.0.onnx"
    path.write_bytes(ONNX)
    ours = ModelFile("tag", "name", len(ONNX), frozenset({"0" * 64, hashlib.sha256(ONNX).hexdigest()}))
    wanted, _ = official("v1.1", "fp32")
    assert verify(path, ours).kind == "official"
    assert verify(path, wanted).kind == "unknown"
    assert hashlib.sha256(ONNX).hexdigest() in verify(path, wanted).note
    assert verify(path, wanted).note.startswith("an ONNX model, not one of the official files")
    remember(path, *official("v1.0", "fp32")[0].sha256)
    assert verify(path, wanted) == models.Verdict("other release", "the official kokoro-v1.0.onnx of model-files-v1.0")
    assert verify(path, official("v1.0", "fp32")[0]).kind == "official"


def test_shared_voices_are_official_in_both_releases(tmp_path: Path) -> None:
    """The same bytes were published twice, so neither release calls them another's."""
    path = tmp_path / "voices-v1.0.bin"
    path.write_bytes(b"")
    for release in ("v1.0", "v1.1"):
        _, voices = official(release, "fp32")
        remember(path, *voices.sha256)
        assert verify(path, voices) == models.Verdict("official", f"the official {voices.name} of {voices.tag}")


def test_verify_needs_a_file(tmp_path: Path) -> None:
    """What can't be read has no verdict."""
    with pytest.raises(ModelError, match="can't be read: No such file"):
        verify(tmp_path / "gone", official("v1.1", "fp32")[0])


def test_a_read_only_folder_is_verified_without_a_stamp() -> None:
    """A model folder mounted read-only works; only the time is lost."""
    with folder_for_all() as folder:
        path = folder / "model.onnx"
        path.write_bytes(ONNX)
        folder.chmod(0o555)
        with unprivileged():
            assert verify(path, official("v1.1", "fp32")[0]).kind == "unknown"
        assert [entry.name for entry in folder.iterdir()] == ["model.onnx"]
