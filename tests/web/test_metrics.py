"""Metrics that Prometheus can read."""

from fakes import FakeEngine, fake_speaker
from prometheus_client.parser import text_string_to_metric_families

from wyoming_kokoro import __version__
from wyoming_kokoro.speech.engine import Details
from wyoming_kokoro.web.metrics import exposition

GPU: Details = {
    "device": "cuda:0", "gpu": "NVIDIA H200", "driver": "580.1", "lane": "cuda13", "onnxruntime": "1.31.1",
    "load_seconds": 2.125, "state": "loaded", "failures": 3, "reason": "as configured",
    "nodes": 2310, "nodes_on_cpu": 218, "cpu_share": 0.05,
}  # fmt: skip


def read(details: Details) -> dict[str, tuple[dict[str, str], float]]:
    """Metric -> (labels, value), by Prometheus' own parser."""
    speaker = fake_speaker(FakeEngine(), "a note", details=details)
    families = text_string_to_metric_families(exposition(speaker).decode())
    return {sample.name: (dict(sample.labels), sample.value) for family in families for sample in family.samples}


def test_the_device_is_named_and_measured() -> None:
    """Device, GPU, driver, lane and ONNX Runtime as labels; load time, placement and failures as numbers."""
    found = read(GPU)
    labels, one = found.pop("wyoming_kokoro_info")
    assert one == 1 and labels == {
        **{label: GPU[label] for label in ("device", "gpu", "driver", "lane", "onnxruntime", "state")},
        "engine": "fake",
        "version": __version__,
    }
    assert {name: value for name, (_, value) in found.items()} == {
        "wyoming_kokoro_load_seconds": 2.125,
        "wyoming_kokoro_nodes": 2310,
        "wyoming_kokoro_nodes_on_cpu": 218,
        "wyoming_kokoro_cpu_share": 0.05,
        "wyoming_kokoro_device_failures_total": 3,
    }


def test_the_embedded_voice_has_no_device() -> None:
    """Nothing is measured that isn't there."""
    found = read({})
    assert set(found) == {"wyoming_kokoro_info", "wyoming_kokoro_device_failures_total"}
    assert found["wyoming_kokoro_info"][0]["engine"] == "fake"
