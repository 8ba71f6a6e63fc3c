"""One mirror: what is asked of it, and what is made of its answers."""

import base64
from pathlib import Path

import pytest
from model_server import (
    BODY,
    FAST,
    FILE,
    HALF,
    Handler,
    Server,
    arrived,
    chunked,
    fetch,
    redirect,
    whole,
    without_length,
)

from wyoming_kokoro.errors import DownloadError
from wyoming_kokoro.runtime.download import download
from wyoming_kokoro.runtime.mirror import MAX_REDIRECTS


@pytest.mark.parametrize("to", ["/elsewhere?token=1", "{url}/elsewhere?token=1"])
def test_redirects_are_followed(tmp_path: Path, server: Server, to: str) -> None:
    """Relative and absolute ones; a redirect may have a body without an end, which isn't read."""

    def endless(handler: Handler) -> None:
        handler.begin(302, {"Location": to.format(url=server.url)})
        while not server.released.is_set():
            handler.deliver(bytes(10_000))

    fetch(tmp_path, server, endless, whole())
    assert arrived(tmp_path)
    assert [path for path, _ in server.requests] == ["/tag/model.onnx", "/elsewhere?token=1"]


def test_redirects_are_bounded(tmp_path: Path, server: Server) -> None:
    """A circle of redirects ends."""
    with pytest.raises(DownloadError, match="more than 5 redirects"):
        fetch(tmp_path, server, redirect("/again"))
    assert len(server.requests) == MAX_REDIRECTS + 1


def test_answers_without_a_length_are_taken(tmp_path: Path, server: Server) -> None:
    """Until the connection closes, or in chunks."""
    for number, answer in enumerate([without_length(BODY), chunked(BODY, ends=True)]):
        fetch(tmp_path / str(number), server, answer)
        assert arrived(tmp_path / str(number))


def test_bytes_are_taken_as_they_are(tmp_path: Path, server: Server) -> None:
    """Nothing is unpacked, whatever the server calls it: the hash is that of the file."""
    fetch(tmp_path, server, whole(more={"Content-Encoding": "gzip"}))
    assert arrived(tmp_path)


def test_a_broken_chunked_answer_is_no_complete_one(tmp_path: Path, server: Server) -> None:
    """The end of a connection isn't the end of the chunks."""
    fetch(tmp_path, server, chunked(BODY[:HALF], ends=False), whole())
    assert arrived(tmp_path)
    assert len(server.requests) == 2


def test_nobody_listens(tmp_path: Path, server: Server) -> None:
    """A refused connection and an unknown host are named in words."""
    server.server_close()
    for mirror, reason in [
        (server.url, "Connection refused"),
        ("http://kokoro.invalid", "Failed to resolve 'kokoro.invalid'"),
    ]:
        with pytest.raises(DownloadError, match=reason):
            download(tmp_path, [FILE], [mirror], settings=FAST)


def test_a_folder_can_be_a_mirror(tmp_path: Path) -> None:
    """file:// addresses, with or without quoting, after one that isn't there."""
    source = tmp_path / "my nas" / "tag"
    source.mkdir(parents=True)
    (source / FILE.name).write_bytes(BODY)
    for number, mirror in enumerate([source.parent.as_uri(), f"file://{source.parent}"]):
        folder = tmp_path / str(number)
        download(folder, [FILE], ["file:///nowhere", mirror], settings=FAST)
        assert arrived(folder)


@pytest.mark.parametrize(
    ("mirror", "reason"),
    [
        ("file:///nowhere", "No such file or directory"),
        ("file://nas/models", "three slashes"),
        ("/mnt/nas", "not an address that starts with"),
    ],
)
def test_a_folder_that_is_no_mirror(tmp_path: Path, mirror: str, reason: str) -> None:
    """The usual mistakes are named."""
    with pytest.raises(DownloadError, match=reason):
        download(tmp_path, [FILE], [mirror], settings=FAST)


@pytest.mark.parametrize("prefix", ["http://me:se%40cret@", "me:se%40cret@"])
def test_a_proxy_is_used(tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch, prefix: str) -> None:
    """HTTP_PROXY gets the request for a host that nobody else could reach, with its credentials."""
    monkeypatch.setenv("HTTP_PROXY", f"{prefix}127.0.0.1:{server.server_port}")
    download(tmp_path, [FILE], ["http://kokoro.invalid"], settings=FAST)
    assert arrived(tmp_path)
    ((path, headers),) = server.requests
    assert path == "http://kokoro.invalid/tag/model.onnx"
    assert headers["Proxy-Authorization"] == "Basic " + base64.b64encode(b"me:se@cret").decode()


@pytest.mark.parametrize(
    ("environment", "reason"),
    [
        ({"HTTP_PROXY": "http://127.0.0.1:1", "NO_PROXY": "127.0.0.1"}, None),
        ({"HTTPS_PROXY": "http://127.0.0.1:1"}, None),
        ({"HTTP_PROXY": "http://me:secret@127.0.0.1:1"}, "Connection refused"),
        ({"ALL_PROXY": "http://127.0.0.1:1"}, "Connection refused"),
        ({"HTTP_PROXY": "socks5://127.0.0.1:1"}, "unsupported scheme socks5"),
    ],
)
def test_which_proxy_is_used(
    tmp_path: Path,
    server: Server,
    monkeypatch: pytest.MonkeyPatch,
    environment: dict[str, str],
    reason: str | None,
) -> None:
    """NO_PROXY and the scheme decide; a proxy that doesn't work is a reason, without its password."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    if reason is None:
        fetch(tmp_path, server)
        assert arrived(tmp_path)
    else:
        with pytest.raises(DownloadError, match=reason) as caught:
            fetch(tmp_path, server)
        assert "secret" not in str(caught.value)
        assert not server.requests


def test_the_texts_of_a_server_stay_one_line(tmp_path: Path, server: Server) -> None:
    """Whatever a server can put into a reason is short and without line breaks."""
    with pytest.raises(DownloadError) as caught:
        fetch(tmp_path, server, redirect("http://x:" + "9\t" * 5000))
    assert len(caught.value.message) < 500
    assert caught.value.message.isprintable()
