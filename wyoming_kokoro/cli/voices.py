"""`wyoming-kokoro voices`: what can be spoken."""

import json
from collections.abc import Iterable

import click

from wyoming_kokoro import config
from wyoming_kokoro.cli.options import configuration
from wyoming_kokoro.config import Config
from wyoming_kokoro.errors import ModelError
from wyoming_kokoro.runtime.configured import locate
from wyoming_kokoro.speech.kokoro import read_styles
from wyoming_kokoro.speech.listing import facts
from wyoming_kokoro.speech.voices import Catalogue, Voice, catalogue, official


@click.command()
@click.option("-l", "--language", help="Only this language, such as en-GB.")
@click.option("--json", "as_json", is_flag=True, help="One JSON list, for machines.")
@configuration
def voices(settings: Config, language: str | None, as_json: bool) -> None:
    """List the voices with language, gender and grade; * marks the default of a language.

    Behind them: what a blend is made of, speed and gain where they aren't 1 and 0, and other names for the same voice.
    """
    found = offered(settings)
    wanted = found.choose(None, language).language if language else None
    listed = [voice for voice in found.voices if wanted in (None, voice.language)]
    if as_json:
        click.echo(json.dumps([facts(voice, found) for voice in listed], indent=2, ensure_ascii=False))
        return
    for voice in listed:
        click.echo(_line(voice, found.aliases_of(voice)))


def offered(settings: Config) -> Catalogue:
    """The voices that the service would offer now. Raises ConfigError."""
    return catalogue(settings.voices, _available(settings.model))


def _available(model: config.Model) -> Iterable[str]:
    """Of the voices file, or, where that can't be used, of the embedded voice that then speaks under their names."""
    try:
        found = locate(model)
        return read_styles(found.voices) if found else official(model.release)
    except ModelError as error:
        click.echo(f"{error}", err=True)
        return official(model.release)


def _line(voice: Voice, aliases: list[str]) -> str:
    gender = "female" if voice.female else "male"
    mark = "*" if voice.default else " "
    notes = [
        " + ".join(f"{share:.0%} {name}" for name, share in voice.styles) if len(voice.styles) > 1 else "",
        f"{voice.speed:g}× speed" if voice.speed != 1 else "",
        f"{voice.gain:+g} dB" if voice.gain else "",
        f"also {', '.join(aliases)}" if aliases else "",
    ]
    facts = f"{mark} {voice.name:14} {voice.language.tag:6} {gender:7} {voice.grade:3}"
    return f"{facts} {'; '.join(filter(None, notes))}".rstrip()
