"""What keeps Kokoro from the GPU, or will sooner or later: facts to findings, the most fundamental first.

The service says them when it starts, `wyoming-kokoro doctor` says them when it is asked.
"""

from collections.abc import Iterator

from wyoming_kokoro.findings import Finding
from wyoming_kokoro.runtime import lanes
from wyoming_kokoro.runtime.driver import NOT_FOUND, Gpu, Machine, dotted, version_of
from wyoming_kokoro.runtime.facts import CUDA, Facts

SLOW = "Kokoro runs on the CPU, several times slower"
SILENT = "Kokoro can't speak"
TOO_OLD, NO_GPU = 35, 100
HIDDEN_DRIVER = (34, 803, 804)
"""Errors of a libcuda.so.1 that isn't the running driver's."""
SYSTEM_FOLDERS = ("/usr/lib", "/lib")
"""Where a driver's installation, or the start of a container, puts the driver's own."""
PHONEMIZER = "phonemizer-fork"

RESTART = "restart the machine"
REMEDIES = {
    2: "end a program that uses the GPU: nvidia-smi shows them",
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
    afresh = facts.installation.afresh(fitting.lane)
    if CUDA not in facts.build.providers:
        seen = f"the installed onnxruntime is built without CUDA, and there is {machine.gpus[0]}"
        return Finding("warning", seen, SLOW, afresh)
    unfit = [reason for gpu in machine.gpus if (reason := unfit_gpu(facts, gpu))]
    return Finding("warning", unfit[0], SLOW, afresh) if len(unfit) == len(machine.gpus) else None


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
    new = (machine.cuda or (0, 0)) >= (12, 0) and code != TOO_OLD
    if new and machine.trouble:
        return f"{RESTART}; {state}"
    needed = lanes.OLDEST_DRIVER_FOR_PTX if new else lanes.OLDEST_DRIVERS.get(facts.build.lane, "525")
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


def damages(facts: Facts) -> Iterator[Finding]:
    """What is wrong with the installation, whether or not it still works."""
    installed = facts.build.lane in lanes.OLDEST_DRIVERS
    afresh = facts.installation.afresh(facts.build.lane if installed else lanes.choose(facts.machine).lane)
    if facts.trouble:
        yield Finding("error", facts.trouble, SILENT, afresh)
    yield from wrong_owners(facts, afresh)
    yield from wrong_build(facts, afresh)
    single = [owners[0] for owners in (facts.build.owners, facts.phonemizer) if len(owners) == 1]
    for package in (*single, *facts.others):
        if not package.version:
            yield Finding("error", f"{package.name} is not installed", "the service needs it", afresh)
        elif package.damaged:
            count = len(package.damaged)
            files = "1 file is" if count == 1 else f"{count} files are"
            seen = f"{package} is damaged: {files} missing or replaced, such as {package.damaged[-1]}"
            yield Finding("error", seen, "what works today may fail tomorrow", afresh)
    yield from missing_libraries(facts, afresh)


def wrong_owners(facts: Facts, afresh: str) -> Iterator[Finding]:
    """Each of the two folders that several packages unpack into must have one owner."""
    for folder, owners in (("onnxruntime", facts.build.owners), ("phonemizer", facts.phonemizer)):
        if not owners:
            yield Finding("error", f"no package {folder} is installed", SILENT, afresh)
        elif len(owners) > 1:
            seen = f"{' and '.join(map(str, owners))} are installed over each other, in the folder {folder}"
            yield Finding("error", seen, "which one's files are left there is chance", afresh)
    if len(facts.phonemizer) == 1 and facts.phonemizer[0].name != PHONEMIZER:
        seen = f"{facts.phonemizer[0]} is installed in place of {PHONEMIZER}"
        yield Finding("error", seen, "others can't be told where espeak-ng has its data: Kokoro can't speak", afresh)


def wrong_build(facts: Facts, afresh: str) -> Iterator[Finding]:
    """An ONNX Runtime that isn't the installed one, or for a CUDA that no lane has."""
    build = facts.build
    if build.version and len(build.owners) == 1 and build.owners[0].version != build.version:
        seen = f"{build.owners[0]} is installed, but onnxruntime {build.version} is imported"
        yield Finding("error", seen, "another copy goes before it", f"unset PYTHONPATH; if that doesn't help: {afresh}")
    if build.cuda and build.lane not in lanes.LANES:
        seen = f"onnxruntime {build.version} is built for CUDA {dotted(build.cuda)}"
        yield Finding("error", seen, "the libraries and builds for CUDA 12 or CUDA 13 are needed", afresh)


def missing_libraries(facts: Facts, afresh: str) -> Iterator[Finding]:
    """Of those that the installed CUDA build loads."""
    needed = lanes.LIBRARIES.get(facts.build.lane, {})
    if missing := {library: wheel for library, wheel in needed.items() if library not in facts.libraries}:
        wheels = dict.fromkeys(missing.values())
        seen = f"missing or damaged: {', '.join(missing)} (from {', '.join(wheels)})"
        why = "ONNX Runtime can't use the GPU without, unless another folder of the system has them"
        yield Finding("warning", seen, why, afresh)


def overlays(facts: Facts) -> Iterator[Finding]:
    """Libraries that go before the driver's and the wheels'. They are no fault where there is no CUDA to use."""
    if facts.build.cuda and facts.overlaid:
        names = ", ".join(map(str, facts.overlaid[:3]))
        why = "they are loaded in place of the driver's and the installed ones: CUDA error 803, or a mix of versions"
        yield Finding("warning", f"in folders of LD_LIBRARY_PATH: {names}", why, "unset LD_LIBRARY_PATH")
