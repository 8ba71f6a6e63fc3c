"""What the service runs on and what it has done, for Prometheus."""

from collections.abc import Iterator, Mapping
from math import inf

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from wyoming_kokoro import __version__
from wyoming_kokoro.answering.histogram import Histogram
from wyoming_kokoro.answering.journal import Journal
from wyoming_kokoro.speech.engine import Speaker
from wyoming_kokoro.web.house import House

LABELS = ("device", "gpu", "driver", "lane", "onnxruntime", "state")
"""The details that say which; the others are measured."""
MEASURED = {
    "load_seconds": "From opening the model's file to the end of its first inference.",
    "nodes": "Nodes of the model's graph.",
    "nodes_on_cpu": "Nodes that run on the CPU although a GPU is used.",
    "cpu_share": "Part of an inference's time that is spent in those nodes.",
}
PREFIX = "wyoming_kokoro"


class MetricsHandler:
    def __init__(self, house: House) -> None:
        self._house = house

    async def metrics(self, _: web.Request) -> web.Response:
        """GET /metrics."""
        return web.Response(body=exposition(self._house), headers={"Content-Type": CONTENT_TYPE_LATEST})


def exposition(house: House) -> bytes:
    """The text form, as of now."""
    registry = CollectorRegistry()
    registry.register(_Collector(house))
    return generate_latest(registry)


class _Collector(Collector):
    def __init__(self, house: House) -> None:
        self._house = house

    def collect(self) -> Iterator[Metric]:
        yield from _device(self._house.speaker())
        yield from _queue(self._house)
        yield from _requests(self._house.journal)
        yield from _times(self._house.journal)


def _device(speaker: Speaker) -> Iterator[Metric]:
    details = speaker.details
    which = {label: str(details.get(label, "")) for label in LABELS}
    which |= {"engine": speaker.engine.name, "version": __version__}
    yield InfoMetricFamily(PREFIX, "What speaks, and what it runs on.", value=which)
    for name, text in MEASURED.items():
        if name in details:
            yield _gauge(name, text, float(details[name]))
    failures = float(details.get("failures", 0))
    yield _counter("device_failures", "Times that the device failed.", failures)


def _queue(house: House) -> Iterator[Metric]:
    scheduler = house.scheduler
    yield _gauge("queue_segments", "Segments that wait for inference.", scheduler.waiting)
    yield _gauge("running_segments", "Segments that are being inferred.", scheduler.running)
    yield _gauge("parallel_segments", "Segments that may be inferred at once.", house.parallel())
    yield _gauge("queue_characters", "Characters that came in and wait to be spoken.", house.backlog.characters)
    yield _counter("cancelled_segments", "Segments dropped because their listener had left.", scheduler.dropped)


def _requests(journal: Journal) -> Iterator[Metric]:
    connections = GaugeMetricFamily(f"{PREFIX}_connections", "Listeners that are connected.", labels=["protocol"])
    accepted = CounterMetricFamily(f"{PREFIX}_accepted", "Listeners that ever connected.", labels=["protocol"])
    for protocol in ("wyoming", "http"):
        connections.add_metric([protocol], journal.connections[protocol])
        accepted.add_metric([protocol], journal.accepted[protocol])
    requests = CounterMetricFamily(
        f"{PREFIX}_requests", "Requests that have ended.", labels=["protocol", "engine", "outcome"]
    )
    for labels, count in sorted(journal.requests.items()):
        requests.add_metric(list(labels), count)
    yield from (connections, accepted, requests)
    yield _by("errors", "Errors that were answered.", "code", journal.errors)
    audio = {engine: milliseconds / 1000 for engine, milliseconds in journal.audio.items()}
    yield _by("audio_seconds", "Seconds of audio that listeners took.", "engine", audio)
    yield _counter("gaps", "Times that a listener ran out of sound.", journal.gaps)
    yield _counter("gap_seconds", "Seconds for which listeners had nothing to hear.", journal.gap_s)


def _times(journal: Journal) -> Iterator[Metric]:
    yield _spread("first_audio_seconds", "From a request to its first audio.", journal.first_audio)
    yield _spread("inference_seconds", "Inference of one segment.", journal.inference)
    factor = "Seconds of inference for a second of audio."
    yield _spread("real_time_factor", factor, journal.real_time_factor)


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(f"{PREFIX}_{name}", text, value=value)


def _counter(name: str, text: str, value: float) -> Metric:
    return CounterMetricFamily(f"{PREFIX}_{name}", text, value=value)


def _by(name: str, text: str, label: str, values: Mapping[str, float]) -> Metric:
    family = CounterMetricFamily(f"{PREFIX}_{name}", text, labels=[label])
    for key, value in sorted(values.items()):
        family.add_metric([key], value)
    return family


def _spread(name: str, text: str, spreads: Mapping[str, Histogram]) -> Metric:
    family = HistogramMetricFamily(f"{PREFIX}_{name}", text, labels=["engine"])
    for engine, spread in sorted(spreads.items()):
        buckets = [("+Inf" if bound == inf else repr(bound), float(count)) for bound, count in spread.at_most()]
        family.add_metric([engine], buckets, spread.total)
    return family
