"""`wyoming-kokoro say --show`: how a text is read."""

import io
import json
import sys
from typing import Any

import pytest

from wyoming_kokoro.cli.main import main
from wyoming_kokoro.speech.alphabet import VOCABULARY

pytestmark = pytest.mark.usefixtures("alone")
TEXT = "**21°C** outside, 3.5 kWh used 🎉 at 10:05"
WORDS = "twenty-one degrees Celsius outside, three point five kilowatt hours used at ten oh five"


def shown(capsys: pytest.CaptureFixture[str], *args: str) -> list[dict[str, Any]]:
    """The objects that are printed, one a line."""
    assert main(["say", "--show", "--json", *args]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def feed(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))


def test_words_and_phonemes_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """The text as it was written, as it is said, and as Kokoro gets it; nothing is spoken and no model is needed."""
    assert main(["say", "--show", TEXT]) == 0
    text, words, phonemes = capsys.readouterr().out.strip().splitlines()
    assert text == f"text      {TEXT}" and words == f"words     {WORDS}"
    spoken = phonemes.removeprefix("phonemes  ")
    assert set(spoken) <= VOCABULARY and spoken.startswith("twˌɛntiwˈʌn") and "kˈɪləwˌɑt ˈWəɹz" in spoken


def test_json_has_each_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    """With the language that the voice speaks."""
    [found] = shown(capsys, "Dr. Smith is at home. It is 5 °C.")
    assert [sentence["text"] for sentence in found["sentences"]] == ["Dr. Smith is at home.", "It is 5 °C."]
    assert found["sentences"][1]["words"] == "It is five degrees Celsius."
    assert {tuple(sentence) for sentence in found["sentences"]} == {("text", "words", "phonemes", "language")}
    assert {sentence["language"] for sentence in found["sentences"]} == {"en-US"}


def test_language_and_voice_choose_the_rules(capsys: pytest.CaptureFixture[str]) -> None:
    """Either of them, as in a request."""
    [french] = shown(capsys, "-l", "fr", "21 °C")
    [british] = shown(capsys, "-v", "bf_emma", "5 m")
    assert french["sentences"][0]["words"] == "vingt et un degrés Celsius"
    assert (british["sentences"][0]["words"], british["sentences"][0]["language"]) == ("five metres", "en-GB")


def test_each_line_of_standard_input_is_a_text(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One object out for each line in, whatever it holds; a line that is a JSON string is decoded."""
    lines = [
        b"5 kWh",
        b"",
        b'"- milk\\n- 2 eggs"',
        b'"half',
        b"\xff\xfe",
        b'{"a": 1}',
        '"\\ud83d 🎉"'.encode(),
        b"3 %\r",
    ]
    feed(monkeypatch, b"\n".join(lines))
    found = shown(capsys, "-")
    words = [[sentence["words"] for sentence in each["sentences"]] for each in found]
    assert len(words) == len(lines)
    assert words[0] == ["five kilowatt hours"] and words[1] == [] and words[7] == ["three percent"]
    assert words[2] == ["milk", "two eggs"]
    assert words[3] and words[5] and words[6] == [""]


def test_ssml_is_read_if_it_is_said_to_be(capsys: pytest.CaptureFixture[str]) -> None:
    """Otherwise tags are left out."""
    text = '<speak>See <sub alias="Home Assistant">HA</sub>.</speak>'
    assert shown(capsys, "--ssml", text)[0]["sentences"][0]["words"] == "See Home Assistant."
    assert "alias" not in shown(capsys, text)[0]["sentences"][0]["words"]


def test_rules_and_lexicon_are_those_of_the_configuration(capsys: pytest.CaptureFixture[str]) -> None:
    """What is heard is what is shown."""
    args = ("-s", "text.rules.units=false", "-s", "text.lexicon={Kokoro: /kˈOkəɹO/, PV: solar power}")
    [found] = shown(capsys, *args, "Kokoro says PV gives 5 kW.")
    assert found["sentences"][0]["words"] == "Kokoro says solar power gives five kW."
    assert found["sentences"][0]["phonemes"].startswith("kˈOkəɹO sˈɛz sˈOləɹ pˈW")


def test_json_goes_with_show(capsys: pytest.CaptureFixture[str]) -> None:
    """Speaking has no JSON to print."""
    assert main(["say", "--json", "Hello."]) == 2
    assert "--json goes with --show" in capsys.readouterr().err


def test_what_does_not_go_with_show_is_said(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is ignored in silence, and a closed input is no bug."""
    for more in (["-o", "a.wav"], ["--uri", "tcp://127.0.0.1:1"], ["--discover"]):
        assert main(["say", "--show", "Hello.", *more]) == 2
    assert "--show speaks nothing" in capsys.readouterr().err
    monkeypatch.setattr(sys, "stdin", None)
    assert main(["say", "--show", "-"]) == 1
    assert "Standard input is closed" in capsys.readouterr().err
