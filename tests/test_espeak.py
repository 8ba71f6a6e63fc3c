"""The embedded engine behind the common interface."""

import pytest

from wyoming_kokoro import config
from wyoming_kokoro.speech.espeak import EspeakEngine
from wyoming_kokoro.speech.voices import catalogue
from wyoming_kokoro.text.phrases import plainly


@pytest.mark.parametrize("lead", [0.0, 0.001, 100.0])
def test_it_makes_every_sentence_whole(lead: float) -> None:
    """Nobody waits for it, however slow the machine and however small the target."""
    engine = EspeakEngine(config.Text(first_audio_target=1e-9))
    [segment] = engine.segments(plainly("One, two, three. " * 50), catalogue(config.Voices()).default)
    engine.synthesize(segment)
    assert engine.split(segment, lead) == (segment, None)


def test_spelled_letters_are_no_article() -> None:
    """The A of "A M" is heard as a letter, as in "AM"."""
    engine, voice = EspeakEngine(config.Text()), catalogue(config.Voices()).default
    [spelled] = engine.segments(plainly("ten A M"), voice)
    assert spelled.content == "ten A-M"
    assert [segment.content for segment in engine.segments(plainly("Plan A works, A P I"), voice)] == [
        "Plan A works, A-P I"
    ]
