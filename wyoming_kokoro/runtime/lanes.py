"""Which set of packages fits this machine: the CPU, CUDA 12 or CUDA 13 build of ONNX Runtime.

Standard library only: script/setup.py imports this before anything is installed.
The limits are those of the pinned builds (read from their binaries): onnxruntime-gpu for CUDA 12 has code for compute
capability 6.0 to 9.0 and PTX for newer ones, which a driver for CUDA 12.8 or newer can compile; the one for CUDA 13 has
code for 7.5 to 9.x and 12.x and no PTX.
"""

from dataclasses import dataclass

from wyoming_kokoro.runtime.driver import NO_GPU, Gpu, Machine, Version, dotted, explain

LANES = ("cpu", "cuda12", "cuda13")

OLDEST_DRIVERS = {"cuda12": "525", "cuda13": "580"}
OLDEST_DRIVER_FOR_PTX = "570"
"""The first for CUDA 12.8."""
OLDEST_GPU = (6, 0)
"""The least compute capability of any lane."""

LIBRARIES = {
    "cuda12": {
        "libcublas.so.12": "nvidia-cublas-cu12",
        "libcublasLt.so.12": "nvidia-cublas-cu12",
        "libcudart.so.12": "nvidia-cuda-runtime-cu12",
        "libcudnn.so.9": "nvidia-cudnn-cu12",
        "libcufft.so.11": "nvidia-cufft-cu12",
        "libcurand.so.10": "nvidia-curand-cu12",
        "libnvrtc.so.12": "nvidia-cuda-nvrtc-cu12",
    },
    "cuda13": {
        "libcublas.so.13": "nvidia-cublas",
        "libcublasLt.so.13": "nvidia-cublas",
        "libcudart.so.13": "nvidia-cuda-runtime",
        "libcudnn.so.9": "nvidia-cudnn-cu13",
        "libcufft.so.12": "nvidia-cufft",
        "libcurand.so.10": "nvidia-curand",
        "libnvrtc.so.13": "nvidia-cuda-nvrtc",
    },
}
"""What each CUDA build loads, and the wheel that has it: read from the binaries, and from what they open themselves."""


@dataclass(frozen=True)
class Choice:
    lane: str
    """One of LANES."""
    reason: str
    """The facts that decided, readable, without a final full stop."""


def choose(machine: Machine) -> Choice:
    """The lane for this machine; `cpu` always works."""
    cuda = machine.cuda or (0, 0)
    if obstacle := find_obstacle(machine, cuda):
        return Choice("cpu", obstacle)
    fitting = {gpu: lanes for gpu in machine.gpus if (lanes := cuda_lanes(gpu.capability, cuda))}
    if not fitting:
        return Choice("cpu", why_unfit(machine.gpus[0], cuda))
    reason = f"{' and '.join(map(str, fitting))}, driver for CUDA {dotted(cuda)}"
    without_13 = [gpu.name for gpu, lanes in fitting.items() if "cuda13" not in lanes]
    if not without_13:
        return Choice("cuda13", reason)
    if cuda >= (13, 0):
        reason += f"; the CUDA 13 build has no code for {without_13[0]}"
    return Choice("cuda12", reason)


def find_obstacle(machine: Machine, cuda: Version) -> str:
    """What keeps every GPU from being used, if anything."""
    if not machine.has_cuda_builds:
        return f"CUDA builds exist for Linux on x86_64 only, this is {machine.system} on {machine.architecture}"
    if machine.trouble:
        return machine.trouble
    if not machine.gpus:
        return explain(NO_GPU)
    if cuda < (12, 0):
        return f"the NVIDIA driver is too old (for CUDA {dotted(cuda)}): {OLDEST_DRIVERS['cuda12']} or newer is needed"
    return ""


def cuda_lanes(capability: Version, cuda: Version) -> frozenset[str]:
    """The lanes whose build runs on a GPU of this capability with a driver for this CUDA (12.0 or newer)."""
    precompiled = OLDEST_GPU <= capability < (10, 0)
    lanes = {"cuda12"} if precompiled or (capability >= (10, 0) and cuda >= (12, 8)) else set()
    if cuda >= (13, 0) and ((7, 5) <= capability < (10, 0) or capability[0] == 12):
        lanes.add("cuda13")
    return frozenset(lanes)


def why_unfit(gpu: Gpu, cuda: Version) -> str:
    """For a GPU that no lane fits."""
    if gpu.capability < OLDEST_GPU:
        return f"{gpu} is too old: {dotted(OLDEST_GPU)} or newer is needed"
    return f"{gpu} needs driver {OLDEST_DRIVER_FOR_PTX} or newer, this one is for CUDA {dotted(cuda)}"


def why_not(lane: str, gpu: Gpu, cuda: Version) -> str:
    """Why a CUDA lane doesn't fit a GPU that another one fits; empty if it does."""
    if lane in cuda_lanes(gpu.capability, cuda):
        return ""
    if lane not in OLDEST_DRIVERS:
        return "the installed onnxruntime is not built for CUDA 12 or 13"
    if lane == "cuda13" and cuda < (13, 0):
        return f"the CUDA 13 build needs driver {OLDEST_DRIVERS[lane]} or newer, this one is for CUDA {dotted(cuda)}"
    age = "old" if gpu.capability < (9, 0) else "new"
    return f"the {lane.replace('cuda', 'CUDA ')} build has no code for {gpu}: it is too {age} for it"
