"""How texts are read for Kokoro, as configured: given phonemes are those of its vocabulary."""

from wyoming_kokoro import config
from wyoming_kokoro.speech.alphabet import VOCABULARY, from_ipa, known
from wyoming_kokoro.text.lexicon import Lexicon
from wyoming_kokoro.text.normalize import Diction


def diction(settings: config.Text) -> Diction:
    """Raises ConfigError where the lexicon has a fault."""
    return Diction(settings, Lexicon.load(settings, VOCABULARY), known, from_ipa)
