"""Entries of the lexicon, checked: from the configuration, or from a YAML file of their own."""

import re
from collections.abc import Collection, Hashable, Iterator
from dataclasses import dataclass
from pathlib import Path
from unicodedata import category, name, normalize

import yaml
from pydantic import ValidationError

from wyoming_kokoro.config import Pronunciation
from wyoming_kokoro.config_sources import BAD_YAML
from wyoming_kokoro.errors import ConfigError, nearest
from wyoming_kokoro.text.rules.languages import TAGS

MAX_FILE = 2 * 1024 * 1024
"""Bytes. All the entries that are allowed, of ordinary length, and room to spare."""
MAX_WORD = 200
"""Characters, as in the configuration."""
MAX_DEPTH = 4
"""Collections inside each other; a lexicon has two."""

LANGUAGES = ("", *dict.fromkeys(tag.partition("-")[0] for tag in TAGS))
"""Of entries; the first one is any."""

_PHONEMES = re.compile(r"/(.*)/", re.DOTALL)
_ALIKE = {"g": "ɡ", "'": "ˈ", "’": "ˈ", "ʹ": "ˈ", "ɝ": "ɜɹ", "ɫ": "l", "ʉ": "u", "ɘ": "ə", "ɵ": "ə", "ɱ": "m", "ʍ": "w"}
"""What is meant by characters that Kokoro doesn't have."""
_WRONG = frozenset({"Cc", "Cs", "Co"})
"""Controls, lone surrogates, and the private use area, which stands for marks."""


@dataclass(frozen=True)
class Entry:
    word: str
    say: str
    """A respelling, if there are no phonemes."""
    phonemes: str | None = None
    case: bool = False
    language: str = ""
    """In lower case, such as en or en-gb; empty: any."""
    whole: bool = True

    @property
    def key(self) -> Hashable:
        """The same for entries of which only one could ever be used."""
        return self.word if self.case else fold(self.word), self.case, self.language

    def fits(self, language: str) -> bool:
        return not self.language or language == self.language or language.startswith(self.language + "-")


def fold(text: str) -> str:
    """In lower case, each character by itself, so that positions are those of the text."""
    return "".join(lower if len(lower := char.lower()) == 1 else char for char in text)


def entry(word: str, said: object, vocabulary: Collection[str]) -> Entry:
    """The entry for `word` of the configuration. Raises ConfigError with its key, ("text", "lexicon", word)."""
    try:
        return _entry(word, _meant(said), vocabulary)
    except ConfigError as error:
        raise ConfigError(error.message, error.remedy, ("text", "lexicon", word)) from None


def from_file(path: Path, vocabulary: Collection[str], most: int) -> list[Entry]:
    """The entries of a YAML file: words, each with how it is said. Raises ConfigError with file and line."""
    entries: list[Entry] = []
    lines: dict[Hashable, int] = {}
    for line, word, value in _pairs(path):
        try:
            item = _entry(word, _value(value), vocabulary)
            if known := lines.get(word) or lines.get(item.key):
                raise ConfigError(f"stands here and in line {known}", "Remove one")
            if len(entries) == most:
                raise ConfigError(f"more than {most} entries", "Remove some")
        except ConfigError as error:
            raise ConfigError(f"{path}:{line}: {word}: {error.message}", error.remedy) from None
        lines[word] = lines[item.key] = line
        entries.append(item)
    return entries


def _pairs(path: Path) -> Iterator[tuple[int, str, yaml.Node]]:
    """Line, word and what is said of it. Not as values: YAML would take the word `on` for true."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_FILE + 1)
        if len(content) > MAX_FILE:
            raise ConfigError(f"{path}: larger than {MAX_FILE} bytes", "Is this the lexicon?")
        root = _root(content)
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}", "Check text.lexicon") from None
    except BAD_YAML as error:
        raise ConfigError(f"{path}: not valid YAML: {' '.join(str(error).split())}") from None
    if root is None or root.value == "":  # all commented out
        return
    if not isinstance(root, yaml.MappingNode):
        raise ConfigError(f"{path}: expected a line 'word: how it is said' for each word", "Is this the lexicon?")
    for key, value in root.value:
        if not isinstance(key, yaml.ScalarNode):
            raise ConfigError(f"{path}:{key.start_mark.line + 1}: expected a word before the colon", "Put it in quotes")
        yield key.start_mark.line + 1, str(key.value), value


def _root(content: bytes) -> yaml.Node | None:
    """The document, if it isn't deep: the fast parser's stack overflows without an exception."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    depth = 0
    for event in yaml.parse(content, Loader=loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise yaml.YAMLError(f"nested more than {MAX_DEPTH} deep")
    node: yaml.Node | None = yaml.compose(content, Loader=loader)
    return node


def _value(node: yaml.Node) -> str | Pronunciation:
    if isinstance(node, yaml.ScalarNode):
        return str(node.value)
    if isinstance(node, yaml.MappingNode):
        return _meant({str(key.value): value.value for key, value in node.value})
    return _meant(node.value)


def _meant(said: object) -> str | Pronunciation:
    if isinstance(said, str):
        return said
    if not isinstance(said, dict):
        shown = "nothing" if said is None else repr(said)[:MAX_WORD]
        raise ConfigError(f"expected how it is said, or say, case, language and whole, got {shown}", "Put it in quotes")
    try:
        return Pronunciation.model_validate(said)
    except ValidationError as error:
        details = error.errors()[0]
        key = ".".join(map(str, details["loc"]))
        if details["type"] != "extra_forbidden":
            raise ConfigError(f"{key}: {details['msg']}") from None
        allowed = list(Pronunciation.model_fields)
        raise ConfigError(f"{key}: unknown key{nearest(key, allowed)} (allowed: {', '.join(allowed)})") from None


def _entry(word: str, said: str | Pronunciation, vocabulary: Collection[str]) -> Entry:
    if isinstance(said, str):
        said = Pronunciation.model_construct(say=said)
    say = _clean(said.say, "what is said")
    word = _clean(word, "the word")
    if len(word) > MAX_WORD:
        raise ConfigError(f"longer than {MAX_WORD} characters", "Enter its words one by one")
    match = _PHONEMES.fullmatch(say)
    phonemes = _phonemes(match[1], vocabulary) if match else None
    language = (said.language or "").replace("_", "-").lower()
    if language.partition("-")[0] not in LANGUAGES:
        raise ConfigError(
            f"language: {said.language!r} is none that is spoken", f"There are {', '.join(LANGUAGES[1:])}"
        )
    return Entry(word, say, phonemes, said.case, language, said.whole)


def _clean(text: str, what: str) -> str:
    """With single spaces, composed as texts are. Raises ConfigError if nothing is left, or what no text has."""
    text = " ".join(normalize("NFC", text).split())
    if wrong := next((char for char in text if category(char) in _WRONG), None):
        raise ConfigError(f"{what} has the character {_named(wrong)}", "Remove it")
    if not text:
        raise ConfigError(f"{what} is empty", "Write how it is said, as letters or as /phonemes/")
    return text


def _phonemes(written: str, vocabulary: Collection[str]) -> str:
    """As the vocabulary has them: ã is two there, ç is one."""
    phonemes = ""
    for position, char in enumerate(written, start=1):
        parts = char if char in vocabulary else normalize("NFD", char)
        if any(part not in vocabulary for part in parts):
            alike = "".join(part for part in _ALIKE.get(char, "") if part in vocabulary)
            hint = f", did you mean {' and '.join(map(_named, alike))}?" if alike else ""
            raise ConfigError(
                f"/{written}/ has {_named(char)} at position {position}, which Kokoro has no sound for{hint}",
                f"The phonemes are {''.join(sorted(vocabulary))}",
            )
        phonemes += parts
    if not phonemes.strip():
        raise ConfigError("there are no phonemes between the slashes", "Write /phonemes/ or a respelling")
    return phonemes


def _named(char: str) -> str:
    return f"{char!r} (U+{ord(char):04X}{' ' + name(char) if name(char, '') else ''})"
