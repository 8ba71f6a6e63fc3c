"""Runs the graphs of these tests on the CPU, and says how far apart their results are."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import GraphProto, ModelProto, NodeProto, TensorProto, helper
from small_kokoro import PLAIN, SPECTRUM, Variant, make_small_kokoro

from wyoming_kokoro.runtime.graph.editing import Graph, subgraphs
from wyoming_kokoro.runtime.graph.observation import Inputs, Observed, feeds
from wyoming_kokoro.runtime.graph.preparing import Report, prepare
from wyoming_kokoro.runtime.session import run_once

OWN = "_that_the_model_made"
SECOND = Variant(tokens="input_ids", is_timed=True, speed=TensorProto.INT32, noise=1)
"""The layout of release v1.1."""
OTHER = Variant(has_any_batch=True, is_respelled=True)
"""As other exporters write it."""


@dataclass(frozen=True)
class Prepared:
    original: ModelProto
    model: ModelProto
    report: Report


@cache
def prepared(variant: Variant = PLAIN) -> Prepared:
    original = make_small_kokoro(variant)
    return Prepared(original, *prepare(original, run))


def run(model: ModelProto, inputs: Inputs) -> Inputs:
    return run_once(model.SerializeToString(), inputs)


def result(model: ModelProto, **inputs: NDArray[Any]) -> NDArray[Any]:
    """The first output."""
    return next(iter(run(model, [inputs])[0].values()))


def largest(one: ModelProto, other: ModelProto, inputs: Inputs) -> float:
    """The largest relative difference of an output between two models, over all the inputs."""
    pairs = zip(run(one, inputs), run(other, inputs), strict=True)
    return max(relative(want[name], got[name]) for want, got in pairs for name in want)


def seen_of(**shapes: Sequence[tuple[int, ...]]) -> Observed:
    """What would be known if these shapes had been observed."""
    return Observed({name: tuple(each) for name, each in shapes.items()}, {})


def kinds(model: ModelProto | GraphProto) -> Counter[str]:
    """How many nodes of each kind there are, subgraphs included."""
    graph = model.graph if isinstance(model, ModelProto) else model
    nodes: list[NodeProto] = list(graph.node)
    inner = (kinds(subgraph) for node in nodes for subgraph in subgraphs(node))
    return sum(inner, Counter(node.op_type for node in nodes))


def sentences(model: ModelProto, *lengths: int) -> Inputs:
    return [feeds(Graph(model), length) for length in lengths]


def with_spectra(model: ModelProto, inputs: Inputs) -> Inputs:
    """What the model makes of inputs, the spectrum of its harmonic source included."""
    copy = _copy(model)
    copy.graph.output.append(helper.make_empty_tensor_value_info(SPECTRUM))
    return run(copy, inputs)


def fed(model: ModelProto, inputs: Inputs, spectra: Inputs) -> Inputs:
    """What the model makes of inputs with the spectra that another has made."""
    inputs = [given | {SPECTRUM: made[SPECTRUM]} for given, made in zip(inputs, spectra, strict=True)]
    copy = _copy(model)
    for node in copy.graph.node:
        node.output[:] = [name + OWN if name == SPECTRUM else name for name in node.output]
    kind = helper.np_dtype_to_tensor_dtype(inputs[0][SPECTRUM].dtype)
    copy.graph.input.append(helper.make_tensor_value_info(SPECTRUM, kind, None))
    return run(copy, inputs)


def farthest(one: ModelProto, other: ModelProto, *lengths: int) -> float:
    """The largest relative difference of an output, where the second model is fed with the spectra of the first."""
    inputs = sentences(one, *lengths)
    expected = with_spectra(one, inputs)
    pairs = zip(expected, fed(other, inputs, expected), strict=True)
    return max(relative(want[name], got[name]) for want, got in pairs for name in got)


def relative(want: NDArray[Any], got: NDArray[Any]) -> float:
    """L2; the shapes must be the same."""
    assert want.shape == got.shape
    wanted, found = want.astype(np.float64), got.astype(np.float64)
    return float(np.linalg.norm(found - wanted) / max(float(np.linalg.norm(wanted)), 1e-30))


def log_mel_distance(one: NDArray[Any], other: NDArray[Any]) -> float:
    """The mean absolute difference in dB of 40 bands, over what both are long."""
    length = min(len(one), len(other))
    first, second = (_log_mel(audio[:length].astype(np.float64)) for audio in (one, other))
    return float(np.abs(first - second).mean())


def _log_mel(audio: NDArray[np.float64]) -> NDArray[np.float64]:
    size, bands = 1024, 40
    frames = np.lib.stride_tricks.sliding_window_view(audio, size)[::256] * np.hanning(size)
    power = np.abs(np.fft.rfft(frames)) ** 2
    top = 2595 * np.log10(1 + 12_000 / 700)
    edges = 700 * (10 ** (np.linspace(0, top, bands + 2) / 2595) - 1) * size / 24_000
    bins = np.arange(power.shape[1])
    bank = np.array([np.interp(bins, edges[i : i + 3], [0, 1, 0], left=0, right=0) for i in range(bands)])
    return np.asarray(10 * np.log10(power @ bank.T + 1e-6))


def _copy(model: ModelProto) -> ModelProto:
    copy = ModelProto()
    copy.CopyFrom(model)
    return copy
