from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from onnx import ModelProto, TensorProto

from graph.exporter import Writer
from graph.running import kinds, prepared, result
from wyoming_kokoro.runtime.graph.arctangent import coefficients, replace_arctangent
from wyoming_kokoro.runtime.graph.editing import Graph

HALF_TURN = np.float32(np.pi / 2)


def _model(kind: int = TensorProto.FLOAT) -> ModelProto:
    """The weight behind it says what most of the model is made of."""
    w = Writer()
    weight = w.given(np.ones(1, np.float16 if kind == TensorProto.FLOAT16 else np.float32))
    w.op("Mul", w.op("Atan", "x"), weight, output="y")
    return w.model({"x": (kind, [None])}, {"y": (kind, [None])})


def _replaced(model: ModelProto) -> ModelProto:
    graph = Graph(model)
    assert replace_arctangent(graph) == 1
    made = graph.model()
    assert not kinds(made)["Atan"]
    return made


def _atan(x: Any) -> NDArray[np.float32]:
    return result(_replaced(_model()), x=np.asarray(x, np.float32))


def test_every_size_of_number_is_exact() -> None:
    """From the smallest to the largest float32, both signs: within two units in the last place."""
    sizes = np.concatenate([np.geomspace(1e-45, 3.4e38, 20_000), np.linspace(0, 4, 20_000)]).astype(np.float32)
    x = np.concatenate([sizes, -sizes])
    want = np.arctan(x.astype(np.float64))
    off = np.abs(_atan(x) - want) / np.spacing(np.abs(want).astype(np.float32))
    assert off.max() <= 2


def test_no_gap_where_the_two_ways_meet() -> None:
    """Around 1 and -1 the angle grows with the slope, but for the last place."""
    x = np.float32(1) + np.arange(-200, 200, dtype=np.float32) * np.spacing(np.float32(1))
    assert np.diff(_atan(x)).min() >= -np.spacing(np.float32(0.8))
    assert np.array_equal(_atan(-x), -_atan(x))


@pytest.mark.parametrize(
    ("x", "want"),
    [(np.inf, HALF_TURN), (-np.inf, -HALF_TURN), (3e38, HALF_TURN), (0.0, 0.0), (-0.0, 0.0), (1e-45, 1e-45)],
)
def test_the_ends_are_what_they_were(x: float, want: float) -> None:
    """Infinity, which a division by zero gives, is a quarter of a turn; nothing becomes NaN."""
    assert _atan([x])[0] == np.float32(want)


def test_no_number_stays_none() -> None:
    """0 / 0 has no angle, as before."""
    assert np.isnan(_atan([np.nan])).all()


def test_the_polynomial_is_good_to_the_last_place() -> None:
    """Its own error is below the rounding of float32; with fewer terms it wouldn't be."""
    x = np.linspace(1e-6, 1, 5001)
    errors = [
        np.abs(x * np.polynomial.polynomial.polyval(x * x, coefficients(terms)) / np.arctan(x) - 1).max()
        for terms in (11, 8)
    ]
    assert errors[0] < np.finfo(np.float32).eps < errors[1] * 10


def test_float16_stays_float16() -> None:
    """The angle is as exact as its kind, the largest numbers included."""
    x = np.array([0, 1e-3, 0.3, 0.99, 1, 1.01, 40, 65504, np.inf, -7, -np.inf], np.float16)
    got = result(_replaced(_model(TensorProto.FLOAT16)), x=x)
    want = np.arctan(x.astype(np.float64))
    assert got.dtype == np.float16 and np.abs(got - want).max() <= np.spacing(np.float16(1.5))


def test_an_angle_in_float32_between_weights_in_float16() -> None:
    """Converters leave some operators in float32: each keeps its kind."""
    w = Writer()
    angle = w.cast(w.op("Atan", "x"), TensorProto.FLOAT16)
    w.op("Mul", angle, w.given(np.ones(1, np.float16)), output="y")
    model = w.model({"x": (TensorProto.FLOAT, [None])}, {"y": (TensorProto.FLOAT16, [None])})
    x = np.linspace(-9, 9, 50, dtype=np.float32)
    assert np.allclose(result(_replaced(model), x=x), np.arctan(x), atol=2e-3)


def test_a_graph_without_one_is_left() -> None:
    """Nothing found, nothing done."""
    w = Writer()
    w.op("Tan", "x", output="y")
    model = w.model({"x": (TensorProto.FLOAT, [None])}, {"y": (TensorProto.FLOAT, [None])})
    graph = Graph(model)
    assert replace_arctangent(graph) == 0 and kinds(graph.model()) == kinds(model)


def test_none_is_left_in_kokoro() -> None:
    """The one in the harmonic source is found."""
    found = prepared()
    assert kinds(found.original)["Atan"] == found.report.found["arctangents"] == 1
    assert not kinds(found.model)["Atan"]
