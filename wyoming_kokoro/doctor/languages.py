"""Check of the front ends that are extras."""

from collections.abc import Iterator

from wyoming_kokoro.findings import Finding
from wyoming_kokoro.runtime.facts import Facts
from wyoming_kokoro.runtime.installation import EXTRAS
from wyoming_kokoro.speech.languages import LANGUAGES, is_spoken


def extras(facts: Facts) -> Iterator[Finding]:
    """Which of Japanese and Chinese can be spoken, and how to get what isn't there."""
    wanting = [language for language in LANGUAGES if language.extra]
    if there := [language.name for language in wanting if is_spoken(language)]:
        yield Finding("ok", f"{' and '.join(there)} can be spoken: what they need is installed")
    if absent := [language.name for language in wanting if not is_spoken(language)]:
        seen = f"{' and '.join(absent)} can't be spoken: what they need is an extra"
        yield Finding("note", seen, "their voices are not offered", facts.installation.with_extras(EXTRAS))
