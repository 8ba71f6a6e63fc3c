"""Samples on their way to the wire."""

import numpy as np
import pytest

from wyoming_kokoro import audio


def test_values_beyond_full_scale_are_clipped() -> None:
    """They would wrap around to the other sign and crack."""
    samples = np.array([0, 0.5, 1, 1.5, -1, -7], np.float32)
    assert np.frombuffer(audio.to_pcm(samples), "<i2").tolist() == [0, 16384, 32767, 32767, -32767, -32767]


def test_edges_rise_from_and_fall_to_zero() -> None:
    """The step at an edge, which is heard as a click, is gone; the middle and the input are untouched."""
    samples = np.ones(4800, np.float32)
    faded = audio.fade_edges(samples)
    assert faded[0] == 0 and faded[-1] == 0
    assert np.abs(np.diff(np.concatenate([[0], faded, [0]]))).max() < 0.01
    assert (faded[200:-200] == 1).all() and (samples == 1).all()


@pytest.mark.parametrize("length", [0, 1, 2, 3, 100])
def test_short_segments_are_faded_too(length: int) -> None:
    """Even one that is shorter than its two ramps."""
    assert len(audio.fade_edges(np.ones(length, np.float32))) == length


def test_gain_is_in_decibels() -> None:
    """6 dB are about twice the amplitude; 0 changes nothing."""
    samples = np.full(10, 0.25, np.float32)
    assert audio.amplify(samples, 6.0206)[0] == pytest.approx(0.5, rel=1e-4)
    assert audio.amplify(samples, 0) is samples


def test_silence_is_trimmed_but_for_a_little() -> None:
    """Speech keeps 20 ms at each side; silence as a whole becomes nothing."""
    speech = np.concatenate([np.zeros(9000), np.ones(2400), np.zeros(9000)]).astype(np.float32)
    assert len(audio.trim_silence(speech)) == 2400 + 2 * 480
    assert audio.trim_silence(np.zeros(100, np.float32)).size == 0


def test_silence_is_what_nobody_hears() -> None:
    """Nothing, zeros and noise far below hearing are silence; quiet speech isn't."""
    assert audio.is_silent(np.zeros(0, np.float32)) and audio.is_silent(np.full(9, 1e-5, np.float32))
    assert not audio.is_silent(np.array([0, 0.001], np.float32))
    assert audio.silence(0.5).size == 12_000
