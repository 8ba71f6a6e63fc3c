"""What the figures were measured on, without anything that tells who the user is."""

import os
import platform
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

from wyoming_kokoro import __version__
from wyoming_kokoro.bench.figures import Machine
from wyoming_kokoro.config import Config
from wyoming_kokoro.privacy import public
from wyoming_kokoro.runtime.configured import verdicts
from wyoming_kokoro.runtime.models import ModelPaths
from wyoming_kokoro.speech.engine import Speaker

CPU_INFO = Path("/proc/cpuinfo")
BEARING = {"engine", "device", "model", "text"}
"""Parts of the configuration that bear on speed."""


def describe(settings: Config, speaker: Speaker, paths: ModelPaths | None, note: str) -> Machine:
    """`paths` is None where the engine has no model; `note` is the speaker's own before anything was measured."""
    details = {key: str(value) for key, value in speaker.details.items()}
    return Machine(
        cpu=cpu(),
        cores=usable_cores(),
        memory_mib=os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20,
        system=f"{platform.system()} {platform.release()} {platform.machine()}",
        gpu=details.get("gpu", ""),
        driver=details.get("driver", "") if details.get("gpu") else "",
        python=platform.python_version(),
        program=__version__,
        onnxruntime=details.get("onnxruntime", ""),
        lane=details.get("lane", ""),
        library=version("kokoro-onnx"),
        model=_model(settings, paths) if paths else "",
        speaks=public(note),
        settings=dict(changed(settings)),
    )


def cpu() -> str:
    """Its name, where the system tells it."""
    try:
        lines = CPU_INFO.read_text().splitlines()
    except OSError:
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())


def usable_cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def changed(settings: Config) -> Iterator[tuple[str, str]]:
    """Keys that bear on speed and aren't at their defaults, but for where the files lie."""
    plain = _flat(Config().model_dump(include=BEARING))
    for key, value in _flat(settings.model_dump(include=BEARING)).items():
        if value != plain.get(key) and not isinstance(value, Path) and key != "model.mirrors":
            yield key, str(value)


def _flat(values: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in values.items():
        flat |= _flat(value, f"{prefix}{key}.") if isinstance(value, dict) else {prefix + key: value}
    return flat


def _model(settings: Config, paths: ModelPaths) -> str:
    path, verdict = next(verdicts(settings.model, paths))
    return f"{path.name}, {verdict.note}"
