"""Convolutions over time as matrix products: cuDNN makes a plan for each length anew, a matrix product needs none.

The taps of a convolution are gathered, [1, channels, T] -> [1, channels * taps, T], by an index that convolutions of
the same length and geometry share. A transposed convolution is one whose channels are the phases between inputs.
"""

from dataclasses import dataclass

import numpy as np
from onnx import NodeProto, TensorProto

from wyoming_kokoro.runtime.graph.editing import Array, Graph, attributes
from wyoming_kokoro.runtime.graph.observation import Observed

END = np.iinfo(np.int64).max
NORMS = ("InstanceNormalization",)


@dataclass(frozen=True)
class _Geometry:
    taps: int
    stride: int
    dilation: int
    pads: tuple[int, int]
    groups: int


def multiply(graph: Graph, seen: Observed, most_taps: int = 0) -> tuple[int, int]:
    """(replaced, left): how many. `most_taps` in one product, 0 for all, bounds the memory for the gathered taps."""
    writer = _Writer(graph, seen, most_taps)
    nodes = graph.of_type("Conv", "ConvTranspose")
    done = sum(writer.replace(node) for node in nodes)
    graph.tidy()
    return done, len(nodes) - done


class _Writer:
    def __init__(self, graph: Graph, seen: Observed, most_taps: int) -> None:
        self._graph = graph
        self._seen = seen
        self._most_taps = most_taps
        self._padded: dict[tuple[str, tuple[int, int]], str] = {}
        self._starts: dict[tuple[tuple[int, ...], int], str] = {}
        self._indices: dict[tuple[str, int, tuple[int, ...]], str] = {}
        self._columns: dict[tuple[str, str], str] = {}

    def replace(self, node: NodeProto) -> bool:
        graph, settings = self._graph, attributes(node)
        weight = graph.value(node.input[1])
        is_biased = len(node.input) > 2 and node.input[2] != ""
        bias = graph.value(node.input[2]) if is_biased else None
        if weight is None or weight.ndim != 3 or (is_biased and bias is None):
            return False
        if settings.get("auto_pad", b"NOTSET") not in (b"NOTSET", b"VALID") or settings.get("output_shape"):
            return False
        pads = settings.get("pads", [0, 0]) if settings.get("auto_pad", b"NOTSET") == b"NOTSET" else [0, 0]
        geometry = _Geometry(
            weight.shape[2],
            settings.get("strides", [1])[0],
            settings.get("dilations", [1])[0],
            (pads[0], pads[1]),
            settings.get("group", 1),
        )
        extra = settings.get("output_padding", [0])[0]
        write = self._plain if node.op_type == "Conv" else self._transposed
        result = write(node, weight, geometry, extra)
        if result is None:
            return False
        if bias is not None and bias.any() and not self._is_centred(node):
            result = graph.add("Add", [result, graph.constant(bias.reshape(-1, 1))])
        graph.redirect(node.output[0], result)
        return True

    def _is_centred(self, node: NodeProto) -> bool:
        """Whether all that read the result take its mean away, and with it the bias."""
        users = self._graph.users[node.output[0]]
        return (
            bool(users) and all(user.op_type in NORMS for user in users) and node.output[0] not in self._graph.outputs
        )

    def _plain(self, node: NodeProto, weight: Array, geometry: _Geometry, _: int) -> str | None:
        lengths = self._seen.last(node.output[0])
        if geometry.groups != 1 or not lengths:
            return None
        return self._correlate(node.input[0], weight, geometry, lengths)

    def _correlate(self, x: str, weight: Array, geometry: _Geometry, lengths: tuple[int, ...]) -> str:
        """`weight` (out, in, taps) over `x`, to results of the observed `lengths`."""
        graph, step = self._graph, self._most_taps or geometry.taps
        if (geometry.taps, geometry.stride, geometry.pads) == (1, 1, (0, 0)):
            return graph.add("MatMul", [graph.constant(weight[:, :, 0]), x])
        padded, total = self._pad(x, geometry.pads), ""
        for first in range(0, geometry.taps, step):
            taps = tuple(range(first, min(first + step, geometry.taps)))
            part = weight[:, :, taps[0] : taps[-1] + 1].reshape(len(weight), -1)
            columns = self._gather(padded, weight.shape[1], geometry, taps, lengths)
            product = graph.add("MatMul", [graph.constant(part), columns])
            total = graph.add("Add", [total, product]) if total else product
        return total

    def _pad(self, x: str, pads: tuple[int, int]) -> str:
        if not any(pads):
            return x
        if (x, pads) not in self._padded:
            amounts = self._graph.integers(0, 0, pads[0], 0, 0, pads[1])
            self._padded[x, pads] = self._graph.add("Pad", [x, amounts])
        return self._padded[x, pads]

    def _gather(
        self, padded: str, channels: int, geometry: _Geometry, taps: tuple[int, ...], lengths: tuple[int, ...]
    ) -> str:
        index = self._index(padded, geometry, taps, lengths)
        if (padded, index) not in self._columns:
            gathered = self._graph.add("Gather", [padded, index], axis=2)  # [1, channels, taps, T]
            shape = self._graph.integers(1, channels * len(taps), -1)
            self._columns[padded, index] = self._graph.add("Reshape", [gathered, shape])
        return self._columns[padded, index]

    def _index(self, padded: str, geometry: _Geometry, taps: tuple[int, ...], lengths: tuple[int, ...]) -> str:
        """[taps, T], int32: where each tap finds its sample."""
        starts = self._first(padded, geometry, lengths)
        key = (starts, geometry.dilation, taps)
        if key not in self._indices:
            offsets = np.array([[tap * geometry.dilation] for tap in taps], np.int32)
            self._indices[key] = self._graph.add("Add", [starts, self._graph.constant(offsets)])
        return self._indices[key]

    def _first(self, padded: str, geometry: _Geometry, lengths: tuple[int, ...]) -> str:
        """[T], int32: where the first tap of each result finds its sample."""
        graph, key = self._graph, (lengths, geometry.stride)
        if key not in self._starts:
            reach = (geometry.taps - 1) * geometry.dilation
            length = graph.add("Gather", [graph.add("Shape", [padded]), graph.constant(np.array(2, np.int64))])
            end = graph.add("Sub", [length, graph.constant(np.array(reach, np.int64))])
            end = graph.add("Cast", [end], to=TensorProto.INT32)
            zero, step = (graph.constant(np.array(number, np.int32)) for number in (0, geometry.stride))
            self._starts[key] = graph.add("Range", [zero, end, step])
        return self._starts[key]

    def _transposed(self, node: NodeProto, weight: Array, geometry: _Geometry, extra: int) -> str | None:
        taps, stride, channels = geometry.taps, geometry.stride, weight.shape[0]
        rounds = -(-taps // stride)  # inputs that meet in one output
        if geometry.dilation != 1 or extra > geometry.pads[1] + rounds * stride - taps:
            return None
        phases = np.zeros((*weight.shape[:2], rounds * stride), weight.dtype)
        phases[:, :, :taps] = weight
        phases = phases.reshape(*weight.shape[:2], rounds, stride)
        lengths = tuple(length + rounds - 1 for length in self._seen.last(node.input[0]))
        if geometry.groups == 1 and lengths:
            full, result = self._phases(node.input[0], phases, lengths), weight.shape[1]
        elif geometry.groups == channels and weight.shape[1] == 1:
            full, result = self._depthwise(node.input[0], phases[:, 0]), channels
        else:
            return None
        flat = self._graph.add("Reshape", [full, self._graph.integers(1, result, -1)])
        return self._crop(flat, geometry.pads[0], rounds * stride - taps + geometry.pads[1] - extra)

    def _phases(self, x: str, phases: Array, lengths: tuple[int, ...]) -> str:
        """[1, out, T, stride], from phases (in, out, rounds, stride)."""
        graph, (inputs, outputs, rounds, stride) = self._graph, phases.shape
        weight = phases.transpose(1, 3, 0, 2)[..., ::-1].reshape(outputs * stride, inputs, rounds)
        around = _Geometry(rounds, 1, 1, (rounds - 1, rounds - 1), 1)
        rows = self._correlate(x, weight, around, lengths)
        apart = graph.add("Reshape", [rows, graph.integers(1, outputs, stride, -1)])
        return graph.add("Transpose", [apart], perm=[0, 1, 3, 2])

    def _depthwise(self, x: str, phases: Array) -> str:
        """The same for one filter per channel, from phases (channels, rounds, stride)."""
        graph, (channels, rounds, stride) = self._graph, phases.shape
        padded, total = self._pad(x, (rounds - 1, rounds - 1)), ""
        for number in range(rounds):
            first, last = rounds - 1 - number, -number or END
            shifted = padded
            if rounds > 1:
                bounds = [graph.integers(first), graph.integers(last), graph.integers(2)]
                shifted = graph.add("Slice", [padded, *bounds])
            column = graph.add("Unsqueeze", [shifted, graph.integers(3)])
            product = graph.add("Mul", [column, graph.constant(phases[:, number].reshape(1, channels, 1, stride))])
            total = graph.add("Add", [total, product]) if total else product
        return total

    def _crop(self, x: str, before: int, behind: int) -> str:
        if not before and not behind:
            return x
        graph = self._graph
        return graph.add("Slice", [x, graph.integers(before), graph.integers(-behind or END), graph.integers(2)])
