"""Names, languages, grades, defaults, blends and aliases as configured."""

from typing import Any

import pytest

from wyoming_kokoro import config
from wyoming_kokoro.errors import ConfigError, VoiceError
from wyoming_kokoro.speech import voices
from wyoming_kokoro.speech.catalogue import Catalogue
from wyoming_kokoro.speech.languages import LANGUAGES, Language, match_tag
from wyoming_kokoro.speech.official import CHINESE, GRADES, OFFICIAL
from wyoming_kokoro.speech.voices import OPENAI, catalogue, named, official


def is_by_espeak(language: Language) -> bool:
    return language.espeak is not None


@pytest.fixture(autouse=True)
def without_extras(monkeypatch: pytest.MonkeyPatch) -> None:
    """Japanese and Chinese are not spoken, whatever is installed here."""
    monkeypatch.setattr(voices, "is_spoken", is_by_espeak)


def offered(available: tuple[str, ...] = OFFICIAL, **settings: Any) -> Catalogue:
    return catalogue(config.Voices.model_validate(settings), available)


def fault(available: tuple[str, ...] = OFFICIAL, **settings: Any) -> str:
    with pytest.raises(ConfigError) as caught:
        offered(available, **settings)
    assert str(caught.value).startswith(".".join(caught.value.key))
    return str(caught.value)


def test_there_are_54_official_voices_and_41_can_be_spoken_without_extras() -> None:
    """Without a front end a voice is not offered, rather than misread."""
    assert len(OFFICIAL) == 54
    assert len(offered().voices) == 41
    assert not {voice.language.tag for voice in offered().voices} & {"ja-JP", "zh-CN"}
    assert {name[0] for name in OFFICIAL} == {language.letter for language in LANGUAGES}


def test_with_the_extras_all_of_them_are_spoken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Japanese and Chinese have defaults of their own then."""
    monkeypatch.setattr(voices, "is_spoken", lambda language: True)
    assert len(offered().voices) == 54 and len(offered(official("v1.1-zh")).voices) == 103
    assert offered().choose(None, "ja").name == "jf_alpha"
    assert offered(CHINESE, default="zm_009").choose(None, "zh").name == "zm_009"


def test_the_chinese_release_has_103_voices() -> None:
    """55 women and 45 men share the numbers from 1 to 100; three voices speak English."""
    assert official("v1.0") == official("v1.1") == OFFICIAL and official("v1.1-zh") == CHINESE
    assert CHINESE[:3] == ("af_maple", "af_sol", "bf_vale")
    women, men = ([name for name in CHINESE if name.startswith(letters)] for letters in ("zf_", "zm_"))
    assert (len(CHINESE), len(women), len(men)) == (103, 55, 45)
    assert sorted(name[3:] for name in women + men) == [f"{number:03}" for number in range(1, 101)]
    assert (women[0], women[8], women[-1], men[0], men[-1]) == ("zf_001", "zf_017", "zf_099", "zm_009", "zm_100")


def test_another_release_has_another_default() -> None:
    """af_heart isn't in v1.1-zh: who configured nothing gets a voice all the same, who asked for it an error."""
    assert offered(CHINESE).default.name == "af_maple"
    assert fault(CHINESE, default="af_heart").startswith("voices.default: 'af_heart' is no voice here")


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
    found = offered(default="am_adam", by_language={"en_gb": "bm_lewis", "it-IT": "im_nicola"})
    defaults = {voice.language.tag: voice.name for voice in found.voices if voice.default}
    assert defaults == {
        "en-US": "am_adam", "en-GB": "bm_lewis", "es-ES": "ef_dora", "fr-FR": "ff_siwis", "hi-IN": "hf_alpha",
        "it-IT": "im_nicola", "pt-BR": "pf_dora",
    }  # fmt: skip
    assert sum(voice.default for voice in found.voices) == 7
    assert found.default.name == "am_adam"
    assert found.choose(None, "en").name == "am_adam"
    assert found.choose(None, "en-GB").name == "bm_lewis"


def test_the_language_of_the_default_voice_wins_for_its_relatives() -> None:
    """Who made a British voice the default gets it for `en`."""
    assert offered(default="bf_lily").choose(None, "en").name == "bf_lily"


def test_titles_are_for_people() -> None:
    """Name, gender, grade, the mark of the default, what a blend is made of, and a speed that isn't the usual one."""
    blends = {"evening_calm": {"bf_emma": 3, "af_heart": 1}}
    found = offered(blends=blends, settings={"af_sky": {"speed": 1.1}, "evening_calm": {"speed": 0.9}})
    titles = {voice.name: voice.title for voice in found.voices}
    assert titles["af_heart"] == "(default) Heart, female, grade A"
    assert titles["am_adam"] == "Adam, male, grade F+"
    assert titles["em_alex"] == "Alex, male"
    assert titles["evening_calm"] == "Evening Calm, female, 75% Emma + 25% Heart, 0.9× speed"
    assert titles["af_sky"] == "Sky, female, grade C-, 1.1× speed"


def test_a_blend_takes_language_and_gender_from_its_heaviest_part() -> None:
    """Its shares are made to add up to one."""
    evening = offered(blends={"evening": {"am_adam": 1, "bf_emma": 3}}).choose("evening", None)
    assert (evening.language.tag, evening.female, evening.grade) == ("en-GB", True, "")
    assert evening.styles == (("bf_emma", 0.75), ("am_adam", 0.25))


def test_the_first_of_equals_is_the_heaviest() -> None:
    """As it is written."""
    found = offered(blends={"one": {"bf_emma": 1, "am_adam": 1}, "two": {"am_adam": 1, "bf_emma": 1}})
    assert found.choose("one", None).language.tag == "en-GB" and found.choose("two", None).language.tag == "en-US"


def test_a_blend_can_be_given_a_language() -> None:
    """Then its parts may be of any, even of one that isn't spoken here."""
    found = offered(blends={"evening": {"language": "en_gb", "af_heart": 0.7, "jf_alpha": 0.3}})
    assert found.choose("evening", None).language.tag == "en-GB"
    assert fault(blends={"x": {"language": "de", "af_sky": 1}}).startswith(
        "voices.blends.x.language: No voice speaks the language 'de'"
    )
    assert "voices.blends.x: can't be spoken" in fault(blends={"x": {"jf_alpha": 1}})
    assert fault(blends={"x": {"af_skie": 1}}).startswith("voices.blends.x.af_skie: 'af_skie' is no voice here, did")


def test_a_blend_without_parts_is_named() -> None:
    """A language alone is no voice."""
    for blend in ({}, {"language": "en"}, {"af_sky": 0}, {"af_sky": float("nan")}, {"af_sky": "much"}):
        with pytest.raises(ValueError, match="blends.x"):
            config.Voices.model_validate({"blends": {"x": blend}})


def test_excluded_voices_may_be_parts() -> None:
    """Of what the owner configured; a request can't name them, not even in a blend of its own."""
    found = offered(exclude=("am_*",), blends={"evening": {"af_heart": 1, "am_adam": 1}})
    assert found.choose("evening", None).styles == (("af_heart", 0.5), ("am_adam", 0.5))
    for name in ("am_adam", "af_heart+am_adam", "onyx"):
        with pytest.raises(VoiceError):
            found.choose(name, None)


def test_include_and_exclude_take_names_and_patterns() -> None:
    """What is left out isn't offered and isn't found."""
    found = offered(include=("a*", "bf_emma"), exclude=("am_*",))
    names = {voice.name for voice in found.voices}
    assert names == {name for name in GRADES if name.startswith("af_")} | {"bf_emma"}


def test_speed_and_gain_of_a_voice_go_on_top_of_the_general_ones() -> None:
    """Speeds are factors, gains are decibels; a blend that a request makes up has the general ones."""
    found = offered(speed=1.2, gain=-1, settings={"af_sky": {"speed": 1.5, "gain": 3}})
    sky, heart, mixed = (found.choose(name, None) for name in ("af_sky", "af_heart", "af_sky+af_heart"))
    assert (sky.speed, sky.gain, heart.speed, heart.gain) == (1.8, 2, 1.2, -1)
    assert (mixed.speed, mixed.gain) == (1.2, -1)


def test_names_that_are_no_voices_are_left_out() -> None:
    """A voices file may hold anything; unknown voices are known by their letters."""
    found = offered(("af_heart", "bm_mine", "xx_what", "af", "nonsense", "am_", "qf_x", "zf_xiaoni"))
    assert [voice.name for voice in found.voices] == ["af_heart", "bm_mine"]
    mine = found.choose("bm_mine", None)
    assert (mine.language.tag, mine.female, mine.grade, mine.title) == ("en-GB", False, "", "(default) Mine, male")


def test_names_of_openai_are_aliases_where_their_voice_is_offered() -> None:
    """Each means a voice that exists; a voice that is left out, or a blend of the same name, ends it."""
    found = offered()
    assert {alias: found.choose(alias, None).name for alias in OPENAI} == OPENAI
    assert found.choose("default", None) is found.default
    fewer = offered(exclude=("af_alloy",), blends={"nova": {"af_sky": 1, "af_nova": 1}})
    assert "alloy" not in dict(fewer.aliases) and "nova" not in dict(fewer.aliases)
    assert fewer.choose("nova", None).name == "nova"


def test_aliases_of_the_user_go_over_the_usual_ones() -> None:
    """Names of Piper, too; the target may be a blend."""
    found = offered(
        aliases={"alloy": "evening", "en_US-lessac-medium": "af_sky"}, blends={"evening": {"af_heart": 1, "af_sky": 1}}
    )
    assert found.choose("alloy", None).name == "evening"
    assert found.choose("en_US-lessac-medium", None).name == "af_sky"
    assert found.choose("echo", None).name == "am_echo"
    assert "alloy" not in {voice.name for voice in found.voices}


@pytest.mark.parametrize(
    ("aliases", "said"),
    [
        ({"nice": "af_hart"}, "voices.aliases.nice: 'af_hart' is no voice here, did you mean 'af_heart'?"),
        ({"nice": "jf_alpha"}, "voices.aliases.nice: 'jf_alpha' can't be spoken: "),
        ({"af_sky": "af_heart"}, "voices.aliases.af_sky: a voice has this name"),
        ({"default": "af_sky"}, "voices.aliases.default: always means voices.default, which is 'af_heart'"),
    ],
)
def test_aliases_that_cannot_work_are_named(aliases: dict[str, str], said: str) -> None:
    """With their key."""
    assert fault(aliases=aliases).startswith(said)


def test_the_settings_speak_of_style_vectors() -> None:
    """Those of a file that isn't there yet: from all keys that name voices, without blends and defaults."""
    settings = {
        "by_language": {"en-GB": "bf_mine"},
        "settings": {"am_mine": {}, "dusk": {}},
        "aliases": {"a": "af_mine", "b": "dusk"},
        "blends": {"dusk": {"ef_mine": 1, "language": "es"}},
    }
    read = config.Voices.model_validate
    assert named(read(settings)) == {"bf_mine", "am_mine", "af_mine", "ef_mine"}
    assert named(read({"default": "if_mine"})) == {"if_mine"}
