"""The one audio format of the service, and what happens to samples on their way into it.

Everything inside is mono float32 at RATE, -1 to 1; everything on the wire is 16-bit PCM at RATE.
"""

import numpy as np
from numpy.typing import NDArray

RATE = 24_000
"""Samples per second: Kokoro's own rate. Other engines are resampled, so that a stream never changes its format."""
WIDTH = 2
"""Bytes per sample."""
CHANNELS = 1
FADE_S = 0.005
"""Length of the ramp at both edges of a segment: short enough to keep a plosive, long enough not to click."""
SILENT = 1e-4
"""A peak below this (-80 dBFS) is silence."""

Samples = NDArray[np.float32]


def silence(seconds: float) -> Samples:
    return np.zeros(round(seconds * RATE), np.float32)


def fade_edges(samples: Samples) -> Samples:
    """A copy whose first and last FADE_S rise from and fall to zero."""
    length = min(round(FADE_S * RATE), len(samples) // 2)
    ramp = np.linspace(0, 1, length, endpoint=False, dtype=np.float32)
    faded = samples.astype(np.float32, copy=True)
    faded[:length] *= ramp
    faded[len(faded) - length :] *= ramp[::-1]
    return faded


def amplify(samples: Samples, decibels: float) -> Samples:
    return samples * np.float32(10 ** (decibels / 20)) if decibels else samples


def to_pcm(samples: Samples) -> bytes:
    """Signed 16-bit little-endian PCM. Values beyond -1 and 1 are clipped: wrapped around they would crack."""
    return (np.clip(samples, -1, 1) * 32_767).round().astype("<i2").tobytes()


def is_silent(samples: Samples) -> bool:
    return samples.size == 0 or float(np.abs(samples).max()) < SILENT


def trim_silence(samples: Samples, keep_s: float = 0.02) -> Samples:
    """Without the silence before and after the speech, but for `keep_s` seconds of it at each side."""
    loud = np.flatnonzero(np.abs(samples) >= SILENT)
    if not loud.size:
        return samples[:0]
    keep = round(keep_s * RATE)
    return samples[max(0, loud[0] - keep) : loud[-1] + 1 + keep]
