"""The floor: nothing but the session's own run, on given tokens."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from kokoro_onnx.session import input_dtypes
from numpy.typing import NDArray

from wyoming_kokoro.audio import RATE
from wyoming_kokoro.bench.recorder import TOKENS
from wyoming_kokoro.errors import ModelError
from wyoming_kokoro.speech.kokoro import read_styles

MOST_TOKENS = 509
"""Kokoro reads at most 510 at once."""


@dataclass(frozen=True)
class Voice:
    """What an inference needs of one."""

    name: str
    """Of a style vector."""
    language: str
    """espeak's code."""
    speed: float


@dataclass(frozen=True)
class Inferred:
    seconds: float
    audio_s: float


class Bare:
    """A session of either input layout, with the style vectors of one voice."""

    def __init__(self, session: Any, voices_path: Path, voice: Voice) -> None:
        """Raises ModelError where the file can't be read, or hasn't this voice."""
        self._session = session
        self._types: dict[str, np.dtype[Any]] = input_dtypes(session)
        self._tokens = next(name for name in TOKENS if name in self._types)
        styles = read_styles(voices_path)
        if voice.name not in styles:
            raise ModelError(f"{voices_path} has no style vectors of {voice.name}")
        self._styles = styles[voice.name]
        self._speed = voice.speed

    def infer(self, ids: Sequence[int]) -> Inferred:
        """Raises what the session raises."""
        inputs = self._inputs(ids[:MOST_TOKENS])
        began = time.perf_counter()
        outputs = self._session.run(None, inputs)
        return Inferred(time.perf_counter() - began, np.asarray(outputs[0]).size / RATE)

    def _inputs(self, ids: Sequence[int]) -> dict[str, NDArray[Any]]:
        row = min(len(ids), len(self._styles)) - 1
        return {
            self._tokens: np.array([[0, *ids, 0]], self._types[self._tokens]),
            "style": self._styles[row].astype(self._types["style"]),
            "speed": np.array([self._speed], self._types["speed"]),
        }
