"""How much text waits to be spoken, on all connections together."""

from wyoming_kokoro.errors import LimitError

SECONDS_PER_CHARACTER = 0.06
"""Of speech, in the languages with letters: 20,000 characters are twenty minutes."""


class Backlog:
    def __init__(self, most: float) -> None:
        """`most`: seconds of speech that may wait."""
        self._most = most
        self.characters = 0

    @property
    def seconds(self) -> float:
        return self.characters * SECONDS_PER_CHARACTER

    def check(self, more: int) -> None:
        """Raises LimitError where so many characters more would be too many."""
        seconds = (self.characters + more) * SECONDS_PER_CHARACTER
        if seconds > self._most:
            waiting = f"{seconds:.0f} s of speech would wait on all connections"
            allowed = f"more than server.max_queue allows ({self._most:g} s)"
            raise LimitError(f"{waiting}, {allowed}", "Try again later, or raise server.max_queue")


class Share:
    """What one request adds to it."""

    def __init__(self, backlog: Backlog) -> None:
        self._backlog = backlog
        self._characters = 0

    def is_now(self, characters: int) -> None:
        self._backlog.characters += characters - self._characters
        self._characters = characters
