"""What the service runs on, for Prometheus."""

from collections.abc import Iterator

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from wyoming_kokoro import __version__
from wyoming_kokoro.speech.engine import Speaker

CONTENT_TYPE = CONTENT_TYPE_LATEST
LABELS = ("device", "gpu", "driver", "lane", "onnxruntime", "state")
"""The details that say which; the others are measured."""
MEASURED = {
    "load_seconds": "From opening the model's file to the end of its first inference.",
    "nodes": "Nodes of the model's graph.",
    "nodes_on_cpu": "Nodes that run on the CPU although a GPU is used.",
    "cpu_share": "Part of an inference's time that is spent in those nodes.",
}


def exposition(speaker: Speaker) -> bytes:
    """The text form, as of now."""
    registry = CollectorRegistry()
    registry.register(_Collector(speaker))
    return generate_latest(registry)


class _Collector(Collector):
    def __init__(self, speaker: Speaker) -> None:
        self._speaker = speaker

    def collect(self) -> Iterator[Metric]:
        details = self._speaker.details
        which = {label: str(details.get(label, "")) for label in LABELS}
        which |= {"engine": self._speaker.engine.name, "version": __version__}
        yield InfoMetricFamily("wyoming_kokoro", "What speaks, and what it runs on.", value=which)
        for name, text in MEASURED.items():
            if name in details:
                yield GaugeMetricFamily(f"wyoming_kokoro_{name}", text, value=float(details[name]))
        failures = float(details.get("failures", 0))
        yield CounterMetricFamily("wyoming_kokoro_device_failures", "Times that the device failed.", value=failures)
