"""Our phonemes of espeak-ng beside those of the package misaki, on all sentences of tests/phonemes/."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from wyoming_kokoro.speech.phonemes import Phonemizer

SCRIPT = Path(__file__).resolve().parent.parent / "script"
CODES = ["en-us", "en-gb", "es", "fr-fr", "hi", "it", "pt-br"]
FEWEST_SENTENCES = 200


@pytest.fixture(scope="module")
def script() -> Iterator[Any]:
    """script/phoneme_identity.py as a module."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "path", [str(SCRIPT), *sys.path])
        import phoneme_identity

        yield phoneme_identity


@pytest.fixture(scope="module")
def phonemizer() -> Phonemizer:
    return Phonemizer()


@pytest.mark.parametrize("code", CODES)
def test_our_phonemes_are_misakis(code: str, script: Any, phonemizer: Phonemizer) -> None:
    """Every sentence, to the character; what espeak-ng writes by itself would not do."""
    found = script.compare(code, phonemizer)
    assert found.differing == ()
    assert found.sentences >= FEWEST_SENTENCES and found.raw < found.sentences
    assert found.known > 0.99


def test_all_languages_are_compared(script: Any) -> None:
    """Those of the table that espeak-ng speaks."""
    assert list(script.LANGUAGES) == CODES
    assert all(len(set(script.sentences(code))) == len(script.sentences(code)) for code in CODES)


def test_the_script_tells_when_they_differ(
    script: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It shows the sentence and exits 1."""
    monkeypatch.setattr(script, "LANGUAGES", {"it": "it"})
    assert script.main() == 0
    monkeypatch.setattr(Phonemizer, "by_espeak", lambda *_: "x")
    assert script.main() == 1
    assert "La luce della cucina è accesa." in capsys.readouterr().out
