"""A report as JSON and back, and as tables for people."""

from collections.abc import Iterator
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from wyoming_kokoro.bench.figures import FORMAT, FirstAudio, Inference, Level, Report, Spread
from wyoming_kokoro.bench.tables import Table, decimal, milliseconds, percent, times
from wyoming_kokoro.errors import KokoroError

ADAPTER = TypeAdapter(Report)


def document(report: Report) -> str:
    """JSON with every measured value."""
    return ADAPTER.dump_json(report, indent=1).decode()


def read(path: Path) -> Report:
    """Raises KokoroError where the file isn't a report of this version."""
    remedy = "Give a file that `wyoming-kokoro bench --json` of this version has written"
    try:
        report = ADAPTER.validate_json(path.read_bytes())
    except ValidationError as error:
        reason = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, reason["loc"]))
        raise KokoroError(f"{path} is no report: {where or 'it'}: {reason['msg']}", remedy) from None
    if report.format != FORMAT:
        raise KokoroError(f"{path} is a report of format {report.format}, expected {FORMAT}", remedy)
    return report


def text(report: Report) -> str:
    """For a terminal."""
    parts = ["\n".join(machine(report)), *(table.text() for table in tables(report))]
    return "\n\n".join([*parts, *_remarks(report)])


def markdown(report: Report) -> str:
    """To be pasted into a page."""
    facts = "\n".join(f"* {line}" for line in machine(report))
    parts = [facts, *(table.markdown() for table in tables(report))]
    return "\n\n".join([*parts, *_remarks(report)])


def _remarks(report: Report) -> Iterator[str]:
    if report.remarks:
        yield "To be known:\n\n" + "\n".join(f"* {remark}" for remark in report.remarks)


def machine(report: Report) -> Iterator[str]:
    """What was measured on, a line each."""
    on = report.machine
    yield f"{on.cpu}, {on.cores} cores, {on.memory_mib / 1024:.0f} GiB, {on.system}"
    if on.gpu:
        yield f"{on.gpu}, driver {on.driver}"
    runtime = f", ONNX Runtime {on.onnxruntime}, lane {on.lane}" if on.onnxruntime else ""
    yield f"wyoming-kokoro {on.program}{runtime}, kokoro-onnx {on.library}, Python {on.python}"
    yield on.speaks
    if on.model:
        yield on.model
    if on.settings:
        yield "settings: " + ", ".join(f"{key}={value}" for key, value in on.settings.items())
    yield f"{report.began}, took {report.seconds:.0f} s"


def tables(report: Report) -> Iterator[Table]:
    """Those of which something was measured."""
    if report.first_audio:
        yield _first_audio(report.first_audio)
        if any(case.create for case in report.first_audio):
            yield _peer(report.first_audio)
    if report.inference:
        yield _inference(report.inference)
    if report.levels:
        yield _levels(report.levels)
    yield Table("Long texts and memory", ("what", "figure"), list(_single(report)))


def _first_audio(cases: tuple[FirstAudio, ...]) -> Table:
    header = ("text", "n", "p50", "p95", "from start p50", "first run p50", "added p50", "added p95", "added/run")
    rows = [
        (
            case.text,
            str(len(case.ours.values)),
            milliseconds(case.ours.median),
            milliseconds(case.ours.p95),
            milliseconds(_median(case.from_start)),
            milliseconds(_median(case.first_run)),
            milliseconds(_median(case.added)),
            milliseconds(_p95(case.added)),
            percent(_median(case.added), _median(case.first_run)),
        )
        for case in cases
    ]
    return Table("First audio, one listener (ms)", header, rows)


def _peer(cases: tuple[FirstAudio, ...]) -> Table:
    header = ("text", "ours", "floor", "create", "create_stream", "ours/floor", "create/ours", "rtf", "create rtf")
    rows = [
        (
            case.text,
            milliseconds(case.ours.median),
            milliseconds(_median(case.floor)),
            milliseconds(_median(case.create)),
            milliseconds(_median(case.create_stream)),
            times(case.ours.median, _median(case.floor)),
            times(_median(case.create), case.ours.median),
            decimal(_median(case.rtf), 3),
            decimal(_median(case.create_rtf), 3),
        )
        for case in cases
        if case.floor
    ]
    return Table("First audio beside the floor and the plain library (ms, p50)", header, rows)


def _inference(rows: tuple[Inference, ...]) -> Table:
    header = ("tokens", "audio s", "n", "loaded p50", "p95", "exported p50", "p95", "library p50", "p95")
    shown = [
        (
            str(row.tokens),
            decimal(row.audio_s, 1),
            str(len(row.ours.values)),
            *_middle(row.ours),
            *_middle(row.exported),
            *_middle(row.library),
            times(_median(row.exported), row.ours.median),
            times(_median(row.library), row.ours.median),
        )
        for row in rows
    ]
    return Table("Bare inference, ever-new lengths (ms)", (*header, "exported/loaded", "library/loaded"), shown)


def _levels(levels: tuple[Level, ...]) -> Table:
    header = ("clients", "sentences", "whole answers", "audio s/s", "gaps", "gap s")
    rows = [
        (
            str(level.clients),
            str(level.sentences),
            f"{level.complete} of {level.answers}",
            decimal(level.throughput, 1),
            str(level.gaps),
            decimal(level.gap_s),
            *_to_the_worst(level.together),
            *_to_the_worst(level.later),
        )
        for level in levels
    ]
    firsts = ("together p50", "worst", "worst/p50", "later p50", "worst", "worst/p50")
    return Table("Clients at once (first audio in ms)", (*header, *firsts), rows)


def _single(report: Report) -> Iterator[tuple[str, str]]:
    if reading := report.read_out:
        yield f"read-out of {reading.sentences} sentences: first audio", f"{milliseconds(reading.first)} ms"
        yield "read-out: real-time factor", decimal(reading.seconds / reading.audio_s, 3)
        yield "read-out: gaps", f"{reading.gaps}, {reading.gap_s:.2f} s of {reading.audio_s:.1f} s"
    if word := report.interruption:
        more = ", ".join(map(str, word.segments))
        yield f"a word during {word.characters} characters: first audio p50", f"{milliseconds(word.first.median)} ms"
        yield "a word: further segments of the read-out before it", more
    if page := report.page:
        yield "a word, alone: first audio p50", f"{milliseconds(page.alone.median)} ms"
        yield f"while status and metrics are read ({page.looks} times)", _beside(page.watched, page.alone)
        yield "a word during a read-out by Wyoming", f"{milliseconds(page.read_out.median)} ms"
        yield "during the same over HTTP, with status and metrics", _beside(page.streamed, page.read_out)
        yield (
            "describe meanwhile: p50, worst",
            ", ".join(f"{milliseconds(value)} ms" for value in (page.described.median, page.described.worst)),
        )
    if memory := report.memory:
        yield "memory, service", _mib(memory.speaking, memory.gpu_speaking)
        yield "memory, service after the longest inference", _mib(memory.longest, memory.gpu_longest)
        yield "memory, plain library", _mib(memory.library, memory.gpu_library)


def _beside(ours: Spread, without: Spread) -> str:
    return f"{milliseconds(ours.median)} ms, {times(ours.median, without.median)}"


def _middle(spread: Spread | None) -> tuple[str, str]:
    return milliseconds(_median(spread)), milliseconds(_p95(spread))


def _median(spread: Spread | None) -> float | None:
    return spread.median if spread else None


def _p95(spread: Spread | None) -> float | None:
    return spread.p95 if spread else None


def _to_the_worst(spread: Spread | None) -> tuple[str, str, str]:
    worst = spread.worst if spread else None
    return milliseconds(_median(spread)), milliseconds(worst), times(worst, _median(spread))


def _mib(main: float | None, gpu: float | None) -> str:
    shown = [f"{mib:,.0f} MiB{where}" for mib, where in ((main, ""), (gpu, " on the GPU")) if mib is not None]
    return ", ".join(shown) or "-"
