"""Our phonemes of espeak-ng beside misaki's: script/phoneme-identity

The sentences are those of tests/phonemes/. Spanish, French, Hindi, Italian and Portuguese go through misaki's EspeakG2P
as the reference pipeline of Kokoro does it. For English misaki asks espeak-ng only for words that it doesn't know; here
its EspeakFallback gets whole sentences, none of which has words that espeak-ng puts flags around, such as (^h^i): we
take those away, and EspeakFallback doesn't.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

from misaki.espeak import EspeakFallback, EspeakG2P
from phonemizer.backend import EspeakBackend

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from wyoming_kokoro.speech.alphabet import VOCABULARY
from wyoming_kokoro.speech.phonemes import Phonemizer

SENTENCES = Path(__file__).resolve().parent.parent / "tests" / "phonemes"
LANGUAGES = {"en-us": "en", "en-gb": "en", "es": "es", "fr-fr": "fr-fr", "hi": "hi", "it": "it", "pt-br": "pt-br"}
"""espeak-ng's code -> name of the file of sentences."""


@dataclass(frozen=True)
class Comparison:
    """What became of the sentences of one language."""

    code: str
    sentences: int
    raw: int
    """Sentences whose phonemes as espeak-ng writes them are misaki's already."""
    differing: tuple[tuple[str, str, str], ...]
    """Sentence, our phonemes, misaki's."""
    known: float
    """Share of our characters that Kokoro's vocabulary has."""
    raw_known: float

    @property
    def identical(self) -> int:
        return self.sentences - len(self.differing)


def sentences(code: str) -> list[str]:
    lines = (SENTENCES / f"{LANGUAGES[code]}.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def compare(code: str, phonemizer: Phonemizer) -> Comparison:
    texts = sentences(code)
    theirs, raw_one = list(map(reference(code), texts)), raw(code)
    raws = list(map(raw_one, texts))
    ours = [phonemizer.by_espeak(text, code) for text in texts]
    differing = tuple((text, our, their) for text, our, their in zip(texts, ours, theirs, strict=True) if our != their)
    same = sum(one == their for one, their in zip(raws, theirs, strict=True))
    return Comparison(code, len(texts), same, differing, _share(ours), _share(raws))


def reference(code: str) -> Callable[[str], str]:
    """misaki's phonemes for whole sentences."""
    if not code.startswith("en-"):
        g2p = EspeakG2P(code)
        return lambda text: str(g2p(text)[0])
    fallback = EspeakFallback(british=code == "en-gb")
    return lambda text: str(fallback(SimpleNamespace(text=text))[0])


def raw(code: str) -> Callable[[str], str]:
    """espeak-ng's phonemes as they come, without flags: what kokoro-onnx and its users speak."""
    backend = EspeakBackend(code, preserve_punctuation=True, with_stress=True, language_switch="remove-flags")
    return lambda text: "".join(backend.phonemize([text])).strip()


def _share(phonemes: list[str]) -> float:
    everything = "".join(phonemes)
    return sum(char in VOCABULARY for char in everything) / len(everything)


def main() -> int:
    phonemizer = Phonemizer()
    print("language  sentences  identical before    now    in the vocabulary before      now")
    failed = False
    for code in LANGUAGES:
        found = compare(code, phonemizer)
        before, now = found.raw / found.sentences, found.identical / found.sentences
        print(f"{code:8}  {found.sentences:9}  {before:16.1%}  {now:5.0%}  {found.raw_known:24.2%}  {found.known:7.2%}")
        for text, ours, theirs in found.differing:
            failed = True
            print(f"  {text}\n    ours   {ours}\n    misaki {theirs}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
