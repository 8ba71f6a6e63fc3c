"""What `say --show` prints: how a text is read, sentence by sentence, without speaking it."""

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass

import click

from wyoming_kokoro.cli.voices import offered
from wyoming_kokoro.config import Config
from wyoming_kokoro.errors import KokoroError
from wyoming_kokoro.speech.alphabet import known
from wyoming_kokoro.speech.diction import diction
from wyoming_kokoro.speech.phonemes import Phonemizer
from wyoming_kokoro.speech.transcription import transcribe
from wyoming_kokoro.speech.voices import Voice
from wyoming_kokoro.text.paragraphs import Paragraphs
from wyoming_kokoro.text.phrases import Phrase
from wyoming_kokoro.text.sentences import SentenceSplitter


@dataclass(frozen=True)
class Reading:
    """One sentence."""

    text: str
    """As it was written."""
    words: str
    phonemes: str
    """Kokoro's."""
    language: str
    """BCP-47."""


class Reader:
    """Reads texts as the service does for a request with this voice or language."""

    def __init__(self, settings: Config, voice: str | None, language: str | None, *, ssml: bool) -> None:
        """Raises VoiceError, ConfigError, SynthesisError."""
        self._voice: Voice = offered(settings).choose(voice, language)
        self._diction = diction(settings.text)
        self._is_bopomofo = settings.model.release == "v1.1-zh"
        self._phonemizer = Phonemizer(bopomofo=self._is_bopomofo)
        self._ssml = ssml

    def read(self, text: str) -> list[Reading]:
        splitter = SentenceSplitter()
        normalizer = self._diction.normalizer(self._voice.language.tag, ssml=self._ssml)
        paragraphs = Paragraphs()
        whole = paragraphs.feed(text) + paragraphs.rest() if self._ssml else text
        sentences = [*splitter.feed(whole), *splitter.flush()]
        readings = [self._reading(sentence, normalizer.read([sentence])) for sentence in sentences]
        if rest := normalizer.rest():
            readings.append(self._reading("", rest))
        return readings

    def _reading(self, sentence: str, phrases: list[Phrase]) -> Reading:
        language = self._voice.language
        words = " ".join(" ".join(phrase.words for phrase in phrases).split())
        phonemes = " ".join(transcribe(phrase.spans, language, self._phonemizer) for phrase in phrases)
        # the model of v1.1-zh has a vocabulary of its own
        return Reading(sentence, words, phonemes if self._is_bopomofo else known(phonemes), language.tag)


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
