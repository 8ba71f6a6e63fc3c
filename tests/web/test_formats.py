"""Each format, read back by libsndfile."""

import io
import struct

import numpy as np
import pytest
import soundfile

from wyoming_kokoro.audio import RATE, Samples
from wyoming_kokoro.web.formats import FORMATS, wav_header

TONE: Samples = (0.5 * np.sin(2 * np.pi * 440 * np.arange(3 * RATE) / RATE)).astype(np.float32)


def blocks(form: str) -> list[bytes]:
    encoder = FORMATS[form].encoder()
    parts = [encoder.encode(TONE[start : start + 4096]) for start in range(0, len(TONE), 4096)]
    return [*parts, encoder.finish()]


def read(form: str, content: bytes) -> Samples:
    """libsndfile wants a length in the header of these two; players don't."""
    if form == "wav":
        body = content[len(wav_header()) :]
        content = wav_header(len(body)) + body
    if form == "flac":
        content = content[:22] + struct.pack(">I", len(TONE)) + content[26:]
    with soundfile.SoundFile(io.BytesIO(content)) as file:
        assert file.samplerate == RATE
        return np.frombuffer(bytes(file.buffer_read(10 * RATE, "float32")), np.float32)


@pytest.mark.parametrize("form", ["mp3", "opus", "flac", "wav"])
def test_a_stream_is_a_whole_file(form: str) -> None:
    """As long as it was and with the same tone, though its length wasn't known when it began."""
    sound = read(form, b"".join(blocks(form)))
    assert abs(len(sound) / RATE - 3) < 0.1
    spectrum = np.abs(np.fft.rfft(sound[: 2 * RATE]))
    assert abs(int(spectrum.argmax()) / 2 - 440) < 2


@pytest.mark.parametrize("form", list(FORMATS))
def test_it_is_heard_while_it_is_made(form: str) -> None:
    """Bytes leave long before the end."""
    parts = blocks(form)
    assert sum(map(len, parts[: len(parts) // 2])) > sum(map(len, parts)) / 4
    assert form == "opus" or parts[1]


def test_pcm_has_no_header() -> None:
    """Two bytes a sample."""
    assert len(b"".join(blocks("pcm"))) == 2 * len(TONE)
