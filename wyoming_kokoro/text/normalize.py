"""What was meant: sentences as they are written into phrases as they are said.

Each step is a file of its own; this one has their order. It is that in which a reader works: first what is form and not
content, then what the user has laid down, then what is written otherwise than it is said.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from unicodedata import category, normalize

from wyoming_kokoro import config
from wyoming_kokoro.text import emoji, urls
from wyoming_kokoro.text.lexicon import Lexicon
from wyoming_kokoro.text.markdown import Markdown
from wyoming_kokoro.text.phrases import Mark, Marks, Pause, Phrase, Rate, Span
from wyoming_kokoro.text.pronounced import take_pronounced
from wyoming_kokoro.text.rules.languages import rules_for
from wyoming_kokoro.text.rules.rule import Rule, apply
from wyoming_kokoro.text.short import between
from wyoming_kokoro.text.ssml import Ssml

_DROPPED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co"})
"""Controls, direction marks and soft hyphens, lone surrogates, private use."""
_JOINERS = frozenset("\u200c\u200d")
"""Of category Cf too, but they belong to the spelling of Hindi and Persian, and to emoji."""
MOST_ACCENTS = 4
"""Combining marks on one letter; no language has more, and "zalgo" text has dozens."""

_APART = re.compile(r" (?=[,.](?: |\Z))")
"""Where something was left out before a mark."""

Known = Callable[[str], str]
"""What of phonemes the engine knows."""


@dataclass(frozen=True)
class Diction:
    """How texts are read here: what the configuration says of it, and the user's lexicon."""

    settings: config.Text
    lexicon: Lexicon
    known: Known
    from_ipa: Known
    """Kokoro's phonemes for those of the International Phonetic Alphabet."""

    @cached_property
    def _switches(self) -> frozenset[str]:
        return frozenset(name for name, value in self.settings.rules if value is True)

    def rules(self, language: str) -> tuple[Rule, ...]:
        return tuple(rule for rule in rules_for(language) if rule.name in self._switches)

    def warm_up(self, languages: Iterable[str]) -> None:
        """Rules are made when they are first needed, which takes up to half a second."""
        for language in languages:
            self.normalizer(language).read(["**It** is 21.5 °C at [10:05](/o/)."])

    def normalizer(self, language: str, *, ssml: bool = False) -> "Normalizer":
        """For one text in a language of `speech.languages`, such as en-US."""
        return Normalizer(self, language, ssml=ssml)


class Normalizer:
    """Reads the sentences of one text in their order: a mark-up may be open from one to the next."""

    def __init__(self, diction: Diction, language: str, *, ssml: bool) -> None:
        self._diction = diction
        self._language = language
        self._rules = diction.rules(language)
        switches = diction.settings.rules
        self._markdown = Markdown(switches.markdown, switches.html, language)
        self._ssml = Ssml(diction.from_ipa, language) if ssml else None
        self._rate = 1.0

    def read(self, sentences: Sequence[str]) -> list[Phrase]:
        """The phrases of sentences that are spoken together; empty where there is nothing to say."""
        phrases: list[Phrase] = []
        for sentence in sentences:
            for count, phrase in enumerate(self._phrases(sentence)):
                if count == 0 and phrases and _flows(phrases[-1], phrase):
                    phrases[-1] = _joined(phrases[-1], phrase)
                else:
                    phrases.append(phrase)
        return phrases

    def rest(self) -> list[Phrase]:
        """What was held back at the end of the text: a tag that was never closed is none."""
        marks = Marks()
        return self._said(self._ssml.rest(marks), marks) if self._ssml else []

    def _phrases(self, sentence: str) -> list[Phrase]:
        marks = Marks()
        return self._said(self._plain(clean(sentence), marks), marks)

    def _said(self, text: str, marks: Marks) -> list[Phrase]:
        text = self._diction.lexicon.apply(text, self._language, marks)
        rules = self._diction.settings.rules
        text = emoji.name(text, self._language) if rules.emoji == "name" else emoji.drop(text)
        text = urls.say(text, rules.urls, self._language)
        text = _APART.sub("", " ".join(apply(text, self._rules).split()))
        return self._assembled(marks.take(text))

    def _plain(self, text: str, marks: Marks) -> str:
        """Without its mark-up."""
        if self._ssml:
            return self._ssml.plain(text, marks)
        return self._markdown.plain(take_pronounced(text, marks, self._diction.known))

    def _assembled(self, pieces: Iterable[str | Mark]) -> list[Phrase]:
        phrases: list[Phrase] = []
        spans: list[Span] = []
        for piece in pieces:
            if isinstance(piece, str):
                spans.append(Span(piece))
            elif isinstance(piece, Span):
                spans.append(piece)
            else:
                pause = piece.seconds if isinstance(piece, Pause) else 0.0
                phrases.append(Phrase(tuple(spans), self._rate, pause))
                spans = []
                if isinstance(piece, Rate):
                    self._rate = piece.factor
        phrases.append(Phrase(tuple(spans), self._rate))
        return [phrase for phrase in phrases if phrase.pause or _is_said(phrase)]


def clean(text: str) -> str:
    """Composed (NFC), without controls, direction marks, lone surrogates, private use, and heaps of accents."""
    kept: list[str] = []
    accents = 0
    for char in normalize("NFC", text):
        kind = category(char)
        accents = accents + 1 if kind == "Mn" else 0
        if accents <= MOST_ACCENTS and (char.isspace() or char in _JOINERS or kind not in _DROPPED_CATEGORIES):
            kept.append(char)
    return "".join(kept)


def has_speech(words: str) -> bool:
    """Whether there is a letter or digit of any script, or a symbol that engines read: %, €."""
    return any(char.isalnum() or char in "%‰°&@§±×÷©®™№" or category(char) == "Sc" for char in words)


def _is_said(phrase: Phrase) -> bool:
    """A heart has no words, but perhaps phonemes."""
    return has_speech(phrase.words) or any(span.phonemes for span in phrase.spans)


def _flows(before: Phrase, phrase: Phrase) -> bool:
    return not before.pause and before.rate == phrase.rate and bool(phrase.spans)


def _joined(before: Phrase, phrase: Phrase) -> Phrase:
    stop = Span(between(before.words))
    return Phrase((*before.spans, stop, *phrase.spans), phrase.rate, phrase.pause)
