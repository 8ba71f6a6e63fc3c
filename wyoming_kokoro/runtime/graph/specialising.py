"""Drops what a graph does only for batches: with one sentence at a time masks hide nothing and nothing is padded.

The exported graph computes all that anew for every sentence, from the shapes of its tensors. What it comes to is
observed for several lengths; what is always the same becomes a constant, what always changes nothing goes.
"""

from collections.abc import Callable

import numpy as np
from onnx import NodeProto

from wyoming_kokoro.runtime.graph.editing import Array, Graph, attributes
from wyoming_kokoro.runtime.graph.observation import Observed, constant_over

MOST_ELEMENTS = 1_000_000
"""Of a constant that is worked out beforehand."""

Rule = Callable[[Graph, Observed, NodeProto], str | None]
"""The tensor that the node's output always equals, if there is one."""


def specialise(graph: Graph, seen: Observed) -> int:
    """How many nodes went."""
    before = len(graph.nodes)
    for node in graph.of_type("If"):
        _take_branch(graph, seen, node)
    for node in list(graph.nodes):
        if (value := _settled(seen, node)) is not None:
            graph.redirect(node.output[0], graph.constant(value))
        elif (rule := RULES.get(node.op_type)) and (same := rule(graph, seen, node)):
            graph.redirect(node.output[0], same)
    for node in graph.of_type("Reshape"):
        _settle_shape(graph, seen, node)
    for node in graph.of_type("LSTM"):
        _free_lstm(graph, seen, node)
    graph.tidy()
    return before - len(graph.nodes)


def _settled(seen: Observed, node: NodeProto) -> Array | None:
    values = seen.values.get(node.output[0]) if len(node.output) == 1 else None
    value = constant_over(values) if values else None
    return value if value is not None and value.size <= MOST_ELEMENTS else None


def _unchanged(_: Graph, seen: Observed, node: NodeProto) -> str | None:
    return str(node.input[0]) if seen.is_same_shape(node.input[0], node.output[0]) else None


def _sliced(graph: Graph, seen: Observed, node: NodeProto) -> str | None:
    steps = graph.value(node.input[4]) if len(node.input) > 4 else np.ones(1)
    forward = steps is not None and bool((steps > 0).all())
    return _unchanged(graph, seen, node) if forward else None


def _chosen(_: Graph, seen: Observed, node: NodeProto) -> str | None:
    """Where with a condition that is the same everywhere."""
    conditions = seen.values.get(node.input[0], ())
    for answer, branch in ((True, str(node.input[1])), (False, str(node.input[2]))):
        if conditions and all((value == answer).all() for value in conditions):
            return branch if seen.is_same_shape(branch, node.output[0]) else None
    return None


def _added(_: Graph, seen: Observed, node: NodeProto) -> str | None:
    """A sum with nothing but zeros."""
    for term, other in (node.input, node.input[::-1]):
        values = seen.values.get(term, ())
        if values and not any(value.any() for value in values) and seen.is_same_shape(other, node.output[0]):
            return str(other)
    return None


def _gathered(graph: Graph, seen: Observed, node: NodeProto) -> str | None:
    """All of an axis, in its order."""
    axis = attributes(node).get("axis", 0)
    values = seen.values.get(node.input[1]) or _constants(graph, seen, node.input[1])
    if not values or not seen.is_same_shape(node.input[0], node.output[0]):
        return None
    lengths = [shape[axis] for shape in seen.shapes[node.input[0]]]
    return (
        node.input[0]
        if all(np.array_equal(v, np.arange(length)) for v, length in zip(values, lengths, strict=True))
        else None
    )


def _constants(graph: Graph, seen: Observed, name: str) -> tuple[Array, ...]:
    value = graph.value(name)
    return () if value is None else (value,) * len(next(iter(seen.shapes.values())))


def _scattered(graph: Graph, seen: Observed, node: NodeProto) -> str | None:
    """A copy into every place of another tensor."""
    indices = seen.values.get(node.input[1], ())
    shapes = seen.shapes.get(node.output[0], ())
    if attributes(node).get("reduction", b"none") != b"none":
        return None
    if not indices or not all(_is_grid(index, shape) for index, shape in zip(indices, shapes, strict=True)):
        return None
    source = str(node.input[2])
    while not seen.is_same_shape(source, node.output[0]):
        before = graph.made_by(source, "Reshape") or graph.made_by(source, "Expand")
        if before is None:
            return None
        source = before.input[0]
    return source


def _is_grid(index: Array, shape: tuple[int, ...]) -> bool:
    """Whether these are the places of all elements, or rows, in order."""
    depth = index.shape[-1]
    grid = np.indices(shape[:depth]).reshape(depth, -1).T
    return np.array_equal(index.reshape(-1, depth), grid)


RULES: dict[str, Rule] = {
    "Where": _chosen,
    "Add": _added,
    "Gather": _gathered,
    "ScatterND": _scattered,
    "Slice": _sliced,
    **dict.fromkeys(("Expand", "Reshape", "Tile", "Squeeze", "Unsqueeze", "Flatten"), _unchanged),
}


def _settle_shape(graph: Graph, seen: Observed, node: NodeProto) -> None:
    """A shape of which one number varies is written with -1 there; the chain that computed it goes."""
    shapes = seen.shapes.get(node.output[0], ())
    if not shapes or graph.value(node.input[1]) is not None or len({len(shape) for shape in shapes}) != 1:
        return
    axes = [sizes[0] if len(set(sizes)) == 1 else -1 for sizes in zip(*shapes, strict=True)]
    if axes.count(-1) == 1 and 0 not in axes:
        graph.set_input(node, 1, graph.integers(*axes))


def _free_lstm(graph: Graph, seen: Observed, node: NodeProto) -> None:
    """Without the lengths of the rows, if each is full, and without states that begin at zero anyway."""
    if len(node.input) > 4 and node.input[4]:
        lengths = seen.values.get(node.input[4]) or _constants(graph, seen, node.input[4])
        steps = [shape[0] for shape in seen.shapes.get(node.input[0], ())]
        if lengths and all((value == step).all() for value, step in zip(lengths, steps, strict=True)):
            graph.set_input(node, 4, "")
    for i in (6, 5):
        state = graph.value(node.input[i]) if len(node.input) > i else None
        if state is not None and not state.any():
            graph.set_input(node, i, "")


def _take_branch(graph: Graph, seen: Observed, node: NodeProto) -> None:
    """The branch of an If whose condition is always the same, in its place."""
    value = constant_over(seen.values[node.input[0]]) if node.input[0] in seen.values else None
    if value is None:
        return
    names = {attribute.name: attribute.g for attribute in node.attribute}
    graph.inline(node, names["then_branch" if value.all() else "else_branch"])
