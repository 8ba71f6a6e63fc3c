from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from onnx import ModelProto, TensorProto
from small_kokoro import Variant

from graph.exporter import Tensors, Writer
from graph.running import OTHER, kinds, largest, prepared
from wyoming_kokoro.runtime.graph.attending import fuse_attention, fuse_sums
from wyoming_kokoro.runtime.graph.editing import Graph

FLOAT = TensorProto.FLOAT
HEADS, EACH = 2, 4
SIZE = HEADS * EACH
ENDS: tuple[Tensors, Tensors] = {"x": (FLOAT, [1, None, SIZE])}, {"y": (FLOAT, [1, None, None])}


def _biased(w: Writer, x: str, size: int, *, is_turned: bool = False) -> str:
    product, bias = w.op("MatMul", x, w.weight(SIZE, size)), w.weight(size, scale=0.5)
    return w.op("Add", *((product, bias) if is_turned else (bias, product)))


def _attention(
    *, kind: str = "Mul", factor: float = 0.3, is_turned: bool = False, is_masked: bool = False, axis: int = -1,
    value_heads: int = HEADS, value_size: int = EACH, other: bool = False, is_read: bool = False,
) -> ModelProto:  # fmt: skip
    w = Writer()
    source = w.op("Neg", "x") if other else "x"
    inputs = (("x", EACH, HEADS), ("x", EACH, HEADS), (source, value_size, value_heads))
    query, key, value = (
        w.reshape(_biased(w, x, each * heads, is_turned=is_turned), w.number([1, -1, heads, each]))
        for x, each, heads in inputs
    )
    scores = w.op("MatMul", w.transpose(query, 0, 2, 1, 3), w.transpose(key, 0, 2, 3, 1))
    scores = w.op(kind, scores, w.number(factor))
    scores = w.op("Add", scores, w.number(0.5)) if is_masked else scores
    seen = w.op("Softmax", scores, axis=axis)
    merged = w.transpose(w.op("MatMul", seen, w.transpose(value, 0, 2, 1, 3)), 0, 2, 1, 3)
    y = w.reshape(merged, w.number([1, -1, HEADS * value_size]))
    w.op("Add", y, w.op("ReduceMax", seen, keepdims=0) if is_read else w.number(0.0), output="y")
    return w.model(*ENDS)


def _words(length: int) -> NDArray[np.float32]:
    return np.random.default_rng(length).standard_normal((1, length, SIZE)).astype(np.float32)


@pytest.mark.parametrize("settings", [{}, {"kind": "Div", "factor": 3.0}, {"is_turned": True}])
def test_attention_is_one_node(settings: dict[str, Any]) -> None:
    """A factor or a divisor, the bias before or behind: the numbers are the same for any length."""
    model = _attention(**settings)
    graph = Graph(model)
    assert fuse_attention(graph) == 1
    made = graph.model()
    assert set(kinds(made)) == {"Attention", "Add"}
    assert largest(model, made, [{"x": _words(length)} for length in (1, 2, 33)]) < 1e-6


@pytest.mark.parametrize(
    "settings",
    [
        {"is_masked": True},
        {"axis": 1},
        {"other": True},
        {"is_read": True},
        {"value_size": EACH + 1},
        {"kind": "Sub"},
        {"factor": 0.0},
    ],
)
def test_another_attention_is_left(settings: dict[str, Any]) -> None:
    """A mask, another axis, two sources, a reader of the weights, values of another size: nothing is replaced."""
    graph = Graph(_attention(**settings))
    assert fuse_attention(graph) == 0 and kinds(graph.model())["Softmax"] == 1


def _sum(*, is_turned: bool = False, bias: tuple[int, ...] = (SIZE,), read: str = "", **settings: Any) -> ModelProto:
    """LayerNormalization of (Tanh(x) + bias) + x."""
    w = Writer()
    biased = w.op("Add", *_turned(is_turned, w.weight(*bias), w.op("Tanh", "x")))
    total = w.op("Add", *_turned(is_turned, biased, "x"))
    settings = {"axis": -1, "epsilon": 1e-4} | settings
    w.op("LayerNormalization", total, w.weight(SIZE), w.weight(SIZE), **settings)
    w.op("Add", w.nodes[-1].output[0], {"bias": biased, "total": total}.get(read) or w.number(0.0), output="y")
    return w.model(*ENDS)


def _turned(is_turned: bool, one: str, other: str) -> tuple[str, str]:
    return (other, one) if is_turned else (one, other)


@pytest.mark.parametrize("is_turned", [False, True])
@pytest.mark.parametrize("epsilon", [1e-4, 0.3])
def test_a_normalised_sum_is_one_node(is_turned: bool, epsilon: float) -> None:
    """The bias, the sum and the normalisation together."""
    model = _sum(is_turned=is_turned, epsilon=epsilon)
    graph = Graph(model)
    assert fuse_sums(graph) == 1
    assert set(kinds(graph.model())) == {"SkipLayerNormalization", "Tanh", "Add"}
    assert largest(model, graph.model(), [{"x": _words(7)}]) < 1e-6


@pytest.mark.parametrize(
    "settings", [{"read": "bias"}, {"read": "total"}, {"axis": 1}, {"bias": (1, 7, SIZE)}, {"bias": (1,)}]
)
def test_another_sum_is_left(settings: dict[str, Any]) -> None:
    """One that is read elsewhere, another axis, a bias that isn't one number for each channel."""
    graph = Graph(_sum(**settings))
    assert fuse_sums(graph) == 0 and kinds(graph.model())["LayerNormalization"] == 1


@pytest.mark.parametrize("variant", [Variant(), OTHER])
def test_both_layers_of_kokoro_are_fused(variant: Variant) -> None:
    """With the mask gone, which hides nothing; the layers share their weights, and so do the fused ones."""
    found = prepared(variant)
    assert found.report.found["attentions"] == 2 and found.report.found["normalised sums"] == 4
    assert not kinds(found.model)["Softmax"]
    nodes = [node for node in found.model.graph.node if node.op_type == "Attention"]
    assert nodes[0].input[1:] == nodes[1].input[1:] and nodes[0].input[0] != nodes[1].input[0]
