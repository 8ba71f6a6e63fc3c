"""From frames to sound: the decoder of the small Kokoro, its harmonic source and its generator."""

from typing import Any

import numpy as np
from onnx import TensorProto

from graph.exporter import LAST
from graph.layers import HIDDEN, Layers

HARMONICS, UPSAMPLED, WINDOW, HOP = 9, 300, 20, 5
FREQUENCIES = WINDOW // 2 + 1
SPECTRUM = "spectrum"
"""The tensor with that of the harmonic source."""


class Sounding(Layers):
    def _decoder(self, text: str, tone: str, energy: str, style: str) -> str:
        tone = self._conv(self.unsqueeze(tone, 1), 1, 1, 3, stride=2, pad=1, scale=0.01)
        energy = self._conv(self.unsqueeze(energy, 1), 1, 1, 3, stride=2, pad=1)
        x = self.op("Concat", text, tone, energy, axis=1)
        x = self._block(x, HIDDEN + 2, 20, style)
        rest = self._conv(text, HIDDEN, 4, 1)
        x = self.op("Concat", x, rest, tone, energy, axis=1)
        x = self._block(x, 26, 20, style)
        x = self.op("Concat", x, rest, tone, energy, axis=1)
        return self._block(x, 26, HIDDEN, style, is_longer=True)

    def _generator(self, x: str, tone: str, style: str) -> str:
        spectrum = self._spectrum(self._source(tone))
        steps = ((HIDDEN, 10, 20, 5, 7, (12, 6, 3), (3, 7)), (HIDDEN // 2, 6, 12, 3, 11, (1, 1, 0), (11,)))
        for number, (channels, stride, taps, pad, noise_taps, (size, hop, around), kernels) in enumerate(steps):
            x = self.op("LeakyRelu", x, alpha=0.1)
            half = channels // 2
            noise = self._conv(spectrum, 2 * FREQUENCIES, half, size, stride=hop, pad=around)
            noise = self._snakes(noise, half, noise_taps, style, dilations=(1,))
            weight, bias = self.weight(channels, half, taps, scale=0.2), self.weight(half)
            x = self._transposed(x, weight, bias, strides=[stride], pads=[pad, pad])
            if number:
                x = self.op("Pad", x, self.padding(1, 0, rank=3), mode="reflect")
            x = self.op("Add", x, noise)
            parts = [self._snakes(x, half, kernel, style) for kernel in kernels]
            x = self.op("Div", self.op("Add", *parts), self.number(2.0)) if parts[1:] else parts[0]
        x = self._conv(self.op("LeakyRelu", x, alpha=0.01), HIDDEN // 4, 2 * FREQUENCIES, 7, scale=0.05)
        return self._inverse(x)

    def _source(self, tone: str) -> str:
        """Sines of the tone and its harmonics, and noise: [B, 1, samples]."""
        tones = self.op("Resize", self.unsqueeze(tone, 1), "", self._factors(UPSAMPLED), **self._mode("nearest"))
        tones = self.transpose(tones, 0, 2, 1)
        each = self.op("Mul", tones, self.number([[list(range(1, HARMONICS + 1))]], np.float32))
        turns = self.op("Div", each, self.number(24000.0))
        whole = self.op("Floor", self.op("Div", turns, self.number(1.0)))
        turns = self.op("Sub", turns, self.op("Mul", whole, self.number(1.0)))
        if self._variant.noise is not None:
            turns = self._started(turns, each)
        turns = self.op(
            "Resize", self.transpose(turns, 0, 2, 1), "", self._factors(1 / UPSAMPLED), **self._mode("linear")
        )
        phase = self.op("CumSum", self.transpose(turns, 0, 2, 1), self.number(1, np.int32))
        phase = self.op("Mul", self.op("Mul", phase, self.number(2.0)), self.number(np.pi, np.float32))
        phase = self.op("Mul", self.transpose(phase, 0, 2, 1), self.number(float(UPSAMPLED)))
        phase = self.op("Resize", phase, "", self._factors(UPSAMPLED), **self._mode("linear"))
        waves = self.op("Mul", self.op("Sin", self.transpose(phase, 0, 2, 1)), self.number(0.1))
        waves = self._voiced(waves, tones)
        merged = self.op("MatMul", waves, self.weight(HARMONICS, 1, scale=1))
        merged = self.op("Tanh", self.op("Add", self.weight(1, scale=0.01), merged))
        return self.transpose(merged, 0, 2, 1)

    def _started(self, turns: str, each: str) -> str:
        """Each harmonic but the first at a random place of its period."""
        blank = self.zeros(self.shape(self.size(each, 0), self.size(each, 2)))
        start = self.op("RandomUniformLike", blank, dtype=TensorProto.FLOAT, seed=float(self._variant.noise or 0))
        first = self.op("Gather", start, self.number(0), axis=1)
        nothing = self.op("Expand", self.zeros(self.op("Shape", first)), self.op("Shape", first))
        rows = self.reshape(self.arange(self.size(start, 0)), self.number([-1, 1]))
        start = self.put(start, [rows, self.number([0])], nothing)
        moved = self.op("Add", self.op("Gather", turns, self.number(0), axis=1), start)
        rows = self.reshape(self.arange(self.size(turns, 0)), self.number([-1, 1, 1]))
        places = [rows, self.number([[0]]), self.arange(self.size(turns, 2))]
        return self.put(turns, places, moved)

    def _voiced(self, waves: str, tones: str) -> str:
        """The waves where there is a tone; noise, if there is any, everywhere."""
        is_voiced = self.cast(self.op("Greater", tones, self.number(10.0)), TensorProto.FLOAT)
        result = self.op("Mul", waves, is_voiced)
        if self._variant.noise is None:
            return result
        loud = self.op("Mul", self.op("Sub", self.number(1.0), is_voiced), self.number(0.1))
        size = self.op("Add", self.op("Mul", is_voiced, self.number(0.003)), self.op("Div", loud, self.number(3.0)))
        noise = self.op("RandomNormalLike", waves, dtype=TensorProto.FLOAT, seed=float(self._variant.noise or 0))
        return self.op("Add", result, self.op("Mul", size, noise))

    def _spectrum(self, wave: str) -> str:
        """Magnitude and phase, [B, 2 * FREQUENCIES, T]."""
        around = self.padding(WINDOW // 2, WINDOW // 2, rank=2)
        wave = self.op("Pad", self.op("Squeeze", wave, self.number([1])), around, mode="edge")
        wave = self.unsqueeze(wave, 1)
        real, imaginary = (
            self._plain_conv(wave, self.given(part[:, None]), strides=[HOP]) for part in (_cosines(), -_sines())
        )
        power = self.op("Add", *(self.op("Pow", part, self.number(2.0)) for part in (real, imaginary)))
        magnitude = self.op("Sqrt", self.op("Add", power, self.number(1e-14)))
        return self.op("Concat", magnitude, self._phase(real, imaginary), axis=1, output=SPECTRUM)

    def _phase(self, real: str, imaginary: str) -> str:
        """torch.atan2(imaginary, real)."""
        zero, pi = self.number(0.0), self.number(np.pi, np.float32)
        is_left = self.op("And", self.op("Equal", imaginary, zero), self.op("Less", real, zero))
        slope = self.op("Div", imaginary, real)
        angle = self.op("Tanh" if "atan" in self._variant.without else "Atan", slope)
        above = self.op("Greater", imaginary, zero)
        turned = self.op("Where", above, self.op("Add", angle, pi), self.op("Sub", angle, pi))
        angle = self.op("Where", self.op("Less", real, zero), turned, angle)
        return self.op("Where", self.cast(is_left, TensorProto.BOOL), pi, angle)

    def _inverse(self, x: str) -> str:
        size = self.op("Exp", self.cut(x, 0, FREQUENCIES, 1))
        angle = self.op("Sin", self.cut(x, FREQUENCIES, LAST, 1))
        parts = [self.op("Mul", size, self.op(kind, angle)) for kind in ("Cos", "Sin")]
        waves = [
            self._transposed(part, self.given(basis[:, None] / WINDOW), strides=[HOP])
            for part, basis in zip(parts, (_cosines(), _sines()), strict=True)
        ]
        return self.cut(self.op("Sub", *waves), WINDOW // 2, -WINDOW // 2, 2)

    def _snakes(self, x: str, channels: int, taps: int, style: str, dilations: tuple[int, ...] = (1, 3, 5)) -> str:
        """AdaINResBlock1."""
        for dilation in dilations:
            y = self._conv(self._snake(self._style(x, channels, style), channels), channels, channels, taps, dilation)
            y = self._conv(self._snake(self._style(y, channels, style), channels), channels, channels, taps)
            x = self.op("Add", y, x)
        return x

    def _snake(self, x: str, channels: int) -> str:
        factor = self.given(np.exp(0.5 * self._chance.standard_normal((1, channels, 1))).astype(np.float32))
        inverse = self.op("Reciprocal", factor)
        square = self.op("Pow", self.op("Sin", self.op("Mul", factor, x)), self.number(2.0))
        return self.op("Add", x, self.op("Mul", inverse, square))


def _angles() -> Any:
    return 2 * np.pi * np.outer(np.arange(FREQUENCIES), np.arange(WINDOW)) / WINDOW


def _cosines() -> Any:
    return (np.cos(_angles()) * np.hanning(WINDOW + 1)[:-1]).astype(np.float32)


def _sines() -> Any:
    return (np.sin(_angles()) * np.hanning(WINDOW + 1)[:-1]).astype(np.float32)
