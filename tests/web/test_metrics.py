"""Metrics that Prometheus can read."""

import json
import re
from pathlib import Path

from fakes import FakeEngine, fake_speaker
from prometheus_client.parser import text_string_to_metric_families

from wyoming_kokoro import __version__
from wyoming_kokoro.answering.backlog import Backlog
from wyoming_kokoro.answering.journal import Journal
from wyoming_kokoro.config import Config
from wyoming_kokoro.runtime.scheduler import Scheduler
from wyoming_kokoro.speech.engine import Details
from wyoming_kokoro.web.house import House
from wyoming_kokoro.web.metrics import exposition

ROOT = Path(__file__).parent.parent.parent
GPU: Details = {
    "device": "cuda:0", "gpu": "NVIDIA H200", "driver": "580.1", "lane": "cuda13", "onnxruntime": "1.31.1",
    "load_seconds": 2.125, "state": "loaded", "failures": 3, "reason": "as configured",
    "nodes": 2310, "nodes_on_cpu": 218, "cpu_share": 0.05,
}  # fmt: skip


def read(details: Details, journal: Journal | None = None) -> dict[str, list[tuple[dict[str, str], float]]]:
    """Metric -> (labels, value) of its samples, by Prometheus' own parser."""
    speaker = fake_speaker(FakeEngine(), "a note", details=details)
    house = House(Config(), lambda: speaker, Scheduler(), Backlog(60), journal or Journal())
    found: dict[str, list[tuple[dict[str, str], float]]] = {}
    for family in text_string_to_metric_families(exposition(house).decode()):
        for sample in family.samples:
            found.setdefault(sample.name, []).append((dict(sample.labels), sample.value))
    return found


async def test_the_device_is_named_and_measured() -> None:
    """Device, GPU, driver, lane and ONNX Runtime as labels; load time, placement and failures as numbers."""
    found = read(GPU)
    [(labels, one)] = found.pop("wyoming_kokoro_info")
    assert one == 1 and labels == {
        **{label: GPU[label] for label in ("device", "gpu", "driver", "lane", "onnxruntime", "state")},
        "engine": "fake",
        "version": __version__,
    }
    measured = {
        "wyoming_kokoro_load_seconds": 2.125,
        "wyoming_kokoro_nodes": 2310,
        "wyoming_kokoro_nodes_on_cpu": 218,
        "wyoming_kokoro_cpu_share": 0.05,
        "wyoming_kokoro_device_failures_total": 3,
    }
    assert {name: found[name] for name in measured} == {name: [({}, value)] for name, value in measured.items()}


async def test_the_embedded_voice_has_no_device() -> None:
    """Nothing is measured that isn't there."""
    found = read({})
    assert not found.keys() & {"wyoming_kokoro_load_seconds", "wyoming_kokoro_nodes"}
    assert found["wyoming_kokoro_info"][0][0]["engine"] == "fake"


async def test_requests_are_counted_and_timed() -> None:
    """By protocol, engine and outcome; histograms as Prometheus has them, rising to infinity."""
    journal = Journal()
    journal.connected("wyoming")
    journal.errors["limit"] += 2
    with journal.request("wyoming", "af_heart", "fake") as entry:
        journal.heard(entry, 0.05)
        journal.inferred(entry, 0.5, 2.0)
        journal.late(entry, 1.5)
        entry.audio = 2.5
    found = read({}, journal)
    spoken = {"protocol": "wyoming", "engine": "fake", "outcome": "spoken"}
    assert found["wyoming_kokoro_requests_total"] == [(spoken, 1)]
    assert found["wyoming_kokoro_errors_total"] == [({"code": "limit"}, 2)]
    assert ({"protocol": "wyoming"}, 1) in found["wyoming_kokoro_connections"]
    assert found["wyoming_kokoro_audio_seconds_total"] == [({"engine": "fake"}, 2.5)]
    assert found["wyoming_kokoro_gaps_total"] == [({}, 1)] and found["wyoming_kokoro_gap_seconds_total"] == [({}, 1.5)]
    buckets = {labels["le"]: value for labels, value in found["wyoming_kokoro_first_audio_seconds_bucket"]}
    assert (buckets["0.025"], buckets["0.05"], buckets["+Inf"]) == (0, 1, 1)
    assert found["wyoming_kokoro_real_time_factor_sum"] == [({"engine": "fake"}, 0.25)]


async def test_the_dashboard_asks_for_what_there_is() -> None:
    """Each metric in a query of deploy/grafana is one that the service has."""
    journal = Journal()
    journal.errors["limit"] += 1
    with journal.request("wyoming", "af_heart", "fake") as entry:
        journal.heard(entry, 0.05)
        journal.inferred(entry, 0.5, 2.0)
    dashboard = json.loads((ROOT / "deploy" / "grafana" / "wyoming-kokoro.json").read_text())
    asked = [target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", ())]
    named = {name for query in asked for name in re.findall(r"wyoming_kokoro_\w+", query)}
    assert len(named) > 12 and named <= read(GPU, journal).keys()
