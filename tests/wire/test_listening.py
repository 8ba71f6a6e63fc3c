"""Sockets and open files, as far as no client is needed."""

import asyncio
import logging
import resource
import socket
from collections.abc import Iterator

import pytest

from wyoming_kokoro.wire.listening import FILES, Complaints, allow_files, start_listener


@pytest.fixture
def file_limit() -> Iterator[tuple[int, int]]:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    yield before
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_as_many_files_are_allowed_as_connections_need(file_limit: tuple[int, int]) -> None:
    """The soft limit of most systems is 1,024; it is raised where it is too low, and never lowered."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (400, file_limit[1]))
    allow_files(100)
    assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == 400
    allow_files(500)
    assert resource.getrlimit(resource.RLIMIT_NOFILE) == (500 + FILES, file_limit[1])


def test_a_limit_that_cannot_be_raised_is_one_warning(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """With what to do about it; as much as is allowed is taken."""
    taken: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "getrlimit", lambda which: (256, 1000))
    monkeypatch.setattr(resource, "setrlimit", lambda which, limits: taken.append(limits))
    allow_files(5000)
    assert taken == [(1000, 1000)]
    [record] = caplog.records
    assert f"may need {5000 + FILES} open files, the system allows 1000: raise that" in record.getMessage()


async def test_many_may_wait_to_be_accepted() -> None:
    """All of them connect while nobody is accepted: the event loop is busy."""
    listener = await start_listener("tcp://127.0.0.1:0", lambda reader, writer: writer.close())
    port = listener.sockets[0].getsockname()[1]
    crowd = [socket.create_connection(("127.0.0.1", port), timeout=5) for _ in range(300)]
    for connected in crowd:
        connected.close()
    listener.close()
    await listener.wait_closed()


async def test_the_same_complaint_is_said_once_a_minute(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """asyncio would show a traceback for every try; what it says of other things is left as it is."""
    complaints, loop = Complaints(), asyncio.get_running_loop()
    context = {
        "message": "socket.accept() out of system resource",
        "exception": OSError(24, "Too many open files"),
        "socket": None,
    }
    for _ in range(5):
        complaints(loop, context)
    assert [(record.levelname, record.exc_info) for record in caplog.records] == [("ERROR", None)]
    assert "no more clients can be accepted for now: Too many open files. Raise" in caplog.text
    now = loop.time()
    monkeypatch.setattr(loop, "time", lambda: now + 61)
    complaints(loop, context)
    assert len(caplog.records) == 2
    caplog.clear()
    complaints(loop, {"message": "Task exception was never retrieved", "exception": ZeroDivisionError()})
    assert [(record.name, bool(record.exc_info)) for record in caplog.records] == [("asyncio", True)]
    assert logging.getLogger("asyncio").isEnabledFor(logging.ERROR)
