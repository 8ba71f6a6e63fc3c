"""The tables of tests/words: what is written, and the words that it is said with."""

from collections.abc import Iterator
from pathlib import Path

TABLES = {
    "english": "en-US",
    "english_markup": "en-US",
    "english_gb": "en-GB",
    "spanish": "es-ES",
    "french": "fr-FR",
    "italian": "it-IT",
    "portuguese": "pt-BR",
    "hindi": "hi-IN",
    "japanese": "ja-JP",
    "chinese": "zh-CN",
}
"""The name of the file -> its language."""
FOLDER = Path(__file__).parent / "words"


def cases(table: str) -> Iterator[tuple[str, str]]:
    """A line for each: `written => said`."""
    for line in (FOLDER / f"{table}.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            written, said = line.split(" => ")
            yield written.replace("\\n", "\n"), said
