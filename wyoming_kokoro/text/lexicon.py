"""The user's lexicon: words and phrases that are said otherwise than the language's rules would."""

from collections.abc import Collection, Hashable, Iterable
from dataclasses import dataclass
from pathlib import Path
from unicodedata import category

from wyoming_kokoro import config
from wyoming_kokoro.errors import ConfigError
from wyoming_kokoro.text.lexicon_entries import Entry, entry, fold, from_file
from wyoming_kokoro.text.phrases import Marks, Span

MAX_ENTRIES = 10_000
"""Nobody writes more by hand; read in a second, and a sentence's time does not depend on it."""
HEAD = 2
"""Characters of an entry that are looked up first; at most places in a text no entry starts with them."""

_APOSTROPHES = frozenset("'’")


@dataclass(frozen=True)
class Lexicon:
    """Entries by their folded words, and by their first characters the lengths that they have, longest first."""

    _entries: dict[str, tuple[Entry, ...]]
    _lengths: dict[str, tuple[int, ...]]

    @classmethod
    def load(cls, settings: config.Text, vocabulary: Collection[str]) -> "Lexicon":
        """The entries in the settings, or in the YAML file that they name.

        Raises:
            ConfigError: it can't be read, an entry is none, stands twice, or has phonemes outside the `vocabulary`.
        """
        source = settings.lexicon
        if isinstance(source, Path):
            return cls.of(from_file(source, vocabulary, MAX_ENTRIES))
        if len(source) > MAX_ENTRIES:
            raise ConfigError(f"{len(source)} entries, more than {MAX_ENTRIES}", "Remove some", ("text", "lexicon"))
        entries: dict[Hashable, Entry] = {}
        for word, said in source.items():
            item = entry(word, said, vocabulary)
            if item.key in entries:
                message = f"says the same as {entries[item.key].word!r}, but for capitals"
                raise ConfigError(message, "Remove one, or give it 'case: true'", ("text", "lexicon", word))
            entries[item.key] = item
        return cls.of(entries.values())

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> "Lexicon":
        by_words: dict[str, tuple[Entry, ...]] = {}
        lengths: dict[str, set[int]] = {}
        for item in sorted(entries, key=lambda item: (not item.case, not item.language)):  # the most special first
            folded = fold(item.word)
            by_words[folded] = (*by_words.get(folded, ()), item)
            lengths.setdefault(folded[:HEAD], set()).add(len(folded))
        return cls(by_words, {head: tuple(sorted(sizes, reverse=True)) for head, sizes in lengths.items()})

    def __len__(self) -> int:
        return sum(map(len, self._entries.values()))

    def apply(self, text: str, language_tag: str, marks: Marks) -> str:
        """The text with respellings in place of its words, and with `marks` in place of those given as phonemes.

        The longest entry wins, what it gives is not looked at again. White space is collapsed, for entries of several
        words. The time is that of the text alone, times the lengths of entries that start alike.
        """
        if not self._entries:
            return text
        text = " ".join(text.split())
        folded = fold(text)
        language = language_tag.lower()
        said: list[str] = []
        position = done = 0
        while position < len(text):
            found = self._at(position, text, folded, language)
            if found:
                end = position + len(found.word)
                said += [text[done:position], _said(found, text[position:end], marks)]
                position = done = end
            else:
                position += 1
        return "".join([*said, text[done:]])

    def _at(self, position: int, text: str, folded: str, language: str) -> Entry | None:
        for length in self._lengths_at(position, folded):
            end = position + length
            for item in self._entries.get(folded[position:end], ()):
                is_written = not item.case or text[position:end] == item.word
                if is_written and item.fits(language) and not (item.whole and _is_inside(text, position, end)):
                    return item
        return None

    def _lengths_at(self, position: int, folded: str) -> tuple[int, ...]:
        """Of the entries that may stand here; one-character entries come last."""
        head = folded[position : position + HEAD]
        return self._lengths.get(head, ()) + (self._lengths.get(head[:1], ()) if len(head) == HEAD else ())


def _said(item: Entry, written: str, marks: Marks) -> str:
    if item.phonemes is None:
        return item.say
    return marks.put(Span(written, item.phonemes)) or written


def _is_inside(text: str, start: int, end: int) -> bool:
    """Whether text[start:end] is part of a longer word or number."""
    return (
        _binds(text[max(start - 2, 0) : start + 1])
        or _binds(text[end - 1 : end + 2][::-1])
        or _is_cut(text[end : end + 3])
    )


def _binds(around: str) -> bool:
    """Whether the last character goes on what is before it: 'ab', '12', or '.5' behind a digit."""
    before, last = around[:-1], around[-1]
    if not before:
        return False
    if last.isdigit() and len(before) == 2 and before[1] in ".,:" and before[0].isdigit():
        return True
    return _is_word(before[-1]) and _is_word(last) and not (_is_unspaced(before[-1]) or _is_unspaced(last))


def _is_cut(behind: str) -> bool:
    """An apostrophe and more of the word, as in don't; but what is Nevada's is of Nevada."""
    if behind[:1] not in _APOSTROPHES or not behind[1:2].isalpha():
        return False
    return behind[1] not in "sS" or behind[2:].isalpha()


def _is_word(char: str) -> bool:
    return char.isalnum() or char == "_" or category(char)[0] == "M"


def _is_unspaced(char: str) -> bool:
    """Of a script that has no spaces between words: Thai to Khmer, hiragana, ideographs. Katakana words are runs."""
    return (
        "\u0e00" <= char <= "\u109f"
        or "\u1780" <= char <= "\u17ff"
        or "\u3005" <= char <= "\u309f"
        or ("\u3400" <= char <= "\u9fff" or "\U00020000" <= char <= "\U0003ffff")
    )
