"""`wyoming-kokoro serve`: the service."""

import asyncio

import click

from wyoming_kokoro import service
from wyoming_kokoro.cli.options import configuration, start_logging
from wyoming_kokoro.config import Config


@click.command()
@click.option("--uri", metavar="URI", help="Where to listen: tcp://HOST:PORT, unix:///PATH or stdio://.")
@configuration
def serve(settings: Config) -> None:
    """Serve Wyoming until stopped (what happens without a command, too)."""
    start_logging(settings.log.level)
    asyncio.run(service.serve(settings))
