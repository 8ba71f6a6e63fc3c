"""The loudness of voices: measured once, kept, and made equal by a fixed gain."""

import math
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pytest

from wyoming_kokoro import config
from wyoming_kokoro.audio import RATE, Samples, amplify, silence
from wyoming_kokoro.speech import loudness, voices
from wyoming_kokoro.speech.languages import LANGUAGES
from wyoming_kokoro.speech.loudness import (
    FILE,
    MAX_KEYS,
    MOST_GAIN,
    SENTENCES,
    TARGET,
    Levels,
    gain_for,
    level,
    unmeasured,
)
from wyoming_kokoro.speech.voices import Catalogue, Voice, catalogue


def speech(decibels: float, seconds: float = 1.0) -> Samples:
    """A tone whose RMS is so many dBFS."""
    time = np.arange(round(seconds * RATE)) / RATE
    return (math.sqrt(2) * 10 ** (decibels / 20) * np.sin(2 * np.pi * 200 * time)).astype(np.float32)


def offered(*names: str, **blends: dict[str, float]) -> Catalogue:
    return catalogue(config.Voices.model_validate({"default": names[-1], "blends": blends}), names)


class Engine:
    """Speaks each style vector at a level of its own, and notes who spoke."""

    def __init__(self, levels: dict[str, float]) -> None:
        self.levels = levels
        self.spoken: list[Voice] = []

    def render(self, voice: Voice) -> Samples:
        self.spoken.append(voice)
        return speech(self.levels[voice.name])


def measure(render: Callable[[Voice], Samples], voices: Iterable[Voice], levels: Levels) -> None:
    for voice in unmeasured(voices, levels):
        levels.put(voice.name, level(render(voice)))


@pytest.mark.parametrize("decibels", [-40.0, -20.0, 3.0])
def test_the_level_is_the_rms_of_the_speech(decibels: float) -> None:
    """Pauses before, in and after it, also those with a little noise, change nothing."""
    noise = (1e-4 * np.random.default_rng(1).standard_normal(2 * RATE)).astype(np.float32)
    said = speech(decibels)
    assert level(said) == pytest.approx(decibels, abs=0.01)
    assert level(np.concatenate([silence(1), said, noise, said, silence(0.5)])) == pytest.approx(decibels, abs=0.1)


def test_breath_and_fading_ends_do_not_count() -> None:
    """A part 20 dB below the rest is no speech; one 6 dB below is."""
    assert level(np.concatenate([speech(-20), speech(-40)])) == pytest.approx(-20, abs=0.1)
    assert level(np.concatenate([speech(-20), speech(-26)])) == pytest.approx(-22.04, abs=0.1)


@pytest.mark.parametrize("samples", [silence(0), silence(1), np.full(RATE, 1e-4, np.float32)])
def test_without_speech_there_is_no_level(samples: Samples) -> None:
    """And no gain."""
    assert level(samples) == -math.inf and gain_for(level(samples)) == 0


@pytest.mark.parametrize("length", [1, 479, 480, 481])
def test_very_short_audio_has_a_level(length: int) -> None:
    """Shorter than a frame, too."""
    assert -60 < level(np.full(length, 0.5, np.float32)) <= -6.02


def test_the_gain_leads_to_the_target() -> None:
    """As far as it is sensible."""
    assert level(amplify(speech(-26), gain_for(-26))) == pytest.approx(TARGET, abs=0.01)
    assert (gain_for(TARGET), gain_for(-90), gain_for(9)) == (0, MOST_GAIN, -MOST_GAIN)


def test_every_language_has_a_sentence() -> None:
    """A short one."""
    assert set(SENTENCES) == {language.letter for language in LANGUAGES}
    assert all(len(sentence) <= 45 for sentence in SENTENCES.values())


def test_each_style_vector_is_measured_once(tmp_path: Path) -> None:
    """The default's first, those of blends as well, plainly and without any gain; never again after that."""
    engine = Engine({"am_adam": -26.0, "af_sky": -17.0, "af_heart": -20.0})
    found = offered("am_adam", "af_sky", "af_heart", dusk={"am_adam": 1, "af_sky": 3})
    levels = Levels(tmp_path, "files")
    measure(engine.render, found.voices, levels)
    assert [voice.name for voice in engine.spoken] == ["af_heart", "af_sky", "am_adam"]
    assert {(voice.speed, voice.gain, len(voice.styles)) for voice in engine.spoken} == {(1.0, 0.0, 1)}
    assert levels.get("am_adam") == pytest.approx(-26, abs=0.01)
    assert levels.gain(found.choose("dusk", None).styles) == pytest.approx(0.25 * 6 - 0.75 * 3, abs=0.01)
    assert levels.gain((("am_adam", 0.5), ("bf_emma", 0.5))) == pytest.approx(3, abs=0.01), (
        "an unknown part counts as 0"
    )
    measure(engine.render, found.voices, Levels(tmp_path, "files"))
    assert len(engine.spoken) == 3


def test_other_files_are_measured_anew(tmp_path: Path) -> None:
    """And the ones used before aren't forgotten, but for those of long ago."""
    for number in range(MAX_KEYS + 1):
        Levels(tmp_path, f"files {number}").put("af_heart", -20.0 - number)
    assert Levels(tmp_path, "others").get("af_heart") is None
    assert Levels(tmp_path, "files 0").get("af_heart") is None
    assert Levels(tmp_path, "files 1").get("af_heart") == -21.0
    assert [path.name for path in tmp_path.iterdir()] == [FILE], "nothing is left lying about"


def test_two_processes_add_to_the_same_file(tmp_path: Path) -> None:
    """Neither takes away what the other has measured."""
    one, two = Levels(tmp_path, "files"), Levels(tmp_path, "files")
    one.put("af_heart", -20.0)
    two.put("af_sky", -21.0)
    both = Levels(tmp_path, "files")
    assert (both.get("af_heart"), both.get("af_sky")) == (-20.0, -21.0)


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xfe", b"[1]", b"{", b"[" * 100_000, b'{"1 files": 3}', b" " * 300_000,
     b'{"1 files": {"af_heart": NaN}}', b'{"1 files": {"af_heart": "-20"}}', b'{"1 files": {"af_heart": 1e999}}',
     b'{"1 files": {"af_heart": -9999.0}}', b'{"1 files": {"af_heart": true}}', b'{"1 files": {"af_heart": null}}'],
)  # fmt: skip
def test_a_damaged_file_is_as_good_as_none(tmp_path: Path, content: bytes) -> None:
    """It is written anew."""
    (tmp_path / FILE).write_bytes(content)
    levels = Levels(tmp_path, "files")
    assert levels.get("af_heart") is None
    levels.put("af_heart", -20.0)
    assert Levels(tmp_path, "files").get("af_heart") == -20.0


def test_a_folder_that_cannot_be_written_costs_only_time(tmp_path: Path) -> None:
    """What was measured is used all the same, and measured again after the next start."""
    levels = Levels(tmp_path / "gone", "files")
    levels.put("af_heart", -20.0)
    assert levels.get("af_heart") == -20.0
    assert Levels(tmp_path / "gone", "files").get("af_heart") is None


def test_a_part_that_is_not_spoken_here_is_measured_in_english(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Japanese style vector in an English blend needs no Japanese front end."""
    for module in (loudness, voices):
        monkeypatch.setattr(module, "is_spoken", lambda language: language.espeak is not None)
    engine = Engine({"af_heart": -20.0, "jf_alpha": -25.0})
    found = offered("jf_alpha", "af_heart", dusk={"af_heart": 2, "jf_alpha": 1})
    measure(engine.render, found.voices, Levels(tmp_path, "files"))
    assert [(voice.name, voice.language.tag) for voice in engine.spoken] == [
        ("af_heart", "en-US"),
        ("jf_alpha", "en-US"),
    ]
