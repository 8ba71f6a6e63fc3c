"""Whole downloads: several files and mirrors, liars, stopping, the folder and who else works in it."""

import contextlib
import json
import resource
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from filelock import FileLock
from model_server import (
    BODY,
    FAST,
    FILE,
    HALF,
    LONG,
    OTHER,
    SIZE,
    Behaviour,
    Handler,
    Server,
    arrived,
    chunked,
    fetch,
    redirect,
    status,
    whole,
    without_length,
)
from permissions import folder_for_all, unprivileged

from wyoming_kokoro.errors import DownloadError, ModelError, StoppedError
from wyoming_kokoro.runtime import fingerprints
from wyoming_kokoro.runtime.download import LOCK, download
from wyoming_kokoro.runtime.mirror import Patience


def test_a_file_is_fetched_once(tmp_path: Path, server: Server) -> None:
    """One plain request from the documented address; the next call has nothing to do and nothing to hash."""
    folder = tmp_path / "deep" / "down"
    fetch(folder, server)
    assert arrived(folder)
    ((path, headers),) = server.requests
    assert path == "/tag/model.onnx"
    assert "Range" not in headers
    assert headers["Accept-Encoding"] == "identity"
    assert headers["User-Agent"].startswith("wyoming-kokoro/")
    stamps = json.loads((folder / fingerprints.STAMPS).read_text())
    assert {stamps[FILE.name]["sha256"]} == FILE.sha256
    fetch(folder, server)
    assert len(server.requests) == 1


def test_only_missing_files_are_fetched(tmp_path: Path, server: Server) -> None:
    """A file that is already there stays untouched, and the others come in order."""
    files = [replace(FILE, name=name) for name in ("a", "b", "c")]
    (tmp_path / "b").write_bytes(BODY)
    before = (tmp_path / "b").stat()
    download(tmp_path, files, [server.url], settings=FAST)
    assert [path for path, _ in server.requests] == ["/tag/a", "/tag/c"]
    assert (tmp_path / "b").stat().st_mtime_ns == before.st_mtime_ns


def test_progress_counts_up_to_the_size(tmp_path: Path, server: Server) -> None:
    """From nothing to everything in rising steps."""
    seen: list[tuple[str, int, int]] = []
    download(tmp_path, [FILE], [server.url], lambda *step: seen.append(step), settings=FAST)
    assert seen == sorted(seen)
    assert {(name, size) for name, _, size in seen} == {("model.onnx", SIZE)}
    assert (seen[0][1], seen[-1][1]) == (0, SIZE)
    assert len(seen) > 3


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (whole(BODY + b"!"), "has a file of 300,001 bytes instead of 300,000"),
        (whole(BODY[:-1]), "has a file of 299,999 bytes instead of 300,000"),
        (whole(b"<html>", more={"Content-Type": "text/html; charset=x"}), "6 bytes (text/html) instead of 300,000"),
        (without_length(BODY + b"!"), "more than the 300,000 bytes"),
        (without_length(BODY, ends=False), "more than the 300,000 bytes"),
        (chunked(BODY + b"!", ends=True), "more than the 300,000 bytes"),
        (whole(OTHER), "sent other bytes than the official ones"),
        (status(404), "HTTP status 404"),
        (status(403), "HTTP status 403"),
        (status(204), "HTTP status 204"),
        (redirect("file:///etc/passwd"), "starts with neither https:// nor http://"),
        (redirect("http://[/"), ""),
    ],
)
def test_a_liar_is_asked_once(tmp_path: Path, server: Server, answer: Behaviour, reason: str) -> None:
    """The next mirror is asked at once, and nothing of the first stays; alone, it fails with the reason."""
    server.script = [answer, whole()]
    download(tmp_path, [FILE], [f"{server.url}/first", f"{server.url}/second/"], settings=FAST)
    assert arrived(tmp_path)
    assert [path.split("/")[1] for path, _ in server.requests] == ["first", "second"]
    assert server.ranges() == [None, None]
    (tmp_path / FILE.name).unlink()
    with pytest.raises(DownloadError) as caught:
        fetch(tmp_path, server, answer)
    assert reason in caught.value.message
    assert {path.name for path in tmp_path.iterdir()} <= {LOCK, fingerprints.STAMPS}


def test_an_endless_server_cannot_fill_the_disk(tmp_path: Path, server: Server) -> None:
    """It is left as soon as it has sent more than the official size: the connection is closed, nothing stays."""
    with pytest.raises(DownloadError, match="more than the 300,000 bytes"):
        fetch(tmp_path, server, without_length(BODY, ends=False))
    assert server.left.wait(LONG)
    assert {path.name for path in tmp_path.iterdir()} == {LOCK}


@pytest.mark.parametrize("code", [500, 502, 503, 504, 429, 408])
def test_a_server_in_trouble_is_asked_again(tmp_path: Path, server: Server, code: int) -> None:
    """These answers may pass: it is tried again, as often as attempts allow, then the next mirror."""
    server.script = [status(code)] * 4 + [whole()]
    download(tmp_path, [FILE], [f"{server.url}/first", f"{server.url}/second"], settings=FAST)
    assert arrived(tmp_path)
    assert [path.split("/")[1] for path, _ in server.requests] == ["first"] * 3 + ["second"] * 2


def test_the_failure_says_why_and_what_to_do(tmp_path: Path, server: Server) -> None:
    """A reason for each mirror, in order; the addresses of all that is missing, the folder and the setting."""
    server.script = [status(404), whole(b"<!doctype html>".ljust(SIZE))]
    mirrors = [f"{server.url}/a", f"{server.url}/b", "ftp://c"]
    with pytest.raises(DownloadError) as caught:
        download(tmp_path, [FILE, replace(FILE, name="voices.bin")], mirrors, settings=FAST)
    tail = "tag/model.onnx"
    assert caught.value.message == (
        f"model.onnx (0 MB) could not be downloaded: {server.url}/a/{tail}: HTTP status 404; "
        f"{server.url}/b/{tail}: sent other bytes than the official ones: that file is an HTML page; "
        f"ftp://c/{tail}: not an address that starts with https://, http:// or file://"
    )
    for needed in [f"{server.url}/a/tag/voices.bin", f"{server.url}/b/{tail}", str(tmp_path), "model.mirrors"]:
        assert needed in caught.value.remedy


def test_no_mirror_at_all(tmp_path: Path) -> None:
    """An empty list is a reason too, and the official address is still named."""
    with pytest.raises(DownloadError, match=r"model\.mirrors is empty") as caught:
        download(tmp_path, [FILE], [], settings=FAST)
    assert "https://github.com/" in caught.value.remedy


def test_other_bytes_under_the_official_name_stay(tmp_path: Path, server: Server) -> None:
    """The user's own file is never overwritten; the error says what it is and what to do."""
    (tmp_path / FILE.name).write_bytes(b'{"af_heart": []}')
    with pytest.raises(ModelError, match=r"model.onnx is a JSON text, not one of the official files") as caught:
        fetch(tmp_path, server)
    assert "model.path" in caught.value.remedy
    assert (tmp_path / FILE.name).read_bytes() == b'{"af_heart": []}'
    assert not server.requests


def stop_when(condition: threading.Event, folder: Path, server: Server, settings: Patience) -> BaseException | None:
    """Downloads in a thread and stops it once `condition` is set; what it raised."""
    stopped, raised = threading.Event(), []

    def work() -> None:
        try:
            download(folder, [FILE], [server.url], None, stopped, settings)
        except (DownloadError, StoppedError) as error:
            raised.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    assert condition.wait(LONG)
    stopped.set()
    thread.join(LONG)
    assert not thread.is_alive(), "it didn't stop"
    return raised[0] if raised else None


@pytest.mark.parametrize("sent", [None, 0, HALF])
def test_stopping_does_not_wait_for_a_server(tmp_path: Path, server: Server, sent: int | None) -> None:
    """Before the headers, before the first byte and in the middle; what has come is kept."""
    patient, reached = replace(FAST, read_s=10 * LONG), threading.Event()

    def hang(handler: Handler) -> None:
        if sent is not None:
            handler.begin(200, {"Content-Length": SIZE})
            handler.deliver(BODY[:sent])
        reached.set()
        server.released.wait(10 * LONG)

    server.script = [hang]
    assert isinstance(stop_when(reached, tmp_path, server, patient), StoppedError)
    assert not (tmp_path / FILE.name).exists()


def test_stopping_ends_the_pause_between_attempts(tmp_path: Path, server: Server) -> None:
    """The back-off, here of an hour, is interrupted."""
    answered = threading.Event()

    def fail(handler: Handler) -> None:
        status(503)(handler)
        answered.set()

    server.script = [fail]
    error = stop_when(answered, tmp_path, server, replace(FAST, backoff_s=3600))
    assert isinstance(error, StoppedError)
    assert len(server.requests) == 1


def test_stopping_ends_the_hashing(tmp_path: Path, server: Server) -> None:
    """What is complete but not yet verified stays a part."""
    (tmp_path / "model.onnx.part").write_bytes(BODY)
    stopped = threading.Event()
    stopped.set()
    with pytest.raises(StoppedError):
        download(tmp_path, [FILE], [server.url], None, stopped, FAST)
    assert (tmp_path / "model.onnx.part").read_bytes() == BODY
    assert not (tmp_path / FILE.name).exists()


def test_stopping_ends_the_wait_for_another_downloader(tmp_path: Path, server: Server) -> None:
    """While somebody else holds the lock, nothing is transferred."""
    now = threading.Event()
    now.set()
    with FileLock(tmp_path / LOCK):
        assert isinstance(stop_when(now, tmp_path, server, FAST), StoppedError)
    assert not server.requests


def test_two_threads_make_one_transfer(tmp_path: Path, server: Server) -> None:
    """The second one starts in the middle of the first, waits, and finds the file there."""
    second = threading.Thread(target=download, args=(tmp_path, [FILE], [server.url]), kwargs={"settings": FAST})

    def progress(_name: str, done: int, _size: int) -> None:
        if done and not second.ident:
            second.start()

    download(tmp_path, [FILE], [server.url], progress, settings=FAST)
    second.join(LONG)
    assert arrived(tmp_path)
    assert len(server.requests) == 1
    assert server.sent == SIZE


def test_two_processes_make_one_transfer(tmp_path: Path, server: Server) -> None:
    """The server sends its second half only when both run."""
    both = threading.Event()

    def slow(handler: Handler) -> None:
        handler.begin(200, {"Content-Length": SIZE})
        handler.deliver(BODY[:HALF])
        both.wait(LONG)
        handler.deliver(BODY[HALF:])

    server.script = [slow]
    code = (
        "import sys, pathlib\n"
        "from wyoming_kokoro.runtime.download import download\n"
        "from wyoming_kokoro.runtime.models import ModelFile\n"
        f"file = ModelFile('tag', 'model.onnx', {SIZE}, frozenset({set(FILE.sha256)!r}))\n"
        "print('ready', flush=True)\n"
        f"download(pathlib.Path({str(tmp_path)!r}), [file], [{server.url!r}])\n"
    )
    with contextlib.ExitStack() as stack:
        started = [
            stack.enter_context(subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE))
            for _ in range(2)
        ]
        for process in started:
            assert process.stdout
            assert process.stdout.readline() == b"ready\n"
        both.set()
        assert [process.wait(LONG) for process in started] == [0, 0]
    assert arrived(tmp_path)
    assert len(server.requests) == 1


def test_a_full_disk_is_noticed_before(tmp_path: Path, server: Server) -> None:
    """The error says how much is needed and how much there is."""
    huge = replace(FILE, size=10**18)
    with pytest.raises(DownloadError, match=r"needs 1,000,000,000,017 MB, .* has [0-9,]+ MB free") as caught:
        download(tmp_path, [huge], [server.url], settings=FAST)
    assert "model.dir" in caught.value.remedy
    assert not server.requests


def test_a_disk_that_gets_full_meanwhile(tmp_path: Path, server: Server) -> None:
    """The system's own refusal in the middle of the file: one line with a remedy. The next try goes on from there."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(BODY) // 2, hard))
    try:
        with pytest.raises(DownloadError, match=r"can't be written: File too large. Free some space"):
            fetch(tmp_path, server)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert 0 < (tmp_path / f"{FILE.name}.part").stat().st_size <= len(BODY) // 2
    fetch(tmp_path, server)
    assert arrived(tmp_path)


def test_a_folder_that_cannot_be_written(server: Server) -> None:
    """Nothing is transferred; the remedy names the user."""
    with folder_for_all() as folder:
        folder.chmod(0o555)
        with unprivileged(), pytest.raises(DownloadError, match="can't be written: Permission denied") as caught:
            fetch(folder, server)
    assert "Give the user with id" in caught.value.remedy
    assert not server.requests


def test_a_complete_folder_may_be_read_only(server: Server) -> None:
    """Nothing is written where everything is there, not even a lock."""
    with folder_for_all() as folder:
        (folder / FILE.name).write_bytes(BODY)
        folder.chmod(0o555)
        with unprivileged():
            fetch(folder, server)
        assert [path.name for path in folder.iterdir()] == [FILE.name]
    assert not server.requests


def test_a_file_in_the_place_of_the_folder(tmp_path: Path, server: Server) -> None:
    """A path that can't be a folder is named."""
    path = tmp_path / "file"
    path.write_bytes(b"")
    with pytest.raises(DownloadError, match="file can't be written"):
        fetch(path, server)
