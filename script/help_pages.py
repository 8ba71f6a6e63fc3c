"""Prints docs/cli.md: the help page of every command, as the command prints it."""

import click
from click.testing import CliRunner

from wyoming_kokoro.cli.main import cli

INTRODUCTION = """\
# Commands

`script/run ARGS…` in a checkout is `wyoming-kokoro ARGS…` here. Exit codes: 0 fine, 1 an expected failure (the message
says what to do), 2 wrong usage, 3 a bug, 4 what Kokoro runs on failed while serving, 130 interrupted.

Every key of the configuration can be set with `--set`, for example `--set voices.default=bf_emma`.
"""


def pages() -> str:
    """The whole document."""
    commands = [[], *([name] for name in sorted(cli.list_commands(click.Context(cli))))]
    return INTRODUCTION + "".join(_page(command) for command in commands)


def _page(command: list[str]) -> str:
    shown = " ".join(["wyoming-kokoro", *command])
    result = CliRunner().invoke(cli, [*command, "--help"], prog_name="wyoming-kokoro", terminal_width=100)
    return f"\n## {shown}\n\n```\n{result.output.rstrip()}\n```\n"


if __name__ == "__main__":
    print(pages(), end="")
