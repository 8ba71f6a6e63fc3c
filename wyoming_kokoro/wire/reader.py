"""Bounded Wyoming framing: bytes to events, within limits of size and time.

The library's own reader has neither, and answers bad input with tracebacks.
"""

import asyncio
import json
from typing import Any

from wyoming.event import Event

from wyoming_kokoro.errors import IdleError, LimitError, ProtocolError, SlowError

MAX_HEADER = 64 * 1024
"""Bytes of the header line; asyncio's own default, and as much as other Wyoming programs read."""
MAX_DATA = 1024 * 1024
"""Bytes of an event's JSON data: far more than the longest text that is accepted by default."""
MAX_PAYLOAD = 1024 * 1024
"""Bytes of a payload. No event for this service needs one: it is read and dropped, block by block."""
MAX_NESTED = 5_000
"""Opening brackets in an event's JSON; those in a text count, too. A megabyte of empty lists takes 50 to 150 ms to
parse, and the event loop is everybody's."""
MAX_VALUES = 10_000
"""Values in an event's JSON. A megabyte of short numbers takes 50 ms."""
MAX_DIGITS = 20
"""Of an integer, none of which this service needs. Long ones take a time that grows with the square."""
EVENT_S = 30.0
"""From the first byte of an event to its last: a megabyte over a line of 300 kbit/s."""
BLOCK = 64 * 1024


def _integer(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise ValueError("a longer integer than anything here needs")
    return int(digits)


_JSON = json.JSONDecoder(parse_int=_integer)
_ENDS = bytes.maketrans(b'123456789"]}el', b"0" * 14)
"""Makes one byte of all that a value can end with, `true` and `null` included. Most commas of a text stand behind other
letters."""


async def read_event(stream: asyncio.StreamReader, idle: float | None = None) -> Event | None:
    """The next event without its payload, or None at the end of the stream. The stream's limit must be MAX_HEADER.

    Raises:
        IdleError: no event has begun for `idle` seconds. Nothing is lost: it may be called again.
        SlowError: an event has begun and didn't end within EVENT_S.
        LimitError: it is larger than one may be.
        ProtocolError: what came isn't a Wyoming event.
        OSError: the connection is gone.
    """
    first = await _first_byte(stream, idle)
    if not first:
        return None
    try:
        async with asyncio.timeout(EVENT_S):
            return await _event(stream, first)
    except TimeoutError:
        raise SlowError(f"An event wasn't whole after {EVENT_S:g} s", "Send each in one go") from None
    except asyncio.IncompleteReadError:
        raise ProtocolError("The stream ended inside an event") from None


async def _first_byte(stream: asyncio.StreamReader, idle: float | None) -> bytes:
    try:
        async with asyncio.timeout(idle) as patience:
            return await stream.read(1)
    except TimeoutError:
        if not patience.expired():  # the system's own: the other end doesn't answer any more
            raise
        raise IdleError(f"Nothing came for {idle:g} s", "Connect again when there is something to say") from None


async def _event(stream: asyncio.StreamReader, first: bytes) -> Event:
    line = await _line(stream, first)
    _check_size(line, "header")
    header = _object(line, "header")
    data = await _data(stream, _length(header, "data_length", MAX_DATA))
    await _skip(stream, _length(header, "payload_length", MAX_PAYLOAD))
    kind, inline = header.get("type"), header.get("data") or {}
    if not isinstance(kind, str) or not isinstance(inline, dict):
        raise ProtocolError("An event needs a type that is a string and data that is an object")
    return Event(kind, {**inline, **data})


async def _data(stream: asyncio.StreamReader, size: int) -> dict[str, Any]:
    if not size:
        return {}
    content = await stream.readexactly(size)
    await _breathe(size)
    _check_size(content, "data")
    await _breathe(size)
    return _object(content, "data")


async def _breathe(size: int) -> None:
    """Others are answered between what takes milliseconds for a megabyte: to copy it, to look at it, to parse it."""
    if size > BLOCK:
        await asyncio.sleep(0)


async def _line(stream: asyncio.StreamReader, first: bytes) -> bytes:
    try:
        return first if first == b"\n" else first + await stream.readuntil(b"\n")
    except asyncio.LimitOverrunError:
        raise LimitError(f"The header line is longer than {MAX_HEADER} bytes", "Put text into data") from None


def _object(content: bytes, part: str) -> dict[str, Any]:
    try:
        value = _JSON.decode(content.decode())
    except (ValueError, RecursionError):
        raise ProtocolError(f"The {part} of an event must be JSON in UTF-8; {len(content)} bytes are not") from None
    if not isinstance(value, dict):
        raise ProtocolError(f"The {part} of an event must be a JSON object, got {type(value).__name__}")
    return value


def _check_size(content: bytes, part: str) -> None:
    """Before it is parsed: what is small in bytes can still take long."""
    if (brackets := content.count(b"[") + content.count(b"{")) > MAX_NESTED:
        raise LimitError(f"The {part} of an event has {brackets} opening brackets, more than {MAX_NESTED}")
    if content.count(b",") > MAX_VALUES and content.translate(_ENDS).count(b"0,") > MAX_VALUES:
        raise LimitError(f"The {part} of an event has more than {MAX_VALUES} values")


def _length(header: dict[str, Any], key: str, limit: int) -> int:
    length = header.get(key) or 0
    if type(length) is not int or length < 0:
        raise ProtocolError(f"{key} must be a number of bytes from 0 to {limit}, got {_short(length)}")
    if length > limit:
        raise LimitError(f"{key} must be at most {limit} bytes, got {length}")
    return length


async def _skip(stream: asyncio.StreamReader, size: int) -> None:
    while size:
        size -= len(await stream.readexactly(min(size, BLOCK)))


def _short(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= 60 else shown[:57] + "..."
