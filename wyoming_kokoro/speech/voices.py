"""The voices that are offered here: those of the voices file and the user's blends, as configured."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from fnmatch import fnmatchcase

from wyoming_kokoro import config
from wyoming_kokoro.errors import ConfigError, VoiceError, nearest
from wyoming_kokoro.speech.catalogue import Catalogue
from wyoming_kokoro.speech.languages import LANGUAGES, Language, is_spoken, match_tag, missing
from wyoming_kokoro.speech.official import CHINESE, GRADES, OFFICIAL, language_of, official
from wyoming_kokoro.speech.voice import Voice, heaviest_first, plain

__all__ = ["Catalogue", "Voice", "catalogue", "named", "official"]

DEFAULT = "default"
"""The alias of voices.default."""
OPENAI = {
    "alloy": "af_alloy",
    "ash": "am_fenrir",
    "ballad": "bm_george",
    "cedar": "am_michael",
    "coral": "af_bella",
    "echo": "am_echo",
    "fable": "bm_fable",
    "marin": "af_heart",
    "nova": "af_nova",
    "onyx": "am_onyx",
    "sage": "af_sarah",
    "shimmer": "af_sky",
    "verse": "am_puck",
}
"""Clients that were made for OpenAI's speech ask for these. The same name where there is one, else the same gender."""


def catalogue(settings: config.Voices, available: Iterable[str] = OFFICIAL) -> Catalogue:
    """The voices of `available` (names of style vectors) that can be phonemized here, and the blends, as configured.

    Raises:
        ConfigError: a name or language in the settings that there isn't, or a speed out of bounds.
    """
    styles = {name: language for name in available if (language := language_of(name))}
    voices = [_plain(name, settings) for name, language in styles.items() if is_spoken(language)]
    voices += [_blend(name, blend, settings, styles) for name, blend in settings.blends.items()]
    names = {voice.name for voice in voices}
    for name in settings.settings:
        _check(name, names, "settings", name)
    kept = {voice.name: voice for voice in voices if _kept(voice.name, settings)}
    default = _default(settings, voices, kept)
    defaults = _defaults(kept, settings, default)
    marked = {name: replace(kept[name], default=name in defaults) for name in sorted(kept)}
    aliases = _aliases(settings, kept, default)
    return Catalogue(tuple(marked.values()), marked[default], aliases, settings.speed, settings.gain)


def named(settings: config.Voices) -> set[str]:
    """The style vectors that the settings speak of, whether they exist or not."""
    parts = {part for blend in settings.blends.values() for part in blend.parts}
    chosen = {*settings.by_language.values(), *settings.aliases.values(), *settings.settings}
    default = {settings.default} if "default" in settings.model_fields_set else set()
    return (chosen | default | parts) - set(settings.blends)


def _check(name: str, names: Collection[str], *key: str) -> str:
    if name in names:
        return name
    language = language_of(name) if name in GRADES or name in CHINESE else None
    if language and not is_spoken(language):
        reason = f"can't be spoken: {missing(language)}"
    else:
        reason = f"is no voice here{nearest(name, names)} (allowed: {', '.join(sorted(names))})"
    raise ConfigError(f"'{name}' {reason}", key=("voices", *key))


def _kept(name: str, settings: config.Voices) -> bool:
    included = not settings.include or any(fnmatchcase(name, pattern) for pattern in settings.include)
    return included and not any(fnmatchcase(name, pattern) for pattern in settings.exclude)


def _plain(name: str, settings: config.Voices) -> Voice:
    return plain(name, None, *_own(name, settings))


def _blend(name: str, blend: config.Blend, settings: config.Voices, known: dict[str, Language]) -> Voice:
    """Of style vectors in any language: it is its own language that has to be spoken here."""
    key = ("voices", "blends", name)
    if name in known:
        raise ConfigError("a voice already has this name", "Give the blend its own name", key)
    for part in blend.parts:
        _check(part, known, *key[1:], part)
    styles = heaviest_first(blend.parts)
    heaviest = styles[0][0]
    language = _language(blend.language, *key, "language") if blend.language else known[heaviest]
    if not is_spoken(language):
        raise ConfigError(f"can't be spoken: {missing(language)}", "Give it another language", key)
    speed, gain = _own(name, settings)
    return Voice(name, language, heaviest[1] == "f", "", speed, gain, styles)


def _own(name: str, settings: config.Voices) -> tuple[float, float]:
    """Speed and gain of a voice."""
    own = settings.settings.get(name, config.VoiceSettings())
    speed = round(settings.speed * own.speed, 3)
    if not config.SPEEDS[0] <= speed <= config.SPEEDS[1]:
        message = f"{own.speed} times voices.speed, which is {settings.speed}, is not between 0.5 and 2"
        raise ConfigError(message, key=("voices", "settings", name, "speed"))
    return speed, settings.gain + own.gain


def _language(wanted: str, *key: str) -> Language:
    spoken = {language.tag: language for language in LANGUAGES if is_spoken(language)}
    try:
        return spoken[match_tag(wanted, list(spoken))]
    except VoiceError as error:
        raise ConfigError(error.message, error.remedy, key) from None


def _default(settings: config.Voices, voices: Collection[Voice], kept: dict[str, Voice]) -> str:
    """The configured one. Where none is, and the file lacks the usual one, the best of the first language."""
    names = {voice.name for voice in voices}
    if settings.default in names and settings.default not in kept:
        key = "exclude" if settings.exclude else "include"
        raise ConfigError(f"leaves out voices.default, which is '{settings.default}'", key=("voices", key))
    if settings.default in kept or "default" in settings.model_fields_set or not kept:
        return _check(settings.default, kept, "default")
    return min(kept.values(), key=lambda voice: (LANGUAGES.index(voice.language), _quality(voice))).name


def _defaults(voices: dict[str, Voice], settings: config.Voices, default: str) -> set[str]:
    """The default of each language: as configured, else the best grade, else the first name."""
    chosen = {voices[default].language.tag: default}
    for language, name in settings.by_language.items():
        _check(name, voices, "by_language", language)
        key = ("voices", "by_language", language)
        tag = _language(language, *key).tag
        speaks = voices[name].language
        if speaks.tag != tag:
            raise ConfigError(f"'{name}' speaks {speaks.name} ({speaks.tag}), not {tag}", key=key)
        chosen[tag] = name
    for voice in sorted(voices.values(), key=_quality):
        chosen.setdefault(voice.language.tag, voice.name)
    return set(chosen.values())


def _quality(voice: Voice) -> tuple[str, str, str]:
    """Sorts A, A-, B+, ...: without a grade last."""
    letter, sign = voice.grade[:1] or "Z", voice.grade[1:]
    return letter, {"+": "0", "": "1", "-": "2"}[sign], voice.name


def _aliases(settings: config.Voices, kept: Collection[str], default: str) -> tuple[tuple[str, str], ...]:
    """The user's, and those of OPENAI whose voice is offered."""
    for alias, target in settings.aliases.items():
        key = ("voices", "aliases", alias)
        if alias in kept:
            raise ConfigError("a voice has this name", "Give the alias another one, or leave the voice out", key)
        if alias == DEFAULT and target != settings.default:
            raise ConfigError(f"always means voices.default, which is '{default}'", "Set that instead", key)
        _check(target, kept, *key[1:])
    usual = {alias: name for alias, name in {**OPENAI, DEFAULT: default}.items() if alias not in kept and name in kept}
    return tuple(sorted({**usual, **settings.aliases}.items()))
