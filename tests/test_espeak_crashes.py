"""espeak-ng is native code: a text that ends it ends the service. So random texts go through it in another process."""

import subprocess
import sys

import pytest

KILLERS = ("ｧ̮-晴ഫ", "⓻-ႄ罋", "̼ƕ郷", "---नमस्ते", "•-लद", "ऽ-ନ", "(-நான்", "-ကခ")
"""Each of these was the end of espeak-ng 1.52.0, in one language or another."""
PROGRAM = """
import random, sys
from wyoming_kokoro import config
from wyoming_kokoro.speech.diction import diction
from wyoming_kokoro.speech.espeak_ng import EspeakSynthesizer
from wyoming_kokoro.speech.languages import BY_LETTER
from wyoming_kokoro.speech.phonemes import Phonemizer
from wyoming_kokoro.speech.transcription import transcribe

language, count = BY_LETTER[sys.argv[1]], int(sys.argv[2])
blocks = [(0x20, 0x250), (0x300, 0x370), (0x370, 0x800), (0x900, 0xE80), (0x900, 0x980), (0x1000, 0x1100),
          (0x1F00, 0x2200), (0x2460, 0x2600), (0x3000, 0x3400), (0x4E00, 0x9FFF), (0xAC00, 0xAD00), (0xF900, 0xFB00),
          (0xFF00, 0xFFEF), (0x1D400, 0x1D800), (0x1F300, 0x1F700), (0x20000, 0x20400)]
rng = random.Random(5)
texts = sys.argv[3:] + [
    "".join(chr(rng.randrange(*rng.choice(blocks))) if rng.random() < 0.6 else rng.choice(" .-----abcXYZ019'")
            for _ in range(rng.randrange(1, 25)))
    for _ in range(count)
]
synthesizer, phonemizer, reading = EspeakSynthesizer(), Phonemizer(), diction(config.Text())
for number, text in enumerate(texts):
    if language.espeak:
        phonemizer.by_espeak(text, language.espeak)
        for phrase in reading.normalizer(language.tag).read([text]):
            transcribe(phrase.spans, language, phonemizer)
    if number < len(texts) // 4:
        synthesizer.synthesize(text, language.embedded, female=True, speed=2.5)
print("survived", len(texts))
"""


@pytest.mark.parametrize("letter", ["a", "f", "h", "j", "z"])
def test_no_text_ends_espeak(letter: str) -> None:
    """Those that did, and random ones of all scripts, by the phonemizer and by the embedded voice."""
    command = [sys.executable, "-X", "faulthandler", "-c", PROGRAM, letter, "1200", *KILLERS]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.split() == ["survived", str(1200 + len(KILLERS))]
