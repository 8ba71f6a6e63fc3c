"""The table of languages: what is spoken, by what, and what is said where it isn't."""

import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from wyoming_kokoro.errors import VoiceError
from wyoming_kokoro.runtime.installation import EXTRAS
from wyoming_kokoro.speech import languages
from wyoming_kokoro.speech.espeak_ng import EspeakSynthesizer
from wyoming_kokoro.speech.languages import BY_LETTER, LANGUAGES, MODULES, is_installed, is_spoken, match_tag, missing


@pytest.fixture
def only_base(monkeypatch: pytest.MonkeyPatch) -> None:
    """No module of an extra is there."""
    monkeypatch.setattr(languages, "is_installed", lambda extra: False)


def test_every_language_has_a_front_end_or_an_extra() -> None:
    """espeak-ng's phonemes, or packages that bring their own."""
    assert all((language.espeak is None) == (language.extra is not None) for language in LANGUAGES)
    assert [language.extra for language in LANGUAGES if language.extra] == list(EXTRAS) == list(MODULES)


def test_without_extras_two_languages_are_not_spoken(only_base: None) -> None:
    """And the words for that name the extra and the way to it."""
    assert {language.letter for language in LANGUAGES if not is_spoken(language)} == {"j", "z"}
    assert missing(BY_LETTER["j"]) == (
        "the extra 'ja', which Japanese needs, is not installed (`wyoming-kokoro doctor` says how to get it)"
    )


def test_an_extra_is_there_when_all_its_modules_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """A dictionary without the program that reads it is no front end."""
    known = {"misaki", "fugashi", "unidic_lite"}
    monkeypatch.setattr(languages, "find_spec", lambda module: module in known or None)
    assert not is_installed.__wrapped__("ja")
    known.add("jaconv")
    assert is_installed.__wrapped__("ja")


def test_modules_are_those_of_the_extras() -> None:
    """Each package of the extra in pyproject.toml is looked for."""
    project = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text())["project"]
    for extra, modules in MODULES.items():
        packages = {canonicalize_name(Requirement(line).name) for line in project["optional-dependencies"][extra]}
        assert {module.replace("_", "-") for module in modules} == packages


@pytest.mark.skipif(sys.platform != "linux", reason="espeak-ng's wheel for macOS has its own data")
@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.tag)
def test_the_embedded_engine_speaks_every_language(language: languages.Language) -> None:
    """With the code in the table, whether or not Kokoro's front end is there."""
    samples = EspeakSynthesizer().synthesize("1 2 3", language.embedded, female=True, speed=1.0)
    assert samples.size


@pytest.mark.parametrize(
    ("wanted", "tag"), [("ja", "ja-JP"), ("zh_TW", "zh-CN"), ("EN-gb", "en-GB"), ("en-AU", "en-US")]
)
def test_tags(wanted: str, tag: str) -> None:
    """The same, else a relative."""
    assert match_tag(wanted, [language.tag for language in LANGUAGES]) == tag


def test_a_language_that_nobody_speaks() -> None:
    """The answer names those that somebody speaks."""
    with pytest.raises(VoiceError, match="No voice speaks the language 'sv'. There are voices for en-US, en-GB"):
        match_tag("sv", ["en-US", "en-GB"])


def test_a_language_without_its_extra_says_so(only_base: None) -> None:
    """Not that nobody speaks it."""
    with pytest.raises(VoiceError, match="Japanese can't be spoken: the extra 'ja'"):
        match_tag("ja", ["en-US"])
    with pytest.raises(VoiceError, match="No voice speaks the language 'xx'"):
        match_tag("xx", ["en-US"])
