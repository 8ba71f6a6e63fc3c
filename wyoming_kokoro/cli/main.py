"""The command `wyoming-kokoro`, and how failures end.

Exit codes: 0 ok, 1 expected failure, 2 usage, 3 bug, 4 what Kokoro runs on failed while serving, 130 interrupted.
"""

import logging
import sys
from collections.abc import Sequence
from importlib import import_module

import click

from wyoming_kokoro import __version__
from wyoming_kokoro.errors import KokoroError
from wyoming_kokoro.runtime.installation import installation

FAILED, USAGE, BUG, INTERRUPTED = 1, 2, 3, 130


COMMANDS = ("bench", "check", "doctor", "download", "health", "say", "serve", "voices")
"""Each is a file of its name beside this one."""


class _Commands(click.Group):
    """Imports only the command that is called: a health check needs no ONNX Runtime. Without one it is `serve`."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:  # noqa: ARG002
        if name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"wyoming_kokoro.cli.{name}"), name)
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        own = {"--help", "-h", "--version"}
        if not args or (args[0].startswith("-") and args[0] not in own):
            args = ["serve", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, message="wyoming-kokoro %(version)s")
def cli() -> None:
    """Text-to-speech for Home Assistant, over the Wyoming protocol.

    Without a command it serves. It speaks at once with an embedded voice, with Kokoro as soon as the model is there.
    """


def main(args: Sequence[str] | None = None) -> int:
    """The exit code. No traceback for what a user can cause."""
    try:
        return cli.main(args, prog_name="wyoming-kokoro", standalone_mode=False) or 0
    except click.ClickException as error:
        error.show()
        return USAGE
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except KokoroError as error:
        click.echo(f"error: {error}", err=True)
        return error.exit_code
    except ImportError as error:
        reason = str(error).partition("\n")[0] or "its native code doesn't load"
        click.echo(f"error: a package is missing or damaged: {reason}. To mend it: {installation().again()}", err=True)
        return FAILED
    except BrokenPipeError:  # `wyoming-kokoro voices | head`
        sys.stderr.close()
        return FAILED
    except OSError as error:
        click.echo(f"error: {': '.join(filter(None, (error.filename, error.strerror))) or error}", err=True)
        return FAILED
    except Exception:
        logging.getLogger(__name__).exception("bug: please report this, with what `wyoming-kokoro doctor` says")
        return BUG
