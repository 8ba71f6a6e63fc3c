"""The command `wyoming-kokoro`, and how failures end: 0 ok, 1 expected failure, 2 usage, 3 bug, 130 interrupted."""

import logging
import sys
from collections.abc import Sequence

import click

from wyoming_kokoro import __version__
from wyoming_kokoro.cli.check import check
from wyoming_kokoro.cli.doctor import doctor
from wyoming_kokoro.cli.download import download
from wyoming_kokoro.cli.health import health
from wyoming_kokoro.cli.say import say
from wyoming_kokoro.cli.serve import serve
from wyoming_kokoro.cli.voices import voices
from wyoming_kokoro.errors import KokoroError

FAILED, USAGE, BUG, INTERRUPTED = 1, 2, 3, 130


class _ServeByDefault(click.Group):
    """Without a command, the options are those of `serve`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        own = {"--help", "-h", "--version"}
        if not args or (args[0].startswith("-") and args[0] not in own):
            args = ["serve", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_ServeByDefault, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, message="wyoming-kokoro %(version)s")
def cli() -> None:
    """Text-to-speech for Home Assistant, over the Wyoming protocol.

    Without a command it serves. It speaks at once with an embedded voice, with Kokoro as soon as the model is there.
    """


for command in (serve, say, voices, download, check, doctor, health):
    cli.add_command(command)


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
        return FAILED
    except BrokenPipeError:  # `wyoming-kokoro voices | head`
        sys.stderr.close()
        return FAILED
    except Exception:
        logging.getLogger(__name__).exception("bug: please report this, with what `wyoming-kokoro doctor` says")
        return BUG
