from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from onnx import ModelProto, TensorProto, helper
from small_kokoro import Variant

from graph.exporter import Tensors, Writer
from graph.running import OTHER, kinds, prepared, result
from wyoming_kokoro.runtime.graph.editing import Graph
from wyoming_kokoro.runtime.graph.repeating import replace_repeats

FLOAT, INT = TensorProto.FLOAT, TensorProto.INT64
CHANNELS = 3

Body = Callable[[Writer, str, str], str]


def _expanded(w: Writer, value: str, repeat: str) -> str:
    shape = w.op("Concat", w.number([1]), repeat, axis=0)
    return w.reshape(w.expand(w.unsqueeze(value, 1), shape), w.number([-1]))


def _tiled(w: Writer, value: str, repeat: str) -> str:
    return w.op("Cast", w.op("Identity", w.op("Tile", value, repeat)), to=INT)


def _doubled(w: Writer, value: str, repeat: str) -> str:
    return w.op("Concat", *[_tiled(w, value, repeat)] * 2, axis=0)


def _thrice(w: Writer, value: str, repeat: str) -> str:
    return w.expand(value, w.number([3]))


def _loop(w: Writer, values: str, repeats: str, body: Body, *, at: str = "", position: str = "", axis: int = 0) -> str:
    """A Loop over two sequences. `at` is read in place of the round's number, `position` tells where to insert."""
    ones = w.filled(w.op("Shape", repeats), np.int64(1))
    sequences = [w.op("SplitToSequence", x, ones, axis=0) for x in (repeats, values)]
    names = ("round", "condition", "made")

    def write() -> list[str]:
        repeat, value = (w.op("SequenceAt", sequence, at or names[0]) for sequence in sequences)
        where = [position] if position else []
        return [
            w.cast(w.number(True), TensorProto.BOOL),
            w.op("SequenceInsert", names[2], body(w, value, repeat), *where),
        ]

    inputs = (
        helper.make_tensor_value_info(names[0], INT, []),
        helper.make_tensor_value_info(names[1], TensorProto.BOOL, []),
        helper.make_tensor_sequence_value_info(names[2], INT, None),
    )
    count = w.op("Gather", w.op("Shape", repeats), w.number(0), axis=0)
    made = w.op("Loop", count, w.number(True), w.op("SequenceEmpty", dtype=INT), body=w.subgraph(write, inputs))
    return w.op("ConcatFromSequence", made, axis=axis)


def _model(body: Body, **settings: Any) -> ModelProto:
    w = Writer()
    w.op("Identity", _loop(w, "values", "repeats", body, **settings), output="y")
    return w.model({"values": (INT, [None]), "repeats": (INT, [None])}, {"y": (INT, [None])})


def _replaced(model: ModelProto) -> tuple[ModelProto, int]:
    graph = Graph(model)
    found = replace_repeats(graph)
    return graph.model(), found


@pytest.mark.parametrize("body", [_expanded, _tiled])
@pytest.mark.parametrize("repeats", [[1], [5], [2, 1, 3], [1] * 40, [0, 2, 0, 0, 3, 0], [50, 1, 50], list(range(60))])
def test_a_loop_is_a_gather(repeats: list[int], body: Body) -> None:
    """Any repeats, none for some of the values too: the numbers are the loop's."""
    model = _model(body)
    made, found = _replaced(model)
    assert found == 1 and not kinds(made)["Loop"] and not kinds(made)["ConcatFromSequence"]
    given = {"values": np.arange(len(repeats)) * 7 - 3, "repeats": np.array(repeats, np.int64)}
    assert np.array_equal(result(made, **given), result(model, **given))
    assert np.array_equal(result(made, **given), np.repeat(given["values"], given["repeats"]))


@pytest.mark.parametrize(
    ("body", "settings"),
    [
        (_doubled, {}),
        (_thrice, {}),
        (_expanded, {"at": "zero"}),
        (_expanded, {"position": "zero"}),
        (lambda w, value, repeat: w.op("Add", value, repeat), {}),
    ],
)
def test_a_loop_that_does_something_else_is_left(body: Body, settings: dict[str, Any]) -> None:
    """Twice as many, always three, always the first, the other way round, a sum: none of these repeats."""
    w = Writer()
    zero = w.given(np.array(0, np.int64))
    settings = dict.fromkeys(settings, zero)
    w.op("Identity", _loop(w, "values", "repeats", body, **settings), output="y")
    model = w.model({"values": (INT, [None]), "repeats": (INT, [None])}, {"y": (INT, [None])})
    made, found = _replaced(model)
    assert found == 0 and kinds(made)["Loop"] == 1
    given = {"values": np.array([4, 5]), "repeats": np.array([2, 3])}
    assert np.array_equal(result(made, **given), result(model, **given))


def _aligned(first: int = 0, one: float = 1.0, fill: float = 0.0) -> ModelProto:
    """x @ zeros with ones at (index[t], t), the index from a loop over first, first + 1 and so on."""
    w = Writer()
    count = w.size("repeats", 0)
    end = w.op("Add", count, w.number(first))
    values = w.op("Range", w.number(first), end, w.number(1))
    index = _loop(w, w.reshape(values, w.number([-1])), "repeats", _expanded)
    total = w.size(index, 0)
    zeros = w.filled(w.shape(end, total), np.float32(fill))
    hot = w.put(zeros, [index, w.arange(total)], w.number(one), alone=True)
    w.op("MatMul", "x", w.cast(w.unsqueeze(hot, 0), FLOAT), output="y")
    inputs: Tensors = {"x": (FLOAT, [1, CHANNELS, None]), "repeats": (INT, [None])}
    return w.model(inputs, {"y": (FLOAT, [1, CHANNELS, None])})


@pytest.mark.parametrize(("settings", "left"), [({}, 0), ({"first": 1}, 1), ({"one": 2.0}, 1), ({"fill": 0.5}, 1)])
def test_a_product_by_a_one_hot_matrix_is_a_gather(settings: dict[str, Any], left: int) -> None:
    """Only where the rows are 0, 1, 2 and so on, and there is nothing but zeros and ones."""
    model = _aligned(**settings)
    made, found = _replaced(model)
    assert found == 1 and kinds(made)["MatMul"] == left and kinds(made)["ScatterND"] == left
    repeats = np.array([2, 1, 4])
    x = np.random.default_rng(1).standard_normal((1, CHANNELS, 3 + settings.get("first", 0))).astype(np.float32)
    assert np.allclose(result(made, x=x, repeats=repeats), result(model, x=x, repeats=repeats))


def test_a_sequence_along_another_axis_is_left() -> None:
    """Only what is put together along the first axis is a list of runs."""

    def row(w: Writer, value: str, repeat: str) -> str:
        return w.reshape(_expanded(w, value, repeat), w.number([1, -1]))

    w = Writer()
    w.op("Identity", _loop(w, "values", "repeats", row, axis=1), output="y")
    model = w.model({"values": (INT, [None]), "repeats": (INT, [None])}, {"y": (INT, [None, None])})
    assert _replaced(model)[1] == 0


@pytest.mark.parametrize("variant", [Variant(), OTHER])
def test_kokoro_has_no_loop_left(variant: Variant) -> None:
    """Nor anything of the sequences and the one-hot matrix around it."""
    found = prepared(variant)
    assert found.report.found["loops"] == kinds(found.original)["Loop"] == 1
    gone = {"Loop", "SplitToSequence", "SequenceAt", "SequenceInsert", "ConcatFromSequence", "ScatterND"}
    assert not gone & set(kinds(found.model))
