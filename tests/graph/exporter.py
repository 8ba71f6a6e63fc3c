"""Writes ONNX as PyTorch's exporter does: what one call in Python becomes there, a node for each number included."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import GraphProto, ModelProto, NodeProto, TensorProto, ValueInfoProto, checker, helper, numpy_helper

LAST = np.iinfo(np.int64).max

Tensors = dict[str, tuple[int, list[Any]]]


class Writer:
    """Nodes in the order in which they are written, and weights that are the same each time."""

    def __init__(self) -> None:
        self.nodes: list[NodeProto] = []
        self.weights: list[TensorProto] = []
        self._chance = np.random.default_rng(82)
        self._count = 0

    def op(self, kind: str, *inputs: str, output: str = "", **attributes: Any) -> str:
        made = self.ops(kind, *inputs, outputs=1, **attributes)[0]
        if output:
            self.nodes[-1].output[0] = output
        return output or made

    def ops(self, kind: str, *inputs: str, outputs: int, **attributes: Any) -> list[str]:
        names = [self._name() for _ in range(outputs)]
        self.nodes.append(helper.make_node(kind, inputs, names, name=f"/{kind}_{self._count}", **attributes))
        return names

    def number(self, value: Any, kind: type[Any] | None = None) -> str:
        """A Constant node: int64 for integers, float32 for other numbers, unless a kind is given."""
        array = np.asarray(value, kind)
        kinds = {"i": np.int64, "f": np.float32, "b": np.bool_}
        array = array if kind else array.astype(kinds[array.dtype.kind])
        return self.op("Constant", value=numpy_helper.from_array(array))

    def weight(self, *shape: int, scale: float = 0.0, mean: float = 0.0) -> str:
        """Random; without a scale, one that keeps the size of what is multiplied by (out, in, ...)."""
        spread = scale or float(np.prod(shape[1:])) ** -0.5
        return self.given((mean + spread * self._chance.standard_normal(shape)).astype(np.float32))

    def given(self, value: NDArray[Any]) -> str:
        name = self._name()
        self.weights.append(numpy_helper.from_array(value, name))
        return name

    def cast(self, x: str, kind: int) -> str:
        return self.op("Cast", x, to=kind)

    def size(self, x: str, axis: int) -> str:
        """x.shape[axis]."""
        return self.op("Gather", self.op("Shape", x), self.number(axis), axis=0)

    def unsqueeze(self, x: str, *axes: int) -> str:
        for axis in axes:
            x = self.op("Unsqueeze", x, self.number([axis]))
        return x

    def transpose(self, x: str, *order: int) -> str:
        return self.op("Transpose", x, perm=order)

    def shape(self, *sizes: str | int) -> str:
        parts = [self.number([size]) if isinstance(size, int) else self.unsqueeze(size, 0) for size in sizes]
        return self.op("Concat", *parts, axis=0)

    def reshape(self, x: str, shape: str) -> str:
        return self.op("Reshape", x, shape, allowzero=0)

    def filled(self, shape: str, value: Any) -> str:
        return self.op("ConstantOfShape", shape, value=numpy_helper.from_array(np.asarray([value])))

    def zeros(self, shape: str) -> str:
        return self.filled(shape, np.float32(0))

    def expand(self, x: str, shape: str) -> str:
        """x.expand(shape), where -1 stands for the size that x has."""
        ones = self.filled(self.op("Shape", shape), np.int64(1))
        is_kept = self.op("Equal", shape, self.op("Mul", ones, self.number(-1)))
        return self.op("Expand", x, self.op("Where", is_kept, ones, shape))

    def arange(self, end: str) -> str:
        return self.op("Range", self.number(0), self.cast(end, TensorProto.INT64), self.number(1))

    def cut(self, x: str, begin: int | str, end: int | str, axis: int) -> str:
        """x[begin:end] of one axis."""
        bounds = [self.number([bound]) if isinstance(bound, int) else bound for bound in (begin, end)]
        return self.op("Slice", x, *bounds, self.number([axis]), self.number([1]))

    def halves(self, x: str) -> tuple[str, str]:
        """torch.chunk(x, 2, dim=1)."""
        channels = self.op("Gather", self.op("Shape", x), self.number([1]), axis=0)
        half = self.op("Div", self.op("Add", channels, self.number([1])), self.number([2]))
        middle, end = (self.op("Mul", half, self.number([count])) for count in (1, 2))
        axis = self.number([1])
        return self.op("Slice", x, self.number([0]), middle, axis), self.op("Slice", x, middle, end, axis)

    def padding(self, *amounts: int, rank: int) -> str:
        """F.pad's amounts, last axis first, as Pad wants them."""
        rest = self.filled(self.number([2 * rank - len(amounts)]), np.int64(0))
        pairs = self.reshape(self.op("Concat", self.number(list(amounts)), rest, axis=0), self.number([-1, 2]))
        bounds = [self.number([value]) for value in (-1, -LAST, 0, -1)]
        ordered = self.transpose(self.op("Slice", pairs, *bounds), 1, 0)
        return self.cast(self.reshape(ordered, self.number([-1])), TensorProto.INT64)

    def copied(self, x: str, size: str) -> str:
        """zeros(B, C, size); zeros[:, :, :x.shape[-1]] = x."""
        zeros = self.zeros(self.shape(self.size(x, 0), self.size(x, 1), size))
        length = self.unsqueeze(self.size(x, 2), 0)
        part = self.op("Slice", zeros, self.number([0]), length, self.number([2]), self.number([1]))
        source = self.op("Expand", x, self.op("Shape", part))
        rows, columns, times = (self.arange(self.size(zeros, axis)) for axis in range(3))
        times = self.op("Slice", times, self.number([0]), length, self.number([0]), self.number([1]))
        rows = self.reshape(rows, self.number([-1, 1, 1]))
        columns = self.reshape(columns, self.number([-1, 1]))
        return self.put(zeros, [rows, columns, times], source)

    def put(self, target: str, places: list[str], source: str, *, alone: bool = False) -> str:
        """target[places] = source, or the same number everywhere if it is `alone`."""
        total = places[0]
        for place in places[1:]:
            total = self.op("Add", total, place)
        shape = self.op("Shape", total)
        indices = [self.unsqueeze(self.expand(place, shape), -1) for place in places]
        rest = self.op(
            "Slice", self.op("Shape", target), self.number([len(places)]), self.number([LAST]), self.number([0])
        )
        whole = self.op("Concat", shape, rest, axis=0)
        source = self.expand(source, whole) if alone else source
        index = self.op("Concat", *indices, axis=-1)
        return self.op("ScatterND", target, index, self.reshape(source, whole))

    def lstm(self, x: str, inputs: int, hidden: int, lengths: str = "", *, is_first: bool = False) -> str:
        """nn.LSTM, both directions, of [T, B, inputs] to [T, B, 2 * hidden]."""
        state = self.zeros(self.shape(2, self.size(x, 1), hidden))
        shapes = (4 * hidden, inputs), (4 * hidden, hidden), (8 * hidden,)
        weights = [self.weight(2, *shape, scale=shape[-1] ** -0.5) for shape in shapes]
        settings = {"direction": "bidirectional", "hidden_size": hidden}
        y, *_ = self.ops("LSTM", x, *weights, lengths, state, state, outputs=3, **settings)
        return self.reshape(self.transpose(y, 0, 2, 1, 3), self.number([0, 0, -1]))

    def packed_lstm(self, x: str, inputs: int, hidden: int, lengths: str) -> str:
        """pack_padded_sequence, LSTM, pad_packed_sequence: [B, T, inputs] to [B, T, 2 * hidden]."""
        lengths = self.cast(lengths, TensorProto.INT64)
        count = self.op("Gather", self.op("Shape", lengths), self.number([-1]))
        longest, order = self.ops("TopK", lengths, count, outputs=2, axis=-1, largest=1)
        order = self.cast(order, TensorProto.INT64)
        rows = self.transpose(self.op("Gather", x, order, axis=0), 1, 0, 2)
        numbers = self.arange(self.op("ReduceProd", self.op("Shape", order), keepdims=0))
        blank = self.filled(self.op("Shape", order), np.int64(0))
        back = self.op("ScatterElements", blank, order, numbers, axis=0)
        made = self.lstm(rows, inputs, hidden, self.cast(longest, TensorProto.INT32))
        return self.op("Gather", self.transpose(made, 1, 0, 2), back, axis=0)

    def squeezed(self, x: str, axis: int) -> str:
        """x.squeeze(axis), of a size that the exporter doesn't know."""
        size = self.op("Gather", self.op("Shape", x), self.number([axis]), axis=0)
        branches = {
            "then_branch": self.subgraph(lambda: [self.op("Squeeze", x, self.number([axis]))]),
            "else_branch": self.subgraph(lambda: [self.op("Identity", x)]),
        }
        return self.op("If", self.op("Equal", size, self.number([1])), **branches)

    def subgraph(self, write: Callable[[], list[str]], inputs: tuple[ValueInfoProto, ...] = ()) -> GraphProto:
        """Of the nodes that `write` writes, with the outputs whose names it returns."""
        outer, self.nodes = self.nodes, []
        outputs = [ValueInfoProto(name=name) for name in write()]
        inner, self.nodes = self.nodes, outer
        return helper.make_graph(inner, "sub_graph", inputs, outputs)

    def model(self, inputs: Tensors, outputs: Tensors, opset: int = 17) -> ModelProto:
        """Inputs and outputs with their kind and shape."""
        made = helper.make_graph(self.nodes, "main_graph", _ends(inputs), _ends(outputs), self.weights)
        model = helper.make_model(made, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)
        checker.check_model(model)
        return model

    def _name(self) -> str:
        self._count += 1
        return f"t{self._count}"


def _ends(tensors: Tensors) -> list[ValueInfoProto]:
    return [helper.make_tensor_value_info(name, kind, shape) for name, (kind, shape) in tensors.items()]
