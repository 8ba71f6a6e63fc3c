"""What a voice is."""

from dataclasses import dataclass

from wyoming_kokoro.speech.languages import BY_LETTER, Language
from wyoming_kokoro.speech.official import GRADES, language_of

DEFAULT_MARK = "(default) "
"""Home Assistant sorts voices by the shown name and takes the first: a bracket sorts before every letter."""

Styles = tuple[tuple[str, float], ...]
"""Style vectors of Kokoro and their shares, the heaviest first; the sum is 1."""


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
    styles: Styles
    """One for a plain voice."""
    default: bool = False
    """Whether it is the one for its language when a request names none."""

    @property
    def title(self) -> str:
        """What people see in a list, such as `Heart, female, grade A`."""
        facts = [_short(self.name), "female" if self.female else "male"]
        if self.grade:
            facts.append(f"grade {self.grade}")
        if len(self.styles) > 1:
            facts.append(" + ".join(f"{share:.0%} {_short(name)}" for name, share in self.styles))
        if self.speed != 1:
            facts.append(f"{self.speed:g}× speed")
        return DEFAULT_MARK * self.default + ", ".join(facts)


def plain(name: str, language: Language | None = None, speed: float = 1.0, gain: float = 0.0) -> Voice:
    """The voice of one style vector, of which the name tells language and gender."""
    grade = GRADES.get(name, "")
    return Voice(name, language or BY_LETTER[name[0]], name[1] == "f", grade, speed, gain, ((name, 1.0),))


def heaviest_first(shares: dict[str, float]) -> Styles:
    """With shares that add up to 1. Equals keep their order."""
    total = sum(shares.values())
    ordered = sorted(shares, key=shares.__getitem__, reverse=True)
    return tuple((name, shares[name] / total) for name in ordered)


def _short(name: str) -> str:
    return (name.partition("_")[2] if language_of(name) else name).replace("_", " ").title()
