"""The voices: Kokoro's own with their grades, the user's blends, and which of them a request means."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from wyoming_kokoro import config
from wyoming_kokoro.errors import ConfigError, VoiceError, nearest
from wyoming_kokoro.speech.languages import BY_LETTER, LANGUAGES, Language, match_tag

# Kokoro v1.0's own grades (VOICES.md of hexgrad/Kokoro-82M), "" where it gives none. Letter 1 of a name is the
# language, letter 2 the gender.
GRADES = {
    "af_heart": "A", "af_bella": "A-", "af_nicole": "B-", "af_aoede": "C+", "af_kore": "C+", "af_sarah": "C+",
    "af_alloy": "C", "af_nova": "C", "af_sky": "C-", "af_jessica": "D", "af_river": "D",
    "am_fenrir": "C+", "am_michael": "C+", "am_puck": "C+", "am_echo": "D", "am_eric": "D", "am_liam": "D",
    "am_onyx": "D", "am_santa": "D-", "am_adam": "F+",
    "bf_emma": "B-", "bf_isabella": "C", "bf_alice": "D", "bf_lily": "D",
    "bm_fable": "C", "bm_george": "C", "bm_lewis": "D+", "bm_daniel": "D",
    "ef_dora": "", "em_alex": "", "em_santa": "",
    "ff_siwis": "B-",
    "hf_alpha": "C", "hf_beta": "C", "hm_omega": "C", "hm_psi": "C",
    "if_sara": "C", "im_nicola": "C",
    "jf_alpha": "C+", "jf_gongitsune": "C", "jf_tebukuro": "C", "jf_nezumi": "C-", "jm_kumo": "C-",
    "pf_dora": "", "pm_alex": "", "pm_santa": "",
    "zf_xiaobei": "D", "zf_xiaoni": "D", "zf_xiaoxiao": "D", "zf_xiaoyi": "D",
    "zm_yunjian": "D", "zm_yunxi": "D", "zm_yunxia": "D", "zm_yunyang": "D",
}  # fmt: skip
OFFICIAL = tuple(GRADES)

SHOWN = 60
"""Characters of a name that a client sent, in the error that answers it."""

DEFAULT_MARK = "(default) "
"""Home Assistant sorts voices by the shown name and takes the first: a bracket sorts before every letter."""


@dataclass(frozen=True)
class Voice:
    name: str
    """What a request names."""
    language: Language
    female: bool
    grade: str
    """Upstream's own, A to F, or "" for none."""
    speed: float
    """Factor, 0.5 to 2."""
    gain: float
    """Decibels."""
    styles: tuple[tuple[str, float], ...]
    """Kokoro's style vectors and their shares (the sum is 1); one for a plain voice."""
    default: bool = False
    """Whether it is the one for its language when a request names none."""

    @property
    def title(self) -> str:
        """What people see in a list, such as `Heart, female, grade A`."""
        shown = self.name.partition("_")[2] or self.name
        facts = [shown.replace("_", " ").title(), "female" if self.female else "male"]
        if self.grade:
            facts.append(f"grade {self.grade}")
        if len(self.styles) > 1:
            facts.append("blend of " + " and ".join(name for name, _ in self.styles))
        return DEFAULT_MARK * self.default + ", ".join(facts)


@dataclass(frozen=True)
class Catalogue:
    """The voices that can really be spoken here, in the order of their names, and the one for requests without any."""

    voices: tuple[Voice, ...]
    default: Voice

    def choose(self, name: str | None, language: str | None, speaker: str | None = None) -> Voice:
        """The voice that a request means. The name decides; a speaker counts only where it is a voice's name.

        Raises:
            VoiceError: no voice has that name or language; names the nearest and what exists.
        """
        names = {voice.name: voice for voice in self.voices}
        if speaker in names and (name is None or name in names):
            return names[speaker]
        if name is not None or speaker is not None:
            return names[_known(name or speaker or "", names)]
        return self._speaks(language) if language else self.default

    def _speaks(self, language: str) -> Voice:
        home = self.default.language
        voices = sorted(self.voices, key=lambda voice: (voice.language != home, not voice.default))
        tag = match_tag(language, list(dict.fromkeys(voice.language.tag for voice in voices)))
        return next(voice for voice in voices if voice.language.tag == tag)


def _known(name: str, names: Collection[str]) -> str:
    if name in names:
        return name
    shown = name[:SHOWN]
    raise VoiceError(f"There is no voice {shown!r}{nearest(shown, names)}", f"There are {', '.join(sorted(names))}")


def catalogue(settings: config.Voices, available: Iterable[str] = OFFICIAL) -> Catalogue:
    """The voices of `available` (names of style vectors) that can be phonemized here, and the blends, as configured.

    Raises:
        ConfigError: a name in the settings that isn't a voice, or a speed out of bounds.
    """
    spoken = {name for name in available if (language := _language(name)) and language.espeak}
    voices = [_plain(name, settings) for name in spoken]
    voices += [_blend(name, parts, settings, spoken) for name, parts in settings.blends.items()]
    names = {voice.name for voice in voices}
    for name in settings.settings:
        _check(name, names, "settings", name)
    kept = {voice.name: voice for voice in voices if _kept(voice.name, settings)}
    if settings.default in names and settings.default not in kept:
        key = "exclude" if settings.exclude else "include"
        raise ConfigError(f"leaves out voices.default, which is '{settings.default}'", key=("voices", key))
    default = _check(settings.default, kept, "default")
    defaults = _defaults(kept, settings, default)
    marked = [_marked(kept[name], defaults) for name in sorted(kept)]
    return Catalogue(tuple(marked), next(voice for voice in marked if voice.name == default))


def named(settings: config.Voices) -> set[str]:
    """The style vectors that the settings speak of, whether they exist or not."""
    parts = {part for blend in settings.blends.values() for part in blend}
    return ({settings.default, *settings.by_language.values(), *settings.settings} | parts) - set(settings.blends)


def _language(name: str) -> Language | None:
    """The language of a style vector, from a name such as af_heart."""
    letters, _, rest = name.partition("_")
    known = len(letters) == 2 and letters[1] in "fm" and rest
    return BY_LETTER.get(letters[0]) if known else None


def _check(name: str, names: Collection[str], *key: str) -> str:
    if name in names:
        return name
    language = _language(name) if name in GRADES else None
    if language and not language.espeak:
        reason = f"can't be spoken: there is no front end for {language.name} yet"
    else:
        reason = f"is no voice here{nearest(name, names)} (allowed: {', '.join(sorted(names))})"
    raise ConfigError(f"'{name}' {reason}", key=("voices", *key))


def _kept(name: str, settings: config.Voices) -> bool:
    included = not settings.include or any(fnmatchcase(name, pattern) for pattern in settings.include)
    return included and not any(fnmatchcase(name, pattern) for pattern in settings.exclude)


def _plain(name: str, settings: config.Voices) -> Voice:
    return _voice(name, ((name, 1.0),), GRADES.get(name, ""), settings)


def _blend(name: str, parts: dict[str, float], settings: config.Voices, spoken: Collection[str]) -> Voice:
    if name in spoken:
        raise ConfigError("a voice already has this name", "Give the blend its own name", ("voices", "blends", name))
    total = sum(parts.values())
    styles = [(_check(part, spoken, "blends", name, part), share / total) for part, share in parts.items()]
    return _voice(name, tuple(sorted(styles, key=lambda style: -style[1])), "", settings)


def _voice(name: str, styles: tuple[tuple[str, float], ...], grade: str, settings: config.Voices) -> Voice:
    """Language and gender are those of the heaviest style vector."""
    own = settings.settings.get(name, config.VoiceSettings())
    speed = round(settings.speed * own.speed, 3)
    if not 0.5 <= speed <= 2.0:
        message = f"{own.speed} times voices.speed, which is {settings.speed}, is not between 0.5 and 2"
        raise ConfigError(message, key=("voices", "settings", name, "speed"))
    heaviest = styles[0][0]
    language = BY_LETTER[heaviest[0]]
    return Voice(name, language, heaviest[1] == "f", grade, speed, settings.gain + own.gain, styles)


def _defaults(voices: dict[str, Voice], settings: config.Voices, default: str) -> set[str]:
    """The default of each language: as configured, else the best grade, else the first name."""
    chosen = {voices[default].language.tag: default}
    for language, name in settings.by_language.items():
        _check(name, voices, "by_language", language)
        key = ("voices", "by_language", language)
        try:
            tag = match_tag(language, [known.tag for known in LANGUAGES if known.espeak])
        except VoiceError as error:
            raise ConfigError(error.message, error.remedy, key) from None
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


def _marked(voice: Voice, defaults: Collection[str]) -> Voice:
    return Voice(**{**vars(voice), "default": voice.name in defaults})
