"""Which part of speech a word is, guessed from its neighbours: for words that are written alike and spoken differently.

It decides what sentences about a home need (close, live, record, use, read, wind) and leaves what it can't tell to the
lexicon's first choice. Tags are those of the lexicon, or of the Penn Treebank where a rule asks for one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from wyoming_kokoro.speech.english.closed_classes import (
    AUXILIARIES,
    BE,
    CAPITALS_FOR_STRESS,
    DEGREES,
    DETERMINERS,
    FUNCTION,
    HAVE,
    LINKS,
    NO_VERB_BEHIND_TO,
    OBJECTS,
    PAST,
    PLURALS,
    PREPOSITIONS,
    SUBJECTS,
    URGING,
    words,
)

FIXED = {"the": "DT", "an": "DT", "to": "TO", "in": "IN", "i": "PRP", "vs": "IN", "am": "VBP"}


@dataclass(frozen=True)
class Place:
    """A word among the words of its sentence, in lower case; pauses are empty words, quotation marks are left out."""

    words: Sequence[str]
    shouting: bool = False
    """The whole sentence is in capitals."""
    index: int = 0

    def at(self, index: int) -> "Place":
        return replace(self, index=index)

    def near(self, distance: int) -> str:
        """The word so far to the right; empty beyond the sentence."""
        index = self.index + distance
        return self.words[index] if 0 <= index < len(self.words) else ""

    @property
    def word(self) -> str:
        return self.near(0)

    @property
    def before(self) -> str:
        return self.near(-1)

    @property
    def after(self) -> str:
        return self.near(1)

    @property
    def recent(self) -> set[str]:
        """The three words before."""
        return {self.near(-3), self.near(-2), self.near(-1)}


def tag(text: str, place: Place) -> str:
    """The part of speech of `text`, or "" if nothing speaks for one."""
    word = place.word
    if word == "a":
        return _article(text, place)
    if text.isupper() and len(text) > 1 and not place.shouting and word not in CAPITALS_FOR_STRESS:
        return "NN"
    if word in FIXED:
        return FIXED[word]
    if word == "that":
        return "DT" if not place.before else ""
    if word == "used":
        return _used(place)
    return SPECIAL.get(word, _general)(place)


def _article(text: str, place: Place) -> str:
    """The letter stands before a pause (plan A) or, as a capital, inside a sentence (in zone A it is warm)."""
    inside = text == "A" and place.before and not place.shouting
    is_letter = not place.after or place.after in ("is", "was", "or", "and") or inside
    return "NN" if is_letter else "DT"


def _used(place: Place) -> str:
    """`was used to heat` is a passive; `used to heat` and `I am used to heat` are not."""
    passive = place.before in words("is are was were be been being isn't aren't wasn't it's that's")
    return "VBN" if passive else "VBD"


def _is_owner(word: str) -> bool:
    return word.endswith("'s") and word not in FUNCTION


def _is_content(word: str) -> bool:
    return word.isalpha() and word not in FUNCTION and not word.endswith("ly")


def _is_plural(word: str) -> bool:
    return word in PLURALS or (_is_content(word) and word.endswith("s") and not word.endswith(("ss", "us", "is")))


def _asks_for_verb(place: Place) -> bool:
    """Behind a subject, an auxiliary, `to`, or at the start of an order."""
    before = place.before
    if before.endswith("ly") or before in ("always", "never", "also", "often", "just", "not"):
        before = place.near(-2)
    if before == "to":
        return place.near(-2) not in NO_VERB_BEHIND_TO
    if before in SUBJECTS or before in AUXILIARIES or before in URGING or before.endswith(("'ll", "'d")):
        return True
    return (not before or before in LINKS) and place.after in OBJECTS


def _asks_for_noun(place: Place) -> bool:
    return place.before in DETERMINERS or place.before in PREPOSITIONS or _is_owner(place.before)


def _is_question(place: Place) -> bool:
    """Did the camera record? Did the garage door close? Did Alice read it?"""
    near = place.near
    behind_name = place.index == 2 and near(-2) in AUXILIARIES
    return behind_name or any(near(-n) in AUXILIARIES and near(1 - n) in DETERMINERS for n in (3, 4))


def _general(place: Place) -> str:
    if place.word.endswith(("ed", "ing")):
        return "" if place.before in DETERMINERS else "VERB"
    if _asks_for_verb(place):
        return "VERB"
    if _asks_for_noun(place) or place.after == "of":
        return "NOUN"
    if place.word.endswith("s"):
        return _third_person(place)
    if _is_plural(place.before) or (_is_content(place.before) and _is_question(place)):
        return "VERB"
    return "NOUN" if _is_content(place.before) else ""


def _third_person(place: Place) -> str:
    """The camera records video: a verb behind one of something, unless what follows belongs to a noun."""
    if place.before in ("he", "she", "it", "that", "who", "which"):
        return "VERB"
    if not _is_content(place.before):
        return ""
    subject = not _is_plural(place.before) and place.after and not _closes_noun(place.after)
    return "VERB" if subject else "NOUN"


def _closes_noun(after: str) -> bool:
    return after in BE or after in HAVE or after in AUXILIARIES or after in PREPOSITIONS or after in ("and", "or")


def _close(place: Place) -> str:
    """`klOs` is near, `klOz` is shut."""
    if place.after in ("to", "by", "enough", "friend", "friends", "range", "contact", "attention", "call", "together"):
        return "ADJ"
    if _asks_for_verb(place) or _is_question(place):
        return "VERB"
    if place.before in BE | DEGREES | words("get gets got getting come comes came stay keep seems looks"):
        return "ADJ"
    if place.before in DETERMINERS:
        return "NOUN" if not place.after or place.after == "of" else "ADJ"
    return "VERB"


def _live(place: Place) -> str:
    if place.after in words("stream streams streaming feed feed's view video music tv camera data show broadcast"):
        return "ADJ"
    if place.before in BE | DETERMINERS | words("go goes going went it them watch watching air"):
        return "ADJ"
    places = words("in at with here there alone near by without together under on")
    return "VERB" if _asks_for_verb(place) or place.after in places or _is_plural(place.before) else ""


def _lives(place: Place) -> str:
    if place.before in DETERMINERS or _is_owner(place.before):
        return "NOUN"
    return "VERB" if place.before in ("he", "she", "it", "who") or place.after in words("in at with here there") else ""


def _read(place: Place) -> str:
    """`ɹid` in the present, `ɹɛd` in the past."""
    if place.recent & (HAVE | BE) and not place.recent & {"to"}:
        return "VBN"
    if place.before in AUXILIARIES or place.before in URGING or _is_question(place):
        return "VERB"
    if place.before in ("he", "she", "it") and place.near(-2) not in URGING | AUXILIARIES:
        return "VBD"
    singular = _is_content(place.before) and not _is_plural(place.before)
    past = place.before and bool(PAST.intersection(place.words))
    return "VBD" if singular or past else "VERB"


def _wind(place: Place) -> str:
    turned = place.after in words("up down back around through the your my it along")
    if _asks_for_noun(place):
        return "NOUN"
    return "VERB" if turned and (_asks_for_verb(place) or not _is_content(place.before)) else "NOUN"


def _content(place: Place) -> str:
    """`kˈɑntɛnt` is in something, `kəntˈɛnt` is who has enough."""
    pleased = place.before in BE | DEGREES | words("feel feels felt seem seems") or place.after in ("with", "yourself")
    return "ADJ" if pleased and not _asks_for_noun(place) else "NOUN"


def _bass(place: Place) -> str:
    fish = words("fish fishing caught catch sea striped lake grilled fried eat ate cook")
    return "NOUN" if fish & {place.before, place.after, place.near(-2)} else "ADJ"


def _minute(place: Place) -> str:
    tiny = place.before in ("very", "extremely") or place.after in words("amount amounts quantities quantity particles")
    return "ADJ" if tiny else ""


def _adjective_or_verb(place: Place) -> str:
    return "ADJ" if place.before in DETERMINERS or place.before in BE | DEGREES else "VERB"


def _rarely_verb(place: Place) -> str:
    """A noun, unless somebody does it to something: to house the batteries."""
    return "VERB" if _asks_for_verb(place) and place.after in OBJECTS else "NOUN"


SPECIAL: dict[str, Callable[[Place], str]] = {
    "close": _close,
    "closer": lambda place: "NOUN" if place.before in ("door", "gate") else "",
    "live": _live,
    "lives": _lives,
    "read": _read,
    "wind": _wind,
    "winds": lambda place: "VERB" if place.after in ("up", "down", "through", "around") else "NOUN",
    "content": _content,
    "contents": lambda _: "NOUN",
    "bass": _bass,
    "dove": lambda place: "VERB" if place.before in SUBJECTS | {"he", "she", "it"} else "NOUN",
    "minute": _minute,
    "deliberate": _adjective_or_verb,
    "elaborate": _adjective_or_verb,
    **dict.fromkeys(("house", "console", "desert", "entrance", "bow", "project", "subject"), _rarely_verb),
}
