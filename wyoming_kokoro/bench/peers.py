"""What this program is compared with, as the benchmark orders it. A peer that fails is left out, and it is said."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict

from wyoming_kokoro.bench.bare import Inferred, Voice
from wyoming_kokoro.bench.jobs import Job, Worker, worker
from wyoming_kokoro.bench.notes import Notes
from wyoming_kokoro.config import Config
from wyoming_kokoro.errors import KokoroError
from wyoming_kokoro.runtime.devices import Device
from wyoming_kokoro.runtime.facts import CPU, CUDA
from wyoming_kokoro.runtime.models import ModelPaths

NAMES = {"library": "the plain library", "exported": "the model as exported"}


class Peer:
    def __init__(self, process: Worker, notes: Notes) -> None:
        self._process = process
        self._notes = notes
        self.works = True
        """Until it fails."""
        self.about: Job = {}
        """What it said of itself when it was opened."""

    @property
    def pid(self) -> int:
        return self._process.pid

    async def open(self, job: Job) -> None:
        self.about = await self._do(job)

    async def measure(self, **job: object) -> Inferred | None:
        """None where it fails, or has failed."""
        return Inferred(**answer) if (answer := await self._do(job)) else None

    async def peak_mib(self) -> float | None:
        return (await self._do({"memory": True})).get("memory")

    async def _do(self, job: Job) -> Job:
        if not self.works:
            return {}
        try:
            return await self._process.do(job)
        except KokoroError as error:
            self.works = False
            self._notes.remark(f"left out: {error.message}")
            return {}


@asynccontextmanager
async def peer(
    kind: str, settings: Config, paths: ModelPaths, voice: Voice, device: Device, notes: Notes
) -> AsyncIterator[Peer]:
    """`kind` is library or exported. Both get the original model file."""
    notes.say(f"loading {NAMES[kind]}")
    environ = only_on(device) if kind == "library" else {}
    async with worker("wyoming_kokoro.bench.contender", NAMES[kind], environ) as process:
        opened = Peer(process, notes)
        await opened.open(
            {
                "kind": kind,
                "paths": {"model": str(paths.model), "voices": str(paths.voices)},
                "voice": asdict(voice),
                "device": asdict(device),
                "settings": settings.device.model_dump(),
            }
        )
        yield opened


def only_on(device: Device) -> dict[str, str]:
    """The variables that make the plain library use one device: it has no other way, and takes the first GPU."""
    if device.kind == "cpu":
        return {"ONNX_PROVIDER": CPU}
    visible = os.environ.get("CUDA_VISIBLE_DEVICES", "").split(",")
    number = visible[device.index] if device.index < len(visible) and visible[0] else str(device.index)
    return {"ONNX_PROVIDER": CUDA, "CUDA_VISIBLE_DEVICES": number}
