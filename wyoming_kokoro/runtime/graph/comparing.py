"""Whether a prepared graph still is the function that it was made from, by running both on the CPU.

The audio alone can't tell: the phase of Kokoro's harmonic source comes from a long sum, an arctangent and random noise,
so that even the unchanged graph differs from itself by half. So the source's spectrum, as the original graph makes it,
is fed to both.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from onnx import ModelProto, helper

from wyoming_kokoro.runtime.graph.editing import Array, Graph
from wyoming_kokoro.runtime.graph.observation import Inputs, Run, feeds

CHECKED = (3, 29, 120)
"""Tokens. One is far beyond the lengths that were observed when the graph was prepared."""
OWN = "_of_its_own"


@dataclass(frozen=True)
class Reference:
    """What the original graph makes of some inputs."""

    spectrum: str
    """The tensor that is fed; empty if there is none."""
    inputs: Inputs
    outputs: Inputs
    precision: np.dtype[Any]
    """Of the weights."""


def reference(original: ModelProto, run: Run) -> Reference:
    graph = Graph(original)
    spectrum = find_spectrum(graph)
    inputs = [feeds(graph, length) for length in CHECKED]
    outputs = run(_also_giving(original, spectrum), inputs)
    return Reference(spectrum, inputs, outputs, graph.precision)


def difference(expected: Reference, model: ModelProto, run: Run) -> float:
    """The largest relative difference (L2) of an output, inf where the shapes differ or a number is none."""
    fed = expected.spectrum
    inputs = [
        given | ({fed: made[fed]} if fed else {}) for given, made in zip(expected.inputs, expected.outputs, strict=True)
    ]
    outputs = run(_taking(model, fed, inputs[0][fed].dtype) if fed else model, inputs)
    pairs = [(want[name], got[name]) for want, got in zip(expected.outputs, outputs, strict=True) for name in got]
    return max(_relative(want, got) for want, got in pairs)


def find_spectrum(graph: Graph) -> str:
    """The first tensor behind an arctangent that a convolution reads."""
    front = [name for node in graph.of_type("Atan") for name in node.output]
    seen = set(front)
    while front:
        name = front.pop(0)
        if any(user.op_type == "Conv" for user in graph.users[name]):
            return str(name)
        behind = [output for user in graph.users[name] for output in user.output if output not in seen]
        front += behind
        seen.update(behind)
    return ""


def _also_giving(model: ModelProto, name: str) -> ModelProto:
    copy = _copy(model)
    if name:
        copy.graph.output.append(helper.make_empty_tensor_value_info(name))
    return copy


def _taking(model: ModelProto, name: str, kind: np.dtype[Any]) -> ModelProto:
    """The model with one of its tensors as an input."""
    copy = _copy(model)
    for node in copy.graph.node:
        for i, output in enumerate(node.output):
            if output == name:
                node.output[i] = name + OWN
    number = helper.np_dtype_to_tensor_dtype(kind)
    copy.graph.input.append(helper.make_tensor_value_info(name, number, None))
    return copy


def _copy(model: ModelProto) -> ModelProto:
    copy = ModelProto()
    copy.CopyFrom(model)
    return copy


def _relative(want: Array, got: Array) -> float:
    if want.shape != got.shape or not np.isfinite(got).all():
        return float("inf")
    wanted, found = want.astype(np.float64), got.astype(np.float64)
    size = float(np.linalg.norm(wanted))
    return float(np.linalg.norm(found - wanted)) / max(size, 1e-30)
