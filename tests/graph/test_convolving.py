from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from onnx import ModelProto, TensorProto

from graph.exporter import Writer
from graph.running import kinds, largest, relative, result, seen_of
from wyoming_kokoro.runtime.graph.convolving import multiply
from wyoming_kokoro.runtime.graph.editing import Graph

INPUTS, OUTPUTS, LENGTH = 3, 4, 47
KOKORO = [
    *((taps, 1, dilation, ((taps - 1) * dilation // 2,) * 2) for taps in (3, 7, 11) for dilation in (1, 3, 5)),
    (1, 1, 1, (0, 0)), (5, 1, 1, (2, 2)), (3, 2, 1, (1, 1)), (12, 6, 1, (3, 3)), (20, 5, 1, (0, 0)),
]  # fmt: skip
"""Taps, stride, dilation, pads of each Conv that the exported model has."""
OTHERS = [(1, 2, 1, (0, 0)), (1, 1, 1, (2, 1)), (4, 3, 2, (0, 5)), (2, 5, 7, (3, 0)), (7, 6, 5, (1, 4))]
TRANSPOSED = [
    (20, 10, (5, 5), 0), (12, 6, (3, 3), 0), (20, 5, (0, 0), 0), (3, 2, (1, 1), 1),
    (1, 1, (0, 0), 0), (4, 4, (0, 0), 0), (3, 4, (0, 0), 1), (7, 2, (3, 1), 0), (5, 3, (0, 2), 2),
]  # fmt: skip
"""Taps, stride, pads and output_padding; the first four are the exported model's."""


def _model(
    kind: str, *shape: int, has_bias: bool = True, precision: type[Any] = np.float32, **settings: Any
) -> ModelProto:
    w = Writer()
    chance = np.random.default_rng(sum(shape))
    outputs = shape[0] if kind == "Conv" else shape[1] * settings.get("group", 1)
    bias = [w.given(chance.standard_normal(outputs).astype(precision))] if has_bias else []
    w.op(kind, "x", w.given(chance.standard_normal(shape).astype(precision)), *bias, output="y", **settings)
    number = TensorProto.FLOAT if precision is np.float32 else TensorProto.FLOAT16
    return w.model({"x": (number, [1, None, None])}, {"y": (number, [1, None, None])})


def _sound(length: int = LENGTH, channels: int = INPUTS) -> NDArray[np.float32]:
    return np.random.default_rng(length).standard_normal((1, channels, length)).astype(np.float32)


def _multiplied(model: ModelProto, most_taps: int = 0) -> tuple[ModelProto, tuple[int, int]]:
    """With lengths of the result as if they had been observed: what they are doesn't matter here."""
    graph = Graph(model)
    seen = seen_of(x=[(1, INPUTS, 45), (1, INPUTS, 50)], y=[(1, OUTPUTS, 91), (1, OUTPUTS, 101)])
    done = multiply(graph, seen, most_taps)
    return graph.model(), done


def _is_same(model: ModelProto, most_taps: int) -> None:
    made, done = _multiplied(model, most_taps)
    assert done == (1, 0) and not kinds(made) & kinds(model)
    assert largest(model, made, [{"x": _sound(length)} for length in (LENGTH, 100)]) < 1e-6


@pytest.mark.parametrize("most_taps", [0, 1, 4])
@pytest.mark.parametrize("has_bias", [True, False])
@pytest.mark.parametrize(("taps", "stride", "dilation", "pads"), KOKORO + OTHERS)
def test_a_convolution_is_a_product(
    taps: int, stride: int, dilation: int, pads: tuple[int, int], has_bias: bool, most_taps: int
) -> None:
    """Any taps, stride, dilation and pads, with a bias and without: the numbers are ONNX Runtime's own."""
    settings: dict[str, Any] = {"strides": [stride], "dilations": [dilation], "pads": pads}
    _is_same(_model("Conv", OUTPUTS, INPUTS, taps, has_bias=has_bias, **settings), most_taps)


@pytest.mark.parametrize("most_taps", [0, 1, 4])
@pytest.mark.parametrize("has_bias", [True, False])
@pytest.mark.parametrize("groups", [1, INPUTS])
@pytest.mark.parametrize(("taps", "stride", "pads", "extra"), TRANSPOSED)
def test_a_transposed_convolution_is_a_product(
    taps: int, stride: int, pads: tuple[int, int], extra: int, groups: int, has_bias: bool, most_taps: int
) -> None:
    """Any taps, stride, pads and padding of the output, all channels together or each alone."""
    settings: dict[str, Any] = {"strides": [stride], "pads": pads, "output_padding": [extra], "group": groups}
    shape = (INPUTS, OUTPUTS if groups == 1 else 1, taps)
    _is_same(_model("ConvTranspose", *shape, has_bias=has_bias, **settings), most_taps)


@pytest.mark.parametrize(
    ("kind", "shape", "settings"),
    [
        ("Conv", (INPUTS, 1, 3), {"group": INPUTS}),
        ("Conv", (OUTPUTS, INPUTS, 3), {"auto_pad": "SAME_UPPER"}),
        ("ConvTranspose", (INPUTS, OUTPUTS, 3), {"dilations": [2]}),
        ("ConvTranspose", (INPUTS, OUTPUTS, 2), {"strides": [2], "output_padding": [1]}),
        ("ConvTranspose", (INPUTS, OUTPUTS, 3), {"output_shape": [40]}),
    ],
)
def test_what_is_not_understood_is_left(kind: str, shape: tuple[int, ...], settings: dict[str, Any]) -> None:
    """A convolution that Kokoro doesn't have stays, and is counted."""
    model = _model(kind, *shape, **settings)
    made, done = _multiplied(model)
    assert done == (0, 1) and kinds(made) == kinds(model)


def test_a_convolution_in_two_dimensions_is_left() -> None:
    """Only what goes over time alone is a product here."""
    w = Writer()
    w.op("Conv", "x", w.weight(2, 3, 3, 3), output="y")
    model = w.model({"x": (TensorProto.FLOAT, [1, 3, 9, 9])}, {"y": (TensorProto.FLOAT, [1, 2, 7, 7])})
    graph = Graph(model)
    assert multiply(graph, seen_of(x=[(1, 3, 9, 9)], y=[(1, 2, 7, 7)])) == (0, 1)


def test_a_weight_that_is_computed_is_left() -> None:
    """Without its numbers there is no matrix."""
    w = Writer()
    w.op("Conv", "x", w.op("Neg", w.weight(2, INPUTS, 3)), output="y")
    model = w.model({"x": (TensorProto.FLOAT, [1, INPUTS, None])}, {"y": (TensorProto.FLOAT, [1, 2, None])})
    assert multiply(Graph(model), seen_of(x=[(1, INPUTS, 9)], y=[(1, 2, 7)])) == (0, 1)


def test_a_length_that_was_not_observed_is_left() -> None:
    """The taps of a convolution are shared by length: without it none can be found."""
    assert multiply(Graph(_model("Conv", OUTPUTS, INPUTS, 3)), seen_of()) == (0, 1)


@pytest.mark.parametrize("kind", ["Conv", "ConvTranspose"])
def test_an_empty_name_is_no_bias(kind: str) -> None:
    """An optional input may be there without a name."""
    w = Writer()
    w.op(kind, "x", w.weight(INPUTS, INPUTS, 3), "", output="y")
    _is_same(w.model({"x": (TensorProto.FLOAT, [1, None, None])}, {"y": (TensorProto.FLOAT, [1, None, None])}), 0)


@pytest.mark.parametrize("kind", ["Conv", "ConvTranspose"])
def test_float16_stays_float16(kind: str) -> None:
    """Matrices of half a float's size where the weights were."""
    model = _model(kind, INPUTS, INPUTS, 5, precision=np.float16, strides=[3])
    made, _ = _multiplied(model)
    sound = _sound().astype(np.float16)
    want, got = result(model, x=sound), result(made, x=sound)
    assert got.dtype == np.float16 and relative(want, got) < 2e-3


def _two(first: tuple[int, int], second: tuple[int, int]) -> ModelProto:
    """Two convolutions (taps, dilation) of one input to the same length."""
    w = Writer()
    parts = [
        w.op("Conv", "x", w.weight(2, INPUTS, taps), dilations=[dilation], pads=[(taps - 1) * dilation // 2] * 2)
        for taps, dilation in (first, second)
    ]
    w.op("Add", *parts, output="y")
    return w.model({"x": (TensorProto.FLOAT, [1, INPUTS, None])}, {"y": (TensorProto.FLOAT, [1, 2, None])})


@pytest.mark.parametrize(
    ("first", "second", "gathers"),
    [((3, 1), (3, 1), 1), ((3, 1), (3, 2), 2), ((3, 5), (11, 1), 2), ((5, 2), (3, 4), 2)],
)
def test_taps_are_gathered_once(first: tuple[int, int], second: tuple[int, int], gathers: int) -> None:
    """What two convolutions have in common is computed once, and nothing else is taken for common."""
    model, graph = _two(first, second), Graph(_two(first, second))
    names = [node.output[0] for node in graph.of_type("Conv")]
    multiply(graph, seen_of(x=[(1, INPUTS, 45)], **{name: [(1, 2, 45)] for name in names}))
    made = graph.model()
    assert kinds(made)["MatMul"] == 2 and kinds(made)["Range"] == 1
    columns = [node for node in made.graph.node if node.op_type == "Gather" and node.attribute]
    assert len(columns) == gathers
    assert relative(result(model, x=_sound()), result(made, x=_sound())) < 1e-6


@pytest.mark.parametrize("is_read_elsewhere", [False, True])
def test_a_bias_before_a_normalisation_goes(is_read_elsewhere: bool) -> None:
    """InstanceNormalization takes the mean away, and with it the bias; but not for another reader of the result."""
    w = Writer()
    made = w.op("Conv", "x", w.weight(OUTPUTS, INPUTS, 3), w.weight(OUTPUTS, scale=3))
    normed = w.op("InstanceNormalization", made, w.weight(OUTPUTS), w.weight(OUTPUTS), epsilon=1e-5)
    w.op("Add", normed, made if is_read_elsewhere else normed, output="y")
    model = w.model({"x": (TensorProto.FLOAT, [1, INPUTS, None])}, {"y": (TensorProto.FLOAT, [1, OUTPUTS, None])})
    graph = Graph(model)
    multiply(graph, seen_of(x=[(1, INPUTS, 45)], **{made: [(1, OUTPUTS, 43)]}))
    biased = [n for n in graph.of_type("Add") if (v := graph.value(n.input[1])) is not None and v.shape == (OUTPUTS, 1)]
    assert len(biased) == is_read_elsewhere
    assert relative(result(model, x=_sound()), result(graph.model(), x=_sound())) < 2e-6


@pytest.mark.parametrize(("most_taps", "widest"), [(0, 11), (4, 4), (1, 1)])
def test_taps_bound_the_memory(most_taps: int, widest: int) -> None:
    """No matrix of gathered taps has more of them than asked for."""
    made, _ = _multiplied(_model("Conv", OUTPUTS, INPUTS, 11), most_taps)
    widths = [
        tensor.dims[1] for tensor in made.graph.initializer if len(tensor.dims) == 2 and tensor.dims[0] == OUTPUTS
    ]
    assert max(widths) == widest * INPUTS
