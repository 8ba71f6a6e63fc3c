from typing import Any

import numpy as np
import pytest
from onnx import ModelProto, NodeProto, TensorProto, checker, helper
from small_kokoro import Variant, make_small_kokoro

from graph.exporter import Tensors, Writer
from graph.running import SECOND, kinds, prepared, result
from wyoming_kokoro.runtime.graph.editing import MICROSOFT, Graph, attributes

FLOAT = TensorProto.FLOAT
ENDS: tuple[Tensors, Tensors] = {"x": (FLOAT, [None])}, {"y": (FLOAT, [None])}


def _chain(*nodes: tuple[str, list[str], str]) -> ModelProto:
    w = Writer()
    for kind, inputs, output in nodes:
        w.op(kind, *inputs, output=output)
    return w.model(*ENDS)


def _x() -> Any:
    return np.array([1, -2, 3], np.float32)


def _order(graph: Graph) -> list[str]:
    return [node.op_type for node in graph.nodes]


def test_constants_and_identities_are_no_nodes() -> None:
    """Constants become initializers, and whoever reads an Identity reads what it reads."""
    w = Writer()
    w.op("Mul", w.op("Identity", w.op("Identity", "x")), w.op("Identity", w.number(2.0)), output="y")
    model = w.model(*ENDS)
    graph = Graph(model)
    assert _order(graph) == ["Mul"] and graph.scalar(graph.nodes[0].input[1]) == 2
    assert np.array_equal(result(graph.model(), x=_x()), 2 * _x())


def test_an_output_that_is_an_identity_keeps_its_name() -> None:
    """The names of inputs and outputs are what callers know."""
    graph = Graph(_chain(("Neg", ["x"], "a"), ("Identity", ["a"], "y")))
    assert np.array_equal(result(graph.model(), x=_x()), -_x())


def test_the_model_that_is_read_is_not_changed() -> None:
    """Nodes are copied: the original can still be compared with."""
    model = make_small_kokoro()
    before = model.SerializeToString(deterministic=True)
    prepared(Variant())
    graph = Graph(model)
    graph.set_input(graph.nodes[0], 0, "nothing")
    graph.redirect(graph.nodes[3].output[0], "nothing")
    assert model.SerializeToString(deterministic=True) == before
    found = prepared(Variant())
    assert found.original.SerializeToString(deterministic=True) == before


def test_what_is_said_of_a_model_stays_with_it() -> None:
    """Kokoro's newer files carry the vocabulary that they were trained on."""
    model = _chain(("Neg", ["x"], "y"))
    helper.set_model_props(model, {"config": '{"vocab": {"a": 1}}'})
    assert [(entry.key, entry.value) for entry in Graph(model).model().metadata_props] == [
        ("config", '{"vocab": {"a": 1}}')
    ]


def test_what_no_output_needs_goes_and_the_rest_is_in_order() -> None:
    """Nodes may be added anywhere."""
    graph = Graph(_chain(("Neg", ["x"], "a"), ("Abs", ["a"], "y"), ("Exp", ["a"], "b")))
    assert _order(graph) == ["Neg", "Abs"]
    graph.redirect("a", graph.add("Sin", [graph.add("Cos", ["a"])]))
    cos = graph.of_type("Cos")[0]
    graph.set_input(cos, 0, "x")
    graph.tidy()
    assert _order(graph) == ["Cos", "Sin", "Abs"]
    assert np.allclose(result(graph.model(), x=_x()), np.abs(np.sin(np.cos(_x()))))


def test_weights_that_nobody_needs_go() -> None:
    """The file doesn't keep what was replaced."""
    w = Writer()
    w.op("Mul", w.op("Add", "x", w.weight(3)), w.weight(3), output="y")
    graph = Graph(w.model(*ENDS))
    graph.redirect(graph.nodes[0].output[0], "x")
    assert len(graph.model().graph.initializer) == 1


def test_equal_constants_are_one() -> None:
    """But not those of another kind or shape."""
    graph = Graph(_chain(("Neg", ["x"], "y")))
    same = {graph.integers(1, 2), graph.constant(np.array([1, 2], np.int64)), graph.constant(np.arange(5)[1:3])}
    shapes = {graph.constant(np.array([[1, 2]])), graph.constant(np.array([[1], [2]]))}
    blanks = {graph.constant(np.zeros(2, kind)) for kind in (np.int32, np.float32)}
    assert len(same) == 1 and len(same | shapes | blanks) == 5


def test_a_transposed_array_keeps_its_shape() -> None:
    """Whatever way it lies in memory; a number has no axes."""
    graph = Graph(_chain(("Neg", ["x"], "y")))
    value = np.arange(6).reshape(2, 3).T
    kept, number = graph.value(graph.constant(value)), graph.value(graph.constant(np.array(3)))
    assert kept is not None and np.array_equal(kept, value) and number is not None and number.shape == ()


def test_an_output_that_is_replaced_keeps_its_name() -> None:
    """And its other readers read the new tensor, too."""
    w = Writer()
    w.op("Neg", "x", output="y")
    w.op("Exp", "y", output="z")
    graph = Graph(w.model(ENDS[0], ENDS[1] | {"z": (FLOAT, [None])}))
    graph.redirect("y", graph.add("Abs", ["x"]))
    model = graph.model()
    assert [value.name for value in model.graph.output] == ["y", "z"]
    assert np.array_equal(result(model, x=_x()), np.abs(_x())) and not kinds(model)["Neg"]


def _branching(*, at_the_end: bool) -> ModelProto:
    """2 * x or the tensor itself, by a condition that is known; each branch reads from outside."""
    w = Writer()
    w.op("Neg", "x", output="a")
    branches = {
        "then_branch": w.subgraph(lambda: [w.op("Mul", "a", w.number(2.0))]),
        "else_branch": w.subgraph(lambda: [w.op("Identity", "a")]),
    }
    made = w.op("If", w.number(True), output="y" if at_the_end else "", **branches)
    if not at_the_end:
        w.op("Exp", made, output="y")
    return w.model(*ENDS)


@pytest.mark.parametrize("branch", ["then_branch", "else_branch"])
@pytest.mark.parametrize("at_the_end", [False, True])
def test_a_branch_takes_the_place_of_its_node(branch: str, at_the_end: bool) -> None:
    """Its constants are initializers then, and nothing is defined twice; as the model's output, too."""
    graph = Graph(_branching(at_the_end=at_the_end))
    (node,) = graph.of_type("If")
    graph.inline(node, attributes(node)[branch])
    model = graph.model()
    checker.check_model(model)
    assert not kinds(model)["If"] and not kinds(model)["Constant"]
    want = -2 * _x() if branch == "then_branch" else -_x()
    assert np.allclose(result(model, x=_x()), want if at_the_end else np.exp(want))


def test_branches_read_the_new_tensor() -> None:
    """A tensor that is replaced is replaced in subgraphs, and what they read counts as read."""
    graph = Graph(_branching(at_the_end=True))
    assert [node.op_type for node in graph.users["a"]] == ["If"]
    graph.redirect("a", graph.add("Abs", ["x"]))
    assert np.array_equal(result(graph.model(), x=_x()), 2 * np.abs(_x()))


def test_an_optional_input_that_is_left_out() -> None:
    """Empty names at the end go; one in the middle stays, empty."""
    graph = Graph(_chain(("Clip", ["x", "x", "x"], "y")))
    (node,) = graph.nodes
    graph.set_input(node, 1, "")
    assert list(node.input) == ["x", "", "x"] and graph.users["x"] == [node]
    graph.set_input(node, 2, "")
    assert list(node.input) == ["x"] and graph.users["x"] == [node]


def test_the_only_user_is_no_output() -> None:
    """What the model gives away has another reader."""
    w = Writer()
    w.op("Neg", "x", output="y")
    w.op("Exp", "y", output="z")
    model = w.model(ENDS[0], {"z": (FLOAT, [None])})
    assert Graph(model).only_user("y", "Exp") and not Graph(model).only_user("y", "Abs")
    model.graph.output.append(helper.make_tensor_value_info("y", FLOAT, [None]))
    assert not Graph(model).only_user("y", "Exp")


def test_a_second_edit_gives_new_names() -> None:
    """A prepared model can be read and edited again."""
    graph = Graph(_chain(("Neg", ["x"], "y")))
    graph.redirect("x", graph.add("Mul", ["x", graph.constant(np.array([2], np.float32))]))
    graph.set_input(graph.of_type("Mul")[0], 0, "x")
    again = Graph(graph.model())
    before = set(again.initializers)
    assert before and again.constant(np.array([3], np.float32)) not in before


def test_only_what_is_used_is_imported() -> None:
    """ONNX Runtime's own operators are, where there are any."""
    graph = Graph(_chain(("Neg", ["x"], "y")))
    assert [entry.domain for entry in graph.model().opset_import] == [""]
    graph.redirect("y", graph.add("Gelu", ["x"], domain=MICROSOFT))
    assert {entry.domain: entry.version for entry in graph.model().opset_import} == {"": 17, MICROSOFT: 1}


@pytest.mark.parametrize(("is_half", "want"), [(False, np.float32), (True, np.float16)])
def test_the_precision_is_that_of_the_weights(is_half: bool, want: type[Any]) -> None:
    """Not of numbers in between, nor of the inputs."""
    assert Graph(make_small_kokoro(Variant(is_half=is_half))).precision == want


@pytest.mark.parametrize("variant", [Variant(), SECOND])
def test_a_prepared_model_is_valid(variant: Variant) -> None:
    """Each tensor is made once, before it is read; inputs and outputs are what they were."""
    found = prepared(variant)
    checker.check_model(found.model)
    assert found.model.graph.input == found.original.graph.input
    assert found.model.graph.output == found.original.graph.output
    assert len({node.name for node in found.model.graph.node}) == len(found.model.graph.node)


def test_a_node_without_a_domain_is_of_onnx() -> None:
    """What is added is what ONNX defines, unless it is said otherwise."""
    graph = Graph(_chain(("Neg", ["x"], "y")))
    graph.add("Abs", ["x"])
    made: NodeProto = graph.nodes[-1]
    assert (made.op_type, made.domain, list(made.input)) == ("Abs", "", ["x"])
