"""Adaptive normalisation: (1 + gamma) * norm(x) + beta, where gamma and beta are a Gemm of the style.

Each of these is six to eight nodes. But the style is one vector for the whole sentence: one Gemm for all of them gives
what each InstanceNormalization takes as its scale and bias anyway. And where a snake activation follows,
x + sin(a*x)**2 / a, the factor a goes into that scale and bias, and 1 / a into the weights of the convolution behind:
u + sin(u)**2 is left.
"""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import numpy as np
from onnx import NodeProto

from wyoming_kokoro.runtime.graph.editing import Array, Graph, attributes

NORMS = ("InstanceNormalization", "LayerNormalization")


@dataclass
class _Styled:
    norm: NodeProto
    result: str
    """What the normalisation is for: the tensor behind the sum with beta."""
    gamma: Array
    """(channels, 1 + style size): what the scale is of 1 and the style."""
    beta: Array
    style: str
    kind: np.dtype[Any]
    """Of the weights; the two above are in float32."""


def join_styles(graph: Graph) -> int:
    """How many normalisations take their scale and bias from one Gemm for each style now."""
    found = [styled for norm in graph.of_type(*NORMS) if (styled := _match(graph, norm))]
    by_style: dict[str, list[_Styled]] = defaultdict(list)
    for styled in found:
        by_style[styled.style].append(styled)
        if styled.norm.op_type == "InstanceNormalization":
            _take_snake(graph, styled)
    for style, group in by_style.items():
        _join(graph, style, group)
    graph.tidy()
    return len(found)


def _join(graph: Graph, style: str, group: list[_Styled]) -> None:
    rows = [part for styled in group for part in (styled.gamma, styled.beta)]
    matrix = np.concatenate(rows).astype(group[0].kind)
    inputs = [style, graph.constant(matrix[:, 1:].T), graph.constant(matrix[:, 0])]
    joined = graph.add("Reshape", [graph.add("Gemm", inputs), graph.integers(-1)])
    parts = graph.split(joined, [len(row) for row in rows], axis=0)
    for styled, scale, bias in zip(group, parts[::2], parts[1::2], strict=True):
        kept = {key: value for key, value in attributes(styled.norm).items() if key in ("axis", "epsilon")}
        norm = graph.add(styled.norm.op_type, [styled.norm.input[0], scale, bias], **kept)
        graph.redirect(styled.result, norm)


def _match(graph: Graph, norm: NodeProto) -> _Styled | None:
    weight, bias = _values(graph, norm)
    scaled, shifted = _behind(graph, norm)
    if weight is None or bias is None or scaled is None or shifted is None:
        return None
    raised = graph.made_by(_other(scaled, norm.output[0]), "Add")
    beta = _half(graph, _other(shifted, scaled.output[0]))
    one = next((name for name in raised.input if graph.scalar(name) == 1), None) if raised is not None else None
    gamma = _half(graph, _other(raised, one)) if raised is not None and one else None
    if gamma is None or beta is None or gamma[0] != beta[0] or not len(gamma[1]) == len(beta[1]) == len(weight):
        return None
    above = gamma[1].copy()
    above[:, 0] += 1
    # (1 + gamma) * (weight * x + bias) + beta
    lowered = beta[1] + above * bias[:, None]
    return _Styled(norm, shifted.output[0], above * weight[:, None], lowered, gamma[0], weight.dtype)


def _values(graph: Graph, node: NodeProto) -> tuple[Array | None, Array | None]:
    """The weight and the bias, if both are there and constant."""
    names = (*node.input[1:3], "", "")
    return graph.value(names[0]), graph.value(names[1])


def _behind(graph: Graph, norm: NodeProto) -> tuple[NodeProto | None, NodeProto | None]:
    scaled = graph.only_user(norm.output[0], "Mul")
    return scaled, graph.only_user(scaled.output[0], "Add") if scaled is not None else None


def _other(node: NodeProto, name: str) -> str:
    """The second of the two inputs, whichever that is."""
    return str(node.input[1] if node.input[0] == name else node.input[0])


def _half(graph: Graph, name: str) -> tuple[str, Array] | None:
    """(style, rows of the Gemm) for a part of a Gemm's output, which may have been given another shape."""
    cut = None
    while node := graph.maker.get(name):
        if node.op_type == "Slice" and cut is None:
            cut = [graph.value(read) for read in node.input[1:3]]
        elif node.op_type == "Gemm":
            return _rows(graph, node, cut)
        elif node.op_type not in ("Reshape", "Transpose", "Unsqueeze", "Squeeze"):
            return None
        name = node.input[0]
    return None


def _rows(graph: Graph, gemm: NodeProto, cut: list[Array | None] | None) -> tuple[str, Array] | None:
    settings = attributes(gemm)
    weight, bias = _values(graph, gemm)
    plain = (
        settings.get("transB")
        and not settings.get("transA")
        and settings.get("alpha", 1) == settings.get("beta", 1) == 1
    )
    if not plain or weight is None or bias is None or cut is None or any(one is None or one.size != 1 for one in cut):
        return None
    begin, end = (int(one.reshape(-1)[0]) for one in cut if one is not None)
    return gemm.input[0], np.column_stack([bias, weight]).astype(np.float32)[begin:end]


def _take_snake(graph: Graph, styled: _Styled) -> None:
    """Folds the factor of a snake activation into the scale before it and the convolution behind."""
    x = styled.result
    turned = next((node for node in graph.users[x] if node.op_type == "Mul"), None)
    summed = next((node for node in graph.users[x] if node.op_type == "Add"), None)
    if turned is None or summed is None or len(graph.users[x]) != 2:
        return
    wave = graph.only_user(turned.output[0], "Sin")
    square = graph.only_user(wave.output[0], "Pow") if wave is not None else None
    shrunk = graph.only_user(square.output[0], "Mul") if square is not None else None
    conv = graph.only_user(summed.output[0], "Conv")
    if wave is None or square is None or shrunk is None or conv is None or shrunk.output[0] not in summed.input:
        return
    factor, inverse = graph.value(_other(turned, x)), graph.value(_other(shrunk, square.output[0]))
    weight = graph.value(conv.input[1])
    if factor is None or inverse is None or weight is None or graph.scalar(square.input[1]) != 2:
        return
    channels = len(styled.gamma)
    if factor.size != channels or attributes(conv).get("group", 1) != 1 or not np.allclose(factor * inverse, 1):
        return
    styled.gamma, styled.beta = (rows * factor.reshape(-1, 1) for rows in (styled.gamma, styled.beta))
    graph.set_input(conv, 1, graph.constant((weight / factor.reshape(1, -1, 1)).astype(weight.dtype)))
    sine = graph.add("Sin", [x])
    graph.redirect(summed.output[0], graph.add("Add", [x, graph.add("Mul", [sine, sine])]))
