"""`wyoming-kokoro doctor`: what is there, what works, what to do."""

import click

from wyoming_kokoro.cli.options import configuration, start_logging
from wyoming_kokoro.config import Config
from wyoming_kokoro.doctor import examine
from wyoming_kokoro.errors import KokoroError


@click.command()
@configuration
def doctor(settings: Config) -> None:
    """Examine versions, packages, device and files, and speak one sentence. Exit code 1 if something is broken."""
    start_logging("error")
    broken = 0
    for finding in examine(settings):
        click.echo(finding)
        broken += finding.level == "error"
    if broken:
        raise KokoroError(f"{broken} of the findings keep the service from working as configured")
