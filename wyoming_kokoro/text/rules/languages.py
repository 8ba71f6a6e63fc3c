"""The rules of each language."""

from functools import cache

from wyoming_kokoro.text.rules.chinese import chinese
from wyoming_kokoro.text.rules.english import american, british
from wyoming_kokoro.text.rules.french import french
from wyoming_kokoro.text.rules.hindi import hindi
from wyoming_kokoro.text.rules.italian import italian
from wyoming_kokoro.text.rules.japanese import japanese
from wyoming_kokoro.text.rules.portuguese import portuguese
from wyoming_kokoro.text.rules.rule import Rule
from wyoming_kokoro.text.rules.spanish import spanish

_LANGUAGES = {
    "en-US": american,
    "en-GB": british,
    "es-ES": spanish,
    "fr-FR": french,
    "hi-IN": hindi,
    "it-IT": italian,
    "ja-JP": japanese,
    "pt-BR": portuguese,
    "zh-CN": chinese,
}
TAGS = tuple(_LANGUAGES)


@cache
def rules_for(tag: str) -> tuple[Rule, ...]:
    """The rules for a language, as "en-US"; none for one that is not known."""
    language = _LANGUAGES.get(tag)
    return language() if language else ()
