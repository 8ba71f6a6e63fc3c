"""What a supervisor hears, and a process that ends in the time that it has."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from socket import AF_UNIX, SOCK_DGRAM, socket

import pytest

from wyoming_kokoro.supervision import Ending, Systemd


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[socket]:
    """Listens where NOTIFY_SOCKET says."""
    with socket(AF_UNIX, SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        listening.settimeout(20)
        yield listening


def test_what_is_told_arrives_as_lines(supervisor: socket) -> None:
    """One datagram for what belongs together."""
    Systemd(supervisor.getsockname(), "").tell("READY=1", "STATUS=Kokoro speaks")
    assert supervisor.recv(500) == b"READY=1\nSTATUS=Kokoro speaks"


def test_a_socket_without_a_file() -> None:
    """systemd may name an abstract one, with @ in the place of the zero byte."""
    with socket(AF_UNIX, SOCK_DGRAM) as listening:
        listening.bind("\0wyoming-kokoro-test")
        listening.settimeout(20)
        Systemd("@wyoming-kokoro-test", "").tell("READY=1")
        assert listening.recv(500) == b"READY=1"


@pytest.mark.parametrize("path", ["", "/nonexistent/notify"])
def test_without_a_supervisor_nothing_happens(path: str) -> None:
    """Neither where there is none, nor where it is gone."""
    Systemd(path, "").tell("READY=1")


async def test_the_watchdog_hears_of_it_twice_in_its_time(supervisor: socket) -> None:
    """And the status as it is then."""
    status = iter(["espeak-ng speaks", "Kokoro speaks", "Kokoro speaks"])
    supervisor.setblocking(False)
    reassuring = asyncio.create_task(Systemd(supervisor.getsockname(), "20000").reassure(lambda: next(status)))
    loop = asyncio.get_running_loop()
    heard = [await asyncio.wait_for(loop.sock_recv(supervisor, 500), 20) for _ in range(2)]
    reassuring.cancel()
    assert heard == [b"WATCHDOG=1\nSTATUS=espeak-ng speaks", b"WATCHDOG=1\nSTATUS=Kokoro speaks"]


async def test_nobody_to_reassure() -> None:
    """The task waits for its end all the same, as others do."""
    reassuring = asyncio.create_task(Systemd("", "nonsense").reassure(lambda: "unheard"))
    await asyncio.sleep(0)
    assert not reassuring.done()
    reassuring.cancel()


HANGS = """
import asyncio, logging, threading
from wyoming_kokoro import supervision
supervision.LEAST_S = 0.1
logging.basicConfig(format="%(message)s")
async def main():
    threading.Thread(target=threading.Event().wait).start()
    supervision.Ending(0.1).begin(CODE, "REASON")
asyncio.run(main())
"""


@pytest.mark.parametrize(("code", "reason"), [(0, "stopped"), (4, "error: 2 inferences hang")])
def test_a_thread_that_hangs_does_not_keep_the_process(code: int, reason: str) -> None:
    """Python would wait for it for ever. The log says why, the exit code is the one that was meant."""
    script = HANGS.replace("CODE", str(code)).replace("REASON", reason)
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == code
    assert ended.stderr == f"{reason}. What still runs in other threads is cut off\n"


async def test_the_grace_runs_from_the_beginning_of_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is closed first takes from what is left for the others."""
    monkeypatch.setattr("threading.Timer.start", lambda timer: None)
    ending = Ending(5.0)
    assert ending.left() == 5.0
    ending.begin(0, "stopped")
    await asyncio.sleep(0.01)
    assert 0 < ending.left() < 5.0
