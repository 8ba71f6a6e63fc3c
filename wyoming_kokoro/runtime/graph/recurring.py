"""Both directions of an LSTM in one: cuDNN runs them after each other, and each step costs two launches.

The second direction reads the sequence backwards. Beside the first one, as further units whose weights don't meet those
of the first, both take one step together.
"""

import numpy as np
from onnx import NodeProto

from wyoming_kokoro.runtime.graph.editing import Array, Graph, attributes

BEGIN = np.iinfo(np.int64).min
GATES = 4


def join_directions(graph: Graph) -> int:
    """How many LSTMs were found and joined."""
    done = sum(_join(graph, node) for node in graph.of_type("LSTM"))
    graph.tidy()
    return done


def _join(graph: Graph, node: NodeProto) -> bool:
    settings = attributes(node)
    weights = [graph.value(name) for name in node.input[1:4]]
    merged = _merged(graph, node)
    plain = not set(settings) - {"direction", "hidden_size"} and len(node.input) == 4
    if not plain or settings.get("direction") != b"bidirectional" or merged is None or any(w is None for w in weights):
        return False
    size = settings["hidden_size"]
    inputs, recurrent, biases = (w for w in weights if w is not None)
    x = node.input[0]
    both = graph.add("Concat", [x, _backwards(graph, x, 0, inputs.shape[2], 2)], axis=2)
    made = graph.add(
        "LSTM",
        [
            both,
            *(graph.constant(w) for w in (_diagonal(inputs, size), _diagonal(recurrent, size), _stacked(biases, size))),
        ],
        hidden_size=2 * size,
        direction="forward",
    )
    y = graph.add("Squeeze", [made, graph.integers(1)])  # [T, 1, 2 * size]
    first = graph.add("Slice", [y, graph.integers(0), graph.integers(size), graph.integers(2)])
    graph.redirect(merged, graph.add("Concat", [first, _backwards(graph, y, size, 2 * size, 2)], axis=2))
    return True


def _merged(graph: Graph, node: NodeProto) -> str | None:
    """The tensor [T, 1, 2 * size] that the two directions are put together to, if that is all that becomes of them."""
    if any(name and graph.users[name] for name in node.output[1:]):
        return None
    return graph.merged(node.output[0])


def _backwards(graph: Graph, x: str, begin: int, end: int, axis: int) -> str:
    """Reversed in time, and of the last axis the part from `begin` to `end`."""
    bounds = [graph.integers(-1, begin), graph.integers(BEGIN, end), graph.integers(0, axis), graph.integers(-1, 1)]
    return graph.add("Slice", [x, *bounds])


def _diagonal(weights: Array, size: int) -> Array:
    """(2, gates * size, n) -> (1, gates * 2 * size, 2 * n): each direction reads its own half."""
    columns = weights.shape[2]
    joined = np.zeros((GATES, 2, size, 2, columns), weights.dtype)
    for direction in (0, 1):
        joined[:, direction, :, direction] = weights[direction].reshape(GATES, size, columns)
    return joined.reshape(1, GATES * 2 * size, 2 * columns)


def _stacked(biases: Array, size: int) -> Array:
    """(2, 2 * gates * size) -> (1, 2 * gates * 2 * size)."""
    return biases.reshape(2, 2, GATES, size).transpose(1, 2, 0, 3).reshape(1, -1)
