"""What `say --show` prints: how a text is read, sentence by sentence, without speaking it."""

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict

import click

from wyoming_kokoro.cli.voices import offered
from wyoming_kokoro.config import Config
from wyoming_kokoro.errors import KokoroError
from wyoming_kokoro.speech.diction import diction
from wyoming_kokoro.speech.phonemes import Phonemizer
from wyoming_kokoro.speech.reading import Reader, Reading


def reader(settings: Config, voice: str | None, language: str | None, *, ssml: bool) -> Reader:
    """As the configured service would read. Raises VoiceError, ConfigError, SynthesisError."""
    phonemizer = Phonemizer(bopomofo=settings.model.bopomofo)
    return Reader(offered(settings).choose(voice, language), diction(settings.text), phonemizer, ssml=ssml)


def show(reader: Reader, text: str, *, as_json: bool) -> None:
    """Prints how the text is read; - is every line of standard input as a text of its own."""
    for each in _lines() if text == "-" else [text]:
        readings = reader.read(each)
        if as_json:
            click.echo(json.dumps({"sentences": [asdict(reading) for reading in readings]}))
        else:
            click.echo("\n".join(_shown(reading) for reading in readings))
        sys.stdout.flush()


def _shown(reading: Reading) -> str:
    text = reading.text.encode(errors="replace").decode()  # half a surrogate pair can't be printed
    return f"text      {text}\nwords     {reading.words}\nphonemes  {reading.phonemes}\n"


def _lines() -> Iterator[str]:
    """Of standard input. One that is a JSON string is decoded: so a text can hold line breaks."""
    if sys.stdin is None:
        raise KokoroError("Standard input is closed", "Give the text as arguments")
    for line in sys.stdin.buffer:
        text = line.decode(errors="replace").rstrip("\r\n")
        yield _decoded(text)


def _decoded(line: str) -> str:
    if line.lstrip().startswith('"'):
        try:
            value = json.loads(line)
        except ValueError:
            return line
        if isinstance(value, str):
            return value
    return line
