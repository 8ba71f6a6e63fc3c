"""What is asked of a voice can be heard: the tiny model's loudness is the style's, its length the speed's."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tiny_kokoro import VOICES, decode, write_model, write_voices

from wyoming_kokoro import config
from wyoming_kokoro.audio import CEILING, Samples
from wyoming_kokoro.runtime.devices import Device
from wyoming_kokoro.runtime.session import open_session
from wyoming_kokoro.speech.diction import diction
from wyoming_kokoro.speech.engine import Speaker, render
from wyoming_kokoro.speech.kokoro import KokoroEngine
from wyoming_kokoro.speech.loudness import MOST_GAIN, SENTENCES, TARGET, Levels, level, unmeasured
from wyoming_kokoro.speech.phonemes import Phonemizer
from wyoming_kokoro.speech.voices import Voice, catalogue
from wyoming_kokoro.text.phrases import plainly


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> KokoroEngine:
    folder = tmp_path_factory.mktemp("kokoro")
    model = write_model(folder / "model.onnx", tokens="input_ids", timed=True)
    session = open_session(model, Device("cpu"), config.Device(threads=1))
    return KokoroEngine(session, write_voices(folder / "voices.bin"), Phonemizer(), config.Text())


def speaker(engine: KokoroEngine, levels: Levels | None = None, **voices: Any) -> Speaker:
    offered = catalogue(config.Voices.model_validate(voices), engine.voices)
    return Speaker(engine, offered, diction(config.Text()), "a test speaks", levels=levels)


def spoken(engine: KokoroEngine, voice: Voice) -> Samples:
    [segment] = engine.segments(plainly("Hello."), voice)
    return render(engine, segment)


def peak(engine: KokoroEngine, voice: Voice) -> float:
    return float(np.abs(spoken(engine, voice)).max())


@pytest.mark.parametrize(
    ("name", "asked_speaker", "amplitude"),
    [
        ("af_heart+bf_emma", None, 0.5 * VOICES["af_heart"] + 0.5 * VOICES["bf_emma"]),
        ("af_heart:0.7+bf_emma:0.3", None, 0.7 * VOICES["af_heart"] + 0.3 * VOICES["bf_emma"]),
        ("dusk", None, 0.25 * VOICES["am_adam"] + 0.75 * VOICES["ff_siwis"]),
        ("af_heart+dusk", None, 0.5 * VOICES["af_heart"] + 0.125 * VOICES["am_adam"] + 0.375 * VOICES["ff_siwis"]),
        ("marin", None, VOICES["af_heart"]),
        ("en_US-ryan-high", "0", VOICES["am_adam"]),
        ("en_US-ryan-high", "bf_emma", VOICES["bf_emma"]),
        ("af_heart", "am_adam:1+bf_emma:3", 0.25 * VOICES["am_adam"] + 0.75 * VOICES["bf_emma"]),
    ],
)
def test_who_is_asked_for_is_heard(
    engine: KokoroEngine, name: str, asked_speaker: str | None, amplitude: float
) -> None:
    """Blends of the configuration and of the request, aliases, and speakers."""
    who = speaker(engine, blends={"dusk": {"am_adam": 1, "ff_siwis": 3}}, aliases={"en_US-ryan-high": "am_adam"})
    assert peak(engine, who.voice(name, None, asked_speaker)) == pytest.approx(amplitude, abs=0.01)


def test_speed_and_gain_of_a_blend_are_heard(engine: KokoroEngine) -> None:
    """Twice as fast and half as loud as the same blend that a request makes up."""
    who = speaker(
        engine, blends={"dusk": {"af_heart": 1, "am_adam": 1}}, settings={"dusk": {"speed": 2, "gain": -6.0206}}
    )
    configured, made_up = who.voice("dusk", None, None), who.voice("af_heart+am_adam", None, None)
    assert peak(engine, configured) == pytest.approx(peak(engine, made_up) / 2, abs=0.01)
    fast, usual = spoken(engine, configured), spoken(engine, made_up)
    assert len(fast) < 0.65 * len(usual) and decode(fast, speed=2.0) == decode(usual)


def test_measured_voices_are_equally_loud(engine: KokoroEngine, tmp_path: Path) -> None:
    """But for those that are too far away; the gain of the configuration goes on top."""
    levels = Levels(tmp_path, "tiny")
    who = speaker(engine, levels, settings={"bf_emma": {"gain": -3}})

    def raw(voice: Voice) -> Samples:
        return engine.synthesize(engine.segments(plainly(SENTENCES[voice.language.letter]), voice)[0])

    for voice in unmeasured(who.catalogue.voices, levels):
        levels.put(voice.name, level(raw(voice)))
    for name in ("af_heart", "am_adam"):  # 3.5 dB apart
        assert level(spoken(engine, who.voice(name, None, None))) == pytest.approx(TARGET, abs=0.3)
    assert who.voice("bf_emma", None, None).gain == -MOST_GAIN - 3
    mixed, gains = who.voice("am_adam:1+bf_emma:3", None, None), (levels.gain((("am_adam", 1.0),)), -MOST_GAIN)
    assert mixed.gain == pytest.approx(0.25 * gains[0] + 0.75 * gains[1])


def test_a_voice_that_is_too_loud_is_limited(engine: KokoroEngine) -> None:
    """Turned up by 12 dB, it stays under the ceiling, and what it says can be understood."""
    who = speaker(engine, settings={"bf_emma": {"gain": 12}})
    usual, loud = speaker(engine).voice("bf_emma", None, None), who.voice("bf_emma", None, None)
    assert peak(engine, loud) == pytest.approx(CEILING, abs=0.01)
    assert decode(spoken(engine, loud)) == decode(spoken(engine, usual))
