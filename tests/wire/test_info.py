"""The info event, encoded once for each speaker."""

from dataclasses import replace

from fakes import FakeEngine, fake_speaker

from wyoming_kokoro import config
from wyoming_kokoro.speech.voices import catalogue
from wyoming_kokoro.wire.events import encode_all
from wyoming_kokoro.wire.info import Introduction, describe

SPEAKER = fake_speaker(FakeEngine())


def test_it_is_made_once_for_a_speaker() -> None:
    """Kokoro says for each question anew who speaks: what is told of it counts, not the object."""
    introduction = Introduction()
    first = introduction.of(SPEAKER)
    assert first == encode_all(describe(SPEAKER))
    assert introduction.of(replace(SPEAKER, details={"inferences": 5})) is first


def test_it_is_made_anew_when_another_speaks() -> None:
    """Another note, other voices, another engine: Home Assistant is to see what is true now."""
    introduction = Introduction()
    introduction.of(SPEAKER)
    kokoro = FakeEngine()
    kokoro.name = "kokoro"
    for changed in (
        replace(SPEAKER, note="another note"),
        replace(SPEAKER, catalogue=catalogue(config.Voices(include=("af_*",)))),
        replace(SPEAKER, engine=kokoro),
    ):
        assert introduction.of(changed) == encode_all(describe(changed)) != encode_all(describe(SPEAKER))
        assert introduction.of(SPEAKER) == encode_all(describe(SPEAKER))
