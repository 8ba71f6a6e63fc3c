"""Atan by operators that run on a GPU: ONNX Runtime has it on the CPU only, and the way there and back is a wait.

    |x| > 1:  atan(x) = sign(x) * pi / 2 - atan(1 / x)

and between -1 and 1 it is x times a polynomial in x**2.
"""

import numpy as np
from numpy.polynomial import Chebyshev, Polynomial
from numpy.typing import NDArray
from onnx import TensorProto

from wyoming_kokoro.runtime.graph.editing import Graph

TERMS = 11
"""Of the polynomial: enough for the last bit of float32."""


def coefficients(terms: int = TERMS) -> list[float]:
    """c such that atan(x) = x * (c[0] + c[1] * x**2 + ...) between -1 and 1, by interpolation in Chebyshev's points."""
    series = Chebyshev.interpolate(_ratio, terms - 1, [0, 1])
    return [float(c) for c in series.convert(kind=Polynomial, domain=[-1, 1]).coef]


def _ratio(square: NDArray[np.float64]) -> NDArray[np.float64]:
    """atan(x) / x; Chebyshev's points are never 0."""
    x = np.sqrt(square)
    return np.arctan(x) / x


def replace_arctangent(graph: Graph) -> int:
    """How many were replaced."""
    nodes = graph.of_type("Atan")
    for node in nodes:
        graph.redirect(node.output[0], _write(graph, node.input[0]))
    graph.tidy()
    return len(nodes)


def _write(graph: Graph, x: str) -> str:
    if graph.precision == np.float32:
        return _angle(graph, x)
    angle = _angle(graph, graph.add("Cast", [x], to=TensorProto.FLOAT))
    return graph.add("CastLike", [angle, x])  # where most is float16, some operators may still be in float32


def _angle(graph: Graph, x: str) -> str:
    def number(value: float) -> str:
        return graph.constant(np.array(value, np.float32))

    size = graph.add("Abs", [x])
    is_steep = graph.add("Greater", [size, number(1)])
    inner = graph.add("Where", [is_steep, graph.add("Reciprocal", [size]), size])
    square = graph.add("Mul", [inner, inner])
    *rest, total = coefficients()
    result = number(total)
    for c in reversed(rest):
        result = graph.add("Add", [graph.add("Mul", [result, square]), number(c)])
    result = graph.add("Mul", [result, inner])
    steep = graph.add("Sub", [number(np.pi / 2), result])
    return graph.add("Mul", [graph.add("Sign", [x]), graph.add("Where", [is_steep, steep, result])])
