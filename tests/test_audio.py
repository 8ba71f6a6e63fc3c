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


def tone(hertz: float, peak: float, seconds: float = 0.5) -> audio.Samples:
    time = np.arange(round(seconds * audio.RATE)) / audio.RATE
    return (peak * np.sin(2 * np.pi * hertz * time)).astype(np.float32)


def test_what_stays_below_the_ceiling_is_not_limited() -> None:
    """It is the same array, also with nothing in it."""
    for samples in (tone(200, 0.89), np.zeros(0, np.float32), np.full(7, -audio.CEILING, np.float32)):
        assert audio.limit(samples) is samples


@pytest.mark.parametrize("length", [1, 2, 100, 241, 9000])
def test_the_limiter_never_exceeds_the_ceiling(length: int) -> None:
    """Whatever comes, however short and however loud, and everything stays a finite number."""
    chance = np.random.default_rng(length)
    for loud in (1.0, 4.0, 1e30):
        samples = (loud * chance.standard_normal(length)).astype(np.float32)
        samples[0] = -loud
        limited = audio.limit(samples)
        assert limited.dtype == np.float32 and limited.shape == samples.shape
        assert np.isfinite(limited).all() and np.abs(limited).max() <= np.float32(audio.CEILING)
        assert (np.sign(limited) * np.sign(samples) >= 0).all()


def test_the_limiter_changes_only_what_is_near_a_peak() -> None:
    """A few milliseconds around it are turned down smoothly; all the rest has the same bits."""
    samples = np.full(12_000, 0.5, np.float32)
    samples[6000:6003] = 2.0
    limited = audio.limit(samples)
    changed = np.flatnonzero(limited != samples)
    reach = round(4 * audio.LIMIT_S * audio.RATE)
    assert 6000 - reach <= changed[0] < 6000 and 6003 < changed[-1] <= 6003 + reach
    assert limited[6001] == pytest.approx(audio.CEILING, rel=1e-3)
    steps = np.diff(limited / samples)
    assert np.abs(steps).max() < 0.01, "the gain never jumps"
    assert (steps[:6000] <= 1e-6).all() and (steps[6003:] >= -1e-6).all(), "it falls once and rises once"


@pytest.mark.parametrize("hertz", [60, 110, 220, 1000])
def test_a_loud_tone_stays_a_tone(hertz: int) -> None:
    """12 dB above full scale: clipped, a quarter of its power would be harmonics; limited, less than -60 dB are."""
    limited = audio.limit(tone(hertz, 4.0))[2400:-2400]
    power = np.square(np.abs(np.fft.rfft(limited * np.hanning(len(limited)))))
    peak = int(power.argmax())
    assert peak * audio.RATE / len(limited) == pytest.approx(hertz, abs=3)
    assert 1 - power[peak - 3 : peak + 4].sum() / power.sum() < 1e-6


def test_the_limiter_works_on_whole_arrays(monkeypatch: pytest.MonkeyPatch) -> None:
    """However long the audio is: so many passes as the width of its window takes, not one for each sample."""
    passes: list[int] = []
    lowest = np.minimum

    def counted(one: audio.Samples, other: audio.Samples) -> audio.Samples:
        passes.append(len(one))
        return lowest(one, other)

    monkeypatch.setattr(np, "minimum", counted)
    for seconds in (0.5, 20):
        audio.limit(tone(200, 2.0, seconds))
    assert len(passes) == 2 * 8
    assert max(passes) <= 20 * audio.RATE + 1000
