"""The figures of a report as one picture."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from wyoming_kokoro.bench.figures import Report, Spread
from wyoming_kokoro.errors import KokoroError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

KINDS = (".png", ".svg")
PANEL, DPI = (6.4, 4.2), 130
"""Inches of each panel, and dots for an inch."""
LONGEST_TITLE = 160
"""Characters that fit above two panels."""
COLOURS = {"ours": "#1b6ca8", "library": "#c8553d", "exported": "#d99a2b", "floor": "#8a8a8a"}
SHADE = 0.15
BAR = 0.26
"""Width, where the distance of two groups is 1."""

STEPS = (1, 1.5, 2, 3, 5, 7)
"""Of a decade, that a logarithmic axis names."""


def check(path: Path) -> None:
    """Raises KokoroError before anything is measured: no picture can be made, or not of this kind, or not there."""
    if path.suffix.lower() not in KINDS:
        raise KokoroError(f"A plot can't be written as {path.name!r}", f"End its name with {' or '.join(KINDS)}")
    if not path.parent.is_dir():
        raise KokoroError(f"There is no folder {path.parent} for the plot", "Make it, or give another file")
    try:
        import matplotlib  # noqa: F401 - an extra
    except ImportError as error:
        remedy = "Install it (python -m pip install matplotlib), or plot with --from where it is"
        raise KokoroError(f"A plot needs matplotlib, which can't be imported: {error}", remedy) from None


def draw(report: Report, path: Path) -> None:
    """Writes PNG or SVG. Raises OSError where it can't."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    panels = _panels(report)
    columns = min(2, len(panels))
    rows = -(-len(panels) // columns)
    figure = Figure((PANEL[0] * columns, PANEL[1] * rows + 0.5), layout="constrained")
    figure.suptitle(_title(report), fontsize=9)
    for panel, axes in zip(panels, figure.subplots(rows, columns, squeeze=False).flat, strict=False):
        panel(report, axes)
        axes.spines[["top", "right"]].set_visible(False)
    for axes in figure.axes[len(panels) :]:
        axes.remove()
    with rc_context({"svg.hashsalt": "bench"}):  # the same figures give the same file
        figure.savefig(path, dpi=DPI, metadata={"Date": None} if path.suffix.lower() == ".svg" else None)


def _panels(report: Report) -> list[Callable[[Report, "Axes"], None]]:
    """Those of which something was measured; clients are always."""
    panels: list[Callable[[Report, Axes], None]] = []
    if any(case.floor for case in report.first_audio):
        panels.append(_first_audio)
    if report.inference:
        panels.append(_inference)
    return [*panels, _clients, _throughput]


def _title(report: Report) -> str:
    on = report.machine
    device = on.gpu or f"{on.cpu}, {on.cores} cores"
    runtime = f", ONNX Runtime {on.onnxruntime}" if on.onnxruntime else ""
    return f"{device}{runtime}, wyoming-kokoro {on.program}, {report.began[:10]}"[:LONGEST_TITLE]


def _first_audio(report: Report, axes: "Axes") -> None:
    cases = [case for case in report.first_audio if case.floor]
    bars: list[tuple[str, str, list[Spread | None]]] = [
        ("this service, first chunk at the client", "ours", [case.ours for case in cases]),
        ("floor: a bare run of the whole sentence", "floor", [case.floor for case in cases]),
        ("plain library: create", "library", [case.create for case in cases]),
    ]
    for number, (label, colour, spreads) in enumerate(bars):
        places = [group + (number - 1) * BAR for group in range(len(cases))]
        drawn = [(place, each) for place, each in zip(places, spreads, strict=True) if each]
        heights = [1000 * each.median for _, each in drawn]
        shown = axes.bar([place for place, _ in drawn], heights, BAR * 0.92, color=COLOURS[colour], label=label)
        axes.bar_label(shown, [f"{height:,.0f}" for height in heights], fontsize=8, padding=2)
    axes.set_xticks(range(len(cases)), [_sentence(case.text, case.characters) for case in cases])
    _label(axes, "First audio of one listener, median", "", "ms")
    axes.margins(y=0.28)


def _sentence(name: str, characters: Sequence[int]) -> str:
    least, most = min(characters), max(characters)
    return (
        f"{name} sentence ({least} to {most} characters)" if least < most else f"{name} sentence ({least} characters)"
    )


def _inference(report: Report, axes: "Axes") -> None:
    rows = report.inference
    tokens = [row.tokens for row in rows]
    _line(axes, tokens, [row.library for row in rows], "plain library's session", "library")
    _line(axes, tokens, [row.exported for row in rows], "model as exported", "exported")
    _line(axes, tokens, [row.ours for row in rows], "model as this service loads it", "ours")
    _logarithmic(axes, tokens, both=True)
    _label(axes, "One inference, ever-new lengths: median and p95", "tokens", "ms")


def _clients(report: Report, axes: "Axes") -> None:
    clients = [level.clients for level in report.levels]
    firsts = [level.together for level in report.levels]
    _line(axes, clients, firsts, "median, and up to p95", "ours")
    worst = [1000 * each.worst if each else None for each in firsts]
    points = [(count, value) for count, value in zip(clients, worst, strict=True) if value is not None]
    axes.plot(*zip(*points, strict=True), "_", color=COLOURS["library"], markersize=9, label="worst")
    _logarithmic(axes, clients, both=True)
    _label(axes, "First audio, all asking at the same moment", "clients at once", "ms")


def _throughput(report: Report, axes: "Axes") -> None:
    clients = [level.clients for level in report.levels]
    values = [level.throughput for level in report.levels]
    axes.plot(clients, values, "o-", color=COLOURS["ours"])
    for count, value in zip(clients, values, strict=True):
        axes.annotate(
            f"{value:,.{0 if value >= 100 else 1}f}",
            (count, value),
            (0, 6),
            textcoords="offset points",
            ha="center",
            fontsize=8,
        )
    _logarithmic(axes, clients, both=False)
    axes.set_ylim(0, 1.2 * max(values))
    _label(axes, "Seconds of audio made in a second", "clients at once", "")


def _line(axes: "Axes", places: Sequence[int], spreads: Sequence[Spread | None], label: str, colour: str) -> None:
    """The medians, with the range from there to p95 shaded."""
    drawn = [(place, each) for place, each in zip(places, spreads, strict=True) if each]
    if not drawn:
        return
    x = [place for place, _ in drawn]
    medians, p95 = [1000 * each.median for _, each in drawn], [1000 * each.p95 for _, each in drawn]
    axes.plot(x, medians, "o-", color=COLOURS[colour], label=label)
    axes.fill_between(x, medians, p95, color=COLOURS[colour], alpha=SHADE, linewidth=0)


def _logarithmic(axes: "Axes", places: Sequence[int], *, both: bool) -> None:
    axes.set_xscale("log", base=2)
    axes.set_xticks(places, [str(place) for place in places])
    if both:
        from matplotlib.ticker import LogLocator

        axes.set_yscale("log")
        axes.yaxis.set_major_locator(LogLocator(subs=STEPS))
        axes.yaxis.set_major_formatter("{x:,.0f}")
    axes.minorticks_off()


def _label(axes: "Axes", title: str, x: str, y: str) -> None:
    axes.set_title(title, fontsize=10, loc="left")
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    axes.set_axisbelow(True)
    axes.grid(axis="y", alpha=0.25)
    if axes.get_legend_handles_labels()[0]:
        axes.legend(frameon=False, fontsize=8)
