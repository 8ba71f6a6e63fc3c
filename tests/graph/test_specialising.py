from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
from onnx import ModelProto, TensorProto
from small_kokoro import Variant

from graph.exporter import Tensors, Writer
from graph.running import OTHER, kinds, largest, prepared, run
from wyoming_kokoro.runtime.graph import specialising
from wyoming_kokoro.runtime.graph.editing import Graph
from wyoming_kokoro.runtime.graph.observation import observe
from wyoming_kokoro.runtime.graph.specialising import specialise

FLOAT, INT = TensorProto.FLOAT, TensorProto.INT64
CHANNELS = 4

Part = Callable[[Writer, str], str]
"""Writes what becomes of x, [1, CHANNELS, T]."""


def _model(part: Part) -> ModelProto:
    w = Writer()
    x = w.transpose(w.op("Gather", w.weight(178, CHANNELS, scale=1), "tokens"), 0, 2, 1)
    w.op("Exp", part(w, w.op("Tanh", x)), output="y")
    inputs: Tensors = {"tokens": (INT, [1, "n"])}
    model = w.model(inputs, {"y": (FLOAT, [])})
    model.graph.output[0].type.tensor_type.ClearField("shape")
    return model


def _specialised(model: ModelProto) -> ModelProto:
    graph = Graph(model)
    before, seen = len(graph.nodes), observe(graph, run)
    gone = specialise(graph, seen)
    assert gone == before - len(graph.nodes)
    return graph.model()


FRAME = {"Gather": 1, "Transpose": 1, "Tanh": 1, "Exp": 1}


def _is_same(model: ModelProto, made: ModelProto) -> None:
    chance = np.random.default_rng(2)
    assert largest(model, made, [{"tokens": chance.integers(0, 178, (1, length))} for length in (2, 3, 77)]) < 1e-6


def _mask(w: Writer, x: str) -> str:
    """Whether a place is behind the end: never."""
    length = w.size(x, 2)
    return w.unsqueeze(w.op("Greater", w.op("Add", w.arange(length), w.number(1)), w.unsqueeze(length, 0)), 0, 1)


def _lstm(w: Writer, x: str) -> str:
    lengths = w.op("Add", w.filled(w.shape(w.size(x, 0)), np.int64(0)), w.size(x, 2))
    return w.packed_lstm(w.transpose(x, 0, 2, 1), CHANNELS, 3, lengths)


GOING: dict[str, Part] = {
    "masked": lambda w, x: w.op("Where", _mask(w, x), w.number(0.0), x),
    "kept": lambda w, x: w.op("Where", w.op("Not", _mask(w, x)), x, w.number(0.0)),
    "zeros": lambda w, x: w.op("Add", x, w.zeros(w.op("Shape", x))),
    "zeros before": lambda w, x: w.op("Add", w.zeros(w.op("Shape", x)), x),
    "all of an axis": lambda w, x: w.op("Gather", x, w.arange(w.size(x, 2)), axis=2),
    "all of a fixed axis": lambda w, x: w.op("Gather", x, w.given(np.arange(CHANNELS)), axis=1),
    "whole slice": lambda w, x: w.op("Slice", x, w.number([0]), w.unsqueeze(w.size(x, 2), 0), w.number([2])),
    "expanded to itself": lambda w, x: w.expand(x, w.shape(-1, -1, w.size(x, 2))),
    "reshaped to itself": lambda w, x: w.reshape(x, w.op("Shape", x)),
    "copied into zeros": lambda w, x: w.copied(x, w.size(x, 2)),
    "squeezed where it can't be": lambda w, x: w.squeezed(x, 2),
}


@pytest.mark.parametrize("name", GOING)
def test_what_changes_nothing_goes(name: str) -> None:
    """With all the shapes that were computed for it."""
    model = _model(GOING[name])
    made = _specialised(model)
    assert kinds(made) == FRAME
    _is_same(model, made)


def _scattered(reduction: str) -> Part:
    def part(w: Writer, x: str) -> str:
        target = w.filled(w.op("Shape", x), np.float32(1))
        w.put(target, [w.reshape(w.arange(w.size(x, axis)), w.number(s)) for axis, s in
                       enumerate(([-1, 1, 1], [-1, 1], [-1]))], x)  # fmt: skip
        node = w.nodes.pop()
        return w.op("ScatterND", *node.input, reduction=reduction)

    return part


def _reversed(w: Writer, x: str) -> str:
    rows, columns = (w.reshape(w.arange(w.size(x, axis)), w.number(to)) for axis, to in ((0, [-1, 1, 1]), (1, [-1, 1])))
    length = w.size(x, 2)
    times = w.op("Sub", w.op("Sub", length, w.number(1)), w.arange(length))
    return w.put(w.zeros(w.op("Shape", x)), [rows, columns, times], x)


STAYING: dict[str, tuple[str, Part]] = {
    "another mask": ("Where", lambda w, x: w.op("Where", w.op("Greater", x, w.number(0.1)), x, w.number(0.0))),
    "mask of the first": (
        "Where",
        lambda w, x: w.op("Where", w.op("Less", w.arange(w.size(x, 2)), w.number(1)), x, w.number(0.0)),
    ),
    "a larger sum of zeros": ("Add", lambda w, x: w.op("Add", x, w.zeros(w.shape(2, CHANNELS, w.size(x, 2))))),
    "ones": ("Add", lambda w, x: w.op("Add", x, w.filled(w.op("Shape", x), np.float32(1)))),
    "all of them if it is long": (
        "Where",
        lambda w, x: w.op("Where", w.op("Greater", w.size(x, 2), w.number(12)), x, w.number(0.0)),
    ),
    "put in reverse": ("ScatterND", _reversed),
    "zeros if it is short": (
        "Add",
        lambda w, x: w.op("Add", x, w.cast(w.op("Greater", w.size(x, 2), w.number(12)), FLOAT)),
    ),
    "the other way round": (
        "Gather",
        lambda w, x: w.op(
            "Gather", x, w.op("Sub", w.op("Sub", w.size(x, 2), w.number(1)), w.arange(w.size(x, 2))), axis=2
        ),
    ),
    "all but one": ("Slice", lambda w, x: w.cut(x, 1, 1 << 40, 2)),
    "backwards": (
        "Slice",
        lambda w, x: w.op("Slice", x, w.number([-1]), w.number([-(1 << 40)]), w.number([2]), w.number([-1])),
    ),
    "added in place": ("ScatterND", _scattered("add")),
    "one of each": ("Expand", lambda w, x: w.op("Expand", w.cut(x, 0, 1, 1), w.op("Shape", x))),
}


@pytest.mark.parametrize("name", STAYING)
def test_what_changes_something_stays(name: str) -> None:
    """However alike it looks."""
    kind, part = STAYING[name]
    model = _model(part)
    made = _specialised(model)
    assert kinds(made)[kind] > FRAME.get(kind, 0)
    _is_same(model, made)


def test_a_copy_into_a_larger_tensor_stays() -> None:
    """There the places behind are zeros."""
    model = _model(lambda w, x: w.copied(x, w.op("Add", w.size(x, 2), w.number(1))))
    made = _specialised(model)
    assert kinds(made)["ScatterND"] == 1
    _is_same(model, made)


def test_a_shape_with_one_number_that_varies_is_constant() -> None:
    """The others are the same for all lengths; the chain of nodes that put them together goes."""
    model = _model(lambda w, x: w.reshape(x, w.shape(w.size(x, 0), 2, CHANNELS // 2, w.size(x, 2))))
    made = _specialised(model)
    assert kinds(made) == FRAME | {"Reshape": 1}
    _is_same(model, made)


def test_a_shape_with_two_numbers_that_vary_is_computed() -> None:
    """One -1 is all that Reshape takes."""

    def square(w: Writer, x: str) -> str:
        length = w.size(x, 2)
        wide = w.op("MatMul", w.transpose(x, 0, 2, 1), x)
        return w.reshape(wide, w.shape(length, 1, length))

    model = _model(square)
    made = _specialised(model)
    assert kinds(made)["Concat"] == 1
    _is_same(model, made)


def test_a_value_that_is_the_same_for_all_lengths_is_constant() -> None:
    """Whatever it took to compute it; one that isn't stays computed."""
    model = _model(lambda w, x: w.op("Mul", x, w.cast(w.op("Mod", w.size(x, 1), w.number(3)), FLOAT)))
    made = _specialised(model)
    assert kinds(made) == FRAME | {"Mul": 1}
    _is_same(model, made)
    model = _model(lambda w, x: w.op("Mul", x, w.cast(w.op("Mod", w.size(x, 2), w.number(3)), FLOAT)))
    assert kinds(_specialised(model))["Mod"] == 1


def _less_ones(w: Writer, x: str, size: int) -> str:
    return w.op("Sub", w.cut(x, 0, 1, 2), w.op("Exp", w.zeros(w.shape(size))))


def test_a_large_value_is_not_kept_in_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """It costs less to compute it."""
    monkeypatch.setattr(specialising, "MOST_ELEMENTS", 99)
    for size, left in ((99, 0), (100, 1)):
        made = _specialised(_model(partial(_less_ones, size=size)))
        assert kinds(made)["Exp"] - FRAME["Exp"] == left


def test_an_lstm_of_one_full_row_has_no_lengths_or_states() -> None:
    """Nor is the row sorted, nor its order undone."""
    model = _model(_lstm)
    made = _specialised(model)
    (node,) = [node for node in made.graph.node if node.op_type == "LSTM"]
    assert len(node.input) == 4
    assert not {"TopK", "ScatterElements", "ConstantOfShape"} & set(kinds(made))
    _is_same(model, made)


def test_an_lstm_with_lengths_or_states_keeps_them() -> None:
    """One that ends early where it is long, or begins with something else than zeros."""

    def part(w: Writer, x: str) -> str:
        shorter = w.op("Min", w.size(x, 2), w.number(12))
        lengths = w.cast(w.unsqueeze(shorter, 0), TensorProto.INT32)
        y = w.lstm(w.transpose(x, 2, 0, 1), CHANNELS, 3, lengths)
        node = next(node for node in w.nodes if node.op_type == "LSTM")
        node.input[5] = node.input[6] = w.given(np.ones((2, 1, 3), np.float32))
        return y

    model = _model(part)
    made = _specialised(model)
    assert [len(node.input) for node in made.graph.node if node.op_type == "LSTM"] == [7]
    _is_same(model, made)


def test_a_branch_that_depends_on_the_length_stays() -> None:
    """Only a condition that is always the same decides beforehand."""

    def part(w: Writer, x: str) -> str:
        branches: dict[str, Any] = {
            "then_branch": w.subgraph(lambda: [w.op("Neg", x)]),
            "else_branch": w.subgraph(lambda: [w.op("Identity", x)]),
        }
        return w.op("If", w.op("Greater", w.size(x, 2), w.number(12)), **branches)

    model = _model(part)
    made = _specialised(model)
    assert kinds(made)["If"] == 1
    _is_same(model, made)


GONE = {
    "If",
    "TopK",
    "ScatterElements",
    "ScatterND",
    "Equal",
    "ConstantOfShape",
    "Not",
    "Flatten",
    "ReduceProd",
    "Identity",
}


@pytest.mark.parametrize("variant", [Variant(), OTHER])
def test_kokoro_is_rid_of_its_batches(variant: Variant) -> None:
    """Half of its nodes and more; a batch whose size is open leaves no more than one of 1."""
    found = prepared(variant)
    assert found.report.found["nodes for batches"] > 600
    left = kinds(found.model)
    assert {kind for kind in GONE if left[kind]} <= {"Equal"}  # of the phase
    assert left["Equal"] == 1 and len(found.model.graph.node) == len(prepared().model.graph.node)
