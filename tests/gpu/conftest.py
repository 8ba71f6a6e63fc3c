"""A service on a real GPU: started by its own command, driven by a client, looked at from outside.

`python -m pytest tests/gpu` needs an NVIDIA GPU, the packages of a CUDA lane and a full-size Kokoro model, whose folder
KOKORO_MODEL_DIR names. Without them these tests are skipped. What they measure is printed, and appended as lines of
JSON to the file that KOKORO_FIGURES names.
"""

import asyncio
import contextlib
import json
import os
import re
import subprocess
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from time import perf_counter
from typing import Any

import aiohttp
import pytest
from wyoming.client import AsyncClient
from wyoming.event import Event

from wyoming_kokoro.runtime import driver

FOLDER = os.environ.get("KOKORO_MODEL_DIR", "")
POISONED = Path(__file__).parent / "poisoned.py"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    own = [item for item in items if Path(__file__).parent in item.path.parents]
    reason = driver.gather().trouble if own else ""
    if not reason and not FOLDER:
        reason = "KOKORO_MODEL_DIR names no folder with a full-size model"
    for item in own:
        item.add_marker(pytest.mark.gpu)
        if reason:
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture
def note() -> Callable[..., None]:
    """Keeps figures: note(memory=1400)."""

    def write(**figures: Any) -> None:
        line = json.dumps({"test": os.environ["PYTEST_CURRENT_TEST"].split("::")[-1].split()[0]} | figures)
        print(line)
        if path := os.environ.get("KOKORO_FIGURES"):
            with Path(path).open("a") as file:
                file.write(line + "\n")

    return write


def memory_used() -> int:
    """MiB of the first GPU, by all programs."""
    query = ["nvidia-smi", "--query-gpu=memory.used", "--format=csv,noheader,nounits"]
    return int(subprocess.run(query, check=True, capture_output=True, text=True).stdout.splitlines()[0])


class Service:
    """`wyoming-kokoro` as its own process."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.log: list[str] = []
        self.uri = self.page = ""
        self._reading = asyncio.create_task(self._read())
        self._more = asyncio.Event()

    async def _read(self) -> None:
        assert self.process.stderr
        while line := await self.process.stderr.readline():
            self.log.append(line.decode().rstrip())
            self._more.set()

    async def logged(self, pattern: str, after: int = 0) -> re.Match[str]:
        """The first line from number `after` on that matches."""
        async with asyncio.timeout(300):
            while True:
                self._more.clear()
                for line in self.log[after:]:
                    if found := re.search(pattern, line):
                        return found
                if self._reading.done():
                    raise AssertionError(f"{pattern!r} was never logged, but:\n" + "\n".join(self.log))
                await asyncio.wait(
                    [self._reading, asyncio.create_task(self._more.wait())], return_when="FIRST_COMPLETED"
                )

    async def say(self, text: str) -> tuple[float, float]:
        """(seconds to the first audio, seconds of audio)."""
        began, first, samples = perf_counter(), 0.0, 0
        async with AsyncClient.from_uri(self.uri, read_timeout=120) as client:
            await client.write_event(Event("synthesize", {"text": text}))
            while (event := await client.read_event()) is not None and event.type != "audio-stop":
                assert event.type in ("audio-start", "audio-chunk"), event.data
                if event.type == "audio-chunk":
                    first = first or perf_counter() - began
                    samples += len(event.payload or b"") // 2
        return first, samples / 24_000

    async def description(self) -> str:
        """What Home Assistant is told."""
        async with AsyncClient.from_uri(self.uri, read_timeout=20) as client:
            await client.write_event(Event("describe"))
            info = await client.read_event()
        assert info
        return str(info.data["tts"][0]["description"])

    async def metrics(self) -> str:
        async with aiohttp.ClientSession() as session, session.get(f"{self.page}/metrics") as answer:
            return await answer.text()

    async def status(self) -> dict[str, Any]:
        async with aiohttp.ClientSession() as session, session.get(f"{self.page}/status") as answer:
            return dict(await answer.json())

    async def until(self, key: str, value: str) -> None:
        """Returns when the status says so."""
        async with asyncio.timeout(120):
            while (await self.status())["running_on"][key] != value:
                await asyncio.sleep(0.1)


@contextlib.asynccontextmanager
async def serving(
    *args: str, program: tuple[str, ...] = ("-m", "wyoming_kokoro"), ready: bool = True
) -> AsyncIterator[Service]:
    """The service on loopback, with Kokoro ready; ended at the end, whatever happens."""
    pairs = (
        "server.uri=tcp://127.0.0.1:0",
        "web.enabled=true",
        "web.uri=http://127.0.0.1:0",
        "discovery.enabled=false",
    )
    settings = [part for pair in (*pairs, "model.download=false", f"model.dir={FOLDER}") for part in ("--set", pair)]
    process = await asyncio.create_subprocess_exec(sys.executable, *program, *settings, *args, stdout=PIPE, stderr=PIPE)
    service = Service(process)
    try:
        if ready:
            service.uri = (await service.logged(r"listens on (tcp://\S+):"))[1]
            service.page = (await service.logged(r"health and status on (http://\S+)"))[1]
            await service.logged("Kokoro speaks on")
        yield service
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
