"""What an engine and a machine can do wrong: its listener is told, the others are unharmed, the service goes on."""

import asyncio
import gc
import logging
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
import pytest
from fakes import FakeEngine, answers, client_of, pcm, send, served
from wyoming.event import Event

from wyoming_kokoro import config
from wyoming_kokoro.answering.request import Request
from wyoming_kokoro.answering.speech import Speech
from wyoming_kokoro.audio import Samples
from wyoming_kokoro.speech.engine import Segment
from wyoming_kokoro.wire.connection import Connection
from wyoming_kokoro.wire.server import Server

BROKEN = "There isn't a fault in this one. This is broken here. And this is behind it."
FINE = "Everything is fine with this one. It is spoken to its end."


class Broken(FakeEngine):
    """Gives what a test says for the texts that ask for it, and speech for the others."""

    def __init__(self, *held: str, gives: Callable[[], Samples] = lambda: np.zeros(0, np.float32)) -> None:
        super().__init__(*held)
        self._gives = gives

    def synthesize(self, segment: Segment) -> Samples:
        return self._gives() if "broken" in segment.content else super().synthesize(segment)


async def said(server: Server, text: str) -> list[Event]:
    async with client_of(server) as client:
        await send(client, ("synthesize", {"text": text}))
        return await answers(client, "audio-stop", "error")


def out_of_memory() -> Samples:
    raise MemoryError


def no_more_files() -> Samples:
    raise OSError(24, "Too many open files")


def a_bug() -> Samples:
    raise ZeroDivisionError


@pytest.mark.parametrize(
    ("gives", "code", "part"),
    [
        (lambda: np.full(5000, np.nan, np.float32), "synthesis-failed", "gave NaN audio"),
        (lambda: np.array([0.5, np.inf] * 500, np.float32), "synthesis-failed", "gave NaN audio"),
        (lambda: np.zeros(5000, np.float32), "synthesis-failed", "gave silent audio"),
        (lambda: np.zeros(0, np.float32), "synthesis-failed", "gave no audio"),
        (out_of_memory, "resources", "The machine ran short while it spoke: no memory. Look at"),
        (no_more_files, "resources", "The machine ran short while it spoke: Too many open files. Look at"),
        (a_bug, "failed", "Internal error; the log of the service has more"),
    ],
)
async def test_a_failing_inference_harms_its_listener_only(
    gives: Callable[[], Samples], code: str, part: str, caplog: pytest.LogCaptureFixture
) -> None:
    """What was said before it stays; the error has a stable code; only a bug has a traceback in the log."""
    async with served(Broken(gives=gives)) as server:
        broken, fine = await asyncio.gather(said(server, BROKEN), said(server, FINE))
        assert [event.type for event in broken if event.type != "audio-chunk"] == ["audio-start", "error"]
        assert broken[-1].data["code"] == code and part in broken[-1].data["text"]
        assert fine[-1].type == "audio-stop" and len(pcm(await said(server, FINE))) == len(pcm(fine))
    errors = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert [bool(record.exc_info) for record in errors] == ([True, False] if code == "failed" else [False])


async def test_an_inference_that_hangs_is_given_up() -> None:
    """Its listener is told, the others are served meanwhile and afterwards; if it ends after all, all is as before."""
    engine = Broken("It hangs.")
    async with served(engine, watchdog=0.2) as server:
        hanging = asyncio.create_task(said(server, "It hangs."))
        await engine.begun()
        waiting = asyncio.create_task(said(server, FINE))
        [error] = await hanging
        assert error.data["code"] == "hung" and "device.watchdog" in error.data["text"]
        assert (await waiting)[-1].type == "audio-stop"
        engine.release("It hangs.")
        assert (await said(server, FINE))[-1].type == "audio-stop"


@pytest.mark.parametrize("years", [-30, 30])
async def test_a_clock_that_jumps_changes_nothing(years: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without a battery starts in 1970 and learns the time in the middle of an answer."""
    engine = FakeEngine("In this very moment it jumps.")
    real = time.time
    async with served(engine) as server, client_of(server) as client:
        await send(client, ("synthesize", {"text": "In this very moment it jumps. Here is what comes behind it."}))
        await engine.begun()
        monkeypatch.setattr(time, "time", lambda: real() + years * 365 * 86_400)
        engine.release("In this very moment it jumps.")
        events = await answers(client, "audio-stop", "error")
        assert events[-1].type == "audio-stop" and len(engine.spoken) == 2
        assert (await said(server, FINE))[-1].type == "audio-stop"


def test_no_time_of_day_decides_anything_while_it_speaks() -> None:
    """Durations are measured with clocks that don't jump: the only file that asks for the time of day is about files
    that nobody has used for weeks."""
    package = Path(sys.modules["wyoming_kokoro"].__file__ or "").parent
    asking = {path.name for path in package.rglob("*.py") if "time.time()" in path.read_text(encoding="utf-8")}
    assert asking == {"prepared.py"}


OPENED: list[str] = []
"""By this process while `watching_files`; a hook can't be taken away again."""
WATCHING = threading.Event()


def _note(event: str, args: tuple[object, ...]) -> None:
    if WATCHING.is_set() and event in ("open", "os.listdir", "os.scandir", "os.remove", "subprocess.Popen"):
        OPENED.append(repr(args[:1]))


@contextmanager
def watching_files() -> Iterator[list[str]]:
    OPENED.clear()
    WATCHING.set()
    yield OPENED
    WATCHING.clear()


async def test_nothing_that_a_client_says_touches_the_file_system() -> None:
    """Voices are looked up in a table: whatever name, language or text looks like a path, nothing is opened."""
    sys.addaudithook(_note)
    paths = ("/etc/passwd", "../../../etc/shadow", "file:///etc/hosts", "af_heart.pt", "~/.ssh/id_rsa", "a" * 5000)
    async with served(FakeEngine()) as server:
        with watching_files() as opened:
            for path in paths:
                for data in (
                    {"text": f"Read {path} to me."},
                    {"text": "Hello.", "voice": {"name": path}},
                    {"text": "Hello.", "voice": {"name": f"af_heart:0.5+{path}"}},
                    {"text": "Hello.", "voice": {"language": path}},
                    {"text": f'<speak><audio src="{path}"/>Hi.</speak>', "text_format": "ssml"},
                ):
                    async with client_of(server) as client:
                        await send(client, ("synthesize", data))
                        await answers(client, "audio-stop", "error")
            with suppress(OSError):
                Path("/etc/nonexistent").read_bytes()
    assert [name for name in opened if "nonexistent" in name], "the watch sees nothing"
    parts = ("passwd", "shadow", "hosts", "af_heart", "id_rsa", "aaaa")
    assert [name for name in opened if any(part in name for part in parts)] == []


async def leave(server: Server, number: int) -> None:
    """In one of many ways, always without a goodbye."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(server.uri.rpartition(":")[2]))
    kinds = (
        b'{"type": "synthesize", "data": {"text": "Nobody hears this. Nor this. Nor that, of course."}}\n',
        b'{"type": "synthesize-start"}\n{"type": "synthesize-chunk", "data": {"text": "Nobody hears this. No',
        b'{"type": "synthesize-start"}\n{"type": "synthesize-chunk", "data": {"text": "Left in the middle. A"}}\n',
        b'{"type": "describe"}\n' * 20,
        b'{"type": "synthesize", "data": {"text": "Hi.", "voice": {"name": "nobody"}}}\n',
        b"\x00" * 500,
        b"",
    )
    writer.write(kinds[number % len(kinds)])
    if number % 3:
        with suppress(OSError, TimeoutError):
            await asyncio.wait_for(reader.read(100), 0.05)
    writer.transport.abort()
    with suppress(OSError):
        await writer.wait_closed()


def held() -> tuple[int, int, int]:
    """Tasks, threads and open files. The event loop's own pool of threads grows to a size of its own."""
    threads = [thread for thread in threading.enumerate() if not thread.name.startswith("asyncio_")]
    return len(asyncio.all_tasks()), len(threads), len(list(Path("/proc/self/fd").iterdir()))


async def test_hundreds_who_leave_leave_nothing_behind(caplog: pytest.LogCaptureFixture) -> None:
    """No task, no thread, no open file, no connection and no text that waits; and the next client is served."""
    caplog.set_level(logging.CRITICAL)  # what it keeps has the errors in it, and these their frames
    limits = config.Server(uri="tcp://127.0.0.1:0", grace=2)
    async with served(FakeEngine(), limits) as server:
        assert (await said(server, FINE))[-1].type == "audio-stop"
        for first in range(0, 30, 10):  # what is made once is made by then
            await asyncio.gather(*(leave(server, number) for number in range(first, first + 10)))
        await gone(server)
        before = held()
        for first in range(0, 400, 20):
            await asyncio.gather(*(leave(server, number) for number in range(first, first + 20)))
        await gone(server)
        assert held() == before
        assert server._shared.backlog.characters == 0
        gc.collect()
        assert not [thing for thing in gc.get_objects() if isinstance(thing, Connection)]
        assert (await said(server, FINE))[-1].type == "audio-stop"


async def test_what_leavers_had_is_free_at_once(caplog: pytest.LogCaptureFixture) -> None:
    """Texts and sound are megabytes, and the garbage collector may not come by for a thousand of them."""
    caplog.set_level(logging.CRITICAL)
    async with served(FakeEngine(), config.Server(uri="tcp://127.0.0.1:0", grace=2)) as server:
        await leave(server, 0)
        await gone(server)
        gc.collect()
        gc.disable()
        try:
            for number in range(28):
                await leave(server, number)
            await gone(server)
            kept = Counter(type(thing).__name__ for thing in gc.get_objects() if isinstance(thing, (Request, Speech)))
        finally:
            gc.enable()
    assert kept == {}


async def gone(server: Server) -> None:
    async with asyncio.timeout(20):
        while server._connections:
            await asyncio.sleep(0.01)
    await asyncio.sleep(0)
