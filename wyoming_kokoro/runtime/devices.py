"""What Kokoro runs on: a pure choice from facts."""

from dataclasses import dataclass
from typing import Literal

from wyoming_kokoro.errors import DeviceError
from wyoming_kokoro.runtime.facts import Facts
from wyoming_kokoro.runtime.obstacles import missing_gpu, unfit_gpu

REMEDY = "Run `wyoming-kokoro doctor`; device.prefer: cpu does without the GPU"
"""For a GPU that was asked for and isn't really there."""


@dataclass(frozen=True)
class Device:
    kind: Literal["cpu", "cuda"]
    index: int = 0

    def __str__(self) -> str:
        return "cpu" if self.kind == "cpu" else f"cuda:{self.index}"


@dataclass(frozen=True)
class Choice:
    device: Device
    reason: str
    remedy: str = ""
    """What would bring the GPU, where `auto` means the CPU although something could be mended."""


def mend(command: str) -> str:
    """The remedy of an error, where a command may be known."""
    return f"To mend it: {command}" if command else REMEDY


def choose(prefer: str, facts: Facts) -> Choice:
    """The device for `prefer` (auto, cpu, cuda or cuda:N) and why.

    Raises:
        DeviceError: a GPU is asked for and there can't be one.
    """
    if prefer == "cpu":
        return Choice(Device("cpu"), "as configured")
    missing = missing_gpu(facts)
    if missing and prefer == "auto":
        return Choice(Device("cpu"), missing.seen, missing.remedy)
    if missing:
        raise DeviceError(f"device.prefer is {prefer}, but {missing.seen}", mend(missing.remedy))
    gpus = facts.machine.gpus
    if prefer in ("auto", "cuda"):
        index = next(number for number, gpu in enumerate(gpus) if not unfit_gpu(facts, gpu))
        reason = "as configured" if prefer == "cuda" else "found by auto"
        return Choice(Device("cuda", index), reason)
    index = int(prefer.removeprefix("cuda:"))
    unfit = unfit_gpu(facts, gpus[index]) if index < len(gpus) else f"there is no GPU {index}, only {len(gpus)}"
    if unfit:
        counted = ", ".join(f"cuda:{number} is {gpu.name}" for number, gpu in enumerate(gpus))
        raise DeviceError(f"device.prefer is {prefer}, but {unfit}", f"Counted from 0: {counted}")
    return Choice(Device("cuda", index), "as configured")
