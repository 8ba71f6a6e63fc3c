"""A mirror on the loopback interface that does everything a server can do wrong."""

import contextlib
import hashlib
import os
import random
import threading
from collections.abc import Callable, Iterator, Mapping
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from wyoming_kokoro.runtime import fingerprints
from wyoming_kokoro.runtime.download import LOCK, download
from wyoming_kokoro.runtime.mirror import Patience
from wyoming_kokoro.runtime.models import ModelFile

SIZE = 300_000
HALF = SIZE // 2
BODY = random.Random(1).randbytes(SIZE)
OTHER = random.Random(2).randbytes(SIZE)
FILE = ModelFile("tag", "model.onnx", SIZE, frozenset({hashlib.sha256(BODY).hexdigest()}))
FAST = Patience(connect_s=5, read_s=20, attempts=3, backoff_s=0.001, poll_s=0.01)
LONG = 30
"""Seconds after which a test gives up on what should take a fraction of one."""


Headers = Mapping[str, object]


class Handler(BaseHTTPRequestHandler):
    server: "Server"

    def do_GET(self) -> None:
        server = self.server
        server.requests.append((self.path, self.headers))
        answer = server.script.pop(0) if len(server.script) > 1 else server.script[0]
        try:
            answer(self)
        except OSError:
            server.left.set()

    def begin(self, status: int, headers: Headers) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, str(value))
        self.end_headers()

    def deliver(self, body: bytes) -> None:
        for at in range(0, len(body), 10_000):
            self.server.sent += self.wfile.write(body[at : at + 10_000])

    def log_message(self, *_: object) -> None:
        pass


Behaviour = Callable[[Handler], None]


class Server(ThreadingHTTPServer):
    """Answers each request as the next behaviour of the script says; the last one stays."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.script: list[Behaviour] = [whole()]
        self.requests: list[tuple[str, Message]] = []
        self.sent = 0
        self.left = threading.Event()
        """The client has closed a connection before the end of an answer."""
        self.released = threading.Event()
        """Ends answers that have no end of their own."""
        self.url = f"http://127.0.0.1:{self.server_port}"

    def ranges(self) -> list[str | None]:
        return [headers.get("Range") for _, headers in self.requests]


def whole(body: bytes = BODY, *, ranges: bool = False, upto: int = SIZE, more: Headers | None = None) -> Behaviour:
    """A decent server, but it breaks off after `upto` bytes of one answer."""

    def act(handler: Handler) -> None:
        start = int(handler.headers.get("Range", "bytes=0-")[6:-1]) if ranges else 0
        headers: dict[str, object] = {"Content-Length": len(body) - start}
        if start:
            headers["Content-Range"] = f"bytes {start}-{len(body) - 1}/{len(body)}"
        handler.begin(206 if start else 200, headers | dict(more or {}))
        handler.deliver(body[start : start + upto])

    return act


def status(code: int, **headers: object) -> Behaviour:
    return lambda handler: handler.begin(code, headers)


def partial(range_: str) -> Behaviour:
    """206 with the second half of BODY, whatever it says about it."""

    def act(handler: Handler) -> None:
        headers = {"Content-Length": SIZE - HALF} | ({"Content-Range": range_} if range_ else {})
        handler.begin(206, headers)
        handler.deliver(BODY[HALF:])

    return act


def without_length(body: bytes, *, ends: bool = True) -> Behaviour:
    def act(handler: Handler) -> None:
        handler.begin(200, {})
        handler.deliver(body)
        while not ends and not handler.server.released.is_set():
            handler.deliver(body)

    return act


def chunked(body: bytes, *, ends: bool) -> Behaviour:
    def act(handler: Handler) -> None:
        handler.protocol_version = "HTTP/1.1"
        handler.begin(200, {"Transfer-Encoding": "chunked", "Connection": "close"})
        handler.deliver(b"%x\r\n%s\r\n" % (len(body), body) + (b"0\r\n\r\n" if ends else b""))
        handler.close_connection = True

    return act


def stall(body: bytes = BODY[:HALF]) -> Behaviour:
    def act(handler: Handler) -> None:
        handler.begin(200, {"Content-Length": SIZE})
        handler.deliver(body)
        handler.server.released.wait(LONG)

    return act


def redirect(to: str) -> Behaviour:
    return status(302, Location=to)


@contextlib.contextmanager
def serving() -> Iterator[Server]:
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.released.set()
        server.shutdown()
        thread.join(LONG)


def without_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)


def fetch(folder: Path, server: Server, *script: Behaviour, settings: Patience = FAST) -> None:
    """One file from one mirror; `script` is what its server does."""
    server.script = list(script) or [whole()]
    download(folder, [FILE], [server.url], settings=settings)


def arrived(folder: Path) -> bool:
    """The right bytes under the right name, and nothing left over."""
    names = {path.name for path in folder.iterdir()}
    return (folder / FILE.name).read_bytes() == BODY and names == {FILE.name, LOCK, fingerprints.STAMPS}
