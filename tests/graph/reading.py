"""From tokens to what is known of each: the transformer and the text encoder of the small Kokoro."""

import numpy as np
from onnx import TensorProto

from graph.layers import HIDDEN, Layers

VOCABULARY, POSITIONS = 178, 512
HEADS, WIDE = 2, 24


class Reading(Layers):
    def _mask(self, batch: str, length: str) -> tuple[str, str]:
        """The length of each row, and where it has ended."""
        zeros = self.filled(self.shape(batch), np.int64(0))
        lengths = self.op("Add", zeros, length)
        longest = self.op("ReduceMax", lengths, keepdims=0)
        numbers = self.unsqueeze(self.arange(longest), 0)
        shape = self.reshape(self.shape(self.size(lengths, 0), -1), self.number([-1]))
        places = self.op("Add", self.expand(numbers, shape), self.number(1))
        over = self.op("Greater", places, self.unsqueeze(lengths, 1))
        return lengths, self.cast(over, TensorProto.BOOL)

    def _bert(self, tokens: str, mask: str, batch: str, length: str) -> str:
        """[B, HIDDEN, T] but for the order of the axes: as the linear layer behind it leaves it."""
        is_there = self.cast(self.op("Not", mask), TensorProto.INT32)
        positions = self.cut(self.number([list(range(POSITIONS))]), 0, self.unsqueeze(length, 0), 1)
        blank = self.number([[0] * POSITIONS])
        shape = self.reshape(self.shape(self.size(positions, 0), -1), self.number([-1]))
        kinds = self.op("GatherElements", self.expand(blank, shape), positions, axis=1)
        kinds = self.expand(kinds, self.reshape(self.shape(batch, length), self.number([-1])))
        words = self.op("Gather", self.weight(VOCABULARY, HIDDEN, scale=1), tokens)
        total = self.op("Add", words, self.op("Gather", self.weight(2, HIDDEN), kinds))
        total = self.op("Add", total, self.op("Gather", self.weight(POSITIONS, HIDDEN, scale=0.5), positions))
        x = self._normalised(total, 1e-12)
        if "attention" not in self._variant.without:
            x = self._layers(x, self._attention_mask(is_there, x))
        return self._linear(x, HIDDEN, HIDDEN)

    def _attention_mask(self, is_there: str, x: str) -> str:
        """0 for each pair of tokens that may see each other: [B, 1, T, T]."""
        is_there = self.cast(is_there, TensorProto.BOOL)
        rows, keys, batch = self.size(x, 1), self.size(is_there, 1), self.size(x, 0)
        first = self.unsqueeze(self.arange(batch), 1, 2, 3)
        second = self.unsqueeze(self.arange(rows), 0, 1, 3)
        third = self.unsqueeze(self.arange(keys), 0, 1, 2)
        at_all = self.op("GreaterOrEqual", second, self.number(0))
        may = self.op(
            "And", self.filled(self.number(np.array([], np.int64)), True), self.cast(at_all, TensorProto.BOOL)
        )
        width = self.op("Gather", self.op("Shape", is_there), self.number([1]), axis=0)
        places = self.op("Add", third, self.op("Mul", first, width))
        found = self.op("Gather", self.op("Flatten", is_there, axis=2), places, axis=0)
        shape = self.op("Concat", self.op("Shape", places), axis=0)
        found = self.cast(self.reshape(self.reshape(found, self.number([-1])), shape), TensorProto.BOOL)
        both = self.op("And", may, found)
        whole = self.reshape(self.shape(batch, -1, rows, keys), self.number([-1]))
        lowest = self.number(np.finfo(np.float32).min, np.float32)
        return self.op("Where", self.expand(both, whole), self.number(0.0), lowest)

    def _layers(self, x: str, mask: str) -> str:
        """Two layers with the same weights."""
        maps = [(self.weight(HIDDEN, HIDDEN), self.weight(HIDDEN, scale=0.3)) for _ in range(4)]
        inner = self.weight(HIDDEN, WIDE, scale=0.4), self.weight(WIDE, scale=0.3)
        outer = self.weight(WIDE, HIDDEN, scale=0.4), self.weight(HIDDEN, scale=0.3)
        scales = [self.weight(HIDDEN, scale=0.2, mean=mean) for mean in (1, 0, 1, 0)]
        for _ in range(2):
            attended = self._sum(x, self._biased(self._attention(x, mask, maps[:3]), *maps[3]))
            middle = self.op("LayerNormalization", attended, *scales[:2], **self._norm(1e-12))
            wide = self._gelu(self._biased(middle, *inner))
            total = self._sum(self._biased(wide, *outer), middle)
            x = self.op("LayerNormalization", total, *scales[2:], **self._norm(1e-12))
        return x

    def _attention(self, x: str, mask: str, maps: list[tuple[str, str]]) -> str:
        batch, length, each = self.size(x, 0), self.size(x, 1), HIDDEN // HEADS
        query, key, value = (self._biased(x, *pair) for pair in maps)
        query, key, value = (self.reshape(y, self.shape(batch, length, -1, each)) for y in (query, key, value))
        query, value = self.transpose(query, 0, 2, 1, 3), self.transpose(value, 0, 2, 1, 3)
        scores = self.op("MatMul", query, self.transpose(key, 0, 2, 3, 1))
        if self._variant.is_respelled:
            scores = self.op("Div", scores, self.number(each**0.5))
        else:
            scores = self.op("Mul", scores, self.number(each**-0.5))
        seen = self.op("Softmax", self.op("Add", scores, mask), axis=-1)
        merged = self.transpose(self.op("MatMul", seen, value), 0, 2, 1, 3)
        return self.reshape(merged, self.shape(batch, length, -1))

    def _gelu(self, x: str) -> str:
        cubic = self.op("Mul", self.op("Pow", x, self.number(3.0)), self.number(0.044715))
        inner = self.op("Mul", self.op("Add", x, cubic), self.number(np.sqrt(2 / np.pi), np.float32))
        bounded = self.op("Add", self.op("Tanh", inner), self.number(1.0))
        return self.op("Mul", self.op("Mul", x, self.number(0.5)), bounded)

    def _text_encoder(self, tokens: str, lengths: str, mask: str) -> str:
        x = self.op("Gather", self.weight(VOCABULARY, HIDDEN, scale=1), tokens)
        mask = self.unsqueeze(mask, 1)
        x = self._masked(mask, self.transpose(x, 0, 2, 1))
        x = self.transpose(self._conv(x, HIDDEN, HIDDEN, 5), 0, 2, 1)
        x = self.transpose(self._normalised(x, 1e-5), 0, 2, 1)
        x = self._masked(mask, self.op("LeakyRelu", x, alpha=0.2))
        x = self._packed(self.transpose(x, 0, 2, 1), HIDDEN, lengths)
        return self._masked(mask, self.copied(self.transpose(x, 0, 2, 1), self.size(mask, 2)))
