from dataclasses import replace

import numpy as np
import pytest
from onnx import TensorProto
from small_kokoro import DURATION, Variant, make_small_kokoro

from graph.exporter import Writer
from graph.running import OTHER, SECOND, farthest, kinds, log_mel_distance, prepared, relative, run, sentences
from wyoming_kokoro.errors import ModelError
from wyoming_kokoro.runtime.graph.preparing import Report, prepare

FOUND = {
    "loops": 1,
    "adaptive normalisations": 36,
    "attentions": 2,
    "normalised sums": 4,
    "arctangents": 1,
    "LSTMs": 5,
    "convolutions": 57,
}
ROUNDING = 2e-6
"""A relative difference (L2) between float32 models: 1e-6 was seen; optimizing the original makes 4e-7 of it."""
LENGTHS = (1, 40)
"""Tokens: less and more than any that was observed."""
GONE = {"Loop", "Conv", "ConvTranspose", "Atan", "If", "TopK", "Softmax", "Identity", "Constant"}


@pytest.mark.parametrize(
    "variant",
    [
        Variant(),
        SECOND,
        OTHER,
    ],
)
def test_each_layout_and_spelling_is_prepared(variant: Variant) -> None:
    """Both layouts, durations, an open batch, another exporter: everything is found, and the function is the same."""
    found = prepared(variant)
    assert found.report.found == FOUND | {"nodes for batches": found.report.found["nodes for batches"]}
    assert found.report.left == 0
    assert not GONE & set(kinds(found.model)) and kinds(found.model)["Gemm"] == 2
    assert farthest(found.original, found.model, *LENGTHS) < ROUNDING


def test_float16_is_prepared() -> None:
    """As the converter of ONNX Runtime leaves it: the same is found, and it stays float16."""
    found = prepared(Variant(is_half=True, keeps_inputs=False))
    assert found.report.found == FOUND | {"nodes for batches": found.report.found["nodes for batches"]}
    sizes = {tensor.data_type: 0 for tensor in found.model.graph.initializer}
    for tensor in found.model.graph.initializer:
        sizes[tensor.data_type] += int(np.prod(tensor.dims))
    assert sizes[TensorProto.FLOAT16] > 100 * sizes[TensorProto.FLOAT]


@pytest.mark.parametrize(
    ("without", "missing"),
    [
        ({"loop", "lstm"}, {"loops", "LSTMs"}),
        ({"attention", "atan"}, {"attentions", "normalised sums", "arctangents"}),
        ({"style"}, {"adaptive normalisations"}),
    ],
)
def test_a_pattern_that_is_missing_is_said(without: set[str], missing: set[str]) -> None:
    """The others are still found."""
    found = prepared(Variant(without=frozenset(without)))
    assert {name for name, count in found.report.found.items() if not count} == missing
    assert str(found.report).split("; not found: ")[1] == ", ".join(name for name in FOUND if name in missing)
    assert all(found.report.found[name] == count for name, count in FOUND.items() if name not in missing)


def test_with_all_patterns_missing_the_rest_is_the_same() -> None:
    """What there is left to do is right, too."""
    found = prepared(Variant(without=frozenset({"loop", "attention", "lstm", "style", "atan"})))
    assert farthest(found.original, found.model, *LENGTHS) < ROUNDING


def test_a_graph_without_any_pattern_is_left() -> None:
    """The same nodes, and the report says that nothing was found."""
    w = Writer()
    w.op("Neg", w.op("Exp", "style"), output="audio")
    model = w.model({"style": (TensorProto.FLOAT, [1, 256])}, {"audio": (TensorProto.FLOAT, [None, None])})
    made, report = prepare(model, run)
    assert kinds(made) == kinds(model) and list(made.graph.node) == list(model.graph.node)
    assert str(report).startswith("2 nodes became 2: nothing was found to replace; not found: loops, ")


def test_operators_that_are_too_old_are_refused() -> None:
    """What is put in needs those of opset 15."""
    model = make_small_kokoro()
    model.opset_import[0].version = 14
    with pytest.raises(ModelError, match="opset 14"):
        prepare(model, run)


def test_the_report_counts_what_is_in_the_files() -> None:
    """Nodes before and after: about a third is left."""
    found = prepared()
    assert found.report.before == len(found.original.graph.node) > 2.9 * found.report.after
    assert found.report.after == len(found.model.graph.node)
    assert f"{found.report.before} nodes became {found.report.after}: 1 loops, " in str(found.report)
    assert "not found" not in str(found.report) and "left" not in str(found.report)


def test_convolutions_that_stay_are_in_the_report() -> None:
    """They are what makes a new length slow."""
    report = Report(10, 8, {"convolutions": 3, "LSTMs": 0}, 2)
    assert str(report) == "10 nodes became 8: 3 convolutions; not found: LSTMs; 2 convolutions left as they are"


def test_durations_are_the_very_same() -> None:
    """They decide how long the audio is, at any speed."""
    found = prepared(SECOND)
    (given,) = sentences(found.original, 6)
    inputs = [given | {"speed": np.array([speed], np.int32)} for speed in (1, 2)]
    for want, got in zip(run(found.original, inputs), run(found.model, inputs), strict=True):
        assert want[DURATION].tolist() == got[DURATION].tolist()
        assert len(got["waveform"]) == 600 * got[DURATION].sum() == len(want["waveform"])


def test_left_to_itself_it_is_as_near_as_the_original() -> None:
    """The same noise gives the same sound in mel bands; other noise changes it as much as it changes the original."""
    found, second = prepared(SECOND), make_small_kokoro(replace(SECOND, noise=2))
    one, other = sentences(second, 8, 9)
    (want, another), (got,), (noisy,) = (
        [made["waveform"] for made in run(model, inputs)]
        for model, inputs in ((found.original, [one, other]), (found.model, [one]), (second, [one]))
    )
    usual = log_mel_distance(want, noisy)
    assert relative(want, noisy) > 0.1
    assert log_mel_distance(want, got) < min(usual, log_mel_distance(want, another)) / 4
    assert log_mel_distance(noisy, got) < 1.1 * usual
