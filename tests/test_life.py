"""The life of the service as its own process: how it is stopped, what keeps it from starting, what its log says."""

import asyncio
import json
import re
import resource
import signal
import socket
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

import aiohttp
import pytest
from fakes import answers, pcm, send
from test_service import ended, logged, running
from wyoming.client import AsyncClient, AsyncTcpClient

LONG = "Here is one more of the many sentences that are read to somebody who listens. " * 40
SECRET = "xylophonist"


@asynccontextmanager
async def listening(uri: str, count: int, text: str) -> AsyncIterator[list[AsyncTcpClient]]:
    """As many clients, in the middle of being spoken to; cut off at the end."""
    clients = [AsyncTcpClient(*address(uri), read_timeout=30) for _ in range(count)]
    try:
        for client in clients:
            await client.connect()
            await send(client, ("synthesize-start", {}), ("synthesize-chunk", {"text": text}), ("synthesize-stop", {}))
            await answers(client, "audio-chunk")
        yield clients
    finally:
        for client in clients:
            if client._writer:
                client._writer.transport.abort()
                with suppress(OSError):
                    await client._writer.wait_closed()


def address(uri: str) -> tuple[str, int]:
    host, _, port = uri.removeprefix("tcp://").rpartition(":")
    return host, int(port)


async def served_at(process: Process) -> str:
    return (await logged(process, r"listens on (\S+): espeak-ng speaks"))[1]


async def test_sigterm_in_the_middle_of_8_streams(tmp_path: Path) -> None:
    """Each ends whole, as the embedded voice is fast; the exit code is 0, and the same port can be served at once."""
    async with running(tmp_path, "--uri", "tcp://127.0.0.1:0") as process:
        uri = await served_at(process)
        async with listening(uri, 8, LONG) as clients:
            process.send_signal(signal.SIGTERM)
            heard = await asyncio.gather(*map(answers, clients))
            assert await ended(process) == 0
    assert [events[-1].type for events in heard] == ["synthesize-stopped"] * 8
    seconds = [len(pcm(events)) / 24_000 for events in heard]  # espeak-ng rounds as the parts of a text fall
    assert min(seconds) > 150 and max(seconds) - min(seconds) < 1
    async with running(tmp_path, "--uri", uri) as process, listening(await served_at(process), 1, "Again.") as [client]:
        assert (await answers(client, "synthesize-stopped"))[-1].type == "synthesize-stopped"


async def test_sigterm_in_the_middle_of_speech_over_http(tmp_path: Path) -> None:
    """It ends whole, too, and nobody new is let in meanwhile."""
    args = ("--uri", "tcp://127.0.0.1:0", "--set", "web.enabled=true", "--set", "web.uri=http://127.0.0.1:0")
    async with running(tmp_path, *args) as process:
        page = (await logged(process, r"health and status on (\S+)"))[1]
        async with aiohttp.ClientSession(page) as session:
            wanted = {"input": LONG, "response_format": "pcm"}
            async with session.post("/v1/audio/speech", json=wanted) as answer:
                whole = len(await answer.read())
            async with session.post("/v1/audio/speech", json=wanted) as answer:
                heard = len(await answer.content.readexactly(1000))
                process.send_signal(signal.SIGTERM)
                await logged(process, "stopping")
                while block := await answer.content.read(200_000):
                    heard += len(block)
                    await asyncio.sleep(0.01)
            assert await ended(process) == 0
            with pytest.raises(aiohttp.ClientConnectionError):
                await session.get("/health/ready")
    assert abs(heard - whole) < 48_000


async def test_answers_that_take_longer_than_the_grace_end_with_an_error(tmp_path: Path) -> None:
    """Clients that read no faster than a person hears: each is told why its answer ends, and the exit code is 0."""
    args = ("--uri", "tcp://127.0.0.1:0", "--set", "server.grace=1")
    async with running(tmp_path, *args) as process, listening(await served_at(process), 8, LONG * 6) as clients:
        process.send_signal(signal.SIGTERM)
        await logged(process, "answered an error: The service is being stopped")
        heard = await asyncio.gather(*map(answers, clients))
        assert await ended(process) == 0
    assert [(events[-1].type, events[-1].data["code"]) for events in heard] == [("error", "stopping")] * 8


async def test_a_second_signal_ends_it_at_once(tmp_path: Path) -> None:
    """Whatever is still being spoken, and however long the grace is."""
    args = ("--uri", "tcp://127.0.0.1:0", "--set", "server.grace=300")
    async with running(tmp_path, *args) as process, listening(await served_at(process), 1, LONG * 6):
        process.send_signal(signal.SIGTERM)  # nobody reads the rest of the answer
        await logged(process, "stopping")
        process.send_signal(signal.SIGTERM)
        assert await ended(process) == -signal.SIGTERM


async def test_a_signal_while_it_starts_is_an_end_in_order(tmp_path: Path, tiny_folder: Path) -> None:
    """Before it listens, or while the model is being loaded: exit code 0, no traceback."""
    args = ("--uri", "tcp://127.0.0.1:0", "--engine", "kokoro", "--model-dir", str(tiny_folder), "--log-level", "debug")
    async with running(tmp_path, *args) as process:
        await logged(process, "Using selector")  # asyncio's first words
        await asyncio.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        _, errors = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == 0 and "Traceback" not in errors.decode()


async def test_systemd_hears_when_it_is_ready_and_when_it_stops(tmp_path: Path) -> None:
    """READY only once somebody can connect; then the watchdog and the status, which names who speaks."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as supervisor:
        supervisor.bind(str(tmp_path / "notify"))
        supervisor.setblocking(False)
        loop = asyncio.get_running_loop()
        environ = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "100000"}
        async with running(tmp_path, "--uri", "tcp://127.0.0.1:0", **environ) as process:
            heard = [await asyncio.wait_for(loop.sock_recv(supervisor, 1000), 30) for _ in range(4)]
            uri = (await logged(process, r"listens on (\S+):"))[1]
            async with AsyncClient.from_uri(uri, read_timeout=20):
                process.send_signal(signal.SIGTERM)
                assert await ended(process) == 0
        while b"STOPPING=1" not in heard:
            heard.append(supervisor.recv(1000))
    assert heard[0] == b"READY=1"
    assert heard[1].startswith(b"WATCHDOG=1\nSTATUS=espeak-ng speaks: ") and heard[2].startswith(b"WATCHDOG=1\n")


@contextmanager
def few_files(process: Process, more: int) -> Iterator[None]:
    """The process may open so many files more."""
    open_now = len(list(Path(f"/proc/{process.pid}/fd").iterdir()))
    before = resource.prlimit(process.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (open_now + more, before[1]))
    yield
    resource.prlimit(process.pid, resource.RLIMIT_NOFILE, before)


async def test_without_open_files_it_says_so_once_and_recovers(tmp_path: Path) -> None:
    """Those who are connected are served; a newcomer waits for its turn; the log has one line, and no traceback."""
    async with running(tmp_path, "--uri", "tcp://127.0.0.1:0") as process:
        uri = await served_at(process)
        async with listening(uri, 1, "Hello.") as [client]:
            with few_files(process, more=5):
                async with crowd(uri, 20):
                    await logged(process, "no more clients can be accepted for now: Too many open files. Raise")
                    await send(client, ("ping", {}))
                    assert (await answers(client, "pong"))[-1].type == "pong"
                async with AsyncClient.from_uri(uri, read_timeout=30) as newcomer:
                    await send(newcomer, ("synthesize", {"text": "Hello."}))
                    assert (await answers(newcomer, "audio-stop"))[-1].type == "audio-stop"
            process.send_signal(signal.SIGTERM)
            _, errors = await asyncio.wait_for(process.communicate(), 30)
    assert "Traceback" not in errors.decode() and "no more clients" not in errors.decode()


@asynccontextmanager
async def crowd(uri: str, count: int) -> AsyncIterator[None]:
    """Connections that say nothing."""
    writers = [(await asyncio.open_connection(*address(uri)))[1] for _ in range(count)]
    yield
    for writer in writers:
        writer.transport.abort()
    await asyncio.gather(*(writer.wait_closed() for writer in writers), return_exceptions=True)


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("--uri", "unix:///nonexistent/kokoro.sock"), "Can't listen on unix:///nonexistent/kokoro.sock: No such file"),
        (("--uri", "unix:///proc/kokoro.sock"), "Can't listen on unix:///proc/kokoro.sock: "),
        (("--engine", "kokoro", "--model-dir", "/proc/models"), "Kokoro's model is not in /proc/models"),
    ],
)
async def test_folders_that_cannot_be_used_are_one_line(tmp_path: Path, args: tuple[str, ...], said: str) -> None:
    """Exit code 1, the reason and a remedy."""
    async with running(tmp_path, *args) as process:
        _, errors = await process.communicate()
    last = errors.decode().strip().splitlines()[-1]
    assert process.returncode == 1 and last.startswith(f"error: {said}") and last.count(". ") >= 1


async def test_a_model_folder_that_cannot_be_written_is_one_warning(tmp_path: Path) -> None:
    """The embedded voice speaks all the same."""
    environ = {"WYOMING_KOKORO_MODEL__DOWNLOAD": "true", "WYOMING_KOKORO_MODEL__MIRRORS": "[]"}
    args = ("--uri", "tcp://127.0.0.1:0", "--model-dir", "/proc/models")
    async with running(tmp_path, *args, **environ) as process, listening(await served_at(process), 1, "Hello."):
        assert (await logged(process, "WARNING.*/proc/models can't be written: "))[0]


@pytest.mark.parametrize("form", ["text", "json"])
async def test_what_people_say_is_in_the_log_only_for_debugging(tmp_path: Path, form: str) -> None:
    """Whole and streamed, as SSML, with errors and nonsense around it: the log has no word of it, in either form."""
    args = ("--uri", "tcp://127.0.0.1:0", "--set", f"log.format={form}")
    async with running(tmp_path, *args) as process:
        uri = await served_at(process)
        async with listening(uri, 1, f"The {SECRET} plays.") as [client]:
            await answers(client, "synthesize-stopped")
            await send(client, ("synthesize", {"text": f"<speak>The {SECRET} <", "text_format": "ssml"}))
            await answers(client, "audio-stop")
        for bad in (
            {"text": [SECRET], "voice": None},
            {"text": SECRET * 5000},
            {"text": f"{SECRET}.", "text_format": "?"},
            {"text": {SECRET: SECRET}},
        ):
            async with AsyncClient.from_uri(uri, read_timeout=20) as other:
                await send(other, ("synthesize", bad))
                assert (await answers(other))[-1].type == "error"
        process.send_signal(signal.SIGTERM)
        _, errors = await asyncio.wait_for(process.communicate(), 30)
    log = errors.decode()
    assert SECRET not in log and log.count("answered an error") == 4
    if form == "json":
        entries = [json.loads(line) for line in log.splitlines()]
        assert {"time", "level", "logger", "message"} <= set.intersection(*(set(entry) for entry in entries))
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d{4}", entries[0]["time"])


HANGING = """
import sys, threading
from wyoming_kokoro.cli.main import main
from wyoming_kokoro.speech.espeak import EspeakEngine
EspeakEngine.synthesize = lambda engine, segment: threading.Event().wait()
raise SystemExit(main(sys.argv[1:]))
"""


async def test_an_engine_that_hangs_ends_the_service_for_its_supervisor(tmp_path: Path) -> None:
    """Each listener is told; then exit code 4 and the reason, although two threads never come back."""
    args = ("--uri", "tcp://127.0.0.1:0", "--set", "device.watchdog=0.3", "--set", "server.grace=1")
    async with running(tmp_path, *args, script=HANGING) as process:
        uri = await served_at(process)
        for _ in range(2):
            async with AsyncClient.from_uri(uri, read_timeout=30) as client:
                await send(client, ("synthesize", {"text": "Nobody will hear this."}))
                assert [(event.type, event.data["code"]) for event in await answers(client)] == [("error", "hung")]
        _, errors = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == 4 and "Traceback" not in errors.decode()
    assert "error: 2 inferences hang, each for more than 0.3 s. A restart starts anew" in errors.decode()
