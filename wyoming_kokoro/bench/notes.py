"""What is told while it is measured, and what has to be known of the figures."""

from collections.abc import Callable

from wyoming_kokoro.privacy import public


class Notes:
    def __init__(self, say: Callable[[str], None]) -> None:
        self.say = say
        """Takes a line of progress."""
        self.remarks: list[str] = []

    def remark(self, what: str) -> None:
        """Such as what wasn't measured, and why. Without a final full stop."""
        what = public(what)
        if what not in self.remarks:
            self.remarks.append(what)
            self.say(what)
