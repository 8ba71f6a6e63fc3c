"""Blends that a request makes up, such as af_heart+bf_emma or af_heart:0.7+bf_emma:0.3."""

import re
from collections.abc import Mapping

from wyoming_kokoro.errors import VoiceError, nearest
from wyoming_kokoro.speech.voice import Voice, heaviest_first

MOST_PARTS = 8
"""Each is a vector to add; with more of them nobody hears the single one any more."""
SHOWN = 60
"""Characters of a name that a client sent, in the error that answers it."""
DIGITS = 3
"""Of a share: a difference of less is not heard, and the same blend has the same name however it was written."""
SHARE = re.compile(r"(\d{1,6}(?:\.\d{0,20})?|\.\d{1,20})\s*%?", re.ASCII)
REMEDY = "Write it as af_heart+bf_emma, af_heart:0.7+bf_emma:0.3 or af_heart:70%+bf_emma:30%"


def is_blend(name: str) -> bool:
    return "+" in name or ":" in name


def blend(text: str, names: Mapping[str, Voice], speed: float, gain: float) -> Voice:
    """The voice that is meant by the text: parts from `names`, language and gender those of the heaviest, or of
    the first of those equally heavy. Its own name says the same in one way, so that it can be the key of a cache.

    Raises:
        VoiceError: names the part that is wrong, and what was expected.
    """
    shares: dict[str, float] = {}
    for part, share in _parts(text):
        if part not in names:
            raise no_voice(part, names, f", which is a part of {text[:SHOWN]!r}")
        name = names[part].name
        shares[name] = shares.get(name, 0.0) + share
    rounded = {name: round(share, DIGITS) for name, share in heaviest_first(shares)}
    parts = [(names[name], share) for name, share in rounded.items() if share]
    return parts[0][0] if len(parts) == 1 else _mixed(parts, speed, gain)


def _parts(text: str) -> list[tuple[str, float]]:
    """Names, whether they exist or not, and shares, whatever their sum is."""
    parts = [part.partition(":") for part in text.split("+")]
    if len(parts) > MOST_PARTS:
        raise VoiceError(f"The blend {text[:SHOWN]!r} has {len(parts)} parts, more than {MOST_PARTS}", REMEDY)
    if not all(name.strip() for name, _, _ in parts):
        raise VoiceError(f"A part of the blend {text[:SHOWN]!r} has no name", REMEDY)
    if len({colon for _, colon, _ in parts}) > 1:
        raise VoiceError(f"The blend {text[:SHOWN]!r} gives some of its voices a share and others none", REMEDY)
    return [(name.strip(), _share(share.strip(), name.strip()) if colon else 1.0) for name, colon, share in parts]


def _share(text: str, name: str) -> float:
    match = SHARE.fullmatch(text)
    if not match or not float(match[1]):
        message = f"{text[:SHOWN]!r} is no share of {name[:SHOWN]!r} in a blend: expected a number above 0"
        raise VoiceError(message, REMEDY)
    return float(match[1]) / (100 if text.endswith("%") else 1)


def _mixed(parts: list[tuple[Voice, float]], speed: float, gain: float) -> Voice:
    """Of at least two voices, the heaviest first, each of which may be a blend itself."""
    styles: dict[str, float] = {}
    for voice, share in parts:
        for style, part in voice.styles:
            styles[style] = styles.get(style, 0.0) + share * part
    heaviest = parts[0][0]
    name = "+".join(f"{voice.name}:{share:g}" for voice, share in parts)
    return Voice(name, heaviest.language, heaviest.female, "", speed, gain, heaviest_first(styles))


def no_voice(name: str, names: Mapping[str, Voice], where: str = "") -> VoiceError:
    shown = name[:SHOWN]
    existing = sorted({voice.name for voice in names.values()})
    return VoiceError(f"There is no voice {shown!r}{where}{nearest(shown, names)}", f"There are {', '.join(existing)}")
