"""English: words to phonemes by a lexicon."""

from wyoming_kokoro.speech.english.g2p import English

__all__ = ["English"]
