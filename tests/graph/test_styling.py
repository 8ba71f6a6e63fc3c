from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from onnx import ModelProto, TensorProto
from onnxruntime.transformers.float16 import convert_float_to_float16
from small_kokoro import Variant

from graph.exporter import LAST, Tensors, Writer
from graph.running import OTHER, kinds, largest, prepared
from wyoming_kokoro.runtime.graph.editing import Graph
from wyoming_kokoro.runtime.graph.styling import join_styles

FLOAT = TensorProto.FLOAT
CHANNELS, STYLE = 4, 6


@dataclass(frozen=True)
class Way:
    """How a normalisation is written."""

    norm: str = "InstanceNormalization"
    view: str = "Reshape"
    settings: tuple[tuple[str, Any], ...] = (("transB", 1),)
    one: float = 1.0
    is_turned: bool = False
    """Whether the inputs of sums and products are the other way round."""
    has_bias: bool = True
    """Of the Gemm; and of a LayerNormalization."""
    is_mixed: bool = False
    """Whether the second half comes from another style."""
    is_open: bool = False
    """Whether the second half is cut up to the end."""


def _styled(w: Writer, x: str, style: str, way: Way = Way()) -> str:
    shape = (2 * CHANNELS, STYLE) if dict(way.settings).get("transB") else (STYLE, 2 * CHANNELS)
    weights = [w.weight(*shape, scale=0.4), w.weight(2 * CHANNELS, scale=0.5)]
    made = w.op("Gemm", style, *weights[: 1 + way.has_bias], **dict(way.settings))
    view = w.reshape(made, w.number([1, -1, 1])) if way.view == "Reshape" else w.unsqueeze(made, 2)
    end = LAST if way.is_open else 2 * CHANNELS
    other = w.unsqueeze(w.op("Gemm", w.op("Neg", style), *weights, transB=1), 2) if way.is_mixed else view
    halves = w.cut(view, 0, CHANNELS, 1), w.cut(other, CHANNELS, end, 1)
    affine = [w.weight(CHANNELS, scale=0.3, mean=1), w.weight(CHANNELS, scale=0.3)]
    if way.norm == "LayerNormalization":
        halves = (w.transpose(halves[0], 0, 2, 1), w.transpose(halves[1], 0, 2, 1))
        norm = w.op(way.norm, x, *affine[: 1 + way.has_bias], axis=-1, epsilon=1e-4)
    else:
        norm = w.op(way.norm, x, *affine, epsilon=1e-4)
    gamma = _either(w, "Add", halves[0], w.number(way.one), way)
    return _either(w, "Add", _either(w, "Mul", gamma, norm, way), halves[1], way)


def _either(w: Writer, kind: str, one: str, other: str, way: Way) -> str:
    return w.op(kind, other, one) if way.is_turned else w.op(kind, one, other)


def _model(w: Writer, made: str) -> ModelProto:
    w.op("Neg", made, output="y")
    inputs: Tensors = {"x": (FLOAT, [1, None, None]), "style": (FLOAT, [1, STYLE])}
    return w.model(inputs, {"y": (FLOAT, [1, None, None])})


def _given(length: int = 9, *, is_last: bool = False) -> dict[str, NDArray[np.float32]]:
    chance = np.random.default_rng(length)
    shape = (1, length, CHANNELS) if is_last else (1, CHANNELS, length)
    made = {"x": chance.standard_normal(shape), "style": chance.standard_normal((1, STYLE))}
    return {name: value.astype(np.float32) for name, value in made.items()}


def _joined(model: ModelProto) -> tuple[ModelProto, int]:
    graph = Graph(model)
    found = join_styles(graph)
    return graph.model(), found


WAYS = [
    Way(),
    Way(view="Unsqueeze"),
    Way(is_turned=True),
    Way(is_open=True),
    Way("LayerNormalization"),
    Way("LayerNormalization", is_turned=True),
]


@pytest.mark.parametrize("way", WAYS)
def test_scale_and_bias_of_a_normalisation_come_from_one_gemm(way: Way) -> None:
    """Its own scale and bias, which PyTorch's exporter needs, are taken along; seven nodes are two."""
    w = Writer()
    is_last = way.norm == "LayerNormalization"
    model = _model(w, _styled(w, "x", "style", way))
    made, found = _joined(model)
    assert found == 1 and kinds(made)[way.norm] == 1
    assert set(kinds(made)) == {"Gemm", "Reshape", "Split", way.norm, "Neg"}
    assert largest(model, made, [_given(length, is_last=is_last) for length in (1, 9, 50)]) < 1e-6


@pytest.mark.parametrize(
    "way",
    [
        Way(one=2.0),
        Way(has_bias=False),
        Way("LayerNormalization", has_bias=False),
        Way(settings=()),
        Way(settings=(("transB", 1), ("alpha", 0.5))),
        Way(settings=(("transB", 1), ("alpha", 0.5), ("beta", 0.5))),
        Way(settings=(("transB", 1), ("transA", 1))),
        Way(is_mixed=True),
    ],
)
def test_what_is_not_understood_is_left(way: Way) -> None:
    """Not 1 + gamma, no bias, another Gemm, two styles: all stays as it is."""
    w = Writer()
    model = _model(w, _styled(w, "x", "style", way))
    made, found = _joined(model)
    assert found == 0 and kinds(made) == kinds(Graph(model).model())


def test_a_normalisation_that_is_read_twice_is_left() -> None:
    """Somebody else needs it without the style."""
    w = Writer()
    styled = _styled(w, "x", "style")
    norm = next(node for node in w.nodes if node.op_type == "InstanceNormalization").output[0]
    model = _model(w, w.op("Add", styled, norm))
    assert _joined(model)[1] == 0


def test_each_style_has_its_own_gemm() -> None:
    """Of four normalisations of two styles there are two Gemms, each result at its place."""
    w = Writer()
    other = w.op("Neg", "style")
    x = "x"
    for style in ("style", other, "style", other):
        x = w.op("Tanh", _styled(w, x, style))
    model = _model(w, x)
    made, found = _joined(model)
    assert found == 4 and kinds(made)["Gemm"] == 2
    assert largest(model, made, [_given()]) < 1e-6


def _snake(w: Writer, x: str, factor: NDArray[np.float32], *, power: float = 2.0, is_turned: bool = False) -> str:
    way = Way(is_turned=is_turned)
    wave = w.op("Sin", _either(w, "Mul", w.given(factor), x, way))
    inverse = w.given((1 / np.where(factor, factor, 1)).astype(np.float32))
    square = w.op("Pow", wave, w.number(power))
    return _either(w, "Add", x, _either(w, "Mul", inverse, square, way), way)


def _conv(w: Writer, x: str, *, groups: int = 1) -> str:
    return w.op("Conv", x, w.weight(CHANNELS, CHANNELS // groups, 3), w.weight(CHANNELS), pads=[1, 1], group=groups)


FACTORS = np.array([0.2, 1, 3, -1.5], np.float32).reshape(1, -1, 1)


@pytest.mark.parametrize("is_turned", [False, True])
def test_the_factor_of_a_snake_goes_into_its_neighbours(is_turned: bool) -> None:
    """Into the scale before it and the convolution behind: no constant is left in the activation."""
    w = Writer()
    model = _model(w, _conv(w, _snake(w, _styled(w, "x", "style"), FACTORS, is_turned=is_turned)))
    made, found = _joined(model)
    assert found == 1 and kinds(made)["Mul"] == 1 and not kinds(made)["Pow"]
    assert largest(model, made, [_given(2), _given(50)]) < 1e-6


@pytest.mark.parametrize("what", ["power", "zero", "groups", "read", "conv", "inverse"])
def test_a_snake_that_is_not_understood_is_left(what: str) -> None:
    """Another power, a factor of 0, groups, another reader, no convolution, no inverse: only the style is joined."""
    w = Writer()
    styled = _styled(w, "x", "style")
    factors = FACTORS * (0 if what == "zero" else 1)
    snake = _snake(w, styled, factors, power=3.0 if what == "power" else 2.0)
    if what == "inverse":
        square = next(node for node in w.nodes if node.op_type == "Pow")
        w.nodes[w.nodes.index(square) + 1].input[0] = w.given(FACTORS)
    y = snake if what == "conv" else _conv(w, snake, groups=2 if what == "groups" else 1)
    model = _model(w, w.op("Add", y, styled) if what == "read" else y)
    made, found = _joined(model)
    assert found == 1 and kinds(made)["Pow"] == 1
    assert largest(model, made, [_given()]) < 1e-6


def test_a_weight_that_two_convolutions_share_is_changed_for_one() -> None:
    """The other one doesn't follow the snake."""
    w = Writer()
    y = _conv(w, _snake(w, _styled(w, "x", "style"), FACTORS))
    first = w.nodes[-1]
    y = w.op("Conv", y, *first.input[1:], pads=[1, 1])
    model = _model(w, y)
    assert largest(model, _joined(model)[0], [_given()]) < 1e-6


def test_styles_in_float16_stay_so() -> None:
    """The sums are done in float32 beforehand, the numbers kept as the weights were."""
    w = Writer()
    model = _model(w, _conv(w, _snake(w, _styled(w, "x", "style"), FACTORS)))
    half = convert_float_to_float16(model, keep_io_types=True)
    made, found = _joined(half)
    assert found == 1 and kinds(made)["Mul"] == 1
    assert largest(model, made, [_given()]) < 5e-3


def test_styles_in_float32_among_weights_in_float16() -> None:
    """Converters leave some operators in float32: their Gemm stays there."""
    w = Writer()
    x = w.op("MatMul", w.cast("x", TensorProto.FLOAT16), w.given(np.eye(50, dtype=np.float16)))
    styled = _styled(w, w.cast(x, FLOAT), "style")
    model = _model(w, styled)
    assert Graph(model).precision == np.float16
    made, found = _joined(model)
    assert found == 1 and largest(model, made, [_given(50)]) < 1e-6


@pytest.mark.parametrize("variant", [Variant(), OTHER])
def test_all_of_kokoro_are_joined(variant: Variant) -> None:
    """With the shapes of the exporter, whatever it knows of the batch: two Gemms are left, one for each half."""
    found = prepared(variant)
    assert found.report.found["adaptive normalisations"] == kinds(found.original)["Gemm"] == 36
    assert kinds(found.model)["Gemm"] == 2
