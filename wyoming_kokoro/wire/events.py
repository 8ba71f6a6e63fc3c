"""Bounded Wyoming framing: bytes to events and back, over the event type of the `wyoming` library.

The library's own reader puts no limit on data and payload, and answers bad input with tracebacks.
"""

import asyncio
import json
from typing import Any

from wyoming.event import Event, Eventable
from wyoming.tts import SynthesizeTextFormat, SynthesizeVoice

from wyoming_kokoro.errors import ProtocolError

MAX_HEADER = 64 * 1024
"""Bytes of the header line; asyncio's own default, and as much as other Wyoming programs read."""
MAX_DATA = 1024 * 1024
"""Bytes of an event's JSON data: far more than the longest text that is accepted by default."""
MAX_PAYLOAD = 1024 * 1024
"""Bytes of a payload, which no event for this service needs: read and dropped."""
MAX_NESTED = 5_000
"""Opening brackets in an event's data; those in a text count, too. A megabyte of empty lists takes 150 ms to parse."""
BLOCK = 64 * 1024


async def read_event(reader: asyncio.StreamReader) -> Event | None:
    """The next event without its payload, or None at the end of the stream. The reader's limit must be MAX_HEADER.

    Raises:
        ProtocolError: what came isn't a Wyoming event, or is larger than the limits.
    """
    try:
        line = await reader.readuntil(b"\n")
        header = _object(line, "header")
        size = _length(header, "data_length", MAX_DATA)
        data = _object(_flat(await reader.readexactly(size)), "data") if size else {}
        await _skip(reader, _length(header, "payload_length", MAX_PAYLOAD))
    except asyncio.LimitOverrunError:
        raise ProtocolError(f"The header line is longer than {MAX_HEADER} bytes", "Put text into data") from None
    except asyncio.IncompleteReadError as error:
        if error.partial.strip():
            raise ProtocolError("The stream ended inside an event") from None
        return None
    kind, inline = header.get("type"), header.get("data") or {}
    if not isinstance(kind, str) or not isinstance(inline, dict):
        raise ProtocolError("An event needs a type that is a string and data that is an object")
    return Event(kind, {**inline, **data})


def encode(event: Event) -> bytes:
    """One event as it goes over the wire. ASCII only, so that echoed text with lone surrogates can't fail."""
    data = json.dumps(event.data).encode() if event.data else b""
    header: dict[str, Any] = {"type": event.type}
    if data:
        header["data_length"] = len(data)
    if event.payload:
        header["payload_length"] = len(event.payload)
    return json.dumps(header).encode() + b"\n" + data + (event.payload or b"")


def encode_all(*events: Eventable) -> bytes:
    return b"".join(encode(event.event()) for event in events)


def text_of(event: Event) -> str:
    """The text of a synthesize or synthesize-chunk event. Raises ProtocolError."""
    return string_of(event, event.data, "text", required=True) or ""


def voice_of(event: Event) -> SynthesizeVoice:
    """The voice that an event asks for; everything None where it names none. Raises ProtocolError."""
    voice = event.data.get("voice") or {}
    if not isinstance(voice, dict):
        raise ProtocolError(f"{event.type}: voice must be an object, got {type(voice).__name__}")
    name, language, speaker = (string_of(event, voice, key) or None for key in ("name", "language", "speaker"))
    return SynthesizeVoice(name, language, speaker)


def is_ssml(event: Event) -> bool:
    """Whether the text of a synthesize or synthesize-start event is mark-up. Raises ProtocolError."""
    form = string_of(event, event.data, "text_format") or SynthesizeTextFormat.TEXT.value
    if form not in {known.value for known in SynthesizeTextFormat}:
        raise ProtocolError(f"{event.type}: text_format must be text or ssml, got {form[:20]!r}")
    return form == SynthesizeTextFormat.SSML.value


def string_of(event: Event, data: dict[str, Any], key: str, *, required: bool = False) -> str | None:
    """A string in the data of an event, None where it may be left out and is. Raises ProtocolError."""
    value = data.get(key)
    if isinstance(value, str) or (value is None and not required):
        return value
    # what people say stays out of errors, and so out of the log
    raise ProtocolError(f"{event.type}: {key} must be a string, got {type(value).__name__}")


def _object(content: bytes, part: str) -> dict[str, Any]:
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        raise ProtocolError(f"The {part} of an event must be JSON in UTF-8; {len(content)} bytes are not") from None
    if not isinstance(value, dict):
        raise ProtocolError(f"The {part} of an event must be a JSON object, got {type(value).__name__}")
    return value


def _flat(content: bytes) -> bytes:
    if (brackets := content.count(b"[") + content.count(b"{")) > MAX_NESTED:
        raise ProtocolError(f"The data of an event has {brackets} opening brackets, more than {MAX_NESTED}")
    return content


def _length(header: dict[str, Any], key: str, limit: int) -> int:
    length = header.get(key) or 0
    if type(length) is int and 0 <= length <= limit:
        return length
    raise ProtocolError(f"{key} must be a number of bytes from 0 to {limit}, got {_short(length)}")


async def _skip(reader: asyncio.StreamReader, size: int) -> None:
    while size:
        size -= len(await reader.readexactly(min(size, BLOCK)))


def _short(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= 60 else shown[:57] + "..."
