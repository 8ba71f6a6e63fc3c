"""torch.repeat_interleave, which the exporter writes as a loop over a sequence: on a GPU each round is a wait.

    SplitToSequence (values and repeats), Loop (SequenceAt, Expand or Tile, SequenceInsert), ConcatFromSequence

become a sum, a comparison and a Gather that give the same numbers. Where the result is scattered into a one-hot matrix
that a MatMul multiplies by, that MatMul becomes a Gather, too.
"""

from collections import Counter

import numpy as np
from onnx import NodeProto, TensorProto, numpy_helper

from wyoming_kokoro.runtime.graph.editing import Graph, attributes, subgraphs


def replace_repeats(graph: Graph) -> int:
    """How many loops were found and replaced."""
    found = [match for loop in graph.of_type("Loop") if (match := _match(graph, loop))]
    for joined, values, repeats in found:
        indices = _repeat(graph, values, repeats)
        for product in _one_hot_products(graph, joined.output[0], values):
            columns = graph.add("Gather", [product.input[0], indices], axis=2)
            graph.redirect(product.output[0], columns)
        graph.redirect(joined.output[0], indices)
    graph.tidy()
    return len(found)


def _repeat(graph: Graph, values: str, repeats: str) -> str:
    zero, one = (graph.constant(np.array(number, np.int64)) for number in (0, 1))
    counts = graph.add("Reshape", [repeats, graph.integers(-1)])
    ends = graph.add("CumSum", [counts, zero])
    total = graph.add("Gather", [ends, graph.constant(np.array(-1, np.int64))], axis=0)
    places = graph.add("Unsqueeze", [graph.add("Range", [zero, total, one]), graph.integers(1)])
    passed = graph.add("GreaterOrEqual", [places, ends])  # [total, n]: the runs that end at or before a place
    # counted in float32, which is exact up to 2**24
    counted = graph.add("Cast", [passed], to=TensorProto.FLOAT)
    index = graph.add("ReduceSum", [counted, graph.integers(1)], keepdims=0)
    index = graph.add("Cast", [index], to=TensorProto.INT64)
    return graph.add("Gather", [graph.add("Reshape", [values, graph.integers(-1)]), index], axis=0)


def _match(graph: Graph, loop: NodeProto) -> tuple[NodeProto, str, str] | None:
    """(the ConcatFromSequence behind it, values, repeats)."""
    body = subgraphs(loop)[0]
    if Counter(node.op_type for node in body.node)["SequenceInsert"] != 1:
        return None
    maker = {name: node for node in body.node for name in node.output}
    insert = next(node for node in body.node if node.op_type == "SequenceInsert")
    if len(insert.input) > 2:  # not at the end
        return None
    inserted = _through(maker, insert.input[1], ("Reshape", "Identity", "Cast"))
    expand = maker.get(inserted)
    if expand is None or expand.op_type not in ("Expand", "Tile"):
        return None
    value, repeat = (_items(maker, name) for name in expand.input[:2])
    number = body.input[0].name
    sources = [_source(graph, maker[names.pop()], number) for names in (value, repeat - value) if len(names) == 1]
    joins = [node for node in graph.users[loop.output[-1]] if node.op_type == "ConcatFromSequence"]
    if len(sources) != 2 or None in sources or len(joins) != 1 or attributes(joins[0]).get("axis"):
        return None
    return joins[0], str(sources[0]), str(sources[1])


def _items(maker: dict[str, NodeProto], name: str) -> set[str]:
    """The items of sequences that a value in the loop is made of."""
    node = maker.get(name)
    if node is None:
        return set()
    return {name} if node.op_type == "SequenceAt" else {item for read in node.input for item in _items(maker, read)}


def _source(graph: Graph, item: NodeProto, number: str) -> str | None:
    """The tensor whose elements the sequence holds, if each round takes the item of its number."""
    split = graph.made_by(item.input[0], "SplitToSequence")
    if split is None or attributes(split).get("axis") or item.input[1] != number:
        return None
    return str(split.input[0])


def _through(maker: dict[str, NodeProto], name: str, kinds: tuple[str, ...]) -> str:
    while name in maker and maker[name].op_type in kinds:
        name = maker[name].input[0]
    return name


def _one_hot_products(graph: Graph, index: str, values: str) -> list[NodeProto]:
    """MatMuls by zeros with ones at (index[t], t): x @ that is x[:, :, index], if the values are 0, 1, 2 and so on."""
    numbers = graph.made_by(_through(graph.maker, values, ("Reshape", "Identity", "Cast")), "Range")
    if numbers is None or graph.scalar(numbers.input[0]) != 0 or graph.scalar(numbers.input[2]) != 1:
        return []
    return [node for node in graph.of_type("MatMul") if _is_one_hot(graph, node.input[1], index)]


def _is_one_hot(graph: Graph, name: str, index: str) -> bool:
    scatter = graph.made_by(_through(graph.maker, name, ("Cast", "Unsqueeze")), "ScatterND")
    if scatter is None:
        return False
    zeros, places = graph.made_by(scatter.input[0], "ConstantOfShape"), graph.made_by(scatter.input[1], "Concat")
    if zeros is None or places is None or len(places.input) != 2 or _fill(zeros) != 0:
        return False
    rows, columns = (_through(graph.maker, name, ("Unsqueeze", "Expand", "Reshape")) for name in places.input)
    ones = graph.value(_through(graph.maker, scatter.input[2], ("Reshape", "Expand")))
    return (
        rows == index and graph.made_by(columns, "Range") is not None and ones is not None and bool((ones == 1).all())
    )


def _fill(node: NodeProto) -> float:
    value = attributes(node).get("value")
    return 0.0 if value is None else float(numpy_helper.to_array(value).reshape(-1)[0])
