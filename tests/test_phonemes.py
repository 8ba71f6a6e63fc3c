"""espeak-ng's phonemes through the phonemizer."""

import threading

import pytest

from wyoming_kokoro.errors import SynthesisError
from wyoming_kokoro.speech.languages import LANGUAGES
from wyoming_kokoro.speech.phonemes import Phonemizer


@pytest.fixture(scope="module")
def phonemizer() -> Phonemizer:
    return Phonemizer()


def test_words_become_phonemes_with_stress_and_punctuation(phonemizer: Phonemizer) -> None:
    """The marks stay, for Kokoro pauses at them."""
    assert phonemizer.phonemes("The kitchen light is on, isn't it?", "en-us") == "ðə kˈɪtʃən lˈaɪt ɪz ˈɔn, ˈɪzənt ɪt?"


def test_every_spoken_language_has_a_back_end(phonemizer: Phonemizer) -> None:
    """The codes of the language table are known to espeak-ng."""
    for language in LANGUAGES:
        if language.espeak:
            assert phonemizer.phonemes("radio", language.espeak)


def test_marks_of_another_language_are_removed(phonemizer: Phonemizer) -> None:
    """espeak-ng writes (en) and (fr) around a foreign word, and Kokoro would say these letters."""
    phonemes = phonemizer.phonemes("Le weekend, à la maison.", "fr-fr")
    assert "(" not in phonemes and "wiːkˈɛnd" in phonemes


def test_white_space_is_one_space(phonemizer: Phonemizer) -> None:
    """Lines are not separate texts."""
    assert phonemizer.phonemes(" one\n\n two\t", "en-us") == phonemizer.phonemes("one two", "en-us")


def test_an_unknown_language_is_an_error(phonemizer: Phonemizer) -> None:
    """With what to do, and no traceback."""
    with pytest.raises(SynthesisError, match="doctor"):
        phonemizer.phonemes("hello", "tlh-klingon")


@pytest.mark.parametrize("text", ["---नमस्ते", "•-लद", "- नमस्ते", "ऽ\u0001 ok"])
@pytest.mark.parametrize("language", ["hi", "en-us"])
def test_text_that_kills_espeak_is_made_harmless(phonemizer: Phonemizer, text: str, language: str) -> None:
    """espeak-ng 1.52 dies of loose hyphens before Indic letters: the process would be gone."""
    assert phonemizer.phonemes(text, language)


def test_threads_do_not_mix_their_phonemes(phonemizer: Phonemizer) -> None:
    """espeak-ng keeps global state: several threads get what one gets."""
    words = {f"The number is {n}, and the letter is {chr(97 + n % 26)}.": "" for n in range(40)}
    expected = {text: phonemizer.phonemes(text, "en-us") for text in words}
    found: dict[str, str] = {}

    def work(texts: list[str], language: str) -> None:
        for text in texts:
            phonemes = phonemizer.phonemes(text, language)
            if language == "en-us":
                found[text] = phonemes

    texts = list(words)
    threads = [threading.Thread(target=work, args=(texts[i::2], "en-us")) for i in range(2)]
    threads.append(threading.Thread(target=work, args=(texts, "it")))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == expected
