"""The one table of languages: voice letter, BCP-47 tag, espeak-ng code.

Source: the voice table of Kokoro v1.0, and kokoro 0.9.4 `pipeline.py` for letters and codes.
"""

from dataclasses import dataclass

from wyoming_kokoro.errors import VoiceError


@dataclass(frozen=True)
class Language:
    letter: str
    """First letter of the names of its voices."""
    tag: str
    """BCP-47, as Home Assistant expects it."""
    name: str
    espeak: str | None
    """espeak-ng's code, or None where espeak-ng gives no phonemes that Kokoro can use."""


LANGUAGES = (
    Language("a", "en-US", "American English", "en-us"),
    Language("b", "en-GB", "British English", "en-gb"),
    Language("e", "es-ES", "Spanish", "es"),
    Language("f", "fr-FR", "French", "fr-fr"),
    Language("h", "hi-IN", "Hindi", "hi"),
    Language("i", "it-IT", "Italian", "it"),
    Language("j", "ja-JP", "Japanese", None),  # espeak-ng reads kanji as "Chinese letter"
    Language("p", "pt-BR", "Brazilian Portuguese", "pt-br"),
    Language("z", "zh-CN", "Mandarin Chinese", None),  # espeak-ng's tones are not in Kokoro's vocabulary
)
BY_LETTER = {language.letter: language for language in LANGUAGES}


def match_tag(wanted: str, tags: list[str]) -> str:
    """The tag that fits `en`, `en-US`, `en_us`, `EN-us` or a relative such as `en-AU` best: equal, else same language.

    Raises:
        VoiceError: no tag has that language.
    """
    canonical = wanted.strip().replace("_", "-").lower()
    for tag in tags:
        if tag.lower() == canonical:
            return tag
    for tag in tags:
        if tag.split("-")[0].lower() == canonical.split("-")[0]:
            return tag
    raise VoiceError(f"No voice speaks the language {wanted[:20]!r}", f"There are voices for {', '.join(tags)}")
