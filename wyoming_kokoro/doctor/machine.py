"""Checks of packages, driver and GPU: facts to findings, pure."""

import platform
from collections.abc import Iterator

from wyoming_kokoro import __version__
from wyoming_kokoro.errors import DeviceError
from wyoming_kokoro.findings import Finding
from wyoming_kokoro.runtime.damages import afresh, damages
from wyoming_kokoro.runtime.devices import choose
from wyoming_kokoro.runtime.driver import dotted
from wyoming_kokoro.runtime.facts import Build, Facts
from wyoming_kokoro.runtime.lanes import LIBRARIES
from wyoming_kokoro.runtime.obstacles import missing_gpu, overlays, unfit_gpu
from wyoming_kokoro.runtime.packages import numbers

OLDEST_GLIBC = (2, 28)
"""Of the wheels of ONNX Runtime."""
OLDEST_NUMPY, NEWEST_NUMPY = (2, 0), (2, 4)
"""ONNX Runtime is compiled for NumPy 2; the newest is the last that was tried."""
LITTLE_MEMORY = 4096
"""MiB. The model takes 1 GB, a long sentence up to 3 GB."""


def versions(facts: Facts) -> Iterator[Finding]:
    libc = f", glibc {facts.glibc}" if facts.glibc else ""
    where = f"{platform.system()} {platform.machine()}, Python {facts.python}{libc}"
    yield Finding("ok", f"wyoming-kokoro {__version__} on {where}, installed as {facts.installation.kind}")
    if facts.glibc and numbers(facts.glibc) < OLDEST_GLIBC:
        why = f"ONNX Runtime needs glibc {dotted(OLDEST_GLIBC)} or newer"
        yield Finding("error", f"glibc {facts.glibc} is too old", why, "use a newer system, or the container image")


def packages(facts: Facts) -> Iterator[Finding]:
    faults = [*damages(facts), *numpy_fault(facts)]
    yield from faults
    if not faults:
        yield Finding("ok", ", ".join(map(str, (*facts.others, *facts.phonemizer))))
        yield Finding("ok", runtime(facts.build))


def runtime(build: Build) -> str:
    """ONNX Runtime, where nothing is wrong with it."""
    providers = f"lane {build.lane}: {', '.join(build.providers)}"
    if not build.cuda:
        return f"{build.owners[0]}, {providers}"
    libraries = len(LIBRARIES[build.lane])
    return f"{build.owners[0]} for CUDA {dotted(build.cuda)}, its {libraries} libraries are there, {providers}"


def numpy_fault(facts: Facts) -> Iterator[Finding]:
    """Of a version that doesn't fit; that it isn't installed is another finding."""
    numpy = next(package for package in facts.others if package.name == "numpy")
    if numpy.version and numbers(numpy.version) < OLDEST_NUMPY:
        why = f"ONNX Runtime is built for NumPy {dotted(OLDEST_NUMPY)} or newer"
        yield Finding("error", f"{numpy} is too old", why, afresh(facts))
    if numbers(numpy.version) > NEWEST_NUMPY:
        why = f"the newest that was tried is {dotted(NEWEST_NUMPY)}"
        yield Finding("warning", f"{numpy} is newer than what is locked", why, afresh(facts))


def driver(facts: Facts) -> Iterator[Finding]:
    """What CUDA shows. Says nothing on machines without it: `device` does."""
    machine = facts.machine
    yield from overlays(facts)
    if machine.cuda:
        library = machine.library or "libcuda.so.1"
        seen = f"NVIDIA driver {machine.driver or 'of unknown version'}, {library} is for CUDA {dotted(machine.cuda)}"
        yield Finding("note" if machine.trouble else "ok", seen)
    for index, gpu in enumerate(machine.gpus):
        seen = f"cuda:{index} is {gpu}, {gpu.memory} MiB"
        if unfit := unfit_gpu(facts, gpu) if facts.build.cuda else "":
            yield Finding("note", seen, unfit)
        elif 0 < gpu.memory < LITTLE_MEMORY:
            yield Finding("note", seen, "long sentences may not fit into so little memory; the CPU then speaks them")
        else:
            yield Finding("ok", seen)


def device(prefer: str, facts: Facts) -> Iterator[Finding]:
    """What Kokoro will run on."""
    missing = missing_gpu(facts)
    try:
        choice = choose(prefer, facts)
    except DeviceError as error:
        remedy = (missing.remedy or "set device.prefer to auto or cpu") if missing else error.remedy
        yield Finding("error", error.message, "the service doesn't start: a GPU is asked for", remedy)
        return
    seen = f"device.prefer is {prefer}, so Kokoro runs on {choice.device}: {choice.reason}"
    if missing and prefer == "auto":
        yield Finding(missing.level, seen, missing.why, missing.remedy)
    else:
        yield Finding("ok", seen)
