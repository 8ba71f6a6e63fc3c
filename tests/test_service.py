"""The whole service as its own process: starts, is found, speaks, stops."""

import asyncio
import contextlib
import os
import re
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest
from fakes import answers, pcm, send
from wyoming.client import AsyncClient
from wyoming.event import async_read_event, async_write_event
from wyoming.info import Describe

from wyoming_kokoro import config
from wyoming_kokoro.config import Config
from wyoming_kokoro.runtime.engines import Engines
from wyoming_kokoro.wire.discovery import browse

WARNINGS = ("-W", "error", "-W", "ignore:'audioop' is deprecated:DeprecationWarning")
QUIET = {"WYOMING_KOKORO_MODEL__DOWNLOAD": "false", "WYOMING_KOKORO_DISCOVERY__ENABLED": "false"}


@contextlib.asynccontextmanager
async def running(tmp_path: Path, *args: str, script: str = "", **environ: str) -> AsyncIterator[Process]:
    """`wyoming-kokoro ARGS` in an environment of its own, or a `script` in its place; ended at the end, whatever
    happens."""
    own = {**os.environ, **QUIET, "WYOMING_KOKORO_MODEL__DIR": str(tmp_path / "models"), **environ}
    program = ("-c", script) if script else ("-m", "wyoming_kokoro")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, *WARNINGS, *program, *args), stdin=PIPE, stdout=PIPE, stderr=PIPE, env=own
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def logged(process: Process, pattern: str) -> re.Match[str]:
    """The first line of the log that matches."""
    assert process.stderr
    seen = []
    async with asyncio.timeout(60):
        while line := (await process.stderr.readline()).decode():
            seen.append(line)
            if match := re.search(pattern, line):
                return match
    raise AssertionError(f"{pattern!r} was never logged, but: {''.join(seen)}")


async def ended(process: Process) -> int:
    async with asyncio.timeout(30):
        return await process.wait()


async def test_it_serves_and_stops_on_sigterm(tmp_path: Path) -> None:
    """It listens and speaks with the embedded voice at once, and ends with 0; a word is real speech."""
    async with running(tmp_path, "--uri", "tcp://127.0.0.1:0") as process:
        uri = (await logged(process, r"listens on (\S+): espeak-ng speaks"))[1]
        async with AsyncClient.from_uri(uri, read_timeout=20) as client:
            await send(client, ("synthesize", {"text": "The kitchen light is on."}))
            audio = pcm(await answers(client, "audio-stop"))
        process.send_signal(signal.SIGTERM)
        assert await ended(process) == 0
    assert 1 < len(audio) / 24_000 < 3
    assert 0.02 < float((audio**2).mean() ** 0.5) < 0.5 and abs(audio).max() < 1


async def test_kokoro_answers_where_its_files_are(tmp_path: Path, tiny_folder: Path) -> None:
    """The tiny model in the folder, under the official names."""
    async with running(tmp_path, "--uri", "tcp://127.0.0.1:0", "--model-dir", str(tiny_folder)) as process:
        uri = (await logged(process, r"listens on (\S+):"))[1]
        await logged(process, r"Kokoro speaks on cpu")
        async with AsyncClient.from_uri(uri, read_timeout=20) as client:
            await send(client, ("describe", {}))
            [info] = await answers(client, "info")
        process.send_signal(signal.SIGINT)
        assert await ended(process) == 0
    assert "Kokoro speaks on cpu" in info.data["tts"][0]["description"]


async def test_it_is_found_on_the_network_and_gone_after_its_end(tmp_path: Path) -> None:
    """Announced on loopback as configured; a second zeroconf finds name, address and port."""
    environ = {
        "WYOMING_KOKORO_DISCOVERY__ENABLED": "true",
        "WYOMING_KOKORO_DISCOVERY__NAME": f"kokoro-test-{os.getpid()}",
        "WYOMING_KOKORO_DISCOVERY__ADDRESSES": "[127.0.0.1]",
    }
    async with running(tmp_path, "--uri", "tcp://127.0.0.1:0", **environ) as process:
        uri = (await logged(process, r"listens on (\S+):"))[1]
        await logged(process, "announced")
        found = {server.name: server.uri for server in await browse(5, interfaces=["127.0.0.1"])}
        assert found[environ["WYOMING_KOKORO_DISCOVERY__NAME"]] == uri
        process.send_signal(signal.SIGTERM)
        assert await ended(process) == 0
    gone = {server.name for server in await browse(1, interfaces=["127.0.0.1"])}
    assert environ["WYOMING_KOKORO_DISCOVERY__NAME"] not in gone


async def test_it_speaks_wyoming_on_standard_input_and_output(tmp_path: Path) -> None:
    """Nothing but events comes out of stdout, and the end of the input ends the service."""
    async with running(tmp_path, "--uri", "stdio://") as process:
        assert process.stdin and process.stdout
        await async_write_event(Describe().event(), process.stdin)
        async with asyncio.timeout(60):
            info = await async_read_event(process.stdout)
        assert info and info.type == "info"
        process.stdin.close()
        assert await ended(process) == 0
        assert process.stderr and b"Traceback" not in await process.stderr.read()


async def test_health_and_status_over_http(tmp_path: Path) -> None:
    """Where it is switched on: alive, ready, and who speaks; and the same for Prometheus."""
    environ = {"WYOMING_KOKORO_WEB__ENABLED": "true", "WYOMING_KOKORO_WEB__URI": "http://127.0.0.1:0"}
    async with running(tmp_path, "--uri", "tcp://127.0.0.1:0", **environ) as process:
        page = (await logged(process, r"health and status on (\S+)"))[1]
        async with aiohttp.ClientSession(page) as session:
            for path in ("/health/live", "/health/ready"):
                async with session.get(path) as answer:
                    assert answer.status == 200
            async with session.get("/status") as answer:
                status = await answer.json()
            async with session.get("/metrics") as answer:
                metrics = await answer.text()
        process.send_signal(signal.SIGTERM)
        assert await ended(process) == 0
    assert status["engine"] == "espeak" and status["default_voice"] == "af_heart" and len(status["voices"]) == 54
    assert status["running_on"] == {} and 'engine="espeak"' in metrics


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (("--uri", "tcp://192.0.2.1:10210"), 1, "error: Can't listen on tcp://192.0.2.1:10210: "),
        (("--uri", "nonsense"), 1, "error: command line: server.uri: 'nonsense' can't be used: expected tcp://"),
        (("--engine", "kokoro"), 1, "error: Kokoro's model is not in "),
        (("--device", "cuda:7"), 1, "error: device.prefer is cuda:7, but "),
        (("-c", "/nonexistent.yaml"), 1, "error: /nonexistent.yaml: No such file or directory"),
        (("--uri",), 2, "Option '--uri' requires an argument"),
        (("--set", "nonsense"), 2, "'nonsense' is not KEY=VALUE"),
    ],
)
async def test_what_keeps_it_from_starting_is_one_clear_line(
    tmp_path: Path, args: tuple[str, ...], code: int, said: str
) -> None:
    """An exit code and a reason, never a traceback."""
    async with running(tmp_path, *args) as process:
        _, errors = await process.communicate()
    assert process.returncode == code
    assert said in errors.decode() and "Traceback" not in errors.decode()


async def test_how_many_are_synthesized_at_once_depends_on_who_speaks(
    settings: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asked at each moment, as Kokoro comes later than the scheduler; what is configured goes first."""
    engines = Engines(settings.model_copy(update={"engine": "espeak"}))
    await engines.start()
    assert engines.parallel == 1
    monkeypatch.setattr(engines, "_stand_in", replace(engines.speaker, parallel=4))
    assert engines.parallel == 4
    monkeypatch.setattr(engines, "_settings", settings.model_copy(update={"device": config.Device(parallel=2)}))
    assert engines.parallel == 2
