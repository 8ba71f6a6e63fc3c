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
CEILING = 10 ** (-1 / 20)
"""-1 dBFS: a transcoder behind us, such as one to mp3, overshoots by about that much."""
LIMIT_S = 0.005
"""How fast the limiter turns down and up: slower than a cycle of any voice, so that it doesn't distort; faster than a
syllable, so that only the peak gets quieter."""

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


def limit(samples: Samples) -> Samples:
    """Peaks above CEILING are turned down to it, by a gain that falls before and rises after each of them. The rest is
    as it was; without peaks it is the same array."""
    if np.abs(samples).max(initial=0) <= CEILING:
        return samples
    ramp = round(LIMIT_S * RATE)
    needed = CEILING / np.maximum(np.abs(samples), CEILING).astype(np.float64)
    gain = _lowest(np.pad(needed, 2 * ramp, constant_values=1), 2 * ramp + 1)
    for _ in range(2):  # the mean of two means has no corners; each value in it is at most what its middle needs
        gain = _mean(gain, ramp + 1)
    return np.clip(samples * gain.astype(np.float32), -CEILING, CEILING).astype(np.float32)  # it may round up


def _lowest(values: NDArray[np.float64], width: int) -> NDArray[np.float64]:
    """The least of each `width` neighbours, as many fewer values. In log2(width) passes, each of which adds its own."""
    covered = 1
    while covered < width:
        step = min(covered, width - covered)
        values = np.minimum(values[:-step], values[step:])
        covered += step
    return values


def _mean(values: NDArray[np.float64], width: int) -> NDArray[np.float64]:
    """Of each `width` neighbours, as many fewer values."""
    sums = np.cumsum(np.concatenate([[0.0], values]))
    return np.asarray((sums[width:] - sums[:-width]) / width)


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
