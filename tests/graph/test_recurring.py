from typing import Any

import numpy as np
import pytest
from onnx import ModelProto, TensorProto

from graph.exporter import Tensors, Writer
from graph.running import kinds, largest, prepared
from wyoming_kokoro.runtime.graph.editing import Graph, attributes
from wyoming_kokoro.runtime.graph.recurring import join_directions

FLOAT = TensorProto.FLOAT
INPUTS = 5


def _model(
    hidden: int, *, order: tuple[int, ...] = (0, 2, 1, 3), inputs: tuple[str, ...] = (), also: str = "", **settings: Any
) -> ModelProto:
    """An LSTM and the merge of its directions. `inputs` behind the biases; `also` is an operator on its last state."""
    w = Writer()
    weights = [w.weight(2, *shape) for shape in ((4 * hidden, INPUTS), (4 * hidden, hidden), (8 * hidden,))]
    settings = {"direction": "bidirectional", "hidden_size": hidden} | settings
    y, last, _ = w.ops("LSTM", "x", *weights, *inputs, outputs=3, **settings)
    w.reshape(w.transpose(y, *order), w.number([0, 0, -1]))
    w.nodes[-1].output[0] = "y"
    ends: Tensors = {"y": (FLOAT, [None, None, None])}
    if also:
        w.op(also, last, output="last")
        ends["last"] = (FLOAT, [None, None, None])
    given: Tensors = {"x": (FLOAT, [None, 1, INPUTS])}
    given |= {name: (FLOAT, [2, 1, hidden]) for name in inputs if name == "state"}
    given |= {name: (TensorProto.INT32, [1]) for name in inputs if name == "lengths"}
    return w.model(given, ends)


@pytest.mark.parametrize("hidden", [1, 4, 7])
def test_both_directions_are_one(hidden: int) -> None:
    """One LSTM in one direction, of any length, gives the numbers of the one in two."""
    model, graph = _model(hidden), Graph(_model(hidden))
    assert join_directions(graph) == 1
    (node,) = graph.of_type("LSTM")
    assert attributes(node)["direction"] == b"forward"
    chance = np.random.default_rng(hidden)
    inputs = [{"x": chance.standard_normal((length, 1, INPUTS)).astype(np.float32)} for length in (1, 2, 9, 200)]
    assert largest(model, graph.model(), inputs) < 1e-6


@pytest.mark.parametrize(
    "settings",
    [
        {"also": "Abs"},
        {"inputs": ("lengths",)},
        {"inputs": ("", "state", "state")},
        {"order": (0, 1, 2, 3)},
        {"activations": ["Tanh"] * 6},
        {"clip": 0.5},
    ],
)
def test_what_is_not_understood_is_left(settings: dict[str, Any]) -> None:
    """Lengths, states, other activations, another use of the result: the LSTM stays."""
    model = _model(4, **settings)
    graph = Graph(model)
    assert join_directions(graph) == 0 and kinds(graph.model())["LSTM"] == 1
    assert attributes(graph.of_type("LSTM")[0])["direction"] == b"bidirectional"


def test_one_direction_is_left() -> None:
    """There is nothing to join."""
    w = Writer()
    y, *_ = w.ops("LSTM", "x", *(w.weight(1, *s) for s in ((16, INPUTS), (16, 4), (32,))), outputs=3, hidden_size=4)
    w.reshape(w.transpose(y, 0, 2, 1, 3), w.number([0, 0, -1]))
    w.nodes[-1].output[0] = "y"
    graph = Graph(w.model({"x": (FLOAT, [None, 1, INPUTS])}, {"y": (FLOAT, [None, None, None])}))
    assert join_directions(graph) == 0


def test_all_of_kokoro_are_joined() -> None:
    """Those with and without packed sequences, and none reads lengths or states any more."""
    found = prepared()
    nodes = [node for node in found.model.graph.node if node.op_type == "LSTM"]
    assert len(nodes) == found.report.found["LSTMs"] == kinds(found.original)["LSTM"] == 5
    assert all(len(node.input) == 4 and attributes(node)["direction"] == b"forward" for node in nodes)
