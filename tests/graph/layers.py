"""The layers that the parts of the small Kokoro have in common, each as PyTorch's exporter writes it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from onnx import TensorProto

from graph.exporter import Writer

STYLE = 128
"""Of each half of the style: the first is for the sound, the second for the prosody."""
HIDDEN = 16


@dataclass(frozen=True)
class Variant:
    tokens: str = "tokens"
    """Or input_ids, as in v1.1, where the audio is called waveform."""
    is_timed: bool = False
    """Whether there is an output for the durations."""
    is_half: bool = False
    """Weights and sums in float16."""
    keeps_inputs: bool = True
    """In float32, where the rest is float16."""
    speed: int = TensorProto.FLOAT
    """Its kind: INT32 as in some files of v1.1."""
    has_any_batch: bool = False
    """Whether the batch is an axis without a size: then more shapes are computed."""
    noise: float | None = None
    """The seed of the noise in the harmonic source; None for a model that is the same each time."""
    is_respelled: bool = False
    """Another way to write the same, as other exporters do."""
    without: frozenset[str] = frozenset()
    """Of loop, attention, lstm, style, atan."""


PLAIN = Variant()
"""As the models of release v1.0 are."""


class Layers(Writer):
    def __init__(self, variant: Variant) -> None:
        super().__init__()
        self._variant = variant

    def _style(self, x: str, channels: int, style: str) -> str:
        """AdaIN1d."""
        affine = self.weight(channels, scale=0.2, mean=1), self.weight(channels, scale=0.2)
        norm = self.op("InstanceNormalization", x, *affine, epsilon=1e-5)
        if "style" in self._variant.without:
            return norm
        gamma, beta = self._halves_of(style, channels)
        scaled = self.op("Mul", self.op("Add", gamma, self.number(1.0)), norm)
        return self.op("Add", scaled, beta)

    def _halves_of(self, style: str, channels: int) -> tuple[str, str]:
        weight, bias = self.weight(2 * channels, STYLE, scale=0.15), self.weight(2 * channels, scale=0.2)
        made = self.op("Gemm", style, weight, bias, alpha=1.0, beta=1.0, transB=1)
        if self._variant.is_respelled:
            return self.halves(self.unsqueeze(made, 2))
        if self._variant.has_any_batch:
            return self.halves(self.reshape(made, self.shape(self.size(made, 0), self.size(made, 1), 1)))
        return self.halves(self.reshape(made, self.number([1, 2 * channels, 1])))

    def _normalised(self, x: str, epsilon: float) -> str:
        affine = self.weight(HIDDEN, scale=0.2, mean=1), self.weight(HIDDEN, scale=0.2)
        return self.op("LayerNormalization", x, *affine, **self._norm(epsilon))

    def _norm(self, epsilon: float) -> dict[str, Any]:
        return {"epsilon": epsilon} if self._variant.is_respelled else {"axis": -1, "epsilon": epsilon}

    def _linear(self, x: str, inputs: int, outputs: int) -> str:
        return self._biased(x, self.weight(inputs, outputs), self.weight(outputs, scale=0.2))

    def _biased(self, x: str, weight: str, bias: str) -> str:
        return self._sum(bias, self.op("MatMul", x, weight))

    def _sum(self, one: str, other: str) -> str:
        return self.op("Add", *((other, one) if self._variant.is_respelled else (one, other)))

    def _packed(self, x: str, inputs: int, lengths: str) -> str:
        if "lstm" in self._variant.without:
            return self._linear(x, inputs, HIDDEN)
        return self.packed_lstm(x, inputs, HIDDEN // 2, lengths)

    def _recurrent(self, x: str, inputs: int) -> str:
        if "lstm" in self._variant.without:
            return self._linear(x, inputs, HIDDEN)
        return self.lstm(x, inputs, HIDDEN // 2)

    def _conv(
        self, x: str, inputs: int, outputs: int, taps: int, dilation: int = 1, *, stride: int = 1,
        pad: int | None = None, scale: float = 0, mean: float = 0,
    ) -> str:  # fmt: skip
        """nn.Conv1d, with as many results as inputs unless told otherwise."""
        around = (taps - 1) * dilation // 2 if pad is None else pad
        weight, bias = self.weight(outputs, inputs, taps, scale=scale), self.weight(outputs, scale=0.1, mean=mean)
        settings = {"dilations": [dilation], "pads": [around, around], "strides": [stride]}
        return self._plain_conv(x, weight, bias, **settings)

    def _plain_conv(self, x: str, *weights: str, **settings: Any) -> str:
        return self._convolution("Conv", x, *weights, **settings)

    def _transposed(self, x: str, *weights: str, **settings: Any) -> str:
        return self._convolution("ConvTranspose", x, *weights, **settings)

    def _convolution(self, kind: str, x: str, *weights: str, **settings: Any) -> str:
        taps = next(list(tensor.dims)[2] for tensor in self.weights if tensor.name == weights[0])
        usual: dict[str, Any] = {"dilations": [1], "group": 1, "kernel_shape": [taps], "pads": [0, 0], "strides": [1]}
        return self.op(kind, x, *weights, **usual | settings)

    def _factors(self, factor: float) -> str:
        return self.number([1, 1, factor], np.float32)

    def _mode(self, mode: str) -> dict[str, Any]:
        coordinates = "half_pixel" if mode == "linear" else "asymmetric"
        fixed = {"cubic_coeff_a": -0.75, "nearest_mode": "floor"}
        return {"mode": mode, "coordinate_transformation_mode": coordinates, **fixed}

    def _masked(self, mask: str, x: str) -> str:
        return self.op("Where", self.cast(mask, TensorProto.BOOL), self.number(0.0), x)

    def _block(self, x: str, inputs: int, outputs: int, style: str, *, is_longer: bool = False) -> str:
        """AdainResBlk1d, twice as long at the end if so asked."""
        y = self.op("LeakyRelu", self._style(x, inputs, style), alpha=0.2)
        if is_longer:
            weight, bias = self.weight(inputs, 1, 3), self.weight(inputs, scale=0.1)
            settings = {"group": inputs, "strides": [2], "pads": [1, 1], "output_padding": [1]}
            y = self._transposed(y, weight, bias, **settings)
        y = self._style(self._conv(y, inputs, outputs, 3), outputs, style)
        y = self._conv(self.op("LeakyRelu", y, alpha=0.2), outputs, outputs, 3)
        if is_longer:
            x = self.op("Resize", x, "", self._factors(2), **self._mode("nearest"))
        if inputs != outputs:
            x = self._plain_conv(x, self.weight(outputs, inputs, 1))
        return self.op("Mul", self.op("Add", y, x), self.number(0.5**0.5))
