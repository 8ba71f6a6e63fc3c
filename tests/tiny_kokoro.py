"""A tiny real ONNX model with Kokoro's inputs and outputs, whose audio can be read back to its tokens.

* Token i lasts max(1, round((3 + i % 3) / speed)) frames of 600 samples; the pad (0) lasts 4. The pad and the marks
  of a clause (1 to 3) are silent.
* A frame of token i holds a sine of 40 * (i + 5) Hz: a whole number of cycles, so that any window of 600 samples inside
  one token has its peak at bin i + 5.
* Its amplitude is style[0, 0], which is the voice's own; style[0, 1] is the row, and shifts nothing.
"""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

TOKENS, FRAME, SHIFT, PAD_FRAMES, RATE = 178, 600, 5, 4, 24_000
VOICES = {"af_heart": 0.30, "af_bella": 0.45, "am_adam": 0.20, "bf_emma": 0.60, "ef_dora": 0.50, "ff_siwis": 0.40}

FLOAT, INT = np.dtype(np.float32), np.dtype(np.int64)


def frames(token: int, speed: float = 1.0) -> int:
    """How many frames the model gives the token."""
    base = PAD_FRAMES if token == 0 else 3 + token % 3
    return max(1, int(np.rint(np.float32(base) / np.float32(speed))))


def write_model(path: Path, *, tokens: str = "tokens", timed: bool = False, gain: float = 1.0) -> Path:
    """`tokens` names the input: tokens as in v1.0, input_ids as in v1.1. A `gain` of 0 or NaN makes a broken model."""
    constants: dict[str, tuple[Any, np.dtype[Any]]] = {
        "base": ([PAD_FRAMES if i == 0 else 3 + i % 3 for i in range(TOKENS)], FLOAT),
        "angle": ([2 * np.pi * (i + SHIFT) / FRAME * (i > 3) for i in range(TOKENS)], FLOAT),
        "one": (1, FLOAT), "gain": (gain, FLOAT), "zero": (0, INT), "step": (1, INT), "frame": (FRAME, INT),
        "axis0": ([0], INT), "axis1": ([1], INT), "flat": ([-1], INT), "from": ([0, 0], INT), "to": ([1, 1], INT),
        "axes": ([0, 1], INT),
    }  # fmt: skip
    waveform = "audio" if tokens == "tokens" else "waveform"
    nodes = [
        ("Reshape", [tokens, "flat"], "ids"),
        ("Gather", ["base", "ids"], "lengths"), ("Div", ["lengths", "speed"], "spoken"),
        ("Round", ["spoken"], "rounded"),
        ("Max", ["rounded", "one"], "bounded"), ("Cast", ["bounded"], "duration"),
        ("CumSum", ["duration", "zero"], "ends"),
        ("ReduceSum", ["duration"], "total"), ("Range", ["zero", "total", "step"], "frames"),
        ("Unsqueeze", ["frames", "axis1"], "rows"), ("Unsqueeze", ["ends", "axis0"], "columns"),
        ("GreaterOrEqual", ["rows", "columns"], "over"), ("Cast", ["over"], "passed"),
        ("ReduceSum", ["passed", "axis1"], "position"), ("Gather", ["ids", "position"], "token"),
        ("Gather", ["angle", "token"], "angles"), ("Unsqueeze", ["angles", "axis1"], "turns"),
        ("Range", ["zero", "frame", "step"], "samples"), ("CastFloat", ["samples"], "time"),
        ("Mul", ["turns", "time"], "phase"), ("Sin", ["phase"], "wave"),
        ("Slice", ["style", "from", "to", "axes"], "own"), ("Mul", ["own", "gain"], "amplitude"),
        ("Mul", ["wave", "amplitude"], "loud"), ("Reshape", ["loud", "flat"], waveform),
    ]  # fmt: skip
    inputs: list[tuple[str, int, list[int | str | None]]] = [
        (tokens, TensorProto.INT64, [1, "n"]),
        ("style", TensorProto.FLOAT, [1, 256]),
        ("speed", TensorProto.FLOAT, [1]),
    ]
    outputs: list[tuple[str, int, list[int | str | None]]] = [(waveform, TensorProto.FLOAT, ["m"])]
    if timed:
        outputs.append(("duration", TensorProto.INT64, ["n"]))
    graph = helper.make_graph(
        [_node(*node) for node in nodes],
        "tiny_kokoro",
        [helper.make_tensor_value_info(name, kind, shape) for name, kind, shape in inputs],
        [helper.make_tensor_value_info(name, kind, shape) for name, kind, shape in outputs],
        [numpy_helper.from_array(np.asarray(value, kind), name) for name, (value, kind) in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, str(path))
    return path


def _node(op: str, inputs: list[str], output: str) -> onnx.NodeProto:
    if op == "CastFloat":
        return helper.make_node("Cast", inputs, [output], to=TensorProto.FLOAT)
    if op == "Cast":
        return helper.make_node(op, inputs, [output], to=TensorProto.INT64)
    if op == "ReduceSum":
        return helper.make_node(op, inputs, [output], keepdims=0)
    return helper.make_node(op, inputs, [output])


def write_voices(path: Path, voices: dict[str, float] = VOICES) -> Path:
    """Each voice's amplitude in column 0 of its (510, 1, 256) styles, the row's number in column 1."""
    styles = {name: np.zeros((510, 1, 256), np.float32) for name in voices}
    for name, amplitude in voices.items():
        styles[name][:, 0, 0] = amplitude
        styles[name][:, 0, 1] = np.arange(510)
    with path.open("wb") as file:
        np.savez_compressed(file, **styles)  # type: ignore[arg-type]
    return path


def write_files(folder: Path) -> tuple[Path, Path]:
    """Model and voices under the official names of release v1.1."""
    folder.mkdir(parents=True, exist_ok=True)
    model = write_model(folder / "kokoro-v1.0.onnx", tokens="input_ids", timed=True)
    return model, write_voices(folder / "voices-v1.0.bin")


def decode(audio: NDArray[np.float32], speed: float = 1.0) -> list[int]:
    """The tokens that the audio was made of, without pads, clause marks and pauses."""
    hop = 50
    if len(audio) < FRAME:
        return []
    windows = np.lib.stride_tricks.sliding_window_view(np.asarray(audio, np.float32), FRAME)[::hop]
    spectrum = np.abs(np.fft.rfft(windows, axis=1)) ** 2
    peak, power = spectrum.argmax(1), spectrum.sum(1)
    pure = (power > 1e-2) & (spectrum[np.arange(len(peak)), peak] > 0.98 * power)  # inside one token
    tokens: list[int] = []
    start = 0
    while start < len(peak):
        end = start + 1
        while pure[start] and end < len(peak) and pure[end] and peak[end] == peak[start]:
            end += 1
        if pure[start]:
            token = int(peak[start]) - SHIFT
            length = (end - 1 - start) * hop + FRAME
            tokens += [token] * max(1, round(length / (frames(token, speed) * FRAME)))
        start = end
    return tokens
