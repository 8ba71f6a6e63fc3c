"""Speech Synthesis Markup Language as words, pronunciations, pauses and rates, sentence by sentence.

https://www.w3.org/TR/speech-synthesis11/, read leniently: language models write it, and it is cut into sentences. Not
by html.parser, which buffers without a bound, raises on `<![x[`, and differs from one Python to the next.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from wyoming_kokoro.config import SPEEDS
from wyoming_kokoro.text.entities import decoded
from wyoming_kokoro.text.phrases import Marks, Pause, Rate
from wyoming_kokoro.text.pronounced import pronounced
from wyoming_kokoro.text.say_as import said_as

MAX_HELD = 1_000
"""Characters of a tag, or of what a pair of tags replaces, that wait for their end. What is longer is text: a stray '<'
shall not silence the rest."""
MAX_OPEN = 100
"""Elements inside each other; people write three."""
LONGEST_PAUSE = 10.0
"""Seconds, for one break; as in Amazon Polly."""
LOWEST_RATE, HIGHEST_RATE = SPEEDS

_PAUSES = {"none": 0.0, "x-weak": 0.1, "weak": 0.2, "medium": 0.4, "strong": 0.7, "x-strong": 1.2}
_RATES = {"x-slow": 0.5, "slow": 0.75, "medium": 1.0, "default": 1.0, "fast": 1.25, "x-fast": 1.5}

_TOKEN = re.compile(
    r"<(?:!--.*?-->|!\[CDATA\[(?P<cdata>.*?)\]\]>|[?!](?!--|\[CDATA\[)[^<>]*>"
    r"|(?P<close>/?)(?P<name>[A-Za-z][\w:.-]*)(?P<rest>(?:[^<>\"']|\"[^<\"]*\"|'[^<']*')*+>|[^<>]*>))",
    re.DOTALL,
)
_HALF = re.compile(r"<(?:!--|!\[CDATA\[|[/?!]?[A-Za-z!?][^<>]*\Z)", re.DOTALL)
_ATTRIBUTE = re.compile(r"([A-Za-z][\w:.-]*)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>/]+))")
_TIME = re.compile(r"\s*\+?(\d{1,6}(?:\.\d{0,6})?|\.\d{1,6})\s*(ms|s)\s*", re.ASCII | re.IGNORECASE)
_RATE = re.compile(r"\s*([+-]?)(\d{1,4}(?:\.\d{0,4})?|\.\d{1,4})\s*(%?)\s*", re.ASCII)
_REPLACED = frozenset({"sub", "phoneme", "script", "style"})
"""What is between their tags is not said, or not as it is written."""


@dataclass(frozen=True)
class _Element:
    name: str
    rate: float = 1.0
    kind: str = ""
    """Of a say-as."""
    layout: str = ""


class Ssml:
    """One text. `known` gives of a pronunciation the phonemes that the engine has."""

    def __init__(self, known: Callable[[str], str], language_tag: str = "en") -> None:
        self._known = known
        self._language_tag = language_tag
        self._open: list[_Element] = []
        self._held = ""
        self._said: list[str] = []  # of the sentence that is read
        self._marks = Marks()
        self._rate = 1.0

    def plain(self, sentence: str, marks: Marks) -> str:
        """What the next sentence says, its rates and pauses as `marks`; a rate holds on until another.

        A tag that is cut in half is read with the sentence that has its other half. Takes any text and loses no words.
        """
        return self._read(f"{self._held} {sentence}" if self._held else sentence, marks, MAX_HELD)

    def rest(self, marks: Marks) -> str:
        """What is left at the end of the text, of a tag without an end."""
        return self._read(self._held, marks, 0) if self._held else ""

    def _read(self, text: str, marks: Marks, most_held: int) -> str:
        self._held, self._said, self._marks = "", [], marks
        position = 0
        while (start := text.find("<", position)) >= 0:
            self._words(text[position:start])
            end = self._markup(text, start)
            if end < 0 and len(text) - start <= most_held:
                self._held = text[start:]
                return "".join(self._said)
            position = max(end, start + 1)
            if end < 0:
                self._words("<")
        self._words(text[position:])
        return "".join(self._said)

    def _markup(self, text: str, start: int) -> int:
        """Read what starts with '<'; the position behind it, -1 if its end is missing."""
        token = _TOKEN.match(text, start)
        if token is None:
            if _HALF.match(text, start):
                return -1
            self._said.append("<")
            return start + 1
        if token["name"] and not token["close"]:
            return self._start(token, text)
        if token["name"]:
            self._end(token["name"].lower())
        elif token["cdata"]:
            self._said.append(token["cdata"])
        return token.end()

    def _start(self, token: re.Match[str], text: str) -> int:
        name, attributes = token["name"].lower(), _attributes(token["rest"])
        is_empty = token["rest"].endswith("/>")
        if name in _REPLACED and not is_empty:
            return self._replace(name, attributes, text, token.end())
        if name == "break":
            self._pause(_pause(attributes))
        elif name == "sub":
            self._said.append(attributes.get("alias", ""))
        elif name in ("p", "s"):
            self._end_sentence()
        elif not is_empty and len(self._open) < MAX_OPEN:
            self._open.append(_element(name, attributes))
            self._set_rate()
        return token.end()

    def _replace(self, name: str, attributes: Mapping[str, str], text: str, start: int) -> int:
        """An alias or a pronunciation in place of words; -1 without an end tag."""
        close = re.compile(rf"</{name}\s*>", re.IGNORECASE).search(text, start)
        if not close:
            return -1
        words = decoded(_TOKEN.sub(lambda token: token["cdata"] or "", text[start : close.start()]))
        if name == "sub":
            self._said.append(attributes.get("alias", "").strip() or words)
        elif name == "phoneme":
            is_ipa = attributes.get("alphabet", "ipa").lower() == "ipa"
            phonemes = attributes.get("ph", "") if is_ipa else ""
            self._said.append(pronounced(words, phonemes, self._marks, self._known))
        return close.end()

    def _end(self, name: str) -> None:
        if name in ("p", "s"):
            self._end_sentence()
        for position in range(len(self._open) - 1, -1, -1):
            if self._open[position].name == name:
                del self._open[position:]
                self._set_rate()
                break

    def _words(self, raw: str) -> None:
        words = decoded(raw)
        element = next((element for element in reversed(self._open) if element.kind), None)
        if element and words.strip():
            if element.kind == "expletive":
                self._pause(_PAUSES["medium"])
                return
            words = said_as(words, element.kind, element.layout, self._language_tag)
        self._said.append(words)

    def _end_sentence(self) -> None:
        said = "".join(self._said[-50:]).rstrip()  # far enough back for a word
        if said and said[-1].isalnum():
            self._said.append("。" if "\u3040" <= said[-1] < "\ua000" else ".")
        self._said.append(" ")

    def _pause(self, seconds: float) -> None:
        if seconds > 0:
            self._said.append(self._marks.put(Pause(seconds)))

    def _set_rate(self) -> None:
        rate = 1.0
        for element in self._open:
            rate *= element.rate
        rate = round(min(max(rate, LOWEST_RATE), HIGHEST_RATE), 4)  # 0.8 * 1.5 is 1.2
        if rate != self._rate:
            self._rate = rate
            self._said.append(self._marks.put(Rate(rate)))


def _attributes(rest: str) -> dict[str, str]:
    return {name.lower(): decoded(one or two or bare) for name, one, two, bare in _ATTRIBUTE.findall(rest)}


def _element(name: str, attributes: Mapping[str, str]) -> _Element:
    if name == "prosody":
        return _Element(name, rate=_rate(attributes.get("rate", "")))
    if name == "say-as":
        kind, layout = attributes.get("interpret-as", ""), attributes.get("format", "")
        return _Element(name, kind=kind.lower(), layout=layout.lower())
    return _Element(name)


def _pause(attributes: Mapping[str, str]) -> float:
    time = _TIME.fullmatch(attributes.get("time", ""))
    if not time:
        return _PAUSES.get(attributes.get("strength", "").lower(), _PAUSES["medium"])
    return min(float(time[1]) / (1000 if time[2].lower() == "ms" else 1), LONGEST_PAUSE)


def _rate(written: str) -> float:
    """Of '80%', '1.2', 'fast', or '+10%', which is more than what is around; 1 for what can't be read."""
    match = _RATE.fullmatch(written)
    if not match:
        return _RATES.get(written.strip().lower(), 1.0)
    number = float(match[2]) / (100 if match[3] else 1)
    factor = {"+": 1 + number, "-": 1 - number, "": number}[match[1]]
    return min(max(factor, LOWEST_RATE), HIGHEST_RATE)
