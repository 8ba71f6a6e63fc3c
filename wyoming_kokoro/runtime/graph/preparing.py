"""All steps from the exported graph to the one for a GPU, in order, and what they found."""

from dataclasses import dataclass, field

from onnx import ModelProto

from wyoming_kokoro.errors import ModelError
from wyoming_kokoro.runtime.graph import arctangent, attending, convolving, recurring, repeating, specialising, styling
from wyoming_kokoro.runtime.graph.editing import Graph
from wyoming_kokoro.runtime.graph.observation import Run, observe

OLDEST_OPSET = 15
"""CastLike is no older; nor are, by two, the axes of operators as inputs."""


@dataclass
class Report:
    before: int
    """Nodes."""
    after: int = 0
    found: dict[str, int] = field(default_factory=dict)
    """What was replaced, and how often."""
    left: int = 0
    """Convolutions that stay."""

    def __str__(self) -> str:
        found = ", ".join(f"{count} {what}" for what, count in self.found.items() if count)
        missing = ", ".join(what for what, count in self.found.items() if not count)
        words = f"{self.before} nodes became {self.after}: {found or 'nothing was found to replace'}"
        words += f"; not found: {missing}" if missing else ""
        return words + (f"; {self.left} convolutions left as they are" if self.left else "")


def prepare(original: ModelProto, run: Run, most_taps: int = 0) -> tuple[ModelProto, Report]:
    """The graph for a GPU. `most_taps` of a convolution in one product, 0 for all: fewer need less memory.

    Raises:
        ModelError: the graph can't be run, or is written in operators that are too old.
    """
    graph = Graph(original)
    if graph.opset < OLDEST_OPSET:
        raise ModelError(f"The model is of opset {graph.opset}, not {OLDEST_OPSET} or newer", "See model.path")
    report = Report(len(original.graph.node))
    found = report.found
    found["loops"] = repeating.replace_repeats(graph)
    seen = observe(graph, run)
    found["nodes for batches"] = specialising.specialise(graph, seen)
    found["adaptive normalisations"] = styling.join_styles(graph)
    found["attentions"] = attending.fuse_attention(graph)
    found["normalised sums"] = attending.fuse_sums(graph)
    found["arctangents"] = arctangent.replace_arctangent(graph)
    found["LSTMs"] = recurring.join_directions(graph)
    found["convolutions"], report.left = convolving.multiply(graph, seen, most_taps)
    report.after = len(graph.nodes)
    return graph.model(), report
