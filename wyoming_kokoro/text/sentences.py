"""Sentences out of a stream of text: each one leaves with the character that makes its end certain.

A language model's text comes in pieces of any size. SentenceSplitter reads it once, character by character, as a
machine whose states are its `_in_...` methods; so the sentences do not depend on where the pieces were cut.

A sentence ends

* after 。！？ and danda, and ! ? between ideographs, behind their closing quotes and brackets: with the next character,
  unless it goes on as in 「はい。」と言った。;
* after ! ? ؟ and white space, unless closers and then a lower-case letter follow: "Stop!" he said;
* after . … ۔ and white space, if what follows can start a sentence: anything but a lower-case letter, an abbreviation's
  name or number (see abbreviations.py) or punctuation. Initials and U.S.-like acronyms never end one;
* at a blank line, at a line break behind one of these ends, before a line with a list marker or heading mark, and at
  the end of such a line. Any other line break is a space: hard-wrapped text;
* at MAX_SENTENCE;
* in a pause of the text, if `pause` is called, where the text so far ends with a sentence.

The language is not known here (Home Assistant does not send it), so one table serves all, and where languages
disagree the text is kept together: that costs time, a wrong cut is heard. "3. 5." and "3. Mai" stay together.
tests/sentences has a table for each language.
"""

from collections.abc import Callable
from unicodedata import category

from wyoming_kokoro.text.abbreviations import DATE_PREFIXES, DATE_WORDS, End
from wyoming_kokoro.text.clauses import cut_position
from wyoming_kokoro.text.endings import end_of, ends_at_pause, goes_on, is_capital, starts_sentence
from wyoming_kokoro.text.marks import (
    CLOSERS,
    EMOJI_PARTS,
    MARK_RUN,
    MARKER,
    MARKER_PREFIX,
    NEWLINES,
    RIGHT_CLOSERS,
    STRONG,
    TERMINATORS,
)

MAX_SENTENCE = 1_000
"""Characters. People say no longer sentence and Kokoro reads at most 510 phonemes at once; text without an end is
held no longer than this, which also bounds the memory and the work for each character."""
LOOKBACK = 40
"""Characters before a full stop in which its word and the word before are sought; no abbreviation is as long."""


class SentenceSplitter:
    """Cuts a stream of text into sentences. Takes any text, raises nothing, loses nothing but outer white space.

    `pause` drops a few marks too.
    """

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

    def pause(self) -> list[str]:
        """The sentence that the text so far ends with, if the writer may well have paused behind it.

        For a text that stops coming for a while: "Let me check." is to be heard before what was checked is there. A
        sentence is given out behind its terminators and whatever closers, emoji and white space follow. It is held

        * without a letter or digit before a terminator; behind list markers, abbreviations, initials and line breaks;
        * where more is likelier than an end: "10 a.m.", "Sat.", "Ltd.", "see No."; but "No." by itself is given out;
        * at a number or address and a full stop with nothing behind: "It is 3." may be "It is 3.5".

        What comes next starts a sentence, even in small letters. Closers, terminators and touching emoji that come
        late belong to what has left: they are dropped, letters and digits never. A second call gives nothing, and a
        call that gives nothing changes nothing.
        """
        if self._read == self._in_terminators:
            self._end = self._end_before("")
        elif self._read not in {self._in_closers, self._in_gap, self._in_spaced_closer}:
            return []
        if ends_at_pause(self._before_mark(), self._text[self._mark : self._mark + 2], self._end):
            self._give()
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
        self._open: frozenset[str] = frozenset()  # of the marks that open and close alike, such as ", those open
        self._counted = 0  # up to where they were looked for
        self._closers = CLOSERS
        self._is_closed = False
        self._is_item = False  # the line is one of a list, or a heading
        self._read: Callable[[str], None] = self._in_line_head

    def _step(self, char: str) -> None:
        self._read(char)
        self._at += 1
        if self._at - self._start >= MAX_SENTENCE:
            self._end_sentence(self._start + cut_position(self._text[self._start : self._at]))
            self._mark = max(self._mark, self._start)

    def _taken(self) -> list[str]:
        """What is done. The text before the open sentence is dropped once for each piece, not for each sentence."""
        done, self._done = self._done, []
        if self._start:
            self._text = self._text[self._start :]
            self._at -= self._start
            self._mark -= self._start
            self._counted -= self._start
            self._start = 0
        return done

    def _end_sentence(self, position: int) -> None:
        sentence = self._text[self._start : position].strip()
        if self._end is End.GIVEN:
            self._end = End.NEVER
        elif sentence:
            self._done.append(sentence)
        self._start = self._counted = position
        self._open = frozenset()

    def _give(self) -> None:
        """End the sentence in the pause behind it, and go on reading the marks that belong to it."""
        if self._read == self._in_terminators:
            self._closers = self._closers_of(self._end)
            self._read = self._in_closers
        self._closers |= TERMINATORS
        if self._read != self._in_spaced_closer:
            self._mark = self._at
        self._end_sentence(self._mark)
        self._end = End.GIVEN

    def _resume(self, char: str) -> None:
        """Read `char` as running text."""
        self._read = self._in_text
        self._in_text(char)

    # The states, in the order in which a sentence goes through them

    def _in_line_head(self, char: str) -> None:
        """At the start of a line: white space, then perhaps a list marker or heading mark."""
        if char.isspace() and self._mark == self._at:
            if char in NEWLINES:
                self._end_sentence(self._at)
                self._is_item = False
            self._mark += 1
            return
        head = self._text[self._mark : self._at] + char
        if char not in NEWLINES and MARKER.fullmatch(head):
            self._start_item()
        elif not MARKER_PREFIX.fullmatch(head):
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
        if char in TERMINATORS:
            self._mark = self._at
            self._read = self._in_terminators
        elif char in NEWLINES:
            self._break_line()

    def _break_line(self) -> None:
        if self._is_item:
            self._end_sentence(self._at)
        self._is_item = False
        self._mark = self._at + 1
        self._read = self._in_line_head

    def _in_terminators(self, char: str) -> None:
        if char in TERMINATORS:
            return
        self._end = self._end_before(char)
        if self._end is End.NEVER:
            self._resume(char)
            return
        self._closers = self._closers_of(self._end)
        self._is_closed = False
        self._read = self._in_closers
        self._in_closers(char)

    def _end_before(self, char: str) -> End:
        return end_of(self._text[self._mark : self._at], self._before_mark(), char)

    def _before_mark(self) -> str:
        return self._text[max(self._start, self._mark - LOOKBACK) : self._mark]

    def _closers_of(self, end: End) -> frozenset[str]:
        """Without white space to tell by, a mark that opens and closes alike closes only if one is open."""
        if end is not End.AT_ONCE:
            return CLOSERS
        for run in MARK_RUN.finditer(self._text[self._counted : self._at]):
            self._open ^= {run[0][0]}
        self._counted = self._at
        return RIGHT_CLOSERS | TERMINATORS | self._open

    def _in_closers(self, char: str) -> None:
        if char in self._closers or category(char) in EMOJI_PARTS:
            self._is_closed = True
        elif char.isspace() and self._end is not End.AT_ONCE:
            self._read = self._in_gap
            self._in_gap(char)
        else:
            if self._end is End.GIVEN or (self._end is End.AT_ONCE and not goes_on(self._text[self._at - 1], char)):
                self._end_sentence(self._at)
            self._resume(char)

    def _in_gap(self, char: str) -> None:
        """In the white space behind an end; what comes next decides."""
        if char in NEWLINES:
            self._end_sentence(self._at)
            self._break_line()
        elif char.isspace() or category(char) == "Cf" or (self._end is End.GIVEN and char in STRONG):
            return
        elif char in RIGHT_CLOSERS:
            self._mark = self._at
            self._read = self._in_spaced_closer
        elif self._end is End.BEFORE_NO_DATE and is_capital(char):
            self._mark = self._at
            self._read = self._in_next_word
            self._in_next_word(char)
        else:
            if starts_sentence(char, self._end, self._is_closed):
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
        if word + char.lower() in DATE_PREFIXES:
            return
        if char.isalpha() or word not in DATE_WORDS:
            self._end_sentence(self._mark)
        self._resume(char)
