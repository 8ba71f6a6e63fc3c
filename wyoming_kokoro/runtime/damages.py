"""What is wrong with the installed packages: facts to findings, the most fundamental first."""

from collections.abc import Iterator

from wyoming_kokoro.findings import Finding
from wyoming_kokoro.runtime import lanes
from wyoming_kokoro.runtime.driver import dotted
from wyoming_kokoro.runtime.facts import Facts
from wyoming_kokoro.runtime.packages import Package, numbers

SILENT = "Kokoro can't speak"
PHONEMIZER = "phonemizer-fork"
OLDEST_RUNTIME = (1, 21)
"""Has preload_dlls, which finds the CUDA libraries in NVIDIA's packages."""


def damages(facts: Facts) -> Iterator[Finding]:
    """What is wrong with the installation, whether or not it still works."""
    remedy = afresh(facts)
    if facts.python_path:
        remedy = f"unset PYTHONPATH; if that doesn't help: {remedy}"
    if facts.trouble:
        yield Finding("error", facts.trouble, SILENT, remedy)
    yield from wrong_owners(facts, remedy)
    yield from wrong_build(facts, remedy)
    for package in (*single(facts.build.owners), *single(facts.phonemizer), *facts.others):
        if not package.version:
            yield Finding("error", f"{package.name} is not installed", "the service needs it", remedy)
        elif package.damaged:
            count = len(package.damaged)
            files = "1 file is" if count == 1 else f"{count} files are"
            seen = f"{package} is damaged: {files} missing or replaced, such as {package.damaged[-1]}"
            yield Finding("error", seen, "what works today may fail tomorrow", remedy)
    yield from missing_libraries(facts, remedy)


def afresh(facts: Facts) -> str:
    """The command that installs the packages anew: those for CUDA again, or what fits this machine."""
    lane = facts.build.lane if facts.build.lane in lanes.OLDEST_DRIVERS else lanes.choose(facts.machine).lane
    return facts.installation.afresh(lane)


def wrong_owners(facts: Facts, remedy: str) -> Iterator[Finding]:
    """Each of the two folders that several packages unpack into must have one owner."""
    for folder, owners in (("onnxruntime", facts.build.owners), ("phonemizer", facts.phonemizer)):
        if not owners:
            yield Finding("error", f"no package {folder} is installed", SILENT, remedy)
        elif len(owners) > 1:
            seen = f"{' and '.join(map(str, owners))} are installed over each other, in the folder {folder}"
            yield Finding("error", seen, "which one's files are left there is chance", remedy)
    for owner in single(facts.phonemizer):
        if owner.name != PHONEMIZER:
            why = "others can't be told where espeak-ng has its data: Kokoro can't speak"
            yield Finding("error", f"{owner} is installed in place of {PHONEMIZER}", why, remedy)


def single(owners: tuple[Package, ...]) -> tuple[Package, ...]:
    """The owner, where there is no other: of two the files are no longer theirs."""
    return owners if len(owners) == 1 else ()


def wrong_build(facts: Facts, remedy: str) -> Iterator[Finding]:
    """An ONNX Runtime that isn't the installed one, is too old, or is for a CUDA that no lane has."""
    build = facts.build
    for owner in single(build.owners):
        if build.version and owner.version != build.version:
            seen = f"{owner} is installed, but onnxruntime {build.version} is imported"
            yield Finding("error", seen, "another copy goes before it", remedy)
        if numbers(owner.version) < OLDEST_RUNTIME:
            why = "it doesn't work with NumPy 2, or doesn't find the CUDA libraries of NVIDIA's packages"
            yield Finding("error", f"{owner} is older than {dotted(OLDEST_RUNTIME)}", why, remedy)
    if build.cuda and build.lane not in lanes.LANES:
        seen = f"onnxruntime {build.version} is built for CUDA {dotted(build.cuda)}"
        yield Finding("error", seen, "only for CUDA 12 and 13 are there packages with its libraries", remedy)


def missing_libraries(facts: Facts, remedy: str) -> Iterator[Finding]:
    """Of those that the installed CUDA build loads."""
    needed = lanes.LIBRARIES.get(facts.build.lane, {})
    if missing := {library: wheel for library, wheel in needed.items() if library not in facts.libraries}:
        wheels = dict.fromkeys(missing.values())
        seen = f"missing or damaged: {', '.join(missing)} (from {', '.join(wheels)})"
        why = "ONNX Runtime can't use the GPU, unless another folder of the system has what is missing"
        yield Finding("warning", seen, why, remedy)
