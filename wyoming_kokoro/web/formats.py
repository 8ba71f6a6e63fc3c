"""Samples as bytes of a file that is heard while it is made. The only file that knows soundfile."""

import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import soundfile

from wyoming_kokoro.audio import CHANNELS, RATE, WIDTH, Samples, to_pcm

ENDLESS = 0xFFFFFFFF
"""The length in the header of a WAV file that isn't known yet; players read on to the end."""


class Encoder(Protocol):
    """One stream. Calls block for a few milliseconds, and come one after the other."""

    def encode(self, samples: Samples) -> bytes:
        """What can be sent now; may be empty."""

    def finish(self) -> bytes:
        """What is left."""


@dataclass(frozen=True)
class Format:
    mime: str
    encoder: Callable[[], Encoder]
    is_cheap: bool = False
    """Whether encoding takes no time that anybody would notice."""


class _Pcm:
    """Signed 16-bit little-endian, behind a header."""

    def __init__(self, header: bytes = b"") -> None:
        self._header = header

    def encode(self, samples: Samples) -> bytes:
        header, self._header = self._header, b""
        return header + to_pcm(samples)

    def finish(self) -> bytes:
        return self._header


class _File:
    """What libsndfile writes, passed on as it comes. What it wants to mend at the beginning, such as the length, is
    gone already, and players do without."""

    def __init__(self, form: str, subtype: str, **more: Any) -> None:
        self._end = self._place = 0
        self._fresh = bytearray()
        self._sound = soundfile.SoundFile(self, "w", RATE, CHANNELS, subtype=subtype, format=form, **more)

    def encode(self, samples: Samples) -> bytes:
        self._sound.write(samples.clip(-1, 1))
        return self._taken()

    def finish(self) -> bytes:
        self._sound.close()
        return self._taken()

    def _taken(self) -> bytes:
        fresh, self._fresh = bytes(self._fresh), bytearray()
        return fresh

    def write(self, content: bytes) -> int:
        """As a file's, for libsndfile."""
        if self._place == self._end:
            self._fresh += content
            self._end += len(content)
        self._place += len(content)
        return len(content)

    def seek(self, offset: int, whence: int = 0) -> int:
        self._place = (0, self._place, self._end)[whence] + offset
        return self._place

    def tell(self) -> int:
        return self._place

    def flush(self) -> None:
        """There is nothing below."""


def wav_header(size: int = ENDLESS) -> bytes:
    """Of so many bytes of PCM."""
    whole = min(size + 36, ENDLESS)
    form = struct.pack("<HHIIHH", 1, CHANNELS, RATE, RATE * CHANNELS * WIDTH, CHANNELS * WIDTH, 8 * WIDTH)
    return (
        b"RIFF"
        + struct.pack("<I", whole)
        + b"WAVEfmt "
        + struct.pack("<I", 16)
        + form
        + b"data"
        + struct.pack("<I", size)
    )


MP3 = {"bitrate_mode": "CONSTANT", "compression_level": 0.5}
"""80 kbit/s. Where the rate varies, a player can't tell the length of a stream that has none in its header."""
FORMATS = {
    "mp3": Format("audio/mpeg", lambda: _File("MP3", "MPEG_LAYER_III", **MP3)),
    "opus": Format("audio/ogg", lambda: _File("OGG", "OPUS")),
    "flac": Format("audio/flac", lambda: _File("FLAC", "PCM_16")),
    "wav": Format("audio/wav", lambda: _Pcm(wav_header()), is_cheap=True),
    "pcm": Format(f"audio/pcm;rate={RATE};channels={CHANNELS}", _Pcm, is_cheap=True),
}
"""By their names in OpenAI's interface, which also has aac."""
