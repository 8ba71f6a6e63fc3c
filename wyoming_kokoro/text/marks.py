"""The characters that a text is cut at: ends of sentences, what closes behind them, line breaks, list markers."""

import re

AT_ONCE = frozenset("。！？｡।॥")
STRONG = frozenset("!?؟")
TERMINATORS = AT_ONCE | STRONG | frozenset(".…۔")
NEWLINES = frozenset("\n\x85\u2028\u2029")
"""Not the carriage return: before a line feed it would make a blank line."""
RIGHT_CLOSERS = frozenset("”’»›)]}）］｝】〕〗〉》」』")
CLOSERS = RIGHT_CLOSERS | frozenset("\"'*_`~“‘«‹") | frozenset(map(chr, range(0x1F3FB, 0x1F400)))
"""Also the German „…“ and »…«, markdown, and the skin tones of an emoji."""
EMOJI_PARTS = frozenset({"So", "Mn", "Cf"})
"""An emoji that touches the terminator belongs to the sentence; So is the symbol, the others join and vary it."""

MARK_RUN = re.compile(r'"+|\*+|_+|`+')
MARKER = re.compile(
    r"(?:[-–*+•‣▪]|#{1,6}|[*_]{0,2}(?:\d{1,3}[.)]|[A-Za-z]\))|\(\d{1,2}\))\s"
    r"|[—•‣▪・●○◆◇■□①-⑳|]|\d{1,3}[．）、]|（\d{1,2}）"
)
"""Of a list, a heading or the row of a table. The second line is for those that need no white space, mostly in Japanese
and Chinese."""
MARKER_PREFIX = re.compile(r"[-–+]|#{1,6}|[*_]{1,2}|[*_]{0,2}(?:\d{1,3}[.)]?|[A-Za-z]\)?)|\((?:\d{1,2}\)?)?|（\d{0,2}")
