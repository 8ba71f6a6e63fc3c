"""Names, languages, grades, defaults and blends."""

import pytest

from wyoming_kokoro import config
from wyoming_kokoro.errors import VoiceError
from wyoming_kokoro.speech.languages import LANGUAGES, match_tag
from wyoming_kokoro.speech.voices import GRADES, OFFICIAL, catalogue


def test_there_are_54_official_voices_and_41_can_be_spoken() -> None:
    """Japanese and Chinese have no front end: they are not offered, rather than misread."""
    assert len(OFFICIAL) == 54
    offered = catalogue(config.Voices())
    assert len(offered.voices) == 41
    assert not {voice.language.tag for voice in offered.voices} & {"ja-JP", "zh-CN"}
    assert {name[0] for name in OFFICIAL} == {language.letter for language in LANGUAGES}


@pytest.mark.parametrize(
    ("wanted", "tag"),
    [("en", "en-US"), ("en-US", "en-US"), ("en-GB", "en-GB"), ("en_us", "en-US"),
     ("EN-us", "en-US"), ("EN_gb", "en-GB"),
     ("en-AU", "en-US"), ("pt", "pt-BR"), ("pt-PT", "pt-BR"), (" fr ", "fr-FR"), ("hi", "hi-IN")],
)  # fmt: skip
def test_a_language_is_found_however_it_is_written(wanted: str, tag: str) -> None:
    """Equal first, whatever case and separator; else the same language elsewhere."""
    assert match_tag(wanted, [language.tag for language in LANGUAGES]) == tag


@pytest.mark.parametrize("wanted", ["", "xx", "e", "english", "de-DE"])
def test_a_language_that_nobody_speaks_is_an_error(wanted: str) -> None:
    """It says which there are."""
    with pytest.raises(VoiceError, match="There are voices for en-US, en-GB"):
        match_tag(wanted, ["en-US", "en-GB"])


def test_the_best_voice_of_a_language_is_its_default() -> None:
    """By upstream's grades, unless the configuration names another; exactly one for each language."""
    offered = catalogue(config.Voices(default="am_adam", by_language={"en_gb": "bm_lewis", "it-IT": "im_nicola"}))
    defaults = {voice.language.tag: voice.name for voice in offered.voices if voice.default}
    assert defaults == {
        "en-US": "am_adam", "en-GB": "bm_lewis", "es-ES": "ef_dora", "fr-FR": "ff_siwis", "hi-IN": "hf_alpha",
        "it-IT": "im_nicola", "pt-BR": "pf_dora",
    }  # fmt: skip
    assert sum(voice.default for voice in offered.voices) == 7
    assert offered.default.name == "am_adam"
    assert offered.choose(None, "en").name == "am_adam"
    assert offered.choose(None, "en-GB").name == "bm_lewis"


def test_the_language_of_the_default_voice_wins_for_its_relatives() -> None:
    """Who made a British voice the default gets it for `en`."""
    assert catalogue(config.Voices(default="bf_lily")).choose(None, "en").name == "bf_lily"


def test_titles_are_for_people() -> None:
    """Name, gender, grade, the mark of the default, and what a blend is made of."""
    offered = catalogue(config.Voices(blends={"evening_calm": {"bf_emma": 3, "af_heart": 1}}))
    titles = {voice.name: voice.title for voice in offered.voices}
    assert titles["af_heart"] == "(default) Heart, female, grade A"
    assert titles["am_adam"] == "Adam, male, grade F+"
    assert titles["em_alex"] == "Alex, male"
    assert titles["evening_calm"] == "Calm, female, blend of bf_emma and af_heart"


def test_a_blend_takes_language_and_gender_from_its_heaviest_part() -> None:
    """Its shares are made to add up to one."""
    offered = catalogue(config.Voices(blends={"evening": {"am_adam": 1, "bf_emma": 3}}))
    evening = offered.choose("evening", None)
    assert (evening.language.tag, evening.female, evening.grade) == ("en-GB", True, "")
    assert evening.styles == (("bf_emma", 0.75), ("am_adam", 0.25))


def test_include_and_exclude_take_names_and_patterns() -> None:
    """What is left out isn't offered and isn't found."""
    offered = catalogue(config.Voices(include=("a*", "bf_emma"), exclude=("am_*",)))
    names = {voice.name for voice in offered.voices}
    assert names == {name for name in GRADES if name.startswith("af_")} | {"bf_emma"}
    with pytest.raises(VoiceError):
        offered.choose("am_adam", None)


def test_speed_and_gain_of_a_voice_go_on_top_of_the_general_ones() -> None:
    """Speeds are factors, gains are decibels."""
    own = {"af_sky": config.VoiceSettings(speed=1.5, gain=3)}
    offered = catalogue(config.Voices(speed=1.2, gain=-1, settings=own))
    sky, heart = offered.choose("af_sky", None), offered.choose("af_heart", None)
    assert (sky.speed, sky.gain, heart.speed, heart.gain) == (1.8, 2, 1.2, -1)


def test_names_that_are_no_voices_are_left_out() -> None:
    """A voices file may hold anything."""
    offered = catalogue(config.Voices(), ["af_heart", "xx_what", "af", "nonsense", "am_", "qf_x", "zf_xiaoni"])
    assert [voice.name for voice in offered.voices] == ["af_heart"]
