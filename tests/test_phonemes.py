"""Text to Kokoro's phonemes: the languages that espeak-ng speaks, and what all of them share."""

import logging
import random
import subprocess
import sys
import threading

import pytest

from wyoming_kokoro.errors import SynthesisError
from wyoming_kokoro.speech import phonemes as module
from wyoming_kokoro.speech.alphabet import VOCABULARY, known
from wyoming_kokoro.speech.languages import BY_LETTER, LANGUAGES, Language
from wyoming_kokoro.speech.phonemes import Phonemizer

AMERICAN, SPANISH, FRENCH, HINDI, ITALIAN = (BY_LETTER[letter] for letter in "aefhi")
SPOKEN = [language for language in LANGUAGES if language.espeak]


@pytest.fixture(scope="module")
def phonemizer() -> Phonemizer:
    return Phonemizer()


def test_words_become_phonemes_with_stress_and_punctuation(phonemizer: Phonemizer) -> None:
    """The marks stay, for Kokoro pauses at them, and what is one sound is one character."""
    assert phonemizer.phonemes("Hoy, la noche es fría: ¿sí?", SPANISH) == "ˈoɪ, la nˈoʧe ˈes fɾˈia: ¿sˈi?"


def test_every_spoken_language_has_a_front_end(phonemizer: Phonemizer) -> None:
    """The codes of the language table are known to espeak-ng."""
    for language in SPOKEN:
        assert phonemizer.phonemes("radio", language)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(hola) «sí»", "(ˈola) “sˈi”"),  # parentheses come through, angles become quotation marks
        ("a - b", "a bˈe"),  # a loose hyphen is neither a pause nor a word
        ("a -- b", "a bˈe"),
        ("bien-être", "bjˈenˈetɾe"),
        ("", ""),
        ("…", "…"),
    ],
)
def test_marks(text: str, expected: str, phonemizer: Phonemizer) -> None:
    """What is no word is as in the reference pipeline."""
    assert phonemizer.phonemes(text, SPANISH) == expected


def test_marks_of_another_language_are_removed(phonemizer: Phonemizer) -> None:
    """espeak-ng writes (en) and (fr) around a foreign word, and Kokoro would say these letters."""
    assert phonemizer.phonemes("Le weekend, à la maison.", FRENCH) == "lə wiːkˈɛnd, a la mɛzˈɔ̃."
    assert "(" not in phonemizer.by_espeak("नमस्ते world", "en-us")


def test_white_space_is_one_space(phonemizer: Phonemizer) -> None:
    """Lines are not separate texts."""
    for language in SPOKEN:
        assert phonemizer.phonemes(" radio\n\n banana\t", language) == phonemizer.phonemes("radio banana", language)


def test_known_drops_what_the_model_has_no_token_for() -> None:
    """Nothing else, and in order."""
    assert known("ˈola1 ʶ“sˈi”\u0329!") == "ˈola “sˈi”!"
    assert "\u0329" not in VOCABULARY and "ʤ" in VOCABULARY


def test_an_unknown_language_is_an_error(phonemizer: Phonemizer) -> None:
    """With what to do, and no traceback."""
    with pytest.raises(SynthesisError, match="doctor"):
        phonemizer.by_espeak("hello", "tlh-klingon")


def test_nothing_of_espeak_reaches_the_log(phonemizer: Phonemizer, caplog: pytest.LogCaptureFixture) -> None:
    """The phonemizer warns of foreign words and of word counts, in sentences that people said."""
    caplog.set_level(logging.DEBUG)
    for language in SPOKEN:
        phonemizer.phonemes("El weekend - 3.5 km/h (it's 1,000 नमस्ते)", language)
    assert not caplog.records


def test_english_without_the_lexicon(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """espeak-ng speaks it, and the log says so once."""

    def missing(*_: object, **__: object) -> None:
        raise FileNotFoundError("us_gold.json")

    monkeypatch.setattr(module, "English", missing)
    alone = Phonemizer()
    for _ in range(2):
        assert alone.phonemes("The kitchen light is on, isn't it?", AMERICAN) == "ðə kˈɪʧən lˈIt ɪz ˈɔn, ˈɪzənt ɪt?"
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "us_gold.json" in caplog.text


def test_a_front_end_is_opened_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many threads ask for it at the same moment."""
    opened: list[str] = []
    everybody = threading.Barrier(4)

    class Slow:
        def __init__(self, *_: object, **__: object) -> None:
            opened.append("")

        def phonemes(self, text: str) -> str:
            return text

    monkeypatch.setattr(module, "English", Slow)
    phonemizer = Phonemizer()

    def ask() -> None:
        everybody.wait()
        phonemizer.phonemes("a", AMERICAN)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(opened) == 1


@pytest.mark.parametrize("text", ["---नमस्ते", "•-लद", "- नमस्ते", "ऽ\u0001 ok", "(-नमस्ते", "ऽ-नमस्ते", "-«-ऽनमस्ते"])
@pytest.mark.parametrize("language", [HINDI, AMERICAN, SPANISH])
def test_text_that_kills_espeak_is_made_harmless(phonemizer: Phonemizer, text: str, language: Language) -> None:
    """espeak-ng 1.52 dies of loose hyphens before Indic letters: the process would be gone."""
    assert phonemizer.phonemes(text, language) or language != HINDI


def test_random_indic_text_does_not_kill() -> None:
    """In a process of its own, for it would take the tests with it."""
    code = """
import random
from wyoming_kokoro.speech.phonemes import Phonemizer
dice, phonemizer = random.Random(7), Phonemizer()
for _ in range(2000):
    text = "".join(dice.choices("-- ऽनमस्तेद्धि்க்ಾa5(«»—,.'\\u200d", k=dice.randint(1, 14)))
    for code in ("hi", "en-us"):
        phonemizer.by_espeak(text, code)
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_nasty_text_never_raises(phonemizer: Phonemizer) -> None:
    """Whatever it is made of, in every language."""
    dice = random.Random(3)
    alphabet = "aZ9é'’\"-–—_./,:;!?()[]{}«»“”\u0301\u202e\ud800\x00\x01\x1b\t\n \u00a0\u200dनमי日本🎉ⅷ½﷽%&+@^~"
    for _ in range(300):
        text = "".join(dice.choices(alphabet, k=dice.randint(0, 30)))
        for language in SPOKEN:
            assert isinstance(phonemizer.phonemes(text, language), str)


def test_threads_do_not_mix_their_phonemes(phonemizer: Phonemizer) -> None:
    """espeak-ng keeps global state: several threads get what one gets."""
    words = [f"El número es {n}, y la letra es {chr(97 + n % 26)}." for n in range(40)]
    expected = {text: phonemizer.phonemes(text, SPANISH) for text in words}
    found: dict[str, str] = {}

    def work(texts: list[str], language: Language) -> None:
        for text in texts:
            phonemes = phonemizer.phonemes(text, language)
            if language == SPANISH:
                found[text] = phonemes

    threads = [threading.Thread(target=work, args=(words[i::2], SPANISH)) for i in range(2)]
    threads += [threading.Thread(target=work, args=(words, language)) for language in (ITALIAN, AMERICAN)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == expected
