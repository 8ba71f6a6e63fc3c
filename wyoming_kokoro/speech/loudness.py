"""How loud each voice speaks, measured once, and the fixed gain that makes all of them equally loud."""

import contextlib
import json
import math
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from wyoming_kokoro.audio import RATE, Samples
from wyoming_kokoro.speech.languages import BY_LETTER, is_spoken
from wyoming_kokoro.speech.voice import Styles, Voice, plain

TARGET = -20.0
"""dBFS, by `level`: the mean of the embedded voice over its languages, from -22 to -18 (measured with SENTENCES)."""
MOST_GAIN = 9.0
"""Decibels up or down. A voice that would need more was not measured rightly, or is meant to whisper."""
FRAME_S = 0.02
"""Of one or two cycles of a low voice: shorter ones have a level that depends on where in the cycle they begin."""
SPEECH = 1e-6
"""Power (-60 dBFS) below which a frame is no speech, however quiet the voice is."""
GATE = 0.1
"""Frames of less than this share (-10 dB) of the mean power are pauses and breath; as in ITU-R BS.1770."""

SENTENCES = {
    "a": "The lights in the kitchen are on.",
    "b": "The lights in the kitchen are on.",
    "e": "Las luces de la cocina están encendidas.",
    "f": "Les lumières de la cuisine sont allumées.",
    "h": "रसोई की बत्तियाँ जल रही हैं।",
    "i": "Le luci della cucina sono accese.",
    "j": "台所の電気がついています。",
    "p": "As luzes da cozinha estão acesas.",
    "z": "厨房的灯已经打开了。",
}
"""By the letter of a language: what its voices say to be measured. About 25 phonemes, spoken by the CPU in a second."""

FILE = "levels.json"
"""{key: {voice: dBFS}}, the key used last at the end."""
METHOD = 1
"""To be raised when `level` or SENTENCES change what is measured."""
MAX_KEYS = 8
"""Pairs of model and voices that are remembered; nobody switches between more."""
MAX_FILE = 256 * 1024
"""Bytes. A voice takes about 20 of them; a larger file isn't ours and is ignored."""
LEVELS = (-100.0, 40.0)
"""dBFS that can have been measured; other numbers are of a damaged file."""


def level(samples: Samples) -> float:
    """The RMS of the speech in dBFS, without the pauses in it; -inf where there is none."""
    frame = round(FRAME_S * RATE)
    padded = np.pad(samples.astype(np.float64), (0, -len(samples) % frame))
    power = np.square(padded).reshape(-1, frame).mean(axis=1)
    speech = power[power > SPEECH]
    if not speech.size:
        return -math.inf
    return 10 * math.log10(speech[speech >= GATE * speech.mean()].mean())


def gain_for(measured: float) -> float:
    """Decibels that bring a voice of this level to TARGET, as far as MOST_GAIN allows; 0 where nothing was measured."""
    return min(MOST_GAIN, max(-MOST_GAIN, TARGET - measured)) if math.isfinite(measured) else 0.0


class Levels:
    """The measured levels of style vectors, kept in a file where that can be written. One thread puts; any may get."""

    def __init__(self, folder: Path, key: str) -> None:
        """`key` stands for the files that were measured: other ones have other levels."""
        self._path = folder / FILE
        self._key = f"{METHOD} {key}"
        self._levels = _voices(_content(self._path).get(self._key))

    def get(self, style: str) -> float | None:
        """dBFS, or None for a style vector that wasn't measured yet."""
        return self._levels.get(style)

    def put(self, style: str, measured: float) -> None:
        """Remembers it. A folder that can't be written only costs the time of measuring again."""
        self._levels[style] = measured
        content = _content(self._path)
        theirs = _voices(content.pop(self._key, None))  # another process may measure, too
        content[self._key] = {**theirs, **self._levels}
        kept = list(content)[-MAX_KEYS:]
        with contextlib.suppress(OSError):
            _write(self._path, json.dumps({key: content[key] for key in kept}))

    def gain(self, styles: Styles) -> float:
        """Decibels for a voice with these style vectors and shares: the mean of theirs, 0 for unmeasured ones."""
        known = [(self.get(style), share) for style, share in styles]
        return sum(share * gain_for(measured) for measured, share in known if measured is not None)


def unmeasured(voices: Iterable[Voice], levels: Levels) -> list[Voice]:
    """A plain voice for each style vector that wasn't measured yet, those of default voices first. Each is to say
    SENTENCES[voice.language.letter]; `level` of that is to be put into the levels under the voice's name."""
    ordered = sorted(voices, key=lambda voice: not voice.default)
    styles = dict.fromkeys(style for voice in ordered for style, _ in voice.styles)
    return [_alone(style) for style in styles if levels.get(style) is None]


def _alone(style: str) -> Voice:
    """A part of a blend may be of a language that isn't spoken here."""
    voice = plain(style)
    return voice if is_spoken(voice.language) else plain(style, BY_LETTER["a"])


def _content(path: Path) -> dict[str, Any]:
    """A missing, damaged or too large file is as good as an empty one."""
    try:
        with path.open("rb") as file:
            text = file.read(MAX_FILE + 1)
        value = json.loads(text) if len(text) <= MAX_FILE else None
    except (OSError, ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _voices(value: object) -> dict[str, float]:
    """What of an entry can be true."""
    found = value.items() if isinstance(value, dict) else ()
    low, high = LEVELS
    return {name: number for name, number in found if isinstance(number, float) and low <= number <= high}


def _write(path: Path, text: str) -> None:
    """Atomically: a reader sees the old file or the new one, and one that a power cut damaged is measured again."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=FILE)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            with contextlib.suppress(OSError):  # some file systems have no modes
                os.fchmod(handle, 0o644)
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)
