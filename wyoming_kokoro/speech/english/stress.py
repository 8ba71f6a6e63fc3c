"""Moving, adding and taking away the stress marks of a word.

The rules are misaki's (0.9.4 `en.py`, Apache-2.0, https://github.com/hexgrad/misaki), written anew.
"""

PRIMARY, SECONDARY = "ˈ", "ˌ"
VOWELS = frozenset("AIOQWYaiuæɑɒɔəɛɜɪʊʌᵻ")
_LONG = frozenset("AIOQWYʤʧ")
"""Sounds that are two in one, and count twice."""

NONE, LOWER, WEAKER, SLIGHT, STRONG = -2.0, -1.0, -0.5, 0.5, 2.0
"""Levels for `stressed`: none; primary becomes secondary; so if there is a primary; at least secondary; primary."""


def stressed(phonemes: str, level: float | None) -> str:
    """`phonemes` with its stress brought to `level`; None leaves it."""
    if level is None:
        return phonemes
    if level <= NONE:
        return phonemes.replace(PRIMARY, "").replace(SECONDARY, "")
    if level == LOWER or (level in (0, WEAKER) and PRIMARY in phonemes):
        return phonemes.replace(SECONDARY, "").replace(PRIMARY, SECONDARY)
    if PRIMARY not in phonemes and SECONDARY not in phonemes:
        return phonemes if level < 0 else _marked(phonemes, PRIMARY if level > 1 else SECONDARY)
    if level >= 1 and PRIMARY not in phonemes:
        return phonemes.replace(SECONDARY, PRIMARY)
    return phonemes


def _marked(phonemes: str, mark: str) -> str:
    """With `mark` before the first vowel, if there is one."""
    for position, phoneme in enumerate(phonemes):
        if phoneme in VOWELS:
            return phonemes[:position] + mark + phonemes[position:]
    return phonemes


def spelled(letters: list[str]) -> str:
    """The names of letters as one word: the last stress is the primary one."""
    return PRIMARY.join(stressed("".join(letters), 0).rsplit(SECONDARY, 1))


def compound(parts: list[tuple[str, str]]) -> list[str]:
    """(text, phonemes) of the parts of one word -> their phonemes: the lighter half gives up its primary stress.

    Behind a single letter (T-shirt) it is the second of two that does.
    """
    phonemes = [sound for _, sound in parts]
    spoken = [i for i, sound in enumerate(phonemes) if sound]
    if len(spoken) == 2 and len(parts[spoken[0]][0]) == 1:
        weaker = spoken[1:]
    elif len(spoken) < 2 or sum(PRIMARY in phonemes[i] for i in spoken) <= (len(spoken) + 1) // 2:
        weaker = []
    else:
        weaker = sorted(spoken, key=lambda i: (PRIMARY in phonemes[i], _weight(phonemes[i]), i))[: len(spoken) // 2]
    for i in weaker:
        phonemes[i] = stressed(phonemes[i], WEAKER)
    return phonemes


def _weight(phonemes: str) -> int:
    return sum(2 if phoneme in _LONG else 1 for phoneme in phonemes)
