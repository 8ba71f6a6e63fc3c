"""`wyoming-kokoro check`: is a configuration file right?"""

from pathlib import Path

import click

from wyoming_kokoro.cli.options import load


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
def check(file: Path) -> None:
    """Check the configuration FILE, with the environment over it: one line for each fault."""
    load(file)
    click.echo(f"{file}: ok")
