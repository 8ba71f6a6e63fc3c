"""Web and mail addresses as one would say them."""

import random
from typing import Literal

import pytest

from wyoming_kokoro.text import urls


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("See https://www.example.com/path?q=1.", "See example dot com."),
        ("Go to example.com, or www.foo.org/x!", "Go to example dot com, or foo dot org!"),
        ("Mail john.doe@example.com.", "Mail john dot doe at example dot com."),
        ("mailto:a-b_c@d.co.uk", "a dash b underscore c at d dot co dot uk"),
        ("http://192.168.1.5:8123/lovelace", "192 dot 168 dot 1 dot 5"),
        ("at 192.168.1.5:8123, or 10.0.0.0/24", "at 192 dot 168 dot 1 dot 5, or 10 dot 0 dot 0 dot 0/24"),
        (
            "http://homeassistant.local:8123 or homeassistant.local.",
            "homeassistant dot local or homeassistant dot local.",
        ),
        ("localhost:8123 is localhost", "localhost is localhost"),
        ("(https://x.y/a_(b)) (see https://x.y/a)", "(x dot y) (see x dot y)"),
        ('**https://x.com** "https://z.com", URL:https://a.com', '**x dot com** "z dot com", URL:a dot com'),
        ("youtu.be/abc and bbc.co.uk/news", "youtu dot be and bbc dot co dot uk"),
        ("https://example.comを見て。", "example dot comを見て。"),
        ("https://user:pw@host.com:80/x http://[fe80::1]:80/", "host dot com fe80 1 80"),
        ("ftp://ftp.x.org/a, HTTPS://X.COM", "ftp dot x dot org, X dot COM"),
        ("\ue000https://x.com\ue001 a.com\ue002", "\ue000x dot com\ue001 a dot com\ue002"),
    ],
)
def test_short(text: str, said: str) -> None:
    """An address is its host; the punctuation behind it belongs to the sentence."""
    assert " ".join(urls.say(text, "short", "en-US").split()) == said


@pytest.mark.parametrize(
    "text",
    [
        "e.g. Node.js and ASP.NET, i.e. v1.2.3",
        "light.kitchen light.local switch.dev sensor.outside_temp",
        "Yes.It works.In fact",
        "3.5 and/or 1.2.3.4.5, 10:30, 256.1.1.1",
        "C:/temp readme.md config.yaml http:// @user",
        "the example.computer U.S. p.m.",
    ],
)
@pytest.mark.parametrize("how", ["short", "drop", "spell"])
def test_no_address(text: str, how: Literal["short", "drop", "spell"]) -> None:
    """Abbreviations, entities, numbers, files and sentences without a space between are left alone."""
    assert urls.say(text, how, "en-US") == text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("See https://x.com.", "See."),
        ("See (https://x.com), or a@b.com.", "See, or."),
        ("Host 192.168.1.5", "Host 192 dot 168 dot 1 dot 5"),
        ("a.com b", "b"),
    ],
)
def test_drop(text: str, said: str) -> None:
    """Addresses go without a trace; a number by itself may be what was asked for."""
    assert urls.say(text, "drop", "en").strip() == said


def test_spell() -> None:
    """The whole address is said, nothing in it ends a sentence."""
    said = urls.say("See https://www.example.com/a-b?q=1.", "spell", "en-GB")
    assert said == "See https colon slash slash www dot example dot com slash a dash b q = 1."


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("es-ES", "a arroba b punto com"),
        ("fr-FR", "a arobase b point com"),
        ("it-IT", "a chiocciola b punto com"),
        ("pt-BR", "a arroba b ponto com"),
        ("hi-IN", "a ऐट b डॉट com"),
        ("ja-JP", "a アット b ドット com"),
        ("zh-CN", "a 艾特 b 点 com"),
        ("de", "a at b dot com"),
    ],
)
def test_languages(language: str, said: str) -> None:
    """The signs are said in the language."""
    assert urls.say("a@b.com", "short", language) == said


def test_any_text_passes() -> None:
    """Nothing is raised, marks stay, and what has no dot or colon is kept."""
    alphabet = [
        "a",
        "b.",
        "http://",
        "www.",
        "@",
        ".com",
        "/",
        ":",
        "1.",
        "255.",
        ")",
        "(",
        "]",
        " ",
        "\ue000",
        "日",
        "\ud800",
        "?",
    ]
    for seed in range(2_000):
        text = "".join(random.Random(seed).choices(alphabet, k=20))
        for how in ("short", "drop", "spell"):
            assert urls.say(text, how, "en").count("\ue000") == text.count("\ue000")


@pytest.mark.parametrize(
    "unit",
    [
        "a",
        "a.",
        "a@",
        "a-",
        "1.",
        "http://",
        "www.",
        "(",
        ")",
        "a.b@",
        "1.1.1.1:",
        "https://x",
        "x.com/",
        "mailto:",
        "_",
    ],
)
def test_long_runs_end(unit: str) -> None:
    """A long run of one thing, the worst case of an expression that backtracks, ends."""
    assert isinstance(urls.say(unit * 20_000, "short", "en"), str)
