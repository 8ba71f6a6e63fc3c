"""The transformer in ONNX Runtime's own operators: self-attention, and the normalised sum behind it, each one node."""

import numpy as np
from onnx import NodeProto

from wyoming_kokoro.runtime.graph.editing import MICROSOFT, Array, Graph, attributes


def fuse_attention(graph: Graph) -> int:
    """How many self-attentions without a mask were found and replaced."""
    done = sum(_attend(graph, node) for node in graph.of_type("Softmax"))
    graph.tidy()
    return done


def fuse_sums(graph: Graph) -> int:
    """How many LayerNormalizations take the sum before them, and the bias of that, along."""
    done = sum(_add_and_normalise(graph, node) for node in graph.of_type("LayerNormalization"))
    graph.tidy()
    return done


def _attend(graph: Graph, softmax: NodeProto) -> bool:
    weighed = graph.only_user(softmax.output[0], "MatMul")
    scaled = graph.maker.get(softmax.input[0])
    factor = _factor(graph, scaled) if scaled is not None else None
    scores = graph.made_by(scaled.input[0], "MatMul") if scaled is not None else None
    if weighed is None or factor is None or scores is None or attributes(softmax).get("axis", -1) != -1:
        return False
    layouts = ([0, 2, 1, 3], [0, 2, 3, 1], [0, 2, 1, 3])
    names = (*scores.input, weighed.input[1])
    heads = [_projection(graph, name, layout) for name, layout in zip(names, layouts, strict=True)]
    result = graph.merged(weighed.output[0])
    if result is None or any(head is None for head in heads):
        return False
    found = [head for head in heads if head is not None]
    if len({(x, count, weight.shape) for x, count, weight, _ in found}) != 1:
        return False
    x, count, _, _ = found[0]
    weight = np.concatenate([weight for _, _, weight, _ in found], axis=1)
    bias = np.concatenate([bias for _, _, _, bias in found])
    inputs = [x, graph.constant(weight), graph.constant(bias)]
    attended = graph.add("Attention", inputs, domain=MICROSOFT, num_heads=count, scale=factor)
    graph.redirect(result, attended)
    return True


def _factor(graph: Graph, node: NodeProto) -> float | None:
    number = graph.scalar(node.input[1]) if node.op_type in ("Mul", "Div") else None
    if not number:
        return None
    return number if node.op_type == "Mul" else 1 / number


def _projection(graph: Graph, name: str, layout: list[int]) -> tuple[str, int, Array, Array] | None:
    """(x, heads, weight, bias) of what x is multiplied by and split into heads."""
    turned = graph.made_by(name, "Transpose")
    split = graph.made_by(turned.input[0], "Reshape") if turned is not None else None
    shape = graph.value(split.input[1]) if split is not None else None
    if (
        turned is None
        or split is None
        or shape is None
        or len(shape) != 4
        or list(attributes(turned)["perm"]) != layout
    ):
        return None
    biased = graph.made_by(split.input[0], "Add")
    for bias, product in (biased.input, biased.input[::-1]) if biased is not None else ():
        matmul, added = graph.made_by(product, "MatMul"), graph.value(bias)
        weight = graph.value(matmul.input[1]) if matmul is not None else None
        if matmul is not None and weight is not None and added is not None and weight.ndim == 2:
            return matmul.input[0], int(shape[2]), weight, added
    return None


def _add_and_normalise(graph: Graph, norm: NodeProto) -> bool:
    settings = attributes(norm)
    total = graph.made_by(norm.input[0], "Add")
    if total is None or settings.get("axis", -1) != -1 or len(norm.input) != 3:
        return False
    if len(graph.users[total.output[0]]) != 1 or any(name in graph.initializers for name in total.input):
        return False
    for one, other in (total.input, total.input[::-1]):
        if (found := _biased(graph, one, norm.input[1])) and len(graph.users[one]) == 1:
            main, bias = found
            inputs = [main, other, *norm.input[1:], bias]
            epsilon = settings.get("epsilon", 1e-5)
            made = graph.add("SkipLayerNormalization", inputs, domain=MICROSOFT, epsilon=epsilon)
            graph.redirect(norm.output[0], made)
            return True
    return False


def _biased(graph: Graph, name: str, scale: str) -> tuple[str, str] | None:
    """(what, bias) for a sum with one number for each of the channels that `scale` has."""
    total = graph.made_by(name, "Add")
    wanted = graph.value(scale)
    for bias, main in (total.input, total.input[::-1]) if total is not None else ():
        value = graph.value(bias)
        if value is not None and wanted is not None and value.shape == wanted.shape:
            return main, bias
    return None
