"""A sentence -> words and marks. Every step looks at each character a bounded number of times."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from unicodedata import normalize

_OPENING, _CLOSING = "“", "”"
_MARKS = {
    **{mark: mark for mark in ";:,.!?—…“”"},
    **dict.fromkeys("–―", "—"),
    **dict.fromkeys("„«‟", _OPENING),
    "»": _CLOSING,
    **dict.fromkeys("([{", "("),
    **dict.fromkeys(")]}", ")"),
}
"""Mark -> what Kokoro is given for it."""
_CLASS = re.escape("".join(_MARKS)) + '"'
_PIECE = re.compile(
    rf"""(?<![^\W_])(?P<dotted>[A-Za-z](?:\.[A-Za-z])+(?![^\W_])\.?  # U.S.A., p.m.
        |(?:Dr|Mr|Mrs|Ms|Esq|[Ee]tc)\.)
    |(?P<dash>--+|^-+$)
    |(?P<word>(?:[^{_CLASS}-]|-(?!-)|(?<=\d)[.,:](?=\d)|(?<=[^\W\d_])\.(?=[^\W\d_]))+)
    |(?P<mark>.)""",
    re.VERBOSE | re.DOTALL,
)
_CLIPPED = frozenset({"'em", "'tis", "'twas", "'cause", "'til", "'bout", "'cos", "'round"})
"""Words that begin with an apostrophe, which is no quotation mark."""
_PART = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*|\d+|[-_]+|'+|.", re.DOTALL)
_CASE = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@dataclass(frozen=True)
class Token:
    text: str
    mark: str | None = None
    """What is spoken for a mark; None: this is a word."""
    space: str = ""
    """Behind it: one space or nothing."""


def tokens(sentence: str) -> list[Token]:
    """The words and marks of `sentence` in order."""
    text = "…".join(normalize("NFKC", part) for part in sentence.split("…"))
    text = text.replace("’", "'").replace("‘", "'").replace("ʼ", "'")
    return _with_initials(list(_quoted(list(_pieces(text)))))


def parts(word: str) -> list[str]:
    """`word` at its hyphens, symbols and changes of case: Wi-Fi -> Wi, -, Fi; iPhone -> i, Phone."""
    return [piece for part in _PART.findall(word) for piece in _CASE.split(part)]


def _pieces(text: str) -> Iterator[Token]:
    chunks = text.split()
    for number, chunk in enumerate(chunks, 1):
        found = list(_PIECE.finditer(chunk))
        for match in found:
            ends = match is found[-1]
            yield Token(match.group(), _mark(match, chunk), " " if ends and number < len(chunks) else "")
            if ends and number == len(chunks) and match["dotted"] and chunk.endswith("."):
                yield Token(".", ".")


def _mark(match: re.Match[str], chunk: str) -> str | None:
    if match["dash"]:
        return "—"
    if match.group() != '"':
        return _MARKS.get(match.group()) if match["mark"] else None
    before, behind = chunk[: match.start()][-1:], chunk[match.end() :][:1]
    opens = behind and (not before or before in "([{—–-")
    return _OPENING if opens else _CLOSING


def _quoted(found: list[Token]) -> Iterator[Token]:
    """Apostrophes around words become quotation marks; those inside and of plurals (the lights') stay."""
    is_open = False
    for token in found:
        word = token.text
        if token.mark is not None or "'" not in (word[0], word[-1]):
            yield token
            continue
        if word[0] == "'" and len(word) > 1 and word[1].isalpha() and word.lower() not in _CLIPPED:
            yield Token("'", _OPENING)
            is_open, word = True, word[1:]
        if is_open and word[-1] == "'":
            is_open = False
            yield Token(word[:-1])
            yield Token("'", _CLOSING, token.space)
        else:
            yield replace(token, text=word)


def _with_initials(found: list[Token]) -> list[Token]:
    """Single capitals in a row are one word: T V -> T.V"""
    joined: list[Token] = []
    previous = False
    for token in found:
        capital = len(token.text) == 1 and "A" <= token.text <= "Z"
        if capital and previous and joined[-1].space:
            joined[-1] = replace(token, text=f"{joined[-1].text}.{token.text}")
        else:
            joined.append(token)
        previous = capital
    return joined
