"""Facts about the devices, gathered once, and a pure function that chooses among them."""

from dataclasses import dataclass
from importlib import metadata
from typing import Literal

import onnxruntime

from wyoming_kokoro.errors import DeviceError
from wyoming_kokoro.runtime import lanes

CUDA = "CUDAExecutionProvider"
CPU = "CPUExecutionProvider"
REMEDY = "Run `wyoming-kokoro doctor`, or set device.prefer to auto or cpu"
"""For a GPU that was asked for and isn't really there."""


@dataclass(frozen=True)
class Device:
    kind: Literal["cpu", "cuda"]
    index: int = 0

    def __str__(self) -> str:
        return "cpu" if self.kind == "cpu" else f"cuda:{self.index}"


@dataclass(frozen=True)
class Facts:
    onnxruntime: str
    """Its version."""
    providers: tuple[str, ...]
    """What was compiled in: that says nothing about what works."""
    owners: tuple[str, ...]
    """The installed distributions that unpack into the folder onnxruntime: more than one is a damaged installation."""
    machine: lanes.Facts


@dataclass(frozen=True)
class Choice:
    device: Device
    reason: str


def gather() -> Facts:
    providers = tuple(onnxruntime.get_available_providers())
    return Facts(onnxruntime.__version__, providers, owners("onnxruntime"), lanes.gather())


def owners(package: str) -> tuple[str, ...]:
    """The installed distributions that unpack into the folder of a package: those whose names begin like it."""
    names = {str(found.metadata["Name"]) for found in metadata.distributions()}
    return tuple(sorted(name for name in names if name.lower().replace("_", "-").startswith(package)))


def choose(prefer: str, facts: Facts) -> Choice:
    """The device for `prefer` (auto, cpu, cuda or cuda:N) and why.

    Raises:
        DeviceError: a GPU is asked for and there can't be one.
    """
    if prefer == "cpu":
        return Choice(Device("cpu"), "as configured")
    missing = _missing(facts)
    if prefer == "auto":
        return Choice(Device("cpu"), missing) if missing else Choice(Device("cuda"), lanes.choose(facts.machine).reason)
    index = int(prefer.partition(":")[2] or 0)
    if not missing and index >= len(facts.machine.gpus):
        missing = f"there is no GPU {index}, only {len(facts.machine.gpus)}, counted from 0"
    if missing:
        raise DeviceError(f"device.prefer is {prefer}, but {missing}", REMEDY)
    return Choice(Device("cuda", index), "as configured")


def _missing(facts: Facts) -> str:
    """Why no GPU can be used, or "" where one can be tried."""
    fitting = lanes.choose(facts.machine)
    if fitting.lane == "cpu":
        return fitting.reason
    if CUDA not in facts.providers:
        return f"the installed onnxruntime is built without CUDA: set up again with LANE={fitting.lane}"
    return ""
