"""`wyoming-kokoro serve`: the service."""

import asyncio

import click

from wyoming_kokoro import service
from wyoming_kokoro.cli.options import origin, start_logging
from wyoming_kokoro.config_sources import Origin


@click.command()
@click.option("--uri", metavar="URI", help="Where to listen: tcp://HOST:PORT, unix:///PATH or stdio://.")
@origin
def serve(origin: Origin) -> None:
    """Serve Wyoming until stopped (what happens without a command, too).

    Voices, lexicon and text rules are taken up when the configuration file changes, and on SIGHUP.
    """
    settings = origin.read()
    start_logging(settings.log.level, settings.log.format)
    asyncio.run(service.serve(settings, origin))
