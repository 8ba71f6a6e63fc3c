"""Sentences as they are written into phrases as they are said: the order of the steps, and what is no words."""

from typing import Any

import pytest

from wyoming_kokoro import config
from wyoming_kokoro.speech.diction import diction
from wyoming_kokoro.text.normalize import MOST_ACCENTS, Normalizer, clean, has_speech
from wyoming_kokoro.text.phrases import Phrase, Span


def normalizer(language: str = "en-US", *, ssml: bool = False, **text: Any) -> Normalizer:
    return diction(config.Text.model_validate(text)).normalizer(language, ssml=ssml)


def said(*sentences: str, **text: Any) -> str:
    return " ".join(phrase.words for phrase in normalizer(**text).read(sentences))


@pytest.mark.parametrize(
    ("written", "words"),
    [
        # emoji
        ("It is warm 🙂.", "It is warm."),
        ("Fine 🙂! Go 👍🏽 on", "Fine! Go on"),
        ("on🙂off", "on off"),
        ("A family 👨‍👩‍👧‍👦 from 🏴󠁧󠁢󠁥󠁮󠁧󠁿 and 🇩🇪.", "A family from and."),
        ("❤️\u200d🔥 \U0001fae8 new", "new"),
        # markdown, of which a half may be in another sentence
        ("**friend** 🙂 it's 3.5 °C.", "friend it's three point five degrees Celsius."),
        ("(**a**), “_b_”.", "(a), “b”."),
        ("**This is bold.", "This is bold."),
        ("So is this.**", "So is this."),
        ("### 1. Heading #1", "one. Heading number one"),
        ("```python", ""),
        ("snake_case and a__b", "snake case and a b"),
        # characters
        ("a\x00b\x07c\x7f", "abc"),
        ("lone \ud83d and \ude00", "lone and"),
        ("soft\u00adhyphen, \ufeffmark, \u202eback\u202c", "softhyphen, mark, back"),
        ("a\ue000b\uf8ff", "ab"),
        ("e\u0301", "é"),
        ("", ""),
        ("🎉 !", ""),
        ("---", ""),
    ],
)
def test_what_is_written_is_said(written: str, words: str) -> None:
    """What has no words goes; where nothing is left there is no phrase."""
    assert said(written) == words


def test_each_rule_can_be_switched_off() -> None:
    """Then what it is for stays as it was written; a rule that is another's goes on."""
    assert said("5 kWh & 21st", rules={"units": False}) == "five kWh and twenty-first"
    assert said("5 kWh & 21st", rules={"symbols": False}) == "five kilowatt hours & twenty-first"
    assert said("5 kWh & 21st", rules={"ordinals": False, "numbers": False}) == "five kilowatt hours and 21st"
    assert said("**on**", rules={"markdown": False, "symbols": False}) == "**on**"
    assert said("Hello 🎉", rules={"emoji": "name"}) == "Hello party popper"
    assert said("At https://example.com/a.", rules={"urls": "drop"}) == "At."


def test_every_switch_is_known_to_a_rule() -> None:
    """A key that does nothing would be a lie."""
    steps = {"markdown", "html", "emoji", "urls"}
    named = {rule.name for rule in diction(config.Text()).rules("en-US")}
    assert named | steps == set(config.Rules.model_fields)


def test_given_phonemes_are_spans() -> None:
    """In the text, and from the lexicon; the words around them keep their spaces."""
    [phrase] = normalizer(lexicon={"HA": "/ˌAʧˈA/"}).read(["Ask [Kokoro](/kˈOkəɹO/), or HA."])
    assert phrase.spans == (
        Span("Ask "), Span("Kokoro", "kˈOkəɹO"), Span(", or "), Span("HA", "ˌAʧˈA"), Span("."),
    )  # fmt: skip
    assert phrase.words == "Ask Kokoro, or HA."


def test_the_lexicon_goes_before_the_rules() -> None:
    """The user's word is the last one."""
    assert said("5 kWh", lexicon={"kWh": "units"}) == "five units"
    assert said("Dr. No", lexicon={"Dr. No": "the villain"}) == "the villain"


def test_pauses_and_rates_make_phrases() -> None:
    """A rate holds on to the next sentence, until it is closed."""
    reader = normalizer(ssml=True)
    first = reader.read(['One <break time="1s"/> two <prosody rate="2">three.'])
    assert first == [
        Phrase((Span("One "),), 1.0, 1.0), Phrase((Span(" two "),), 1.0, 0.0), Phrase((Span("three."),), 2.0, 0.0),
    ]  # fmt: skip
    assert [phrase.rate for phrase in reader.read(["Four.</prosody> Five."])] == [2.0, 1.0]
    assert reader.rest() == []


def test_a_break_before_any_word_is_silence_alone() -> None:
    """It isn't lost."""
    silent, spoken = normalizer(ssml=True).read(['<speak><break time="2s"/>Hello.'])
    assert (silent.words, silent.pause, spoken.words) == ("", 2.0, "Hello.")


def test_a_tag_that_is_never_closed_is_said_in_the_end() -> None:
    """Nothing is lost."""
    reader = normalizer(ssml=True)
    words = [phrase.words for phrase in [*reader.read(["Hello <b and so on"]), *reader.rest()]]
    assert "Hello" in words[0] and "and so on" in words[-1]


def test_sentences_that_are_spoken_together_are_one_phrase() -> None:
    """With a stop between the lines of a list; an open mark-up goes on from one to the next."""
    assert normalizer().read(["milk", "2 eggs"]) == [Phrase((Span("milk"), Span(". "), Span("two eggs")))]
    assert said("- milk", "🎉", "- eggs") == "milk. eggs"
    assert said("你好。", "今天很热！", language="zh-CN") == "你好。今天很热！"
    rates = [phrase.rate for phrase in normalizer(ssml=True).read(['<prosody rate="fast">Yes.', "No.</prosody>"])]
    assert len(rates) == 1 and rates[0] > 1


def test_heaps_of_accents_are_cut() -> None:
    """No language has so many on one letter."""
    assert clean("a" + "\u0335" * 100 + "b") == "a" + "\u0335" * MOST_ACCENTS + "b"
    assert clean("क्षि") == "क्षि"


@pytest.mark.parametrize("text", ["a", "7", "日", "हि", "ا", "½", "%", "°", "€", "…ok", "٣", "#1"])
def test_speech(text: str) -> None:
    """A letter or digit of any script, or a symbol with a name, is speech."""
    assert has_speech(text)


@pytest.mark.parametrize("text", ["", " ", ".", "?!…", "**", "---", "«»", "。」", "\u0301"])
def test_no_speech(text: str) -> None:
    """Punctuation and marks alone are not."""
    assert not has_speech(text)
