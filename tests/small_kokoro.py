"""A small ONNX model with every op pattern of Kokoro as PyTorch exports it: few channels, weights that mean nothing.

The parts, their order and their spelling are those of the exported Kokoro-82M: what its preparation looks for is here.
"""

from graph.exporter import LAST, Tensors
from graph.layers import PLAIN, STYLE, Variant
from graph.reading import Reading
from graph.sounding import SPECTRUM, Sounding
from graph.timing import DURATION, Timing
from onnx import ModelProto, TensorProto
from onnxruntime.transformers.float16 import convert_float_to_float16

__all__ = ["DURATION", "PLAIN", "SPECTRUM", "Variant", "make_small_kokoro"]


def make_small_kokoro(variant: Variant = PLAIN) -> ModelProto:
    model = _Network(variant).write()
    return convert_float_to_float16(model, keep_io_types=variant.keeps_inputs) if variant.is_half else model


class _Network(Reading, Timing, Sounding):
    def write(self) -> ModelProto:
        variant = self._variant
        tokens, first = variant.tokens, "batch" if variant.has_any_batch else 1
        audio = "audio" if tokens == "tokens" else "waveform"
        batch, length = self.size(tokens, 0), self.size(tokens, 1)
        lengths, mask = self._mask(batch, length)
        prosody = self.cut("style", STYLE, LAST, 1)
        text = self._bert(tokens, mask, batch, length)
        encoded = self._duration_encoder(text, prosody, lengths, mask)
        durations = self._durations(encoded)
        alignment = self._alignment(durations, length)
        tone, energy = self._tones(self.op("MatMul", encoded, alignment), prosody)
        spoken = self.op("MatMul", self._text_encoder(tokens, lengths, mask), alignment)
        sound = self.cut("style", 0, STYLE, 1)
        wave = self._generator(self._decoder(spoken, tone, energy, sound), tone, sound)
        self.op("Squeeze", wave, output=audio)
        inputs: Tensors = {
            tokens: (TensorProto.INT64, [first, "n"]),
            "style": (TensorProto.FLOAT, [first, 2 * STYLE]),
            "speed": (variant.speed, [1]),
        }
        outputs: Tensors = {audio: (TensorProto.FLOAT, ["m"])}
        if variant.is_timed:
            outputs[DURATION] = (TensorProto.INT64, ["n"])
        return self.model(inputs, outputs)
