"""Which set of packages fits this machine: the CPU, CUDA 12 or CUDA 13 build of ONNX Runtime.

Standard library only: script/setup.py imports this before anything is installed.
The limits are those of the pinned builds (read from their binaries): onnxruntime-gpu for CUDA 12 has code for compute
capability 6.0 to 9.0 and PTX for newer ones, which a driver for CUDA 12.8 or newer can compile; the one for CUDA 13 has
code for 7.5 to 9.x and 12.x and no PTX.
"""

import ctypes
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LANES = ("cpu", "cuda12", "cuda13")

QUERY_TIMEOUT = 30.0
"""Seconds for the driver's answer: starting CUDA takes 0.2 s on one GPU, several on eight without persistence mode."""

CUDA_ERRORS = {
    34: "a toolkit's stub of libcuda.so.1 hides the driver's",
    35: "the driver is too old for the CUDA library that asks it",
    100: "the driver shows no GPU (CUDA_VISIBLE_DEVICES hides some or all, if set)",
    304: "the GPU's device files are missing or may not be opened",
    802: "the GPUs are not ready: is nvidia-fabricmanager running?",
    803: "another libcuda.so.1 hides the running driver's, or the driver was upgraded without a restart",
    804: "a CUDA compatibility library hides the driver's, and this GPU doesn't support that",
    999: "the driver can't start: the module nvidia_uvm isn't loaded, or a restart is due",
}
"""The results of cuInit that users meet (numbers: CUresult in cuda.h), and what is behind them."""

CAPABILITY_ATTRIBUTES = (75, 76)
"""CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR and _MINOR."""

KERNEL_DRIVER = Path("/proc/driver/nvidia/version")
DRIVER_FILES = (Path("/etc/ld.so.cache"), Path("/dev/nvidiactl"), Path("/usr/lib/wsl/lib/libcuda.so.1"))
"""What an installation, a container's start or Windows Subsystem for Linux changes."""

Version = tuple[int, int]


@dataclass(frozen=True)
class Gpu:
    name: str
    capability: Version
    """CUDA compute capability."""

    def __str__(self) -> str:
        return f"{self.name} (compute capability {dotted(self.capability)})"


@dataclass(frozen=True)
class Facts:
    system: str
    """As sys.platform: linux, darwin."""
    machine: str
    """As uname -m: x86_64, aarch64, arm64."""
    cuda: Version | None = None
    """The newest CUDA that the NVIDIA driver supports; None without a driver."""
    gpus: tuple[Gpu, ...] = ()
    """Those that CUDA shows, in its order; CUDA_VISIBLE_DEVICES applies."""
    trouble: str = ""
    """Why CUDA can't be used; empty if it can."""

    @property
    def has_cuda_builds(self) -> bool:
        """Whether ONNX Runtime has CUDA builds for this system at all."""
        return (self.system, self.machine) == ("linux", "x86_64")


@dataclass(frozen=True)
class Choice:
    lane: str
    """One of LANES."""
    reason: str
    """The facts that decided, readable, without a final full stop."""


def gather(query: Callable[[], dict[str, Any]] | None = None) -> Facts:
    """What this machine has. Never raises for a missing, broken or silent driver: that is `trouble`."""
    answer = (query or query_in_child)()
    cuda = answer.get("cuda")
    return Facts(
        system=sys.platform,
        machine=os.uname().machine,
        cuda=(cuda // 1000, cuda % 1000 // 10) if cuda else None,
        gpus=tuple(Gpu(name, (major, minor)) for name, major, minor in answer.get("gpus", ())),
        trouble=answer.get("trouble", ""),
    )


def choose(facts: Facts) -> Choice:
    """The lane for these facts; `cpu` always works."""
    cuda = facts.cuda or (0, 0)
    if obstacle := find_obstacle(facts, cuda):
        return Choice("cpu", obstacle)
    fitting = {gpu: lanes for gpu in facts.gpus if (lanes := cuda_lanes(gpu.capability, cuda))}
    if not fitting:
        return Choice("cpu", why_unfit(facts.gpus[0], cuda))
    reason = f"{' and '.join(map(str, fitting))}, driver for CUDA {dotted(cuda)}"
    without_13 = [gpu.name for gpu, lanes in fitting.items() if "cuda13" not in lanes]
    if not without_13:
        return Choice("cuda13", reason)
    if cuda >= (13, 0):
        reason += f"; the CUDA 13 build has no code for {without_13[0]}"
    return Choice("cuda12", reason)


def find_obstacle(facts: Facts, cuda: Version) -> str:
    """What keeps every GPU from being used, if anything."""
    if not facts.has_cuda_builds:
        return f"CUDA builds exist for Linux on x86_64 only, this is {facts.system} on {facts.machine}"
    if facts.trouble:
        return facts.trouble
    if not facts.gpus:
        return explain(100)
    if cuda < (12, 0):
        return f"the NVIDIA driver is too old (for CUDA {dotted(cuda)}): 525 or newer is needed"
    return ""


def cuda_lanes(capability: Version, cuda: Version) -> frozenset[str]:
    """The lanes whose build runs on a GPU of this capability with a driver for this CUDA (12.0 or newer)."""
    precompiled = (6, 0) <= capability < (10, 0)
    lanes = {"cuda12"} if precompiled or (capability >= (10, 0) and cuda >= (12, 8)) else set()
    if cuda >= (13, 0) and ((7, 5) <= capability < (10, 0) or capability[0] == 12):
        lanes.add("cuda13")
    return frozenset(lanes)


def why_unfit(gpu: Gpu, cuda: Version) -> str:
    if gpu.capability < (6, 0):
        return f"{gpu} is too old: 6.0 or newer is needed"
    return f"{gpu} needs driver 570 or newer, this one is for CUDA {dotted(cuda)}"


def explain(code: int) -> str:
    meaning = CUDA_ERRORS.get(code)
    return f"CUDA error {code}: {meaning}" if meaning else f"CUDA error {code}"


def dotted(version: Version) -> str:
    return f"{version[0]}.{version[1]}"


def driver_mark() -> str:
    """Changes when an NVIDIA driver comes, goes or is upgraded. Only looks at small files; starts no CUDA."""
    seen = [f"{path} {path.stat().st_mtime_ns}" for path in DRIVER_FILES if path.exists()]
    with suppress(OSError):
        seen.append(KERNEL_DRIVER.read_text())
    return hashlib.sha256("\n".join(seen).encode()).hexdigest()


def query_in_child(timeout: float = QUERY_TIMEOUT) -> dict[str, Any]:
    """Asks the driver in a process of its own, because a broken driver may crash or block the one that calls it."""
    child = subprocess.Popen(
        [sys.executable, "-I", "-S", __file__],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        output, _ = child.communicate(timeout=timeout)
        return dict(json.loads(output))
    except subprocess.TimeoutExpired:
        abandon(child)
        return {"trouble": f"the NVIDIA driver doesn't answer within {timeout:g} s"}
    except ValueError:
        return {"trouble": f"asking the NVIDIA driver failed (exit status {child.returncode})"}


def abandon(child: subprocess.Popen[str]) -> None:
    """Kills without waiting for long: a call that is stuck inside the kernel can't be killed."""
    child.kill()
    with suppress(subprocess.TimeoutExpired):
        child.communicate(timeout=1)


class CudaError(Exception):
    """A CUDA function returned this code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def ask_driver() -> dict[str, Any]:
    """Runs in the child: what libcuda says, as JSON can carry it."""
    try:
        cuda = ctypes.CDLL("libcuda.so.1")
    except OSError as error:
        if sys.platform != "linux" or str(error).startswith("libcuda.so.1: cannot open shared object file"):
            return {"trouble": "no NVIDIA driver (libcuda.so.1 not found)"}
        return {"trouble": f"the NVIDIA driver doesn't load: {error}"}
    answer: dict[str, Any] = {}
    try:
        answer["cuda"] = integer(cuda, "cuDriverGetVersion")
        call(cuda, "cuInit", 0)
        answer["gpus"] = [ask_gpu(cuda, index) for index in range(integer(cuda, "cuDeviceGetCount"))]
    except CudaError as error:
        answer["trouble"] = explain(error.code)
    except AttributeError as error:
        answer["trouble"] = f"libcuda.so.1 is not a whole driver: {error}"
    return answer


def ask_gpu(cuda: ctypes.CDLL, index: int) -> tuple[str, int, int]:
    """Name and compute capability of one GPU."""
    device = integer(cuda, "cuDeviceGet", index)
    name = ctypes.create_string_buffer(256)
    call(cuda, "cuDeviceGetName", name, len(name), device)
    major, minor = (integer(cuda, "cuDeviceGetAttribute", attribute, device) for attribute in CAPABILITY_ATTRIBUTES)
    return name.value.decode(errors="replace"), major, minor


def integer(cuda: ctypes.CDLL, function: str, *arguments: int) -> int:
    """Calls a function that writes an int through its first parameter."""
    result = ctypes.c_int()
    call(cuda, function, ctypes.byref(result), *arguments)
    return result.value


def call(cuda: ctypes.CDLL, function: str, *arguments: Any) -> None:
    if code := getattr(cuda, function)(*arguments):
        raise CudaError(code)


if __name__ == "__main__":
    print(json.dumps(ask_driver()))  # noqa: T201 - the answer for query_in_child
