"""Transfers that end early, and how they go on."""

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from model_server import (
    BODY,
    FAST,
    FILE,
    HALF,
    OTHER,
    SIZE,
    Behaviour,
    Server,
    arrived,
    fetch,
    partial,
    redirect,
    stall,
    status,
    whole,
    without_length,
)

from wyoming_kokoro.errors import DownloadError, StoppedError
from wyoming_kokoro.runtime.download import download


def leave_part(folder: Path, body: bytes) -> None:
    (folder / "model.onnx.part").write_bytes(body)


def test_a_broken_transfer_is_resumed(tmp_path: Path, server: Server) -> None:
    """By Range; no byte is sent twice."""
    answer = whole(ranges=True, upto=100_000)
    fetch(tmp_path, server, answer)
    assert arrived(tmp_path)
    assert server.ranges() == [None, "bytes=100000-", "bytes=200000-"]
    assert server.sent == SIZE


def test_a_resumed_transfer_is_redirected_too(tmp_path: Path, server: Server) -> None:
    """The redirect's target gets the Range as well, as it is needed for GitHub."""
    answer = whole(ranges=True, upto=HALF)
    fetch(tmp_path, server, redirect("/x"), answer, redirect("/y"), answer)
    assert arrived(tmp_path)
    assert server.ranges() == [None, None, f"bytes={HALF}-", f"bytes={HALF}-"]
    assert server.sent == SIZE


def test_without_ranges_it_starts_again(tmp_path: Path, server: Server) -> None:
    """A server that answers 200 to a Range sends everything, and everything is taken anew."""
    fetch(tmp_path, server, whole(upto=HALF), whole())
    assert arrived(tmp_path)
    assert server.ranges() == [None, f"bytes={HALF}-"]
    assert server.sent == HALF + SIZE


def test_a_short_answer_without_a_length_is_resumed(tmp_path: Path, server: Server) -> None:
    """Only the official size tells that something is missing."""
    fetch(tmp_path, server, without_length(BODY[:HALF]), whole(ranges=True))
    assert arrived(tmp_path)
    assert server.ranges() == [None, f"bytes={HALF}-"]


def test_a_changed_version_starts_again(tmp_path: Path, server: Server) -> None:
    """The hash finds that the two halves don't belong together, and the same mirror is asked for everything."""
    fetch(tmp_path, server, whole(OTHER, upto=HALF), whole(ranges=True))
    assert arrived(tmp_path)
    assert server.ranges() == [None, f"bytes={HALF}-", None]


def test_another_mirror_sends_the_rest(tmp_path: Path, server: Server) -> None:
    """What one mirror has sent before it failed isn't fetched again from the next."""
    server.script = [whole(upto=HALF), status(404), whole(ranges=True)]
    download(tmp_path, [FILE], [f"{server.url}/first", f"{server.url}/second"], settings=FAST)
    assert arrived(tmp_path)
    assert server.ranges() == [None, f"bytes={HALF}-", f"bytes={HALF}-"]
    assert server.sent == SIZE


@pytest.mark.parametrize(
    "answer",
    [
        partial(f"bytes {HALF + 1}-{SIZE - 1}/{SIZE}"),
        partial("bytes many-more/than-these"),
        partial(""),
        status(416),
    ],
    ids=["other place", "malformed range", "no range", "not satisfiable"],
)
def test_what_does_not_continue_starts_again(tmp_path: Path, server: Server, answer: Behaviour) -> None:
    """A continuation that doesn't fit is never glued on: the third request asks for everything."""
    fetch(tmp_path, server, whole(upto=HALF), answer, whole(ranges=True))
    assert arrived(tmp_path)
    assert server.ranges() == [None, f"bytes={HALF}-", None]


def test_attempts_are_bounded(tmp_path: Path, server: Server) -> None:
    """A server that always breaks off is left; what came is kept for the next call."""
    with pytest.raises(DownloadError, match=r"the last of 3 attempts"):
        fetch(tmp_path, server, whole(ranges=True, upto=1000))
    assert len(server.requests) == 3
    assert (tmp_path / "model.onnx.part").read_bytes() == BODY[:3000]
    fetch(tmp_path, server, whole(ranges=True))
    assert server.ranges()[-1] == "bytes=3000-"
    assert arrived(tmp_path)


def test_a_stalled_server_is_left(tmp_path: Path, server: Server) -> None:
    """Silence counts as broken after read_s; the half that came isn't fetched again."""
    with pytest.raises(DownloadError, match="Read timed out"):
        fetch(tmp_path, server, stall(), settings=replace(FAST, read_s=0.2, attempts=1))
    fetch(tmp_path, server, whole(ranges=True))
    assert arrived(tmp_path)
    assert server.ranges() == [None, f"bytes={HALF}-"]


def test_an_earlier_part_is_resumed(tmp_path: Path, server: Server) -> None:
    """Wherever it came from."""
    leave_part(tmp_path, BODY[:HALF])
    fetch(tmp_path, server, whole(ranges=True))
    assert arrived(tmp_path)
    assert server.ranges() == [f"bytes={HALF}-"]


@pytest.mark.parametrize("body", [OTHER, OTHER + OTHER])
def test_a_part_that_is_no_part_is_thrown_away(tmp_path: Path, server: Server, body: bytes) -> None:
    """As long as the file or longer, but with other bytes: everything is asked for."""
    leave_part(tmp_path, body)
    fetch(tmp_path, server, whole(ranges=True))
    assert arrived(tmp_path)
    assert server.ranges() == [None]


def test_a_wrong_beginning_costs_one_more_transfer(tmp_path: Path, server: Server) -> None:
    """A plausible part with wrong bytes, as after a power cut: the hash finds it, the same mirror mends it."""
    leave_part(tmp_path, OTHER[:HALF])
    fetch(tmp_path, server, whole(ranges=True))
    assert arrived(tmp_path)
    assert server.ranges() == [f"bytes={HALF}-", None]


def test_a_mirror_of_other_bytes_is_restarted_once(tmp_path: Path, server: Server) -> None:
    """After a wrong hash the transfer starts at zero; a second one is the mirror's fault."""
    leave_part(tmp_path, BODY[:HALF])
    with pytest.raises(DownloadError, match="sent other bytes than the official ones"):
        fetch(tmp_path, server, whole(OTHER, ranges=True))
    assert server.ranges() == [f"bytes={HALF}-", None]


def test_a_complete_part_needs_no_server(tmp_path: Path, server: Server) -> None:
    """An earlier run was stopped while it computed the hash."""
    leave_part(tmp_path, BODY)
    fetch(tmp_path, server)
    assert arrived(tmp_path)
    assert not server.requests


def test_a_stopped_transfer_goes_on_later(tmp_path: Path, server: Server) -> None:
    """Stopped in the middle, the next call asks for the rest only."""
    stopped = threading.Event()

    def progress(_name: str, done: int, _size: int) -> None:
        if done >= HALF:
            stopped.set()

    server.script = [whole(ranges=True)]
    with pytest.raises(StoppedError):
        download(tmp_path, [FILE], [server.url], progress, stopped, FAST)
    kept = (tmp_path / "model.onnx.part").read_bytes()
    assert HALF <= len(kept) <= SIZE
    assert kept == BODY[: len(kept)]
    fetch(tmp_path, server, whole(ranges=True))
    assert arrived(tmp_path)
    assert server.ranges() == ([None, f"bytes={len(kept)}-"] if len(kept) < SIZE else [None])
