"""How long each token of the small Kokoro lasts, which token each frame belongs to, and with what tone it is spoken."""

from typing import Any

import numpy as np
from onnx import TensorProto, helper

from graph.layers import HIDDEN, STYLE, Layers

BINS = 4
"""Of durations: the most frames a token can have."""
DURATION = "duration"


class Timing(Layers):
    def _duration_encoder(self, x: str, style: str, lengths: str, mask: str) -> str:
        """[B, HIDDEN + STYLE, T]."""
        x = self.transpose(x, 1, 0, 2)
        shape = self.reshape(self.shape(self.size(x, 0), self.size(x, 1), -1), self.number([-1]))
        spread = self.expand(style, shape)
        column = self.unsqueeze(mask, -1)
        x = self.op("Concat", x, spread, axis=-1)
        x = self.transpose(self._masked(self.transpose(column, 1, 0, 2), x), 1, 0, 2)
        behind, hidden = self.transpose(spread, 1, 2, 0), self.transpose(column, 0, 2, 1)
        for _ in range(2):
            x = self.transpose(self._packed(x, HIDDEN + STYLE, lengths), 0, 2, 1)
            x = self.copied(x, self.size(mask, 1))
            x = self.transpose(self._layer_style(self.transpose(x, 0, 2, 1), style), 0, 2, 1)
            x = self._masked(hidden, self.op("Concat", x, behind, axis=1))
            last, x = x, self.transpose(x, 0, 2, 1)
        return last

    def _layer_style(self, x: str, style: str) -> str:
        ones, zeros = (self.number(np.full(HIDDEN, value), np.float32) for value in (1, 0))
        norm = self.op("LayerNormalization", x, ones, zeros, **self._norm(1e-5))
        if "style" in self._variant.without:
            return norm
        gamma, beta = (self.transpose(half, 0, 2, 1) for half in self._halves_of(style, HIDDEN))
        scaled = self.op("Mul", self.op("Add", gamma, self.number(1.0)), norm)
        return self.op("Add", scaled, beta)

    def _durations(self, encoded: str) -> str:
        x = self.transpose(self._recurrent(self.transpose(encoded, 2, 0, 1), HIDDEN + STYLE), 1, 0, 2)
        frames = self.op("ReduceSum", self.op("Sigmoid", self._linear(x, HIDDEN, BINS)), self.number([-1]), keepdims=0)
        speed = "speed" if self._variant.speed == TensorProto.FLOAT else self.cast("speed", TensorProto.FLOAT)
        rounded = self.op("Round", self.op("Div", frames, speed))
        whole = self.cast(self.op("Clip", rounded, self.number(1.0), ""), TensorProto.INT64)
        return self.op("Squeeze", whole, output=DURATION if self._variant.is_timed else "")

    def _alignment(self, durations: str, length: str) -> str:
        """[1, tokens, frames], of zeros and ones."""
        index = self._summed_index(durations) if "loop" in self._variant.without else self._looped(durations, length)
        total = self.size(index, 0)
        zeros = (
            self.zeros(self.shape(length, total))
            if not self._variant.is_respelled
            else self._plain_zeros(length, total)
        )
        numbers = self.arange(total)
        ones = self.put(zeros, [index, numbers], self.number(1.0), alone=True)
        return self.cast(self.unsqueeze(ones, 0), TensorProto.FLOAT)

    def _plain_zeros(self, *sizes: str) -> str:
        """Zeros of float32 are what ConstantOfShape gives unless it is told otherwise."""
        return self.op("ConstantOfShape", self.shape(*sizes))

    def _summed_index(self, durations: str) -> str:
        """repeat_interleave without a loop."""
        ends = self.op("CumSum", durations, self.number(0))
        total = self.op("Gather", ends, self.number(-1), axis=0)
        over = self.op("GreaterOrEqual", self.unsqueeze(self.arange(total), 1), ends)
        return self.op("ReduceSum", self.cast(over, TensorProto.INT64), self.number([1]), keepdims=0)

    def _looped(self, durations: str, length: str) -> str:
        """torch.repeat_interleave(torch.arange(length), durations)."""
        values = self.reshape(self.arange(length), self.number([-1]))
        count = self.unsqueeze(self.size(values, 0), 0)
        given = self.op("Gather", self.op("Shape", durations), self.number([0]), axis=0)
        is_one = self.op("Equal", given, self.number([1]))
        repeats = self.op("Where", is_one, self.op("Expand", durations, count), durations)
        ones = self.filled(self.op("Shape", repeats), np.int64(1))
        sequences = [self.op("SplitToSequence", x, ones, axis=0) for x in (repeats, values)]
        empty = self.op("SequenceEmpty", dtype=TensorProto.INT64)
        body = self._round(*sequences)
        return self.op("ConcatFromSequence", self.op("Loop", count, self.number(True), empty, body=body), axis=0)

    def _round(self, repeats: str, values: str) -> Any:
        number, condition, made = (self._name() for _ in range(3))

        def write() -> list[str]:
            repeat, value = (self.op("SequenceAt", sequence, number) for sequence in (repeats, values))
            column = self.unsqueeze(value, 1)
            if self._variant.is_respelled:
                many = self.op("Identity", self.op("Tile", value, repeat))
            else:
                shape = self.op("Concat", self.number([1]), repeat, self.number(np.array([], np.int64)), axis=0)
                many = self.reshape(self.expand(column, shape), self.number([-1]))
            longer = self.op("SequenceInsert", made, many)
            return [self.cast(self.number(True), TensorProto.BOOL), longer]

        inputs = (
            helper.make_tensor_value_info(number, TensorProto.INT64, []),
            helper.make_tensor_value_info(condition, TensorProto.BOOL, []),
            helper.make_tensor_sequence_value_info(made, TensorProto.INT64, None),
        )
        return self.subgraph(write, inputs)

    def _tones(self, x: str, style: str) -> tuple[str, str]:
        """Fundamental frequency and energy: [B, 2 * frames]."""
        y = self.transpose(self._recurrent(self.transpose(x, 2, 0, 1), HIDDEN + STYLE), 1, 2, 0)
        tone = self._block(self._block(y, HIDDEN, HIDDEN, style), HIDDEN, HIDDEN // 2, style, is_longer=True)
        energy = self._block(y, HIDDEN, HIDDEN // 2, style, is_longer=True)
        tone = self._conv(tone, HIDDEN // 2, 1, 1, scale=20, mean=130)
        energy = self._conv(energy, HIDDEN // 2, 1, 1)
        return self.squeezed(tone, 1), self.squeezed(energy, 1)
