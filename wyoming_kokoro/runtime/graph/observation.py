"""What a graph makes of a few short inputs: the shape of each tensor, and the values that follow from shapes alone."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from onnx import ModelProto, TensorProto, helper

from wyoming_kokoro.runtime.graph.editing import Array, Graph, reads, subgraphs

LENGTHS = (3, 8, 13, 22)
"""Tokens. Several, so that what is the same for all of them is the same for any."""
SEQUENCES = frozenset({"SplitToSequence", "SequenceEmpty", "SequenceInsert", "SequenceConstruct", "Loop", "Scan"})
"""Operators whose outputs may have no shape."""
UNSURE = frozenset(
    {"RandomNormalLike", "RandomUniformLike", "RandomNormal", "RandomUniform", "Bernoulli", "Multinomial"}
)
ROOTS = frozenset({"Shape", "Size"})

Inputs = list[dict[str, Array]]
"""Of several inferences: name -> value. Outputs are written the same way."""
Run = Callable[[ModelProto, Inputs], Inputs]
"""Runs a model on the CPU."""


@dataclass(frozen=True)
class Observed:
    shapes: dict[str, tuple[tuple[int, ...], ...]]
    """Of each tensor, for each of LENGTHS."""
    values: dict[str, tuple[Array, ...]]
    """Of those that follow from shapes and constants alone."""

    def is_same_shape(self, one: str, other: str) -> bool:
        return one in self.shapes and self.shapes[one] == self.shapes.get(other)

    def last(self, name: str) -> tuple[int, ...]:
        """The size of the last axis, for each of LENGTHS; empty if unknown."""
        return tuple(shape[-1] for shape in self.shapes.get(name, ()) if shape)


def feeds(graph: Graph, length: int) -> dict[str, Array]:
    """Inputs of so many tokens beside the pads at both ends, the same each time."""
    chance = np.random.default_rng(length)
    made: dict[str, Array] = {}
    for name, value in graph.inputs.items():
        kind = value.type.tensor_type.elem_type
        if kind == TensorProto.INT64:
            made[name] = np.array([[0, *chance.integers(16, 150, length), 0]], np.int64)
        elif name == "style":
            made[name] = (chance.standard_normal((1, 256)) * 0.15).astype(helper.tensor_dtype_to_np_dtype(kind))
        else:
            made[name] = np.ones(1, helper.tensor_dtype_to_np_dtype(kind))
    return made


def observe(graph: Graph, run: Run) -> Observed:
    """Runs the graph for each of LENGTHS. `run` must not optimize, or tensors would be missing."""
    derived = _derived(graph)
    shaped = [
        name
        for node in graph.nodes
        if node.op_type not in SEQUENCES
        for name in node.output
        if name and name not in derived
    ]
    model = graph.model()
    asked = {name: f"observed_{i}" for i, name in enumerate((*shaped, *sorted(derived)))}
    del model.graph.output[:]
    for name, output in asked.items():
        kind = "Identity" if name in derived else "Shape"
        model.graph.node.append(helper.make_node(kind, [name], [output]))
        model.graph.output.append(helper.make_empty_tensor_value_info(output))
    seen = run(model, [feeds(graph, length) for length in LENGTHS])
    values = {name: tuple(one[asked[name]] for one in seen) for name in asked if name in derived}
    shapes = {
        name: tuple(one[asked[name]].shape if name in derived else tuple(map(int, one[asked[name]])) for one in seen)
        for name in asked
    }
    for name in graph.inputs:
        shapes[name] = tuple(feeds(graph, length)[name].shape for length in LENGTHS)
    return Observed(shapes, values)


def _derived(graph: Graph) -> set[str]:
    """The tensors that follow from shapes and constants alone."""
    found: set[str] = set()
    for node in graph.nodes:
        known = all(name in found or name in graph.initializers for name in reads(node))
        plain = not subgraphs(node) and node.op_type not in UNSURE | SEQUENCES
        if node.op_type in ROOTS or (known and plain):
            found.update(name for name in node.output if name)
    return found


def constant_over(values: tuple[Array, ...]) -> Any:
    """The one value that all are, or None."""
    first = values[0]
    same = all(np.array_equal(value, first) for value in values)
    return first if same else None
