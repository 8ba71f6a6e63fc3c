"""What keeps Kokoro from the GPU: facts to findings, which the service says at start, and doctor when it is asked."""

from collections.abc import Iterator

from wyoming_kokoro.findings import Finding
from wyoming_kokoro.runtime import lanes
from wyoming_kokoro.runtime.driver import NO_GPU, NOT_FOUND, OUT_OF_MEMORY, TOO_OLD, Gpu, Machine, version_of
from wyoming_kokoro.runtime.facts import CUDA, Facts

SLOW = "Kokoro runs on the CPU, several times slower"
HIDDEN_DRIVER = (34, 803, 804)
"""Errors of a libcuda.so.1 that isn't the running driver's."""
SYSTEM_FOLDERS = ("/usr/lib", "/lib")
"""Where a driver's installation, or the start of a container, puts the driver's own."""

RESTART = "restart the machine"
REMEDIES = {
    OUT_OF_MEMORY: "end a program that uses the GPU: nvidia-smi shows them",
    304: "ls -l /dev/nvidia*, then add the user of this service to the group of these files",
    802: "systemctl start nvidia-fabricmanager",
    999: f"modprobe nvidia_uvm; if that doesn't help, {RESTART}",
}
"""By CUDA's errors, where the remedy is always the same."""


def missing_gpu(facts: Facts) -> Finding | None:
    """Why no GPU can be used, or None where one can be tried."""
    machine = facts.machine
    fitting = lanes.choose(machine)
    if fitting.lane == "cpu":
        remedy = "" if is_hopeless(machine) else driver_remedy(facts)
        return Finding("warning" if remedy else "note", fitting.reason, SLOW, remedy)
    remedy = facts.installation.afresh(fitting.lane)
    if CUDA not in facts.build.providers:
        fault = "is built without CUDA" if facts.build.providers else "can't be imported"
        seen = f"the installed onnxruntime {fault}, and there is {machine.gpus[0]}"
        return Finding("warning", seen, SLOW, remedy)
    unfit = [reason for gpu in machine.gpus if (reason := unfit_gpu(facts, gpu))]
    return Finding("warning", unfit[0], SLOW, remedy) if len(unfit) == len(machine.gpus) else None


def unfit_gpu(facts: Facts, gpu: Gpu) -> str:
    """Why the installed build can't use this GPU; empty if it can."""
    return lanes.why_not(facts.build.lane, gpu, facts.machine.cuda or (0, 0))


def is_hopeless(machine: Machine) -> bool:
    """A machine that is as it should be, but not for CUDA: there is nothing to mend."""
    without = machine.code == NOT_FOUND and not machine.cards
    ancient = bool(machine.gpus) and all(gpu.capability < lanes.OLDEST_GPU for gpu in machine.gpus)
    return not machine.has_cuda_builds or without or ancient


def driver_remedy(facts: Facts) -> str:
    """What brings the driver, or the whole of it, where CUDA can't be used for its sake."""
    machine = facts.machine
    code = machine.code if machine.trouble or machine.gpus else NO_GPU
    if code in REMEDIES:
        return REMEDIES[code]
    if code in HIDDEN_DRIVER:
        return hidden_remedy(machine)
    if code in (NOT_FOUND, NO_GPU) and facts.container:
        return f"{facts.installation.with_gpu()} (the host needs the NVIDIA Container Toolkit)"
    if code == NO_GPU:
        return "unset CUDA_VISIBLE_DEVICES; nvidia-smi shows which GPUs the driver has"
    state = "nvidia-smi shows the driver's state"
    if machine.trouble and not code:  # it crashes, hangs or can't be loaded
        return f"{RESTART}; if that doesn't help, install NVIDIA's driver again; {state}"
    new = (machine.cuda or (0, 0)) >= (12, 0) and code != TOO_OLD
    if new and machine.trouble:
        return f"{RESTART}; {state}"
    needed = (
        lanes.OLDEST_DRIVER_FOR_PTX
        if new
        else lanes.OLDEST_DRIVERS.get(facts.build.lane, lanes.OLDEST_DRIVERS["cuda12"])
    )
    return f"install NVIDIA's driver {needed} or newer, then {RESTART}; {state}"


def hidden_remedy(machine: Machine) -> str:
    """Which file hides the driver's. Among the system's it is mostly the driver's own, in an unfinished upgrade."""
    loaded = version_of(machine.library)
    if not machine.library or (loaded and loaded == machine.driver):
        return RESTART
    folder = machine.library.rpartition("/")[0]
    versions = f" ({loaded}, the running driver is {machine.driver})" if loaded and machine.driver else ""
    if folder.startswith(SYSTEM_FOLDERS):
        return f"{RESTART}; if that doesn't help, remove {machine.library}{versions}"
    return f"take {folder}{versions} out of LD_LIBRARY_PATH and /etc/ld.so.conf.d; if it is the driver's own, {RESTART}"


def overlays(facts: Facts) -> Iterator[Finding]:
    """Libraries that go before the driver's and the wheels'. They are no fault where there is no CUDA to use."""
    foreign = [path for path in facts.overlaid if not is_drivers(str(path), facts.machine)]
    if facts.build.cuda and foreign:
        names = ", ".join(map(str, foreign[:3]))
        why = "loaded in place of the driver's library, or of the installed ones: CUDA error 803, or a mix of versions"
        yield Finding("warning", f"LD_LIBRARY_PATH leads to {names}", why, "unset LD_LIBRARY_PATH")


def is_drivers(library: str, machine: Machine) -> bool:
    """Of the version that runs; where that can't be seen, as in WSL, the one that CUDA works with."""
    if machine.driver:
        return version_of(library) == machine.driver
    return bool(machine.gpus) and library == machine.library
