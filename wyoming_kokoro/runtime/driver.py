"""What the NVIDIA driver says of this machine, asked in a process of its own, because a broken one may crash or block.

Standard library only: script/setup.py imports this before anything is installed.
"""

import ctypes
import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LOOK_S = 0.5
"""How often it is looked whether the answer is still wanted."""
LAST_WORDS = 300
"""Characters of what a crashed process said last."""
QUERY_TIMEOUT = 30.0
"""Seconds for the driver's answer: starting CUDA takes 0.2 s on one GPU, several on eight without persistence mode."""

NOT_FOUND = -1
"""In place of an error code of CUDA's: there is no libcuda.so.1."""
OUT_OF_MEMORY, TOO_OLD, NO_GPU = 2, 35, 100
"""Those of CUDA's that are more than told."""

CUDA_ERRORS = {
    OUT_OF_MEMORY: "the GPU's memory is used up",
    34: "a toolkit's stub of libcuda.so.1 hides the driver's",
    TOO_OLD: "the driver is too old for this build of ONNX Runtime",
    NO_GPU: "the driver shows no GPU (CUDA_VISIBLE_DEVICES hides some or all, if set)",
    209: "this build of ONNX Runtime has no code for this GPU",
    304: "the GPU's device files are missing or may not be opened",
    700: "a memory access inside the GPU failed, and CUDA in this process with it",
    802: "the GPUs are not ready: nvidia-fabricmanager isn't running, or still starts",
    803: "another libcuda.so.1 hides the running driver's, or the driver was upgraded without a restart",
    804: "a CUDA compatibility library hides the driver's, and this GPU doesn't support that",
    999: "the driver can't start: the module nvidia_uvm isn't loaded, or a restart is due",
}
"""The results (CUresult in cuda.h, mostly the same in cudaError) that users meet, and what is behind them."""

CAPABILITY_ATTRIBUTES = (75, 76)
"""CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR and _MINOR."""

KERNEL_DRIVER = Path("/proc/driver/nvidia/version")
DRIVER_FILES = (Path("/etc/ld.so.cache"), Path("/dev/nvidiactl"), Path("/usr/lib/wsl/lib/libcuda.so.1"))
"""What an installation, a container's start or Windows Subsystem for Linux changes."""
PCI_DEVICES = Path("/sys/bus/pci/devices")
NVIDIA, DISPLAY = "0x10de", "0x03"
"""PCI's vendor, and the class of display and 3D controllers."""

Version = tuple[int, int]


@dataclass(frozen=True)
class Gpu:
    name: str
    capability: Version
    """CUDA compute capability."""
    memory: int = 0
    """MiB; 0 if unknown."""

    def __str__(self) -> str:
        return f"{self.name} (compute capability {dotted(self.capability)})"


@dataclass(frozen=True)
class Machine:
    system: str
    """As sys.platform: linux, darwin."""
    architecture: str
    """As uname -m: x86_64, aarch64, arm64."""
    cuda: Version | None = None
    """The newest CUDA that the NVIDIA driver supports; None without a driver."""
    gpus: tuple[Gpu, ...] = ()
    """Those that CUDA shows, in its order; CUDA_VISIBLE_DEVICES applies."""
    trouble: str = ""
    """Why CUDA can't be used; empty if it can."""
    code: int = 0
    """The error of CUDA's that is the trouble, or NOT_FOUND; else 0."""
    driver: str = ""
    """The version of the driver that runs in the kernel, such as 535.274.02; empty if it can't be seen."""
    library: str = ""
    """The libcuda.so.1 that was really loaded, by its real path."""
    cards: int = 0
    """NVIDIA GPUs on the PCI bus: they are seen without a driver, too."""

    @property
    def has_cuda_builds(self) -> bool:
        """Whether ONNX Runtime has CUDA builds for this system at all."""
        return (self.system, self.architecture) == ("linux", "x86_64")


def gather(stopped: threading.Event | None = None) -> Machine:
    """What this machine has. Never raises for a missing, broken or silent driver: that is `trouble`."""
    answer = query_in_child(stopped)
    cuda, library, trouble = answer.get("cuda"), answer.get("library", ""), answer.get("trouble", "")
    return Machine(
        system=sys.platform,
        architecture=os.uname().machine,
        cuda=(cuda // 1000, cuda % 1000 // 10) if cuda else None,
        gpus=tuple(Gpu(name, (major, minor), memory) for name, major, minor, memory in answer.get("gpus", ())),
        trouble=trouble,
        code=answer.get("code", 0),
        driver=kernel_version() or ("" if trouble else version_of(library)),  # it may be another driver's library
        library=library,
        cards=sum(1 for _ in cards()),
    )


def explain(code: int) -> str:
    meaning = CUDA_ERRORS.get(code)
    return f"CUDA error {code}: {meaning}" if meaning else f"CUDA error {code}"


def dotted(version: Version) -> str:
    return f"{version[0]}.{version[1]}"


def kernel_version() -> str:
    """Of the driver that runs; empty without one."""
    with suppress(OSError):
        found = re.search(r"Module\b.*?(\d+\.\d+(?:\.\d+)?)", KERNEL_DRIVER.read_text())
        return found[1] if found else ""
    return ""


def version_of(library: str) -> str:
    """The driver's version in the real name of its library, as libcuda.so.535.274.02; empty if there is none."""
    found = re.search(r"\.so\.(\d+\.\d+(?:\.\d+)?)$", library)
    return found[1] if found and not found[1].startswith("1.") else ""


def cards() -> Iterator[Path]:
    """NVIDIA's GPUs on the PCI bus."""
    for device in sorted(PCI_DEVICES.glob("*")):
        with suppress(OSError):
            if (device / "vendor").read_text().strip() == NVIDIA and (device / "class").read_text().startswith(DISPLAY):
                yield device


def driver_mark() -> str:
    """Changes when an NVIDIA driver comes, goes or is upgraded. Only looks at small files; starts no CUDA."""
    seen = [f"{path} {path.stat().st_mtime_ns}" for path in DRIVER_FILES if path.exists()]
    with suppress(OSError):
        seen.append(KERNEL_DRIVER.read_text())
    return hashlib.sha256("\n".join(seen).encode()).hexdigest()


def query_in_child(stopped: threading.Event | None = None) -> dict[str, Any]:
    """What `ask_driver` says in a process of its own. Once `stopped` is set the answer isn't waited for any longer."""
    child = subprocess.Popen(
        [sys.executable, "-I", "-S", __file__],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    said = outputs(child, QUERY_TIMEOUT, stopped)
    if said is None:
        return {"trouble": f"the NVIDIA driver doesn't answer within {QUERY_TIMEOUT:g} s"}
    try:
        return dict(json.loads(said[0]))
    except ValueError:
        return {"trouble": f"asking the NVIDIA driver failed (exit status {child.returncode})"}


def outputs(
    child: subprocess.Popen[str], longest_s: float, stopped: threading.Event | None = None
) -> tuple[str, str] | None:
    """What a process wrote to its two outputs, once it has ended; None where it was abandoned for taking too long."""
    deadline = time.monotonic() + longest_s
    while time.monotonic() < deadline and not (stopped and stopped.is_set()):
        with suppress(subprocess.TimeoutExpired):
            return child.communicate(timeout=LOOK_S)
    abandon(child)
    return None


def last_words(errors: str) -> str:
    """Of a process that crashed."""
    last = next((line for line in reversed(errors.splitlines()) if line.strip()), "no message")
    return last.strip()[:LAST_WORDS]


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
            return {"trouble": "no NVIDIA driver (libcuda.so.1 not found)", "code": NOT_FOUND}
        return {"trouble": f"the NVIDIA driver doesn't load: {error}"}
    answer: dict[str, Any] = {"library": loaded_library()}
    try:
        answer["cuda"] = integer(cuda, "cuDriverGetVersion")
        call(cuda, "cuInit", 0)
        answer["gpus"] = [ask_gpu(cuda, index) for index in range(integer(cuda, "cuDeviceGetCount"))]
    except CudaError as error:
        answer |= {"trouble": explain(error.code), "code": error.code}
    except AttributeError as error:
        answer["trouble"] = f"libcuda.so.1 is not a whole driver: {error}"
    return answer


def loaded_library() -> str:
    """Which libcuda this process has loaded: LD_LIBRARY_PATH and ld.so.conf decide, not the driver."""
    with suppress(OSError):
        mapped = (line.split(maxsplit=5)[-1] for line in Path("/proc/self/maps").read_text().splitlines())
        return next((path for path in mapped if "/libcuda.so" in path), "")
    return ""


def ask_gpu(cuda: ctypes.CDLL, index: int) -> tuple[str, int, int, int]:
    """Name, compute capability and MiB of memory of one GPU."""
    device = integer(cuda, "cuDeviceGet", index)
    name, size = ctypes.create_string_buffer(256), ctypes.c_size_t()
    call(cuda, "cuDeviceGetName", name, len(name), device)
    call(cuda, "cuDeviceTotalMem_v2", ctypes.byref(size), device)
    major, minor = (integer(cuda, "cuDeviceGetAttribute", attribute, device) for attribute in CAPABILITY_ATTRIBUTES)
    return name.value.decode(errors="replace"), major, minor, size.value // 2**20


def integer(cuda: ctypes.CDLL, function: str, *arguments: int) -> int:
    """Calls a function that writes an int through its first parameter."""
    result = ctypes.c_int()
    call(cuda, function, ctypes.byref(result), *arguments)
    return result.value


def call(cuda: ctypes.CDLL, function: str, *arguments: Any) -> None:
    if code := getattr(cuda, function)(*arguments):
        raise CudaError(code)


def context_error(index: int) -> int:
    """The error that all CUDA calls of this process end with since a fault on the GPU; 0 if there is none.

    Unlike the rest of this module it asks in this process: the state is the process's own.
    """
    cuda, device, context = ctypes.CDLL("libcuda.so.1"), ctypes.c_int(), ctypes.c_void_p()
    try:
        call(cuda, "cuDeviceGet", ctypes.byref(device), index)
        call(cuda, "cuDevicePrimaryCtxRetain", ctypes.byref(context), device)
        call(cuda, "cuCtxPushCurrent_v2", context)
        call(cuda, "cuCtxSynchronize")
        call(cuda, "cuCtxPopCurrent_v2", ctypes.byref(context))
        call(cuda, "cuDevicePrimaryCtxRelease_v2", device)
    except CudaError as error:
        return error.code
    return 0


if __name__ == "__main__":
    signal.alarm(round(QUERY_TIMEOUT) + 5)  # should the one that asks be gone, a driver that hangs ends this process
    print(json.dumps(ask_driver()))  # noqa: T201 - the answer for query_in_child
