"""`wyoming-kokoro bench`: how fast it is here."""

import asyncio
import dataclasses
import time
from pathlib import Path

import click

from wyoming_kokoro.bench import plot, report
from wyoming_kokoro.bench.figures import Report
from wyoming_kokoro.bench.plan import MINUTES, QUICK, QUICK_MINUTES, Plan
from wyoming_kokoro.bench.run import measure
from wyoming_kokoro.cli.options import configuration, start_logging
from wyoming_kokoro.config import Config


@click.command()
@click.option("--quick", is_flag=True, help=f"Fewer kinds and rounds, about {QUICK_MINUTES:g} minute.")
@click.option(
    "--minutes",
    type=click.FloatRange(0.01, 120),
    help=f"About how long it may take at most ({MINUTES:g} without --quick). More of it means more rounds.",
)
@click.option("--json", "as_json", is_flag=True, help="Print every measured value as JSON. It names no user.")
@click.option("--markdown", is_flag=True, help="Print the tables as Markdown.")
@click.option(
    "--plot", "picture", type=click.Path(path_type=Path), metavar="FILE", help="Draw a PNG or SVG; needs matplotlib."
)
@click.option(
    "--from",
    "saved",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Measure nothing: show what --json has written before.",
)
@configuration
def bench(
    settings: Config,
    quick: bool,
    minutes: float | None,
    as_json: bool,
    markdown: bool,
    picture: Path | None,
    saved: Path | None,
) -> None:
    """Measure how fast the service is here, beside the plain library.

    The service is the configured one. It serves in this process, on a port of its own, and its listeners are another
    process. Progress goes to stderr.
    """
    if as_json and markdown:
        raise click.UsageError("--json and --markdown exclude each other: --from FILE --markdown shows saved JSON")
    if picture:
        plot.check(picture)
    found = report.read(saved) if saved else _measured(settings, quick, minutes)
    show = report.document if as_json else report.markdown if markdown else report.text
    click.echo(show(found))
    if picture:
        plot.draw(found, picture)


def _measured(settings: Config, quick: bool, minutes: float | None) -> Report:
    start_logging("warning" if settings.log.level == "info" else settings.log.level)
    plan = QUICK if quick else Plan()
    plan = dataclasses.replace(plan, minutes=minutes or plan.minutes)
    began = time.monotonic()
    return asyncio.run(measure(settings, plan, lambda line: click.echo(_progress(began, line), err=True)))


def _progress(began: float, line: str) -> str:
    return f"{time.monotonic() - began:5.1f} s  {line}"
