"""The one table of languages: voice letter, BCP-47 tag, espeak-ng code, and the extra that a language needs.

Source: the voice table of Kokoro v1.0, and kokoro 0.9.4 `pipeline.py` for letters and codes.
"""

from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec

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
    embedded: str
    """espeak-ng's code for the embedded engine, whose own voice speaks every one of these languages."""
    extra: str | None = None
    """The extra of this project that brings the packages of the language's front end; None where none is needed."""


LANGUAGES = (
    Language("a", "en-US", "American English", "en-us", "en-us"),
    Language("b", "en-GB", "British English", "en-gb", "en-gb"),
    Language("e", "es-ES", "Spanish", "es", "es"),
    Language("f", "fr-FR", "French", "fr-fr", "fr-fr"),
    Language("h", "hi-IN", "Hindi", "hi", "hi"),
    Language("i", "it-IT", "Italian", "it", "it"),
    Language("j", "ja-JP", "Japanese", None, "ja", "ja"),  # espeak-ng reads kanji as "Chinese letter"
    Language("p", "pt-BR", "Brazilian Portuguese", "pt-br", "pt-br"),
    Language("z", "zh-CN", "Mandarin Chinese", None, "cmn", "zh"),  # espeak-ng's tones are not in Kokoro's vocabulary
)
BY_LETTER = {language.letter: language for language in LANGUAGES}

MODULES = {
    "ja": ("fugashi", "unidic_lite", "jaconv"),
    "zh": ("jieba", "pypinyin", "pypinyin_dict", "cn2an", "ordered_set"),
}
"""What each extra brings, as it is imported."""


@cache
def is_installed(extra: str) -> bool:
    """Whether all modules of the extra are there; what is installed later counts after a restart."""
    return all(find_spec(module) for module in ("misaki", *MODULES[extra]))


def is_spoken(language: Language) -> bool:
    """Whether there is a front end for it here."""
    return language.extra is None or is_installed(language.extra)


def missing(language: Language) -> str:
    """Why a language that isn't spoken here isn't: completes "jf_alpha can't be spoken: "."""
    how = "`wyoming-kokoro doctor` says how to get it"
    return f"the extra '{language.extra}', which {language.name} needs, is not installed ({how})"


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
    for language in LANGUAGES:
        if not is_spoken(language) and language.tag.split("-")[0].lower() == canonical.split("-")[0]:
            raise VoiceError(f"{language.name} can't be spoken: {missing(language)}")
    raise VoiceError(f"No voice speaks the language {wanted[:20]!r}", f"There are voices for {', '.join(tags)}")
