"""Where the nodes of the model really run: what CUDA can't do, ONNX Runtime does on the CPU. Its profile tells."""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wyoming_kokoro.runtime.devices import Device
from wyoming_kokoro.runtime.facts import CPU

HOLDERS = frozenset({"If", "Loop", "Scan"})
"""Nodes that contain others: their time is counted with those."""


@dataclass(frozen=True)
class Placement:
    nodes: int
    on_cpu: int
    """How many of the nodes run on the CPU."""
    cpu_share: float
    """Their part (0 to 1) of the time that the host spends on all nodes of one inference."""

    def __str__(self) -> str:
        return f"{self.on_cpu} of {self.nodes} nodes on the CPU ({self.cpu_share:.0%} of the time)"


@contextmanager
def profiled(device: Device) -> Iterator[Path | None]:
    """Where a profile's name begins, in a folder that is removed at the end. None on the CPU: all nodes run there."""
    if device.kind == "cpu":
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="kokoro-profile-") as folder:
        yield Path(folder) / "run"


def read(profile: Path) -> Placement | None:
    """Of the last inference in a profile that ONNX Runtime wrote. None where it couldn't: speech goes on without."""
    try:
        events = json.loads(profile.read_text())
    except (OSError, ValueError):
        return None
    began = max((event["ts"] for event in events if event["name"] == "model_run"), default=0)
    nodes = [event for event in events if event.get("cat") == "Node" and event["ts"] >= began]
    cpu = [node for node in nodes if node["args"].get("provider") == CPU]
    return Placement(_count(nodes), _count(cpu), _time(cpu) / (_time(nodes) or 1))


def _count(nodes: list[dict[str, Any]]) -> int:
    """Those inside a loop run many times, under one name."""
    return len({(node["name"], node["args"].get("node_index")) for node in nodes})


def _time(nodes: list[dict[str, Any]]) -> int:
    """Microseconds."""
    return sum(node["dur"] for node in nodes if node["args"].get("op_name") not in HOLDERS)
