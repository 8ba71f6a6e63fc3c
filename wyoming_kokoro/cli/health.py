"""`wyoming-kokoro health`: does the service answer?"""

import asyncio

import click

from wyoming_kokoro.cli.options import configuration
from wyoming_kokoro.config import Config
from wyoming_kokoro.errors import ServerError
from wyoming_kokoro.wire.client import connected, describe, reachable


@click.command()
@click.option("--uri", metavar="URI", help="The service to ask, if not the configured one on this machine.")
@click.option("--timeout", default=5.0, show_default=True, help="Seconds to wait for its answer.")
@configuration
def health(settings: Config, timeout: float) -> None:
    """Ask the service to describe itself. Exit code 0 if it does, 1 if not: made for health checks."""
    click.echo(asyncio.run(_ask(reachable(settings.server.uri), timeout)))


async def _ask(uri: str, timeout: float) -> str:
    async with connected(uri, answer_within=timeout) as client:
        programs = (await describe(client)).tts
    if not programs:
        raise ServerError(f"{uri} is a Wyoming server, but not for text-to-speech")
    program = programs[0]
    return f"{uri}: {program.name} {program.version}, {len(program.voices)} voices. {program.description}"
