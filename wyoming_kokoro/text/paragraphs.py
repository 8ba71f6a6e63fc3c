"""Sentences and paragraphs of SSML, for the splitter: it ends sentences at blank lines, and knows no tags."""

import re

_END = re.compile(r"</(?:p|s|speak)\s*>", re.IGNORECASE)
_HALF = re.compile(r"</?[a-z]{0,5}\s{0,5}\Z", re.IGNORECASE)
"""What the next piece may complete."""


class Paragraphs:
    """A stream of SSML, with a blank line behind each end of a sentence or paragraph."""

    def __init__(self) -> None:
        self._held = ""

    def feed(self, piece: str) -> str:
        """What can be passed on, less the last few characters if a tag may be cut in two there."""
        text = self._held + piece
        half = _HALF.search(text, max(0, len(text) - 12))
        end = half.start() if half else len(text)
        self._held = text[end:]
        return _END.sub(lambda tag: f"{tag[0]}\n\n", text[:end])

    def rest(self) -> str:
        rest, self._held = self._held, ""
        return rest
