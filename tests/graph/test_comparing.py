from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from onnx import ModelProto, TensorProto, helper, numpy_helper
from small_kokoro import DURATION, SPECTRUM, Variant, make_small_kokoro

from graph.exporter import Writer
from graph.running import SECOND, prepared, run
from wyoming_kokoro.errors import ModelError
from wyoming_kokoro.runtime.graph import comparing
from wyoming_kokoro.runtime.graph.comparing import Reference, difference, find_spectrum, reference
from wyoming_kokoro.runtime.graph.editing import Graph
from wyoming_kokoro.runtime.graph.preparing import prepare


@pytest.fixture(scope="module")
def expected() -> Reference:
    """What the original graph makes: of fewer lengths than usual, for speed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(comparing, "CHECKED", (2, 5))
        original = prepared(SECOND).original
        before = original.SerializeToString(deterministic=True)
        made = reference(original, run)
        assert original.SerializeToString(deterministic=True) == before
        return made


def _changed(model: ModelProto, kind: str, place: int) -> ModelProto:
    """The model with one per cent more of a weight of the last node of that kind."""
    copy = ModelProto()
    copy.CopyFrom(model)
    names = {tensor.name: tensor for tensor in copy.graph.initializer}
    nodes = [node for node in copy.graph.node if node.op_type == kind and node.input[place] in names]
    tensor = names[nodes[-1].input[place]]
    tensor.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(tensor) * np.float32(1.01), tensor.name))
    return copy


def test_what_is_prepared_is_the_same_function(expected: Reference) -> None:
    """With random noise in the source, and with durations: all outputs, at several lengths. Neither model changes."""
    assert expected.spectrum == SPECTRUM and set(expected.outputs[0]) == {"waveform", DURATION, SPECTRUM}
    model = prepared(SECOND).model
    before = model.SerializeToString(deterministic=True)
    assert difference(expected, model, run) < 2e-6
    assert model.SerializeToString(deterministic=True) == before


def test_without_feeding_the_source_even_the_original_is_another(expected: Reference) -> None:
    """Which is why it is fed: random noise alone makes more of a difference than any error would."""
    other = make_small_kokoro(replace(SECOND, noise=2))
    assert difference(expected, other, run) == 0
    assert difference(replace(expected, spectrum=""), other, run) > 0.1


@pytest.mark.parametrize(("kind", "place"), [("MatMul", 0), ("LSTM", 2), ("Gemm", 1)])
def test_a_wrong_number_is_noticed(expected: Reference, kind: str, place: int) -> None:
    """One per cent more of one weight anywhere is a hundred times what rounding makes."""
    assert difference(expected, _changed(prepared(SECOND).model, kind, place), run) > 2e-4


def test_a_wrong_duration_is_noticed(expected: Reference) -> None:
    """Then the spectrum that is fed is of another length than the rest."""
    copy = ModelProto()
    copy.CopyFrom(prepared(SECOND).model)
    clip = next(node for node in copy.graph.node if node.op_type == "Clip")
    copy.graph.initializer.append(numpy_helper.from_array(np.array(9, np.float32), "nine"))
    clip.input[1] = "nine"
    with pytest.raises(ModelError, match="can't be run"):
        difference(expected, copy, run)


@pytest.mark.parametrize(("kind", "value"), [("Add", np.nan), ("Expand", [2, 1])])
def test_what_is_no_number_or_of_another_shape_is_noticed(expected: Reference, kind: str, value: Any) -> None:
    """Nothing can be said of how far it is from what it should be."""
    copy = ModelProto()
    copy.CopyFrom(prepared(SECOND).model)
    graph = copy.graph
    last = next(node for node in graph.node if "waveform" in node.output)
    last.output[0] = "before"
    number = np.array(value, np.float32 if kind == "Add" else np.int64)
    graph.initializer.append(numpy_helper.from_array(number, "other"))
    graph.node.append(helper.make_node(kind, ["before", "other"], ["waveform"]))
    assert difference(expected, copy, run) == float("inf")


def test_the_spectrum_is_what_a_convolution_reads_behind_the_arctangent() -> None:
    """By what the nodes do, whatever their names; none where there is no arctangent, or no convolution behind it."""
    assert find_spectrum(Graph(make_small_kokoro())) == SPECTRUM
    assert not find_spectrum(Graph(make_small_kokoro(Variant(without=frozenset({"atan"})))))
    w = Writer()
    w.op("Neg", w.op("Atan", "x"), output="y")
    model = w.model({"x": (TensorProto.FLOAT, [None])}, {"y": (TensorProto.FLOAT, [None])})
    assert not find_spectrum(Graph(model))


def test_a_source_in_float32_before_weights_in_float16() -> None:
    """Converters can be told to leave some operators as they are: the spectrum is fed as what it is."""
    w = Writer()
    phase = w.op("Atan", w.reshape("style", w.number([1, 1, 256])), output=SPECTRUM)
    heard = w.cast(w.op("Conv", phase, w.weight(1, 1, 3), pads=[1, 1]), TensorProto.FLOAT16)
    w.op("MatMul", heard, w.given(np.eye(256, dtype=np.float16)), output="audio")
    model = w.model({"style": (TensorProto.FLOAT, [1, 256])}, {"audio": (TensorProto.FLOAT16, [1, 1, 256])})
    made, report = prepare(model, run)
    expected = reference(model, run)
    assert report.found["arctangents"] == report.found["convolutions"] == 1
    assert expected.spectrum == SPECTRUM and expected.precision.itemsize == 2
    assert difference(expected, made, run) < 1e-3
