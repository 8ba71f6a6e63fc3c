"""Sentences out of a stream of text: each one leaves with the character that makes its end certain.

A language model's text comes in pieces of any size. SentenceSplitter reads it once, character by character, as a
machine whose states are its `_in_...` methods; so the sentences do not depend on where the pieces were cut.

A sentence ends

* after 。！？ and danda, behind their closing quotes and brackets: with the next character, whatever it is;
* after ! ? ؟ and white space, unless closers and then a lower-case letter follow: "Stop!" he said;
* after . … ۔ and white space, if what follows can start a sentence: anything but a lower-case letter, an abbreviation's
  name or number (see abbreviations.py) or punctuation. Initials and U.S.-like acronyms never end one;
* at a blank line, at a line break behind one of these ends, before a line with a list marker or heading mark, and at
  the end of such a line. Any other line break is a space: hard-wrapped text;
* at MAX_SENTENCE.

The language is not known here (Home Assistant does not send it), so one table serves all, and where languages
disagree the text is kept together: that costs time, a wrong cut is heard. "3. 5." and "3. Mai" stay together.
"""

import re
from collections import Counter
from collections.abc import Callable
from unicodedata import category

from wyoming_kokoro.text.abbreviations import BEFORE_ORDINAL, DATE_WORDS, RULES, End

MAX_SENTENCE = 1_000
"""Characters. People say no longer sentence and Kokoro reads at most 510 phonemes at once; text without an end is
held no longer than this, which also bounds the memory and the work for each character."""
LOOKBACK = 40
"""Characters before a full stop in which its word and the word before are sought; no abbreviation is as long."""


_NEWLINES = frozenset("\n\x85\u2028\u2029")
"""Not the carriage return: before a line feed it would make a blank line."""
_AT_ONCE = frozenset("。！？｡।॥")
_STRONG = frozenset("!?؟")
_TERMINATORS = _AT_ONCE | _STRONG | frozenset(".…۔")
_RIGHT_CLOSERS = frozenset("”’»›)]}）］｝】〕〗〉》」』")
_CLOSERS = _RIGHT_CLOSERS | frozenset("\"'*_`~“‘«‹") | frozenset(map(chr, range(0x1F3FB, 0x1F400)))
"""Also the German „…“ and »…«, markdown, and the skin tones of an emoji."""
_EMOJI_PARTS = frozenset({"So", "Mn", "Cf"})
"""An emoji that touches the terminator belongs to the sentence; So is the symbol, the others join and vary it."""
_START_CATEGORIES = frozenset({"Ps", "Pi", "Pd", "Sc", "Sm", "So", "Sk"})
_START_CHARACTERS = frozenset("\"'¿¡*_#@•§")

_MARK_RUN = re.compile(r'"+|\*+|_+|`+')
_LEADING = "([{\"'“‘„‚«»‹›¿¡*_`"
_JOINT = re.compile(r"[–—]|['’](?=\w\w)")
"""Where an abbreviation can start inside a word: "the end—Dr. Who", "l'Ing. Verdi"; but not in "don't"."""
_ACRONYM = re.compile(r"(?:[^\W\d_]{1,2}\.)+[^\W\d_]{1,2}")
_MARKER = re.compile(r"(?:[-–*+•‣▪]|#{1,6}|[*_]{0,2}\d{1,3}[.)])\s")
_MARKER_PREFIX = re.compile(r"[-–+•‣▪]|#{1,6}|[*_]{1,2}|[*_]{0,2}\d{1,3}[.)]?")
_CLAUSE_END = re.compile(r"[,;:–](?=\s)|[—、，；：،؛]")
_SPACE = re.compile(r"\s")


class SentenceSplitter:
    """Cuts a stream of text into sentences. Takes any text, raises nothing, loses nothing but outer white space."""

    def __init__(self) -> None:
        self._restart()

    @property
    def pending(self) -> int:
        """Characters that are held because no sentence of them has ended for sure."""
        return len(self._text)

    def feed(self, piece: str) -> list[str]:
        """The sentences, in order, stripped and never empty, whose end this piece makes certain."""
        self._text += piece
        while self._at < len(self._text):
            self._step(self._text[self._at])
        return self._taken()

    def flush(self) -> list[str]:
        """The rest, at the end of the text. The splitter is then as new."""
        self._read(" ")
        self._end_sentence(len(self._text))
        rest = self._done
        self._restart()
        return rest

    def _restart(self) -> None:
        self._text = ""
        self._done: list[str] = []
        self._at = 0  # of the character that is read
        self._start = 0  # of the sentence
        self._mark = 0  # of what the state looks at: line head, terminators, next word or quote
        self._end = End.NEVER
        self._closers: frozenset[str] = _CLOSERS
        self._is_closed = False
        self._is_item = False  # the line is one of a list, or a heading
        self._read: Callable[[str], None] = self._in_line_head

    def _step(self, char: str) -> None:
        self._read(char)
        self._at += 1
        if self._at - self._start >= MAX_SENTENCE:
            self._end_sentence(self._start + _cut_position(self._text[self._start : self._at]))
            self._mark = max(self._mark, self._start)

    def _taken(self) -> list[str]:
        """What is done. The text before the open sentence is dropped once for each piece, not for each sentence."""
        done, self._done = self._done, []
        if self._start:
            self._text = self._text[self._start :]
            self._at -= self._start
            self._mark -= self._start
            self._start = 0
        return done

    def _end_sentence(self, position: int) -> None:
        if sentence := self._text[self._start : position].strip():
            self._done.append(sentence)
        self._start = position

    def _resume(self, char: str) -> None:
        """Read `char` as running text."""
        self._read = self._in_text
        self._in_text(char)

    # The states, in the order in which a sentence goes through them

    def _in_line_head(self, char: str) -> None:
        """At the start of a line: white space, then perhaps a list marker or heading mark."""
        if char.isspace() and self._mark == self._at:
            if char in _NEWLINES:
                self._end_sentence(self._at)
                self._is_item = False
            self._mark += 1
            return
        head = self._text[self._mark : self._at] + char
        if char not in _NEWLINES and _MARKER.fullmatch(head):
            self._start_item()
        elif not _MARKER_PREFIX.fullmatch(head):
            self._leave_line_head(char)

    def _start_item(self) -> None:
        if not self._is_item:  # else this is the second marker of the line: "- 1. "
            self._end_sentence(self._mark)
        self._is_item = True
        self._mark = self._at + 1

    def _leave_line_head(self, char: str) -> None:
        """There is no marker: read the few characters that looked like one again, as text."""
        end, self._at = self._at, self._mark
        self._read = self._in_text
        while self._at < end:
            self._read(self._text[self._at])
            self._at += 1
        self._read(char)

    def _in_text(self, char: str) -> None:
        if char in _TERMINATORS:
            self._mark = self._at
            self._read = self._in_terminators
        elif char in _NEWLINES:
            self._break_line()

    def _break_line(self) -> None:
        if self._is_item:
            self._end_sentence(self._at)
        self._is_item = False
        self._mark = self._at + 1
        self._read = self._in_line_head

    def _in_terminators(self, char: str) -> None:
        if char in _TERMINATORS:
            return
        before = self._text[max(self._start, self._mark - LOOKBACK) : self._mark]
        self._end = _end_of(self._text[self._mark : self._at], before)
        if self._end is End.NEVER:
            self._resume(char)
            return
        self._closers = _CLOSERS if self._end is not End.AT_ONCE else self._closers_at_once()
        self._is_closed = False
        self._read = self._in_closers
        self._in_closers(char)

    def _closers_at_once(self) -> frozenset[str]:
        """Without white space to tell by, a mark that opens and closes alike closes only if one is open."""
        runs = Counter(run[0][0] for run in _MARK_RUN.finditer(self._text, self._start, self._at))
        return _RIGHT_CLOSERS | _TERMINATORS | {mark for mark, count in runs.items() if count % 2}

    def _in_closers(self, char: str) -> None:
        if char in self._closers or category(char) in _EMOJI_PARTS:
            self._is_closed = True
        elif self._end is End.AT_ONCE:
            self._end_sentence(self._at)
            self._resume(char)
        elif char.isspace():
            self._read = self._in_gap
            self._in_gap(char)
        else:
            self._resume(char)

    def _in_gap(self, char: str) -> None:
        """In the white space behind an end; what comes next decides."""
        if char in _NEWLINES:
            self._end_sentence(self._at)
            self._break_line()
        elif char.isspace() or category(char) == "Cf":
            return
        elif char in _RIGHT_CLOSERS:
            self._mark = self._at
            self._read = self._in_spaced_closer
        elif self._end is End.BEFORE_NO_DATE and _is_capital(char):
            self._mark = self._at
            self._read = self._in_next_word
            self._in_next_word(char)
        else:
            if _starts_sentence(char, self._end, self._is_closed):
                self._end_sentence(self._at)
            self._resume(char)

    def _in_spaced_closer(self, char: str) -> None:
        """French closes with a space, 'Oui ! »'; in German the same mark opens, 'Ja! »Gut'."""
        if char.isalnum():
            self._end_sentence(self._mark)
            self._resume(char)
        else:
            self._is_closed = True
            self._read = self._in_closers
            self._in_closers(char)

    def _in_next_word(self, char: str) -> None:
        word = self._text[self._mark : self._at].lower()
        if char.isalpha() and any(name.startswith(word + char.lower()) for name in DATE_WORDS):
            return
        if char.isalpha() or word not in DATE_WORDS:
            self._end_sentence(self._mark)
        self._resume(char)


def _end_of(terminators: str, before: str) -> End:
    """What the terminators do after the text `before`, of which the last two words count."""
    if not _AT_ONCE.isdisjoint(terminators):
        return End.AT_ONCE
    if not _STRONG.isdisjoint(terminators):
        return End.BEFORE_ANY
    if terminators != ".":
        return End.BEFORE_START
    previous, word = ["", "", *before.split()][-2:]
    return _end_of_word(previous.lower(), _JOINT.split(word)[-1].lstrip(_LEADING))


def _end_of_word(previous: str, word: str) -> End:
    """What a single full stop does after `word`."""
    if word.isdecimal() and len(word) <= 2:
        return End.NEVER if previous in BEFORE_ORDINAL else End.BEFORE_NO_DATE
    if word == "m" and previous in {"a.", "p."}:
        return End.BEFORE_NO_DATE
    if rule := RULES.get(word) or RULES.get(word[:1].lower() + word[1:]):
        return rule
    if _is_initial(previous, word) or (word.isupper() and _ACRONYM.fullmatch(word)):
        return End.NEVER
    return End.BEFORE_START


def _is_initial(previous: str, word: str) -> bool:
    """'J. Smith', 'z. B.', 'a. m.'; but not '21 C.', a unit, and not 'So do I.'."""
    if len(word) != 1 or word.lower() == word.upper():
        return False
    return not previous if word == "I" else not previous[-1:].isdigit()


def _is_capital(char: str) -> bool:
    """Or a letter of a script without case."""
    return char.isalpha() and not char.islower()


def _starts_sentence(char: str, end: End, is_closed: bool) -> bool:
    if end is End.BEFORE_ANY:
        return char not in "!?؟…" and not (is_closed and char.islower())
    if end is End.BEFORE_NO_DATE or char.islower():
        return False
    if char.isnumeric():
        return end is End.BEFORE_START
    return char.isalpha() or char in _START_CHARACTERS or category(char) in _START_CATEGORIES


def _cut_position(text: str) -> int:
    """Where to cut what is too long: after a clause in its second half, else at white space, else near its end."""
    clauses = [clause.end() for clause in _CLAUSE_END.finditer(text, len(text) // 2)]
    spaces = [space.end() for space in _SPACE.finditer(text)]
    return (clauses or spaces or [_last_character(text)])[-1]


def _last_character(text: str) -> int:
    """The start of the last base character: its combining marks may not all be there yet."""
    position = len(text) - 1
    while position > len(text) // 2 and category(text[position]) in {"Mn", "Mc", "Me", "Cf", "Cs"}:
        position -= 1
    return position
