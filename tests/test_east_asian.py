"""Japanese and Chinese: misaki's phonemes, whatever the text, from any thread, in silence and without a network."""

import random
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from wyoming_kokoro.errors import SynthesisError
from wyoming_kokoro.speech import east_asian, languages
from wyoming_kokoro.speech.alphabet import VOCABULARY, known
from wyoming_kokoro.speech.east_asian import G2P, MOST_WORDS, front_end
from wyoming_kokoro.speech.languages import BY_LETTER, is_spoken

JAPANESE, CHINESE = BY_LETTER["j"], BY_LETTER["z"]
for each in (JAPANESE, CHINESE):
    if not is_spoken(each):
        pytest.skip(f"the extra {each.extra} is not installed", allow_module_level=True)

ROOT = Path(__file__).parent.parent
ENGLISH_WORDS = "hˈOm"

SPOKEN = {
    "j": {
        "今日はいい天気ですね。": "kʲoː βa iː teŋkʲi desɨ ne.",
        "リビングの照明をオンにしました。": "ɾʲibʲiŋɡɯ no ɕoːmeː o oɴ ɲi ɕi maɕita.",
        "「東京」は、日本の首都です？": "“toːkʲoː” βa, ɲiʔpoɴ no ɕɨto desɨ?",
        "がっこうへ行く！": "ɡaʔkoː e ikɯ!",
        "3時15分に会議があります。": "saɴ ʥi ʥɨː ɡo bɯɴ ɲi kaiɡʲi ɡa aɾʲimasɨ.",
        "ｶﾞ": "ɡa",
        "25℃": "ɲiʥɨːɡo do",
    },
    "z": {
        "你好，世界！今天天气很好。": "ni↓xau↓, ʂɨ↘ʨje↘! ʨi→ntʰjɛ→ntʰjɛ→nʨʰi↘ xə↓n xau↓.",
        "客厅的灯已经打开了。": "kʰɤ↘tʰi→ŋ tɤ tə→ŋ i↓ʨi→ŋ ta↓kʰai→ lɤ.",
        "温度是21.5度。": "wə→ntu↘ ʂɨ↘ ɚ↘ʂɨ↗ i↘tjɛ↓n u↓tu↘.",
        "50%": "pai↓fə→nꭧɨ→u↓ʂɨ↗",
        "二〇": "ɚ↘li↗ŋ",
        "兙好": "xau↓",
    },
}
NASTY = [
    "😀🎉",
    "مرحبا بالعالم",
    "שלום",
    "你̃̃̃好̃̃",
    "ゃっーゞ々",
    "\u202e\u200b\u0000\u0007",
    "→←↓↗↘ˈʔ",
    "兙兡嗧桛烪",
    "1" * 40,
    "٣٤٥",
    "፩²①½",
    "1/0 -5 03-1234-5678 1.2.3.4",
    "𠀀𪚥",
    "한국어",
    "。」！？",
    "‘’“”\"'",
]


def say_home(text: str) -> str:
    return ENGLISH_WORDS


@pytest.fixture(scope="module")
def japanese() -> G2P:
    return front_end(JAPANESE, say_home)


@pytest.fixture(scope="module")
def chinese() -> G2P:
    return front_end(CHINESE, say_home)


@pytest.fixture(params=["j", "z"])
def spoken(request: pytest.FixtureRequest, japanese: G2P, chinese: G2P) -> tuple[str, G2P]:
    return request.param, japanese if request.param == "j" else chinese


def misakis(letter: str) -> Any:
    """misaki's own, as the reference pipeline makes it: text -> (phonemes, None)."""
    from misaki.cutlet import Cutlet
    from misaki.zh import ZHG2P

    return Cutlet() if letter == "j" else ZHG2P()


def test_known_sentences(spoken: tuple[str, G2P]) -> None:
    """Written down once and read by people: words, numbers, punctuation."""
    letter, say = spoken
    assert {text: say(text) for text in SPOKEN[letter]} == SPOKEN[letter]


def test_the_same_as_misaki(spoken: tuple[str, G2P]) -> None:
    """200 texts of mixed sentences, with a mark anywhere in them: nothing that makes them safe changes a phoneme."""
    letter, say = spoken
    reference, chance = misakis(letter), random.Random(5)
    for _ in range(200):
        text = "".join(chance.choices([each for each in SPOKEN[letter] if each[-1] in "。！？"], k=3))
        place = chance.randrange(len(text))
        text = text[:place] + chance.choice("、。「」！？ （）") + text[place:]
        assert say(text) == reference(text)[0].strip(), text


def test_words_in_foreign_letters_are_said_in_english(japanese: G2P, chinese: G2P) -> None:
    """Where they stand, with the marks around them, and nothing else is given to the English front end."""
    assert japanese("「Home」を起動します") == f"“{ENGLISH_WORDS}” o kʲidoː ɕi masɨ"
    assert chinese("请打开Home Assistant的灯。") == f"ʨʰi↓ŋ ta↓kʰai→ {ENGLISH_WORDS} tɤ tə→ŋ."
    given: list[str] = []

    def hear(text: str) -> str:
        given.append(text)
        return ""

    front_end(JAPANESE, hear)("Ｈｏｍｅ Assistant、Wi-Fiとdon't、Ωとé。USB3")
    assert given == ["Home Assistant", "Wi-Fi", "don't", "Ω", "é", "USB"]


@pytest.mark.parametrize("nasty", NASTY)
def test_nasty_text(nasty: str, spoken: tuple[str, G2P]) -> None:
    """Nothing raises, what can be said around it is said, and no sign in the text is taken for a phoneme."""
    letter, say = spoken
    good = next(iter(SPOKEN[letter]))
    assert known(say(f"{nasty}。{good}")).endswith(known(SPOKEN[letter][good])), nasty
    assert not re.search("[ˈ←\u0303]", say(nasty))


def test_symbols_are_in_the_vocabulary(spoken: tuple[str, G2P]) -> None:
    """Every letter that comes out is one that the model knows; of the marks a few are not."""
    _, say = spoken
    chance = random.Random(7)
    pool = [chr(code) for code in range(0x3041, 0x30FF)] + [chr(chance.randrange(0x4E00, 0xA000)) for _ in range(3000)]
    said = {sign for _ in range(300) for sign in say("".join(chance.choices(pool, k=20)))}
    assert {sign for sign in said - VOCABULARY if sign.isalnum()} == set()


def test_long_numbers_are_read_digit_by_digit(japanese: G2P, chinese: G2P) -> None:
    """misaki raises for ten digits in Japanese, and leaves seventeen out in Chinese."""
    assert japanese("1" * 10).replace(" ", "") == "iʨi" * 10
    assert chinese("1" * 17).replace(" ", "") == "i→" * 17


def test_the_work_grows_with_the_length(monkeypatch: pytest.MonkeyPatch, japanese: G2P) -> None:
    """cutlet's list of words is asked at most MOST_WORDS times for each word; without a limit it would be n times."""
    cutlet = sys.modules["misaki.cutlet"]
    asked = 0

    class Words(frozenset[str]):
        def __contains__(self, word: object) -> bool:
            nonlocal asked
            asked += 1
            return super().__contains__(word)

    monkeypatch.setattr(cutlet, "JA_WORDS", Words(cutlet.JA_WORDS))
    counts = []
    for length in (500, 1000, 2000):
        asked = 0
        japanese("%あ" * length)
        counts.append(asked)
    assert counts[0] and counts[2] <= 4.5 * counts[0]
    assert counts[2] <= 2 * 2000 * MOST_WORDS


@pytest.mark.parametrize("text", ["好", "1-", "兙", "a。", "🎉"])
def test_no_more_than_a_sentence_at_once(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """jieba's time grows with the square of what it gets."""
    lengths: list[int] = []

    def own(part: str) -> str:
        lengths.append(len(part))
        return ""

    monkeypatch.setattr(east_asian, "_chinese", lambda *, bopomofo: own)
    front_end(CHINESE, say_home)(text * 5000)
    assert max(lengths, default=0) <= 1000 and sum(lengths) <= 5000 * len(text)


def test_threads_get_their_own_phonemes(spoken: tuple[str, G2P]) -> None:
    """Eight at once, each with its text."""
    letter, say = spoken
    texts = list(SPOKEN[letter]) * 20
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(say, texts)) == [SPOKEN[letter][text] for text in texts]


QUIET = """
import socket, sys
def refused(*_): raise AssertionError("a network was asked for")
socket.socket.connect = socket.getaddrinfo = refused
from wyoming_kokoro.speech.east_asian import front_end
from wyoming_kokoro.speech.languages import BY_LETTER
for letter in sys.argv[2:]:
    said = front_end(BY_LETTER[letter], str, bopomofo=sys.argv[1] == "bopomofo")("你好，兙。𠀀")
assert not [name for name in sys.modules if name in ("pyopenjtalk", "unidic", "spacy", "torch")]
sys.stdout.buffer.write(said.encode())
"""


@pytest.mark.parametrize(
    ("alphabet", "letters", "said"),
    [("ipa", "jz", "ni↓xau↓, ."), ("bopomofo", "z", "ㄋㄧ2ㄏㄠ3, .")],
)
def test_quiet_offline_and_nothing_written(alphabet: str, letters: str, said: str, tmp_path: Path) -> None:
    """A new process says nothing on stderr, asks no network, and leaves no cache in the folder for temporary files.

    The second alphabet is that of the model release v1.1-zh.
    """
    program = [sys.executable, "-P", "-c", QUIET, alphabet, *letters]
    environment = {"TMPDIR": str(tmp_path), "HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(program, env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert (done.stderr, re.sub(" +", " ", done.stdout)) == ("", said)
    assert list(tmp_path.iterdir()) == []


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """One line that names it."""
    monkeypatch.setattr(languages, "is_installed", lambda extra: False)
    with pytest.raises(SynthesisError, match=r"^Japanese can't be spoken: the extra 'ja', .* doctor"):
        front_end(JAPANESE, say_home)


def test_a_damaged_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """A module that is there and can't be imported is told with its reason."""

    def broken(name: str) -> None:
        raise ImportError("libmecab.so.2 is missing")

    monkeypatch.setattr(east_asian, "import_module", broken)
    with pytest.raises(SynthesisError, match=r"Japanese can't be loaded: libmecab.so.2 is missing. Run `wyoming-kok"):
        front_end(JAPANESE, say_home)
