import numpy as np
import pytest
from onnx import TensorProto
from small_kokoro import Variant, make_small_kokoro

from graph.exporter import Writer
from graph.running import run
from wyoming_kokoro.runtime.graph.editing import Graph
from wyoming_kokoro.runtime.graph.observation import LENGTHS, constant_over, feeds, observe

FLOAT, INT = TensorProto.FLOAT, TensorProto.INT64


@pytest.mark.parametrize(
    ("variant", "names", "speed", "style"),
    [
        (Variant(), {"tokens", "style", "speed"}, np.float32, np.float32),
        (Variant(tokens="input_ids", speed=TensorProto.INT32), {"input_ids", "style", "speed"}, np.int32, np.float32),
        (Variant(is_half=True, keeps_inputs=False), {"tokens", "style", "speed"}, np.float16, np.float16),
    ],
)
def test_inputs_are_made_for_every_layout(variant: Variant, names: set[str], speed: type, style: type) -> None:
    """By kind and name: tokens between two pads, a style, the usual speed; the same each time."""
    graph = Graph(make_small_kokoro(variant))
    made, again = feeds(graph, 5), feeds(graph, 5)
    tokens = made[variant.tokens]
    assert set(made) == names and tokens.shape == (1, 7) and tokens[0, 0] == tokens[0, -1] == 0 < tokens[0, 1:-1].min()
    assert made["style"].shape == (1, 256) and made["style"].dtype == style
    assert made["speed"].tolist() == [1] and made["speed"].dtype == speed
    assert all(np.array_equal(made[name], again[name]) for name in made)


def _watched() -> tuple[Graph, dict[str, str]]:
    """What follows from the shape of the tokens, what from the tokens themselves, and what from chance."""
    w = Writer()
    names = {"size": w.size("tokens", 1), "float": w.cast("tokens", FLOAT)}
    names["range"] = w.arange(names["size"])
    names["mixed"] = w.op("Add", "tokens", names["range"])
    names["noise"] = w.op("RandomNormalLike", w.zeros(w.op("Shape", "tokens")))
    names["noise_size"] = w.size(names["noise"], 1)
    names["none"] = w.filled(w.op("Shape", w.number(0)), np.int64(3))
    ones = w.filled(w.op("Shape", names["range"]), np.int64(1))
    parts = w.op("SplitToSequence", names["range"], ones, axis=0)
    names["joined"] = w.op("ConcatFromSequence", parts, axis=0)
    total = w.op("Add", w.op("Add", names["float"], names["noise"]), w.cast(names["joined"], FLOAT))
    total = w.op("Add", total, w.cast(w.op("Add", names["mixed"], names["none"]), FLOAT))
    w.op("Mul", total, w.cast(names["noise_size"], FLOAT), output="y")
    graph = Graph(w.model({"tokens": (INT, [1, "n"])}, {"y": (FLOAT, [1, None])}))
    return graph, names


def test_values_are_known_of_what_follows_from_shapes() -> None:
    """Not of what follows from the inputs or from chance; the shape of that is no chance, though."""
    graph, names = _watched()
    seen = observe(graph, run)
    known = {what for what, name in names.items() if name in seen.values}
    assert known == {"size", "range", "noise_size", "none"}
    assert [int(value) for value in seen.values[names["size"]]] == [length + 2 for length in LENGTHS]


def test_shapes_are_known_of_all_but_sequences() -> None:
    """The inputs are among them."""
    graph, names = _watched()
    seen = observe(graph, run)
    assert set(names.values()) | {"tokens"} <= set(seen.shapes)
    assert seen.last(names["noise"]) == seen.last("tokens") == tuple(length + 2 for length in LENGTHS)
    assert seen.last(names["size"]) == () == seen.last("a tensor that isn't there")
    assert seen.is_same_shape(names["noise"], "tokens") and not seen.is_same_shape("no", "nor this")


def test_the_graph_is_not_changed_by_looking() -> None:
    """What is asked for is an output of a copy."""
    graph, _ = _watched()
    before = graph.model()
    observe(graph, run)
    assert graph.model() == before


def test_one_value_for_all() -> None:
    """Of the same shape and the same numbers, or none."""
    one, two = np.array([1, 2]), np.array([1, 3])
    assert constant_over((one, one.copy())) is one
    assert constant_over((one, two)) is None and constant_over((one, one[:1])) is None
