"""The Kokoro engine: phonemes to samples by an ONNX Runtime session that is handed in."""

import logging
import time
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Any
from unicodedata import category

import numpy as np
from kokoro_onnx import Kokoro
from kokoro_onnx.chunker import pause_after, split_phonemes

from wyoming_kokoro import config
from wyoming_kokoro.audio import RATE, Samples
from wyoming_kokoro.errors import ModelError, SynthesisError
from wyoming_kokoro.speech.engine import Segment, at_rate, ended
from wyoming_kokoro.speech.pacing import Pace
from wyoming_kokoro.speech.phonemes import Phonemizer
from wyoming_kokoro.speech.transcription import transcribe
from wyoming_kokoro.speech.voice import Styles, Voice
from wyoming_kokoro.text.phrases import Phrase

MOST_BLENDS = 32
"""Blends whose styles are kept (522 kB each): anybody can ask for new ones."""
STYLE_SIZE = 256
"""Length of a style vector; a voice holds one for each number of tokens, up to 510."""


class KokoroEngine:
    name = "kokoro"

    def __init__(self, session: Any, voices_path: Path, phonemizer: Phonemizer, settings: config.Text) -> None:
        """`session` is an InferenceSession made from a path, of either input layout, with or without durations.

        Raises:
            ModelError: the voices file can't be read, or isn't Kokoro's.
        """
        logging.getLogger("kokoro_onnx").handlers.clear()  # it brings its own, beside the program's log
        self._styles = read_styles(voices_path)
        self._kokoro = Kokoro.from_session(session, str(voices_path))
        self._kokoro.voices.close()  # each look-up would read the file again
        self._phonemizer = phonemizer
        self._pace = Pace(settings.first_audio_target)
        self._blend = lru_cache(MOST_BLENDS)(partial(_mixed, self._styles))  # no method: a cycle would keep the session
        self.settings = settings

    @property
    def settings(self) -> config.Text:
        return self._settings

    @settings.setter
    def settings(self, settings: config.Text) -> None:
        self._settings = settings
        self._pace.target = settings.first_audio_target

    @property
    def voices(self) -> tuple[str, ...]:
        return tuple(self._styles)

    def segments(self, phrases: Sequence[Phrase], voice: Voice) -> list[Segment]:
        segments = [segment for phrase in phrases for segment in self._segments(phrase, at_rate(voice, phrase.rate))]
        return ended(segments, self.settings.sentence_pause)

    def _segments(self, phrase: Phrase, voice: Voice) -> list[Segment]:
        phonemes = self._kokoro.tokenizer.known(transcribe(phrase.spans, voice.language, self._phonemizer))
        if not _has_letter(phonemes):
            return [Segment("", voice, phrase.pause)] if phrase.pause else []
        *parts, last = split_phonemes(" ".join(phonemes.split()))
        segments = [Segment(part, voice, self._pause(part)) for part in parts]
        return [*segments, Segment(last, voice, phrase.pause or self._pause(last))]

    def _pause(self, phonemes: str) -> float:
        return float(pause_after(phonemes, self.settings.sentence_pause, self.settings.clause_pause))

    def split(self, segment: Segment, lead: float) -> tuple[Segment, Segment | None]:
        """By the speed of the inferences so far. There is a pause behind a clause, none behind a word."""
        end = self._pace.cut(segment.content, lead, segment.voice.speed)
        if end == len(segment.content):
            return segment, None
        part, rest = segment.content[:end].rstrip(), segment.content[end:].lstrip()
        if not (_has_letter(part) and _has_letter(rest)):  # marks alone may be silence, which is no speech
            return segment, None
        pause = self.settings.clause_pause if category(part[-1]).startswith("P") else 0.0
        return replace(segment, content=part, pause=pause), replace(segment, content=rest)

    def synthesize(self, segment: Segment) -> Samples:
        began = time.monotonic()
        try:
            samples, _ = self._kokoro.create(
                segment.content,
                self._style(segment.voice),
                segment.voice.speed,
                is_phonemes=True,
                sentence_pause=0,  # full stops inside a segment are of abbreviations, or of tiny sentences
                clause_pause=self.settings.clause_pause,
            )
        except (ValueError, ZeroDivisionError) as error:  # the library's answers to input and output that it can't use
            raise SynthesisError(f"Kokoro gave no audio: {error}") from error
        took = time.monotonic() - began
        self._pace.observe(len(segment.content) / segment.voice.speed, took, len(samples) / RATE)
        return np.asarray(samples, np.float32)

    def _style(self, voice: Voice) -> Samples:
        """(510, 1, 256): the weighted mean of the voice's style vectors."""
        return self._styles[voice.styles[0][0]] if len(voice.styles) == 1 else self._blend(voice.styles)


def _mixed(styles: Mapping[str, Samples], parts: Styles) -> Samples:
    return np.asarray(np.sum([styles[name] * np.float32(share) for name, share in parts], axis=0), np.float32)


def _has_letter(phonemes: str) -> bool:
    return any(character.isalpha() for character in phonemes)


def read_styles(path: Path) -> dict[str, Samples]:
    """Voice name -> float32 (510, 1, 256), from Kokoro's voices file (npz). Never unpickles.

    Raises:
        ModelError: names the file, what it holds, and what is needed.
    """
    needed = "Kokoro's voices file, such as voices-v1.0.bin, is needed; `wyoming-kokoro download` fetches it"
    try:
        with path.open("rb") as content, np.load(content, allow_pickle=False) as file:
            styles = {name: np.asarray(file[name], np.float32) for name in file.files}
    except (OSError, ValueError, AttributeError, EOFError, zipfile.BadZipFile) as error:
        raise ModelError(f"{path} is not a voices file: {error}", needed) from None
    for name, style in styles.items():
        if style.shape[1:] != (1, STYLE_SIZE) or not len(style):
            raise ModelError(f"{path}: {name} has the shape {style.shape}, not (510, 1, {STYLE_SIZE})", needed)
    if not styles:
        raise ModelError(f"{path} holds no voices", needed)
    return styles
