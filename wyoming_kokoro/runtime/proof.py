"""What Kokoro really runs on, as it was found by running it: for the log, info, the status page and the metrics."""

from dataclasses import dataclass

from wyoming_kokoro.runtime.devices import Choice
from wyoming_kokoro.runtime.facts import Facts
from wyoming_kokoro.runtime.inference import Inference
from wyoming_kokoro.runtime.placement import Placement
from wyoming_kokoro.speech.engine import Details


@dataclass(frozen=True)
class Proof:
    choice: Choice
    facts: Facts
    load_s: float
    warm_s: float
    """Seconds to open the model, and those that the first inferences took after that."""
    placement: Placement | None
    """None on the CPU, where every node is, and where it couldn't be counted."""
    graph: str
    """Whether it was prepared for the device, or why not; empty on the CPU, for which nothing is prepared."""

    def note(self, inference: Inference) -> str:
        """One line, without a final full stop."""
        device = inference.device
        build = f"lane {self.facts.build.lane}, ONNX Runtime {self.facts.build.version}"
        match inference.state:
            case "unloaded":
                return f"Kokoro was idle and {device} is free; the next sentence loads it again"
            case "failed":
                return f"Kokoro speaks on cpu until {device} is ready again, which failed: {inference.error}"
            case "given up":
                times = "once" if inference.failures == 1 else f"{inference.failures} times"
                failures = f"{device} failed {times}, {inference.error}"
                return f"Kokoro speaks on cpu until the service is restarted: {failures}"
            case "gone":
                return f"Kokoro doesn't speak: {inference.error}"
        where = ", ".join(filter(None, (self._gpu, self._driver, self.choice.reason)))
        placed = str(self.placement) if self.placement else ""
        ready = f"loaded in {self.load_s:.1f} s, warmed up in {self.warm_s:.1f} s"
        return ", ".join(filter(None, (f"Kokoro speaks on {device} ({where})", ready, build, self.graph, placed)))

    def details(self, inference: Inference) -> Details:
        """The same for machines. `device` is what infers now."""
        fallen = inference.state in ("failed", "given up")
        details: Details = {
            "device": "cpu" if fallen else str(inference.device),
            "gpu": self._gpu,
            "driver": self.facts.machine.driver,
            "lane": self.facts.build.lane,
            "onnxruntime": self.facts.build.version,
            "load_seconds": round(self.load_s, 3),
            "warm_up_seconds": round(self.warm_s, 3),
            "graph": self.graph,
            "state": inference.state,
            "failures": inference.failures,
            "reason": self.choice.reason,
        }
        if self.placement:
            details |= {"nodes": self.placement.nodes, "nodes_on_cpu": self.placement.on_cpu}
            details |= {"cpu_share": round(self.placement.cpu_share, 4)}
        return details

    @property
    def _gpu(self) -> str:
        device = self.choice.device
        return self.facts.machine.gpus[device.index].name if device.kind == "cuda" else ""

    @property
    def _driver(self) -> str:
        return f"driver {self.facts.machine.driver}" if self._gpu and self.facts.machine.driver else ""
