"""Which voice a request means: by name, alias, blend, speaker and language."""

from typing import Any

import pytest

from wyoming_kokoro import config
from wyoming_kokoro.errors import VoiceError
from wyoming_kokoro.speech.blends import MOST_PARTS
from wyoming_kokoro.speech.catalogue import Catalogue
from wyoming_kokoro.speech.voices import catalogue

SETTINGS: dict[str, Any] = {
    "blends": {"evening": {"af_heart": 0.6, "am_adam": 0.4, "language": "en-GB"}},
    "aliases": {"en_US-lessac-medium": "af_sky"},
}


@pytest.fixture(scope="module")
def offered() -> Catalogue:
    return catalogue(config.Voices.model_validate(SETTINGS))


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("af_heart+bf_emma", "af_heart:0.5+bf_emma:0.5"),
        ("af_heart:0.7+bf_emma:0.3", "af_heart:0.7+bf_emma:0.3"),
        (" af_heart : 70 % + bf_emma:30% ", "af_heart:0.7+bf_emma:0.3"),
        ("bf_emma:3+af_heart:7.0", "af_heart:0.7+bf_emma:0.3"),
        ("af_heart:.7+bf_emma:30%", "af_heart:0.7+bf_emma:0.3"),
        ("bf_emma+af_heart", "bf_emma:0.5+af_heart:0.5"),
        ("alloy+echo", "af_alloy:0.5+am_echo:0.5"),
        ("default+evening", "af_heart:0.5+evening:0.5"),
        ("af_heart+af_bella+af_heart", "af_heart:0.667+af_bella:0.333"),
        ("af_heart+marin", "af_heart"),
        ("af_heart:0.2", "af_heart"),
        ("af_heart:1+bf_emma:0.0001", "af_heart"),
    ],
)
def test_a_request_can_make_up_a_blend(offered: Catalogue, asked: str, name: str) -> None:
    """However it is written, it has one name, which means the same voice."""
    voice = offered.choose(asked, None)
    assert voice.name == name
    assert offered.choose(name, None) == voice
    assert sum(share for _, share in voice.styles) == pytest.approx(1)


def test_the_heaviest_part_gives_language_and_gender(offered: Catalogue) -> None:
    """Of a blend that is a part itself, too, whose style vectors are counted with those of the others."""
    voice = offered.choose("evening:0.7+am_adam:0.3", None)
    assert (voice.language.tag, voice.female, voice.default) == ("en-GB", True, False)
    assert [name for name, _ in voice.styles] == ["am_adam", "af_heart"]
    assert [share for _, share in voice.styles] == pytest.approx([0.58, 0.42])
    assert not offered.choose("am_adam:2+bf_emma:1", None).female


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("af_hart+bf_emma", "no voice 'af_hart', which is a part of 'af_hart+bf_emma', did you mean 'af_heart'?"),
        ("af_heart+", "A part of the blend 'af_heart+' has no name"),
        ("../../etc/passwd+af_heart", "There is no voice '../../etc/passwd'"),
        ("af_heart:0+bf_emma:1", "'0' is no share of 'af_heart' in a blend: expected a number above 0"),
        ("af_heart:-1+bf_emma:1", "'-1' is no share of 'af_heart'"),
        ("af_heart:nan+bf_emma:1", "'nan' is no share"),
        ("af_heart:1+bf_emma:inf", "'inf' is no share of 'bf_emma'"),
        ("af_heart:1+bf_emma:1e3", "'1e3' is no share"),
        ("af_heart:1+bf_emma:٣", "'٣' is no share"),
        ("af_heart:1+bf_emma:.", "'.' is no share"),
        ("af_heart:+bf_emma:1", "'' is no share of 'af_heart'"),
        ("af_heart:1:2+bf_emma:1", "'1:2' is no share of 'af_heart'"),
        ("af_heart:0.7+bf_emma", "The blend 'af_heart:0.7+bf_emma' gives some of its voices a share and others none"),
        ("af_heart,bf_emma", "There is no voice 'af_heart,bf_emma'"),
        ("+".join(["af_heart"] * (MOST_PARTS + 1)), f"has {MOST_PARTS + 1} parts, more than {MOST_PARTS}"),
        ("af_heart:" + "9" * 10_000, "is no share of 'af_heart'"),
        ("x" * 10_000 + "+af_heart", "There is no voice 'xxx"),
    ],
)  # fmt: skip
def test_a_blend_that_cannot_be_is_an_error(offered: Catalogue, asked: str, said: str) -> None:
    """It names the part and what was expected, and is short however long the name was."""
    with pytest.raises(VoiceError) as caught:
        offered.choose(asked, None)
    assert said in caught.value.message and len(caught.value.message) < 250
    assert caught.value.remedy.startswith(("There are af_alloy, ", "Write it as af_heart+bf_emma"))


@pytest.mark.parametrize("speaker", ["bf_emma", "fable", "af_heart+bf_emma", "evening"])
def test_a_speaker_counts_where_it_means_a_voice(offered: Catalogue, speaker: str) -> None:
    """Home Assistant sends it beside the name of the voice."""
    meant = offered.choose(speaker, None)
    assert offered.choose("af_sky", "en-US", speaker) == meant
    assert offered.choose(None, None, speaker) == meant


@pytest.mark.parametrize("speaker", ["p239", "0", "", "af_heart+nobody", "en_US-ryan-high"])
def test_other_speakers_are_of_the_voice_alone(offered: Catalogue, speaker: str) -> None:
    """As the speakers of a Piper voice, whose name is an alias here."""
    assert offered.choose("en_US-lessac-medium", None, speaker).name == "af_sky"


def test_a_name_that_nobody_has_is_an_error_whatever_the_speaker(offered: Catalogue) -> None:
    """With the nearest there is; and so is a speaker alone who is no voice."""
    with pytest.raises(VoiceError, match="no voice 'af_hart', did you mean 'af_heart'") as caught:
        offered.choose("af_hart", None, "bf_emma")
    assert "default" not in caught.value.remedy, "aliases are not listed"
    with pytest.raises(VoiceError, match="no voice 'p239'"):
        offered.choose(None, None, "p239")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("en_GB-alan-medium", "'en_GB-alan-medium' is a voice of Piper; for that language there is 'bf_emma'"),
        ("pt_PT-tugão-medium", "There is no voice"),
        ("pt_PT-tugao-x_low", "is a voice of Piper; for that language there is 'pf_dora'"),
        ("de_DE-thorsten-high", "is a voice of Piper. No voice speaks the language 'de_DE'"),
        ("en_US-" + "x" * 9999 + "-low", "is a voice of Piper; for that language there is 'af_heart'"),
    ],
)
def test_a_voice_of_piper_has_a_hint(offered: Catalogue, asked: str, said: str) -> None:
    """Which voice speaks its language here."""
    with pytest.raises(VoiceError) as caught:
        offered.choose(asked, None)
    assert said in caught.value.message and len(caught.value.message) < 150


def test_nothing_named_means_the_default(offered: Catalogue) -> None:
    """An empty name is none."""
    for name in (None, ""):
        assert offered.choose(name, None) is offered.default
        assert offered.choose(name, "fr", "").name == "ff_siwis"
