"""Clients that send what nobody should: sessions of a real Home Assistant, damaged in ways that a seed decides."""

import asyncio
import json
import random
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path

from wyoming.event import Event

from wyoming_kokoro.wire.events import encode

RECORDED = Path(__file__).parent / "home_assistant"
LENGTHS = (
    *(b"0", b"-1", b"1", b"7", b"1.5", b'"9"', b"null", b"true", b"[]", b"1e308", b"NaN", b"Infinity", b"65536"),
    *(b"1048576", b"1048577", b"9223372036854775808", b"1" + b"0" * 400),
)
VALUES = (
    *(b"null", b"5", b"[]", b"{}", b'""', b"true", b"-1e5", b'"\\ud800"', b'"\\u0000"', b"[[[[]]]]"),
    *(b'{"name": 5}', b'{"name": "../../etc/passwd"}', b'{"language": "fr"}'),
)
TYPES = (
    *(b"describe", b"ping", b"audio-chunk"),
    *(b"synthesize", b"synthesize-start", b"synthesize-chunk", b"synthesize-stop"),
)
TEXTS = tuple(text.encode() for text in ("a" * 30_000, "😀" * 500, ". " * 400, "<speak>"))
OTHER_NAMES = {"en_amy": "af_bella", "en_bob": "am_adam"}
"""The recordings name the voices of the server that they were made with."""


@cache
def sessions() -> tuple[bytes, ...]:
    """As the library sends them, data behind the header line, and with the data in it."""
    found = [[json.loads(line) for line in _read(path).splitlines()] for path in sorted(RECORDED.glob("*.jsonl"))]
    behind = [b"".join(encode(Event(event["type"], event["data"])) for event in events) for events in found]
    inside = [b"".join(_inline(event["type"], event["data"]) for event in events) for events in found]
    return (*behind, *inside)


def _read(path: Path) -> str:
    text = path.read_text(encoding="utf-8")
    for theirs, ours in OTHER_NAMES.items():
        text = text.replace(theirs, ours)
    return text


def _inline(kind: str, data: dict[str, object]) -> bytes:
    return json.dumps({"type": kind, "data": data}).encode() + b"\n"


def mutated(seed: int) -> bytes:
    """The same for the same seed: a session with one to four things wrong, or, seldom, right as it was."""
    chance = random.Random(seed)
    content = chance.choice(sessions())
    for _ in range(chance.randrange(5)):
        content = chance.choice(MUTATIONS)(content, chance)
    return content


def pieces(content: bytes, seed: int) -> Iterator[bytes]:
    """As it may come over a network: whole, or cut anywhere."""
    chance = random.Random(seed)
    while content:
        size = len(content) if chance.random() < 0.5 else chance.randrange(1, len(content) + 1)
        yield content[:size]
        content = content[size:]


def _flip(content: bytes, chance: random.Random) -> bytes:
    at = _place(content, chance)
    return content[:at] + bytes([content[at] ^ (1 << chance.randrange(8))]) + content[at + 1 :] if content else content


def _noise(content: bytes, chance: random.Random) -> bytes:
    at = _place(content, chance)
    return content[:at] + chance.randbytes(chance.choice((1, 2, 30, 3000))) + content[at:]


def _cut(content: bytes, chance: random.Random) -> bytes:
    return content[: _place(content, chance)]


def _lose(content: bytes, chance: random.Random) -> bytes:
    at = _place(content, chance)
    return content[:at] + content[at + chance.choice((1, 5, 80)) :]


def _repeat(content: bytes, chance: random.Random) -> bytes:
    at = _place(content, chance)
    part = content[at : at + chance.choice((1, 20, 500))]
    return content[:at] + part * chance.randrange(1, 9) + content[at:]


def _splice(content: bytes, chance: random.Random) -> bytes:
    other = chance.choice(sessions())
    return content[: _place(content, chance)] + other[_place(other, chance) :]


def _shuffle(content: bytes, chance: random.Random) -> bytes:
    """Whole lines in another order: events that are right, at the wrong time."""
    lines = content.splitlines(keepends=True)
    at = chance.randrange(len(lines) + 1)
    lines.insert(at, lines.pop(chance.randrange(len(lines)))) if lines else None
    return b"".join(lines)


def _replacing(pattern: bytes, values: tuple[bytes, ...]) -> Callable[[bytes, random.Random], bytes]:
    def replace(content: bytes, chance: random.Random) -> bytes:
        found = list(re.finditer(pattern, content))
        if not found:
            return content
        span = chance.choice(found).span(1)
        return content[: span[0]] + chance.choice(values) + content[span[1] :]

    return replace


def _place(content: bytes, chance: random.Random) -> int:
    return chance.randrange(max(1, len(content)))


MUTATIONS = (
    *(_flip, _noise, _cut, _lose, _repeat, _splice, _shuffle),
    _replacing(rb'_length": (\d+)', LENGTHS),
    _replacing(rb'"(?:text|voice|name|data|type)": ("[^"]*"|\{[^}]*\})', VALUES),
    _replacing(rb'"type": "([a-z-]+)"', TYPES),
    _replacing(rb'"text": "([^"]*)"', TEXTS),
)


async def send_damaged(writer: asyncio.StreamWriter, seed: int) -> None:
    """The session of this seed and the end of the stream, as far as it is taken."""
    with suppress(OSError):  # it was answered an error, and closed
        for piece in pieces(mutated(seed), seed):
            writer.write(piece)
            await writer.drain()
        writer.write_eof()
