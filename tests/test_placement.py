"""Counting where the nodes ran."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tiny_kokoro import write_model

from wyoming_kokoro import config
from wyoming_kokoro.runtime.devices import Device
from wyoming_kokoro.runtime.placement import profiled, read
from wyoming_kokoro.runtime.session import open_session


def node(name: str, provider: str, ts: int, dur: int, op: str = "Add") -> dict[str, Any]:
    args = {"provider": provider, "node_index": name, "op_name": op}
    return {"cat": "Node", "name": name, "ts": ts, "dur": dur, "args": args}


def test_only_the_last_inference_counts(tmp_path: Path) -> None:
    """Nodes by name, once each although a loop runs them often; a loop's own time is that of what is in it."""
    events = [
        {"cat": "Session", "name": "model_run", "ts": 0, "dur": 900},
        node("a", "CPUExecutionProvider", 1, 800),
        {"cat": "Session", "name": "model_run", "ts": 1000, "dur": 100},
        node("a", "CPUExecutionProvider", 1001, 10),
        node("b", "CUDAExecutionProvider", 1020, 60),
        node("loop", "CUDAExecutionProvider", 1030, 500, "Loop"),
        node("c", "CPUExecutionProvider", 1031, 15),
        node("c", "CPUExecutionProvider", 1050, 15),
    ]
    (tmp_path / "profile.json").write_text(json.dumps(events))
    found = read(tmp_path / "profile.json")
    assert found and (found.nodes, found.on_cpu) == (4, 2) and found.cpu_share == pytest.approx(0.4)
    assert str(found) == "2 of 4 nodes on the CPU (40% of the time)"


def test_a_profile_of_onnx_runtimes_own(tmp_path: Path) -> None:
    """On the CPU every node is on the CPU; nothing of the profile stays."""
    inputs = {
        "tokens": np.array([[0, 50, 0]]),
        "style": np.zeros((1, 256), np.float32),
        "speed": np.ones(1, np.float32),
    }
    with profiled(Device("cuda")) as beginning:
        session = open_session(write_model(tmp_path / "m.onnx"), Device("cpu"), config.Device(), beginning)
        session.run(None, inputs)
        session.run(None, inputs)
        profile = Path(session.end_profiling())
        found = read(profile)
    assert found and found.nodes == found.on_cpu > 10 and found.cpu_share == 1
    assert not profile.exists()


def test_nothing_is_counted_on_the_cpu() -> None:
    """All nodes are there, and a profile costs time."""
    with profiled(Device("cpu")) as beginning:
        assert beginning is None


@pytest.mark.parametrize("content", ['[{"cat": "Node", "na', "", None])
def test_a_profile_that_was_cut_off_ends_nothing(content: str | None, tmp_path: Path) -> None:
    """A full /tmp, or none: it is only a measurement."""
    if content is not None:
        (tmp_path / "profile.json").write_text(content)
    assert read(tmp_path / "profile.json") is None
