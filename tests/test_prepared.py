"""Prepared graphs beside their model: made once, kept, shared, and left alone where they can't be had."""

import logging
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tiny_kokoro import write_model

from wyoming_kokoro.errors import StoppedError
from wyoming_kokoro.runtime import prepared as module
from wyoming_kokoro.runtime.prepared import Prepared, prepared, refuse

NEVER = threading.Event()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A model in a folder of its own."""
    (tmp_path / "models").mkdir()
    return write_model(tmp_path / "models" / "kokoro.onnx")


@pytest.fixture
def program(tmp_path: Path) -> Callable[[str], tuple[str, ...]]:
    """In place of the program that prepares: gets SOURCE, TARGET and TAPS, and leaves a line in `calls`."""

    def write(code: str) -> tuple[str, ...]:
        path = tmp_path / "program.py"
        calls = f"open({str(tmp_path / 'calls')!r}, 'a').write('x')"
        path.write_text(
            f"import json, sys, time\nfrom pathlib import Path\n{calls}\ntarget = Path(sys.argv[2])\n{code}\n"
        )
        return (str(path),)

    return write


GOOD = "target.write_bytes(b'graph'); print(json.dumps({'refused': '', 'report': 'all well'}))"


def calls(folder: Path) -> int:
    return len((folder / "calls").read_text()) if (folder / "calls").exists() else 0


def test_the_real_program_prepares_a_model(source: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Into a file beside it, checked, with what was done in the log."""
    caplog.set_level(logging.INFO)
    made = prepared(source, 0, NEVER)
    assert made.note == "graph prepared"
    assert made.path.parent == source.parent / "prepared" and made.path.stat().st_size > 1000
    assert "nodes became" in caplog.text and "differs from the original by" in caplog.text
    assert sorted(path.suffix for path in made.path.parent.iterdir()) in ([".lock", ".onnx"], [".onnx"])


def test_what_is_prepared_is_kept(source: Path, tmp_path: Path, program: Callable[[str], tuple[str, ...]]) -> None:
    """The second time nothing is made."""
    first = prepared(source, 0, NEVER, program(GOOD))
    assert prepared(source, 0, NEVER, program(GOOD)) == first
    assert calls(tmp_path) == 1


@pytest.mark.parametrize("change", ["model", "version", "runtime", "taps"])
def test_it_is_made_anew_for_what_it_depends_on(
    source: Path,
    tmp_path: Path,
    program: Callable[[str], tuple[str, ...]],
    monkeypatch: pytest.MonkeyPatch,
    change: str,
) -> None:
    """Another model under the same name, version of ours, ONNX Runtime, or bound for memory."""
    first = prepared(source, 0, NEVER, program(GOOD))
    if change == "model":
        source.write_bytes(source.read_bytes() + b"\0")
    elif change == "version":
        monkeypatch.setattr(module, "__version__", "99.0")
    elif change == "runtime":
        monkeypatch.setattr("onnxruntime.__version__", "99.0")
    second = prepared(source, 4 if change == "taps" else 0, NEVER, program(GOOD))
    assert second.path != first.path and calls(tmp_path) == 2


def test_two_at_once_make_one(source: Path, tmp_path: Path, program: Callable[[str], tuple[str, ...]]) -> None:
    """Whoever comes second waits and takes what the first one made."""
    slow = program("time.sleep(0.3); " + GOOD)
    with ThreadPoolExecutor() as pool:
        made = list(pool.map(lambda _: prepared(source, 0, NEVER, slow), range(3)))
    assert len(set(made)) == 1 and made[0].note == "graph prepared"
    assert calls(tmp_path) == 1


def test_one_that_differs_is_dropped_for_good(
    source: Path, tmp_path: Path, program: Callable[[str], tuple[str, ...]], caplog: pytest.LogCaptureFixture
) -> None:
    """With a warning each time; it isn't made again."""
    different = program("print(json.dumps({'refused': 'its output differs', 'report': ''}))")
    for _ in range(2):
        made = prepared(source, 0, NEVER, different)
        assert made.path == source and made.note.startswith("graph as exported: its output differs (delete ")
    assert calls(tmp_path) == 1
    assert [record.levelname for record in caplog.records] == ["WARNING", "WARNING"]
    assert "kokoro.onnx is used as it was exported, several times slower on a GPU: its output differs" in caplog.text


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("target.write_bytes(b'half'); sys.exit('no memory')", "exit status 1: no memory"),
        ("import os; os.kill(os.getpid(), 9)", "exit status -9: no message"),
        ("import no_such_module", "ModuleNotFoundError: No module named 'no_such_module'"),
    ],
)
def test_a_crash_is_one_line_and_tried_again(
    source: Path, tmp_path: Path, program: Callable[[str], tuple[str, ...]], code: str, reason: str
) -> None:
    """At the next start: it may have been for want of memory. Nothing half done is left."""
    for _ in range(2):
        made = prepared(source, 0, NEVER, program(code))
        assert made.path == source and reason in made.note
    assert calls(tmp_path) == 2
    assert not [path for path in (source.parent / "prepared").iterdir() if path.suffix != ".lock"]


def test_one_that_takes_too_long_is_given_up(
    source: Path, program: Callable[[str], tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The original speaks."""
    monkeypatch.setattr(module, "LONGEST_S", 0.2)
    made = prepared(source, 0, NEVER, program("time.sleep(60)"))
    assert made.path == source and "took more than 0 s" in made.note


def test_stopping_ends_it(source: Path, program: Callable[[str], tuple[str, ...]], tmp_path: Path) -> None:
    """The process is killed, and nothing is left of its work."""
    stopped = threading.Event()
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(prepared, source, 0, stopped, program("target.write_bytes(b'half'); time.sleep(60)"))
        while not calls(tmp_path):
            time.sleep(0.01)
        stopped.set()
        with pytest.raises(StoppedError):
            waiting.result(timeout=30)
    assert not list((source.parent / "prepared").glob("*.part"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_costs_the_preparation(source: Path) -> None:
    """The original speaks, and the reason is said."""
    source.parent.chmod(0o555)
    try:
        made = prepared(source, 0, NEVER)
    finally:
        source.parent.chmod(0o755)
    assert made.path == source and "can't be used: Permission denied. Let this user write there" in made.note


def test_a_file_in_the_folders_place_costs_the_preparation(source: Path) -> None:
    """The original speaks, and the reason is said."""
    (source.parent / "prepared").write_text("")
    made = prepared(source, 0, NEVER)
    assert made.path == source and f"{source.parent / 'prepared'} can't be used: File exists" in made.note


def test_what_nobody_uses_any_more_goes(source: Path, program: Callable[[str], tuple[str, ...]]) -> None:
    """Made for versions that are gone, when the next one is made; what is used stays."""
    first, second = (prepared(source, taps, NEVER, program(GOOD)) for taps in (0, 1))
    old = time.time() - module.UNUSED_S - 60
    for made in (first, second):
        os.utime(made.path, (old, old))
        lock = made.path.with_suffix(".lock")
        lock.touch()
        os.utime(lock, (old, old))
    prepared(source, 1, NEVER, program(GOOD))
    prepared(source, 2, NEVER, program(GOOD))
    assert not first.path.exists() and second.path.exists()
    assert first.path.with_suffix(".lock").exists(), "somebody may hold it"


def test_a_graph_that_the_device_refuses_is_not_tried_again(
    source: Path, tmp_path: Path, program: Callable[[str], tuple[str, ...]]
) -> None:
    """The reason is remembered."""
    made = prepared(source, 0, NEVER, program(GOOD))
    refuse(made.path, source, "prepared it failed on cuda:0")
    again = prepared(source, 0, NEVER, program(GOOD))
    refusal = made.path.with_suffix(".refused")
    assert again == Prepared(source, f"graph as exported: prepared it failed on cuda:0 (delete {refusal} to try again)")
    assert calls(tmp_path) == 1
    refusal.unlink()
    assert prepared(source, 0, NEVER, program(GOOD)) == made


def test_a_graph_that_fails_this_time_is_made_again(
    source: Path, tmp_path: Path, program: Callable[[str], tuple[str, ...]]
) -> None:
    """Its file may have been damaged."""
    made = prepared(source, 0, NEVER, program(GOOD))
    refuse(made.path, source, "it can't be loaded", for_good=False)
    assert prepared(source, 0, NEVER, program(GOOD)) == made and calls(tmp_path) == 2
