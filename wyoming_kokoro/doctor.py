"""What is installed, what is there, what works: facts to findings, each with what to do."""

import asyncio
import os
import platform
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Literal

from wyoming_kokoro import __version__
from wyoming_kokoro.audio import RATE
from wyoming_kokoro.config import Config
from wyoming_kokoro.errors import KokoroError
from wyoming_kokoro.runtime import devices, lanes
from wyoming_kokoro.runtime.engines import Engines, locate, official_names, verdicts
from wyoming_kokoro.speech.engine import render

SENTENCE = "Everything is ready, and this is how it sounds."

PACKAGES = ("kokoro-onnx", "numpy", "wyoming", "zeroconf", "espeakng-loader")

AFRESH = "Delete the folder .venv and set up again: script/run"

Level = Literal["ok", "note", "warning", "error"]


@dataclass(frozen=True)
class Finding:
    level: Level
    seen: str
    remedy: str = ""

    def __str__(self) -> str:
        return f"{self.level:8}{self.seen}" + (f"\n{'':8}-> {self.remedy}" if self.remedy else "")


def examine(settings: Config) -> Iterator[Finding]:
    """The findings, one after the other as they are made; the last one is a spoken sentence."""
    facts = devices.gather()
    checks: tuple[Callable[[], Iterator[Finding]], ...] = (
        _versions,
        lambda: _packages(facts),
        lambda: _phonemizer(devices.owners("phonemizer")),
        lambda: _device(settings.device.prefer, facts),
        lambda: _files(settings),
        lambda: _folder(settings.model.dir),
        lambda: _speech(settings),
    )
    for check in checks:
        try:
            yield from check()
        except KokoroError as error:
            yield Finding("error", error.message, error.remedy)
        except OSError as error:
            yield Finding("error", str(error))


def _versions() -> Iterator[Finding]:
    where = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"
    yield Finding("ok", f"wyoming-kokoro {__version__} on {where}")
    yield Finding("ok", ", ".join(f"{name} {metadata.version(name)}" for name in PACKAGES))


def _packages(facts: devices.Facts) -> Iterator[Finding]:
    providers = ", ".join(facts.providers)
    if len(facts.owners) == 1:
        yield Finding("ok", f"{facts.owners[0]} {facts.onnxruntime} with {providers}")
    else:
        yield Finding("error", f"{' and '.join(facts.owners)} are installed over the same folder", AFRESH)


def _phonemizer(owners: tuple[str, ...]) -> Iterator[Finding]:
    if owners == ("phonemizer-fork",):
        yield Finding("ok", f"phonemizer-fork {metadata.version('phonemizer-fork')}")
    else:
        yield Finding("error", f"the package phonemizer is of {' and '.join(owners) or 'nobody'}", AFRESH)


def _device(prefer: str, facts: devices.Facts) -> Iterator[Finding]:
    choice = devices.choose(prefer, facts)
    fitting = lanes.choose(facts.machine)
    if choice.device.kind == "cpu" and prefer == "auto" and fitting.lane != "cpu":
        yield Finding("warning", f"Kokoro will run on the CPU: {choice.reason}", f"LANE={fitting.lane} script/run")
    else:
        yield Finding("ok", f"device {choice.device}, because {choice.reason}")


def _files(settings: Config) -> Iterator[Finding]:
    model = settings.model
    paths = locate(model)
    if paths is None:
        remedy = f"wyoming-kokoro download, or put {official_names(model)} there"
        yield Finding("warning", f"Kokoro's model is not in {model.dir}: the embedded voice speaks", remedy)
        return
    for path, verdict in verdicts(model, paths):
        yield Finding("ok" if verdict.kind == "official" else "note", f"{path}: {verdict.note}")


def _folder(folder: Path) -> Iterator[Finding]:
    existing = next(parent for parent in (folder, *folder.parents) if parent.exists())
    if not os.access(existing, os.W_OK | os.X_OK):
        yield Finding("warning", f"{existing} can't be written to", "Change its owner, or set model.dir")
    if os.statvfs(tempfile.gettempdir()).f_flag & getattr(os, "ST_NOEXEC", 0):
        seen = f"libraries can't be loaded from {tempfile.gettempdir()} (noexec); the phonemizer puts espeak-ng there"
        yield Finding("error", seen, "Set TMPDIR to another folder; for Docker: --tmpfs /tmp:exec")


def _speech(settings: Config) -> Iterator[Finding]:
    engines = Engines(settings)
    asyncio.run(engines.start(wait=True))
    speaker = engines.speaker
    started = time.monotonic()
    audio = [
        render(speaker.engine, segment) for segment in speaker.engine.segments(SENTENCE, speaker.catalogue.default)
    ]
    took, seconds = time.monotonic() - started, sum(map(len, audio)) / RATE
    figures = f"{seconds:.2f} s of audio in {took:.2f} s, {seconds / took:.1f} times real time"
    yield Finding("ok", f"spoke one sentence as {speaker.catalogue.default.name} by {speaker.engine.name}: {figures}")
    if speaker.engine.name == "espeak" != settings.engine and locate(settings.model):
        yield Finding("error", speaker.note.removeprefix("espeak-ng speaks: "), "Until then the embedded voice speaks")
    else:
        yield Finding("ok" if speaker.engine.name == "kokoro" else "note", speaker.note)
