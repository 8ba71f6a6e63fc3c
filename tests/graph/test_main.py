import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import ModelProto, TensorProto, numpy_helper
from small_kokoro import Variant, make_small_kokoro

from graph.exporter import Writer
from graph.running import kinds, prepared, run, sentences
from wyoming_kokoro.runtime.graph import __main__ as program
from wyoming_kokoro.runtime.graph import comparing
from wyoming_kokoro.runtime.graph.observation import Inputs
from wyoming_kokoro.runtime.graph.preparing import Report

PROGRAM = "wyoming_kokoro.runtime.graph"


@pytest.fixture(autouse=True)
def few_lengths(monkeypatch: pytest.MonkeyPatch) -> None:
    """For speed."""
    monkeypatch.setattr(comparing, "CHECKED", (3,))


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("graph") / "kokoro.onnx"
    onnx.save(make_small_kokoro(), str(path))
    return path


def test_a_process_of_its_own_prepares_a_file(source: Path, tmp_path: Path) -> None:
    """It says so in the last line of its output, and the file that it wrote infers."""
    target = tmp_path / "made.onnx"
    command = [sys.executable, "-m", PROGRAM, str(source), str(target), "4"]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    said = json.loads(ended.stdout.splitlines()[-1])
    assert said["refused"] == "" and "differs from the original by" in said["report"] and not ended.stderr
    made = onnx.load(str(target))
    assert kinds(made)["MatMul"] > kinds(prepared().model)["MatMul"]  # of four taps each
    assert not kinds(made)["Conv"] and len(run(made, sentences(made, 2))[0]["audio"]) % 600 == 0


def test_a_graph_that_differs_is_refused(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever went wrong, nothing is written."""

    def wrong(*_: object) -> tuple[ModelProto, Report]:
        model = ModelProto()
        model.CopyFrom(prepared().model)
        largest = max(model.graph.initializer, key=lambda tensor: len(tensor.raw_data))
        largest.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(largest) * np.float32(1.05), largest.name))
        return model, prepared().report

    monkeypatch.setattr(program, "prepare", wrong)
    target = tmp_path / "made.onnx"
    said = program.main(source, target, 0)
    assert (
        said["refused"].startswith("its output differs from the original's by ") and "57 convolutions" in said["report"]
    )
    assert not target.exists()


def test_rounding_is_not_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not that of float16 either, which is coarser."""
    found, path = prepared(Variant(is_half=True, keeps_inputs=False)), tmp_path / "kokoro.onnx"
    onnx.save(found.original, str(path))
    monkeypatch.setattr(program, "prepare", lambda *_: (found.model, found.report))
    assert program.main(path, tmp_path / "made.onnx", 0)["refused"] == ""


def test_a_file_that_can_not_be_prepared_is_refused_in_words(tmp_path: Path) -> None:
    """The reason is in the answer, and there is no traceback."""
    path = tmp_path / "kokoro.onnx"
    model = make_small_kokoro()
    model.opset_import[0].version = 11
    onnx.save(model, str(path))
    command = [sys.executable, "-m", PROGRAM, str(path), str(tmp_path / "made.onnx"), "0"]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "opset 11" in json.loads(ended.stdout)["refused"] and not ended.stderr


def test_graphs_are_run_as_they_are() -> None:
    """ONNX Runtime's optimizer ends the process over some graphs in float16: Transpose and MatMul are enough."""
    w = Writer()
    turned = w.transpose("x", 1, 0, 2)
    w.op("MatMul", turned, w.given(np.ones((3, 2), np.float16)), output="y")
    half = TensorProto.FLOAT16
    model = w.model({"x": (half, [None, None, 3])}, {"y": (half, [None, None, None])})
    inputs: Inputs = [{"x": np.ones((4, 1, 3), np.float16)}]
    assert program._run(model, inputs)[0]["y"].tolist() == np.full((1, 4, 2), 3).tolist()
