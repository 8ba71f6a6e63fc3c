"""`wyoming-kokoro voices`: what can be spoken."""

from collections.abc import Iterable

import click

from wyoming_kokoro import config
from wyoming_kokoro.cli.options import configuration
from wyoming_kokoro.config import Config
from wyoming_kokoro.errors import ModelError
from wyoming_kokoro.runtime.configured import locate
from wyoming_kokoro.speech.kokoro import read_styles
from wyoming_kokoro.speech.voices import OFFICIAL, Voice, catalogue


@click.command()
@click.option("-l", "--language", help="Only this language, such as en-GB.")
@configuration
def voices(settings: Config, language: str | None) -> None:
    """List the voices with language, gender and grade; * marks the default of a language."""
    offered = catalogue(settings.voices, _available(settings.model))
    wanted = offered.choose(None, language).language if language else None
    for voice in offered.voices:
        if wanted in (None, voice.language):
            click.echo(_line(voice))


def _available(model: config.Model) -> Iterable[str]:
    """Of the voices file, or, where that can't be used, of the embedded voice that then speaks under their names."""
    try:
        found = locate(model)
        return read_styles(found.voices) if found else OFFICIAL
    except ModelError as error:
        click.echo(f"{error}", err=True)
        return OFFICIAL


def _line(voice: Voice) -> str:
    gender = "female" if voice.female else "male"
    blend = " + ".join(f"{share:.0%} {name}" for name, share in voice.styles) if len(voice.styles) > 1 else ""
    mark = "*" if voice.default else " "
    return f"{mark} {voice.name:14} {voice.language.tag:6} {gender:7} {voice.grade:3} {blend}".rstrip()
