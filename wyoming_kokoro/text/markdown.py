"""Markdown and HTML tags as the text that is meant, sentence by sentence.

Marks at the start of a line are taken off here, what is inside a line by markdown-it-py. The sentences of one text come
one after the other, so an emphasis or a link may be cut in two, of which the parser makes nothing: its marks are then
removed one by one.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING

from wyoming_kokoro.text.entities import readable
from wyoming_kokoro.text.tables import Table

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_DONE = {"es": "hecho", "fr": "fait", "it": "fatto", "pt": "feito", "hi": "पूरा", "ja": "完了", "zh": "已完成"}
"""Of a ticked box; elsewhere 'done'."""

_FENCE = re.compile(r"[ \t>]*(?:[-*+][ \t]+)?(`{3,}|~{3,})[ \t]*([^\s`~]*)([^`]*)")
"""Groups: the fence, the language, and what people write behind it."""
_LINE_MARKS = re.compile(r"(?:[ \t]*(?:(?:#{1,6}|[-–*+•‣▪])(?:[ \t]+|$)|>(?![ \t]*[\d=])))+")
"""'>5' is greater than."""
_BOX = re.compile(r"\[([ xX])\][ \t]+")
_HEADING_END = re.compile(r"(?<=[ \t])#+[ \t]*$")
_DEFINITION = re.compile(
    r"[ \t]*\[[^\[\]\n]+\]:[ \t]*(?:<[^<>\s]*>|[a-z]+:\S+|[/#.]\S+|www\.\S+)(?:[ \t]+[\"'(][^\n]*)?$"
)
"""Of a link: [name]: address "title"."""
_NOTE = re.compile(r"\[\^[^\[\]\s]{1,50}\](?:(?<=\]):[ \t]*)?")
_IMAGE = re.compile(r"!\[([^\[\]]*)\]\([^()\s]*(?:[ \t]+\"[^\"\n]*\")?\)")
_REFERENCE = re.compile(r"(?<![\w\]])\[((?!\d+\])[^\[\]]+)\]\[[^\[\]]*\]")
_LINK_END = re.compile(r"\]\([^()\s]+\)")
"""Of a link that starts in another sentence."""
_TIMES = re.compile(r"(?<=\d)\*+(?=\d|[a-z](?![\w*]))")
_HIDDEN_STAR = "\ufdd0"
"""No character of any text; 2*3*4 is no emphasis."""
_STARS = re.compile(r"((?<=\d)\*+(?=\d|[a-z](?![\w*]))|(?<=\s)\*(?=\s))|\*+")
"""Group 1 is multiplication. The others need not come in pairs: the second half may be in another sentence."""
_UNDERSCORES = re.compile(r"((?<=[^\W_])_+(?=[^\W_]))|_+")
"""Group 1 is inside a word, as in snake_case."""
_OTHER_MARKS = re.compile("`+|~~+|(?<!\\S)==(?=\\w)|(?<=\\w)==(?![\\w=])")
"""The last ones are ==marks==; a == b stays."""
_FORMULA = re.compile(r"(?<![\w$])\$(?=[A-Za-z\\(]|\d+(?:\.\d+)?\s?[\\^])([^$\n]{0,200}[\w)}])\$(?![\d$])")
_IN_FORMULA = {
    r"^\circ": "°",
    r"^{\circ}": "°",
    r"\times": "×",
    r"\cdot": "×",
    r"\circ": "°",
    r"\pm": "±",
    r"\approx": "≈",
    r"\pi": "π",
}
_COMMAND = re.compile("|".join(re.escape(command) for command in _IN_FORMULA) + r"(?![A-Za-z])")

_TAG_NAME = re.compile(r"</?([A-Za-z][A-Za-z0-9-]*)")
_TAGS_IN_WORDS = re.compile("a|abbr|b|bdi|bdo|big|code|del|em|emphasis|font|i|ins|kbd|mark|q|s|small|span|strong|u|wbr")
"""In place of the others there is a space."""
_TAGS = re.compile(
    f"{_TAGS_IN_WORDS.pattern}|address|article|aside|audio|blockquote|body|br|break|button|center|cite|data|dd|details"
    "|dfn|div|dl|dt|figcaption|figure|font|footer|form|h[1-6]|head|header|hr|html|iframe|img|input|label|lang|li|link"
    "|main|meta|nav|ol|option|p|phoneme|picture|pre|prosody|rp|rt|ruby|samp|say-as|script|section|select|source|speak"
    "|strike|style|sub|summary|sup|svg|table|tbody|td|textarea|tfoot|th|thead|time|title|tr|tt|ul|var|video|voice"
)
"""Others are meant to be read: 'type <your name>'."""


class Markdown:
    """What one text says; remembers between its sentences whether a block of code or a table is open."""

    def __init__(self, markdown: bool, html: bool, language_tag: str = "en") -> None:
        self._markdown = markdown
        self._html = html
        self._done = _DONE.get(language_tag.partition("-")[0].lower(), "done")
        self._fence = ""  # that opened the block of code
        self._table = Table()

    def plain(self, sentence: str) -> str:
        """The sentence without its marks. Takes any text; what isn't markdown stays as it is."""
        if not self._markdown:
            return _inline(sentence, markdown=False, html=True) if self._html else sentence
        lines = sentence.split("\n")
        said: list[str] = []
        text: list[str] = []  # lines that are parsed together, because an emphasis may go over several
        for line, below in zip(lines, [*lines[1:], ""], strict=True):
            fence = _FENCE.fullmatch(line)
            is_fence = fence and self._opens_or_closes(fence[1], fence[2] + fence[3])
            if not is_fence and not self._fence:
                text.append(self._line(line, below))
                continue
            code = fence[3] if fence and is_fence else line
            said += [self._inline(text), _without_marks(_without_start(code))]
            text = []
        return " ".join(part for part in [*said, self._inline(text)] if part.strip())

    def _opens_or_closes(self, fence: str, behind: str) -> bool:
        if not self._fence:
            self._fence = fence
        elif fence.startswith(self._fence) and not behind.strip():
            self._fence = ""
        else:
            return False
        return True

    def _line(self, line: str, below: str) -> str:
        """Without the marks at its start; nothing for a line that is all mark."""
        if _is_rule(line) or _DEFINITION.match(line):
            return ""
        if marks := _LINE_MARKS.match(line):
            line = line[marks.end() :]
            if "#" in marks[0]:
                line = _HEADING_END.sub("", line)
            if box := _BOX.match(line):
                line = ("" if box[1] == " " else f"{self._done}: ") + line[box.end() :]
        return self._table.row(line, below)

    def _inline(self, lines: Sequence[str]) -> str:
        text = "\n".join(lines)
        if not text.strip():
            return ""
        text = _FORMULA.sub(_formula, text) if "$" in text else text
        text = _TIMES.sub(lambda stars: _HIDDEN_STAR * len(stars[0]), _IMAGE.sub(r"\1", text))
        return _without_marks(_inline(text, markdown=True, html=self._html).replace(_HIDDEN_STAR, "*"))


def _formula(match: re.Match[str]) -> str:
    """$x^2 = 4$ without its marks; $HOME and $PATH have no sign of a formula."""
    if not any(sign in match[1] for sign in "^=+\\{"):
        return match[0]
    return _COMMAND.sub(lambda command: _IN_FORMULA[command[0]], match[1])


def _without_start(line: str) -> str:
    marks = _LINE_MARKS.match(line)
    return line[marks.end() :] if marks else line


def _without_marks(text: str) -> str:
    for marks in (_STARS, _UNDERSCORES):
        text = marks.sub(lambda run: run[1] or "", text)
    return _OTHER_MARKS.sub("", text)


def _is_rule(line: str) -> bool:
    """A line across the page, or below a heading."""
    marks = "".join(line.split())
    return len(marks) > 2 and marks[0] in "-*_=" and not marks.strip(marks[0])


def _inline(text: str, markdown: bool, html: bool) -> str:
    parser = _parser(markdown, html)
    return "".join(_said(parser.inline.parse(text, parser, {}, [])))


def _said(tokens: Sequence["Token"]) -> Iterator[str]:
    for token in tokens:
        if token.type == "text":
            yield _LINK_END.sub("", _REFERENCE.sub(r"\1", _NOTE.sub("", token.content)))
        elif token.type == "text_special":
            yield readable(token.content) if token.info == "entity" else token.content
        elif token.type == "html_inline":
            yield _tag(token.content)
        elif token.type in ("softbreak", "hardbreak"):
            yield " "
        else:  # code; marks have no content
            yield token.content


def _tag(tag: str) -> str:
    """What is said of a tag."""
    match = _TAG_NAME.match(tag)
    if not match:  # a comment
        return ""
    name, inside = match[1].lower(), tag.strip("</>")
    if not _TAGS.fullmatch(name) or ("=" not in tag and len(inside.split()) > 1):
        return inside
    return "" if _TAGS_IN_WORDS.fullmatch(name) else " "


@cache
def _parser(markdown: bool, html: bool) -> "MarkdownIt":
    """Made when the first text comes: the import takes 50 ms."""
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": html})
    rules = ["text", "entity", "newline"]
    if html:
        rules.append("html_inline")
    if markdown:  # no images: they could be nested beyond Python's stack
        rules += ["escape", "backticks", "strikethrough", "emphasis", "link", "autolink"]
    parser.inline.ruler.enableOnly(rules)
    return parser
