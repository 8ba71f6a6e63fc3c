"""Bad and many clients against the service as its own process: what it holds, and what it costs.

Prints a table of promises; exit code 1 if one is broken. All traffic is on loopback.
"""

import argparse
import asyncio
import contextlib
import random
import re
import signal
import socket
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from strangers import send_damaged
from wyoming.client import AsyncTcpClient
from wyoming.event import Event, async_read_event, async_write_events
from wyoming.tts import SynthesizeChunk, SynthesizeStart, SynthesizeStop

SENTENCES = "The kitchen light is on. It is twenty-one degrees in the living room, and the front door is locked. "
LISTENERS = 32
AT_ONCE = 64
SLOW = 300
PATIENCE_S = 120.0
MOST_MB, MOST_DESCRIBE_S = 64.0, 1.0
CHUNK_S = 4096 / 24_000
SLOW_ENDS_S = 45.0
"""An event may take 30 s; the rest is for a machine that is busy."""


@dataclass
class Report:
    """Promises with their figures."""

    rows: list[tuple[bool, str, str]] = field(default_factory=list)

    def promise(self, kept: bool, promise: str, figure: str) -> None:
        self.rows.append((kept, promise, figure))
        print(f"{'ok    ' if kept else 'BROKEN'}  {promise}: {figure}", flush=True)

    def markdown(self) -> str:
        lines = (f"| {promise} | {figure} |" for _, promise, figure in self.rows)
        return "\n".join(["| promise | seen |", "|---|---|", *lines])


@dataclass(frozen=True)
class Load:
    """What the process holds now."""

    mb: float
    threads: int
    files: int

    @classmethod
    def of(cls, pid: int) -> "Load":
        status = Path(f"/proc/{pid}/status").read_text()
        mb = int(re.findall(r"VmRSS:\s+(\d+)", status)[0]) / 1024
        threads = int(re.findall(r"Threads:\s+(\d+)", status)[0])
        return cls(mb, threads, len(list(Path(f"/proc/{pid}/fd").iterdir())))


class Service:
    """The program under test."""

    def __init__(self, process: asyncio.subprocess.Process, log: Path, port: int) -> None:
        self.process = process
        self.log = log
        self.port = port

    async def speak(self, text: str = SENTENCES, pause: float = 0.0) -> float:
        """Seconds of audio; with a `pause` behind each chunk for one that hears it. Raises where it isn't whole."""
        with socket.create_connection(("127.0.0.1", self.port)) as connected:
            if pause:
                connected.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 * 1024)
            reader, writer = await asyncio.open_connection(sock=connected)
            await async_write_events(
                (SynthesizeStart().event(), SynthesizeChunk(text).event(), SynthesizeStop().event()), writer
            )
            audio = 0
            while (event := await async_read_event(reader)) and event.type != "synthesize-stopped":
                if event.type == "error":
                    raise RuntimeError(event.data)
                audio += len(event.payload or b"")
                await asyncio.sleep(pause)
            writer.transport.abort()
        if not event or not audio:
            raise RuntimeError("the answer isn't whole")
        return audio / 48_000

    async def describe(self) -> float:
        """Seconds until the answer."""
        began = time.monotonic()
        async with AsyncTcpClient("127.0.0.1", self.port, read_timeout=PATIENCE_S) as client:
            await client.write_event(Event("describe"))
            event = await client.read_event()
        if not event or event.type != "info":
            raise RuntimeError(f"describe was answered {event}")
        return time.monotonic() - began

    async def stranger(self, seed: int) -> None:
        """Plays a damaged session, and reads to the end of what is answered."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            async with asyncio.timeout(PATIENCE_S):
                await asyncio.gather(send_damaged(writer, seed), _drained(reader))
        finally:
            writer.transport.abort()

    async def leave(self, seed: int) -> None:
        """Cuts the connection off at any moment of an answer."""
        chance = random.Random(seed)
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        text = SENTENCES * chance.choice((1, 10, 100))
        writer.write(b'{"type": "synthesize", "data": {"text": "%s"}}\n' % text.encode())
        with contextlib.suppress(OSError, TimeoutError, EOFError):  # all of them together may ask for more than one may
            await asyncio.wait_for(reader.readexactly(chance.choice((1, 5_000, 100_000))), chance.random())
        writer.transport.abort()

    async def trickle(self) -> float:
        """Sends an event byte by byte. Seconds until the service ends that."""
        began = time.monotonic()
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            while time.monotonic() - began < PATIENCE_S and not reader.at_eof():
                writer.write(b" ")
                with contextlib.suppress(TimeoutError, OSError):
                    await asyncio.wait_for(reader.read(1000), 1)
        finally:
            writer.transport.abort()
        return time.monotonic() - began


async def _drained(reader: asyncio.StreamReader) -> None:
    with contextlib.suppress(OSError):
        while await reader.read(65_536):
            pass


@contextlib.asynccontextmanager
async def service(args: argparse.Namespace, folder: Path) -> AsyncIterator[Service]:
    log = folder / "log"
    options = ["--uri", "tcp://127.0.0.1:0", "--set", "discovery.enabled=false", "--set", "model.download=false"]
    options += ["--set", "server.max_connections=512", "--set", "server.max_per_address=512"]
    options += ["--model-dir", str(args.model_dir)] if args.model_dir else ["--engine", "espeak"]
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "wyoming_kokoro", *options, stderr=output, stdout=output
        )
    try:
        await _logged(log, "Kokoro speaks on" if args.model_dir else "listens on", process)
        found = re.search(r"listens on tcp://127.0.0.1:(\d+)", log.read_text())
        yield Service(process, log, int(found[1] if found else 0))
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _logged(log: Path, words: str, process: asyncio.subprocess.Process) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while words not in log.read_text():
            if process.returncode is not None:
                raise SystemExit(log.read_text())
            await asyncio.sleep(0.05)


async def many(count: int, at_once: int, work: Callable[[int], Awaitable[object]]) -> int:
    """How many were done; one that fails ends all."""
    numbers = iter(range(count))

    async def some() -> int:
        done = 0
        for number in numbers:
            await work(number)
            done += 1
        return done

    return sum(await asyncio.gather(*(some() for _ in range(at_once))))


async def probe(target: Service, worst: list[float]) -> None:
    """Asks four times a second, as many Home Assistants would."""
    while True:
        worst.append(await target.describe())
        await asyncio.sleep(0.25)


def spread(values: Iterable[float]) -> str:
    ordered = sorted(values)
    return f"median {ordered[len(ordered) // 2]:.2f} s, worst {ordered[-1]:.2f} s of {len(ordered)}"


async def soak(target: Service, args: argparse.Namespace, report: Report) -> None:
    seconds = await target.speak()
    await many(LISTENERS, LISTENERS, lambda _: target.speak())
    before = Load.of(target.process.pid)
    print(f"start   {before}, a text of {seconds:.2f} s", flush=True)
    asked: list[float] = []
    probing = asyncio.create_task(probe(target, asked))
    began = time.monotonic()
    slow = asyncio.gather(*(target.trickle() for _ in range(SLOW)))
    done = await many(args.streams, AT_ONCE, lambda number: target.stranger(args.seed * 1_000_000 + number))
    report.promise(done == args.streams, "damaged sessions, each answered to its end", f"{done}")
    done = await many(args.leavers, AT_ONCE, target.leave)
    report.promise(done == args.leavers, "clients cut off in mid-answer", f"{done}")
    ended = await slow
    report.promise(max(ended) < SLOW_ENDS_S, f"{SLOW} clients that send byte by byte are ended", spread(ended))
    rounds = 0
    while rounds < 2 or time.monotonic() - began < 60 * args.minutes:
        await asyncio.gather(many(LISTENERS, LISTENERS, lambda _: target.speak(SENTENCES * 3)), target.leave(rounds))
        rounds += 1
    report.promise(True, f"{LISTENERS} listeners at once, all answers whole", f"{LISTENERS * rounds} answers")
    probing.cancel()
    await asyncio.wait([probing])
    report.promise(max(asked) < MOST_DESCRIBE_S, "describe all the while", spread(asked))
    again = await target.speak()
    report.promise(
        abs(again - seconds) < 0.05 * seconds, "a text afterwards as before", f"{seconds:.2f}, {again:.2f} s"
    )
    await settled(target, before)
    after = Load.of(target.process.pid)
    report.promise(
        after.mb - before.mb < MOST_MB, "memory grows by less than 64 MB", f"{before.mb:.0f} to {after.mb:.0f} MB"
    )
    held = f"{before.threads} to {after.threads} threads, {before.files} to {after.files} files"
    report.promise(after.files <= before.files and after.threads <= before.threads + 8, "nothing is left behind", held)


async def settled(target: Service, before: Load) -> None:
    """Connections that are being closed take a moment, and free memory is given back after some seconds of quiet."""
    for _ in range(30):
        now = Load.of(target.process.pid)
        if now.files <= before.files and now.mb < before.mb + MOST_MB / 2:
            return
        await asyncio.sleep(1)


async def stop(target: Service, report: Report) -> None:
    """In the middle of eight streams to people, who hear in real time."""
    listening = asyncio.gather(*(target.speak(SENTENCES * 40, CHUNK_S) for _ in range(8)), return_exceptions=True)
    await asyncio.sleep(1)
    began = time.monotonic()
    target.process.send_signal(signal.SIGTERM)
    code = await target.process.wait()
    took = time.monotonic() - began
    ends = await listening
    told = sum(isinstance(end, float) or "stopping" in str(end) for end in ends)
    report.promise(code == 0 and took < 10, "SIGTERM in mid-stream ends it", f"exit code {code} after {took:.1f} s")
    report.promise(told == 8, "its listeners hear all, or why not", f"{told} of 8")
    log = target.log.read_text()
    lines = len(log.splitlines())
    report.promise("Traceback" not in log, "no traceback in the log", f"{lines} lines, {len(log) / 1e6:.1f} MB")


async def main(args: argparse.Namespace) -> int:
    report = Report()
    with tempfile.TemporaryDirectory() as folder:
        async with service(args, Path(folder)) as target:
            await soak(target, args, report)
            await stop(target, report)
    print("\n" + report.markdown())
    return 0 if all(kept for kept, _, _ in report.rows) else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=2, help="how long it goes on at least (2)")
    parser.add_argument("--streams", type=int, default=10_000, help="damaged sessions (10000)")
    parser.add_argument("--leavers", type=int, default=500, help="clients that are cut off (500)")
    parser.add_argument("--seed", type=int, default=1, help="which damaged sessions (1)")
    parser.add_argument("--model-dir", type=Path, help="with Kokoro from this folder, not with the embedded voice")
    raise SystemExit(asyncio.run(main(parser.parse_args())))
