"""Phrases into Kokoro's phonemes: those that were given stay, the words between them are phonemized."""

from collections.abc import Iterable
from typing import Protocol

from wyoming_kokoro.speech.languages import Language
from wyoming_kokoro.text.normalize import has_speech
from wyoming_kokoro.text.phrases import Span


class Phonemizing(Protocol):
    def phonemes(self, text: str, language: Language) -> str: ...


def transcribe(spans: Iterable[Span], language: Language, phonemizer: Phonemizing) -> str:
    """With punctuation, and the white space that was between the spans. Raises SynthesisError."""
    return " ".join("".join(_phonemes(span, language, phonemizer) for span in spans).split())


def _phonemes(span: Span, language: Language, phonemizer: Phonemizing) -> str:
    if span.phonemes is not None:
        return span.phonemes
    if not has_speech(span.words):
        return span.words
    before, after = (" " * char.isspace() for char in (span.words[0], span.words[-1]))
    return f"{before}{phonemizer.phonemes(span.words, language)}{after}"
