"""`wyoming-kokoro download`: the model files, for now or for a machine without internet."""

import contextlib
import sys
from collections.abc import Iterator
from typing import Any

import click

from wyoming_kokoro.cli.options import configuration, start_logging
from wyoming_kokoro.config import Config
from wyoming_kokoro.runtime import models
from wyoming_kokoro.runtime.download import Progress, log_progress
from wyoming_kokoro.runtime.download import download as fetch


@click.command()
@configuration
def download(settings: Config) -> None:
    """Fetch and verify the model files of model.release and model.precision into model.dir."""
    start_logging(settings.log.level)
    model = settings.model
    files = models.official(model.release, model.precision)
    with _bars() if sys.stderr.isatty() else contextlib.nullcontext(log_progress()) as progress:
        fetch(model.dir, files, model.mirrors, progress)
    for file in files:
        click.echo(model.dir / file.name)


@contextlib.contextmanager
def _bars() -> Iterator[Progress]:
    """A bar for each file, one after the other."""
    with contextlib.ExitStack() as stack:
        bars: dict[str, Any] = {}

        def report(name: str, done: int, total: int) -> None:
            if name not in bars:
                stack.close()  # the bar of the file before
                bars[name] = stack.enter_context(click.progressbar(length=total, label=name, file=sys.stderr))
            bars[name].update(done - bars[name].pos)

        yield report
