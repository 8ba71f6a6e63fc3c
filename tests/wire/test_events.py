"""Bounded framing, fed with bytes."""

import asyncio
import json

import pytest
from wyoming.event import Event, async_read_event

from wyoming_kokoro.errors import ProtocolError
from wyoming_kokoro.wire import events
from wyoming_kokoro.wire.events import encode, read_event, text_of, voice_of


def reader_of(content: bytes) -> asyncio.StreamReader:
    reader = asyncio.StreamReader(limit=events.MAX_HEADER)
    reader.feed_data(content)
    reader.feed_eof()
    return reader


async def test_an_event_is_read_with_inline_and_separate_data() -> None:
    """Both forms of data are merged, the separate one on top, as the library does; a payload is skipped."""
    data = json.dumps({"b": 2}).encode()
    header = {"type": "x", "data": {"a": 1, "b": 0}, "data_length": len(data), "payload_length": 5}
    reader = reader_of(json.dumps(header).encode() + b"\n" + data + b"12345" + b'{"type": "next"}\n')
    assert await read_event(reader) == Event("x", {"a": 1, "b": 2})
    assert await read_event(reader) == Event("next", {})
    assert await read_event(reader) is None


@pytest.mark.parametrize(
    "event",
    [
        Event("ping", {}),
        Event("synthesize", {"text": "Grüße, 世界"}),
        Event("audio-chunk", {"rate": 24000}, b"\x00\x01" * 5000),
        Event("pong", {"text": "lone \ud800 surrogate"}),
    ],
)
async def test_what_is_encoded_is_read_by_the_wyoming_library(event: Event) -> None:
    """The library's own reader gets the same event back."""
    assert await async_read_event(reader_of(encode(event))) == event


@pytest.mark.parametrize(
    "content",
    [
        b"no json\n",
        b"[]\n",
        b"5\n",
        b"null\n",
        b"{}\n",
        b'{"type": 5}\n',
        b'{"type": null}\n',
        b'{"type": "x", "data": 5}\n',
        b'{"type": "x", "data": [1]}\n',
        b'{"type": "x", "data_length": -1}\n',
        b'{"type": "x", "data_length": 1.5}\n',
        b'{"type": "x", "data_length": "7"}\n',
        b'{"type": "x", "data_length": true}\n',
        b'{"type": "x", "data_length": NaN}\n',
        b'{"type": "x", "data_length": 9223372036854775808}\n',
        b'{"type": "x", "payload_length": 1e308}\n',
        b'{"type": "x", "payload_length": 99999999999}\n',
        b'{"type": "x", "data_length": 2}\n[]',
        b'{"type": "x", "data_length": 3}\n{"a',
        b'{"type": "x", "data_length": 30}\n{"a": 1}',
        b'{"type": "\xff"}\n',
        b'{"type": "x"',
        b"[" * 60_000 + b"\n",
        b" " * 70_000 + b"\n",
        b'{"a":' * 9_000 + b"\n",
    ],
)
async def test_what_is_not_an_event_is_one_clear_error(content: bytes) -> None:
    """Never a traceback of another kind, never a wait, and a text that is short whatever came."""
    with pytest.raises(ProtocolError) as caught:
        await read_event(reader_of(content))
    assert 10 < len(str(caught.value)) < 250


async def test_announced_sizes_allocate_nothing() -> None:
    """A length beyond the limit is refused before a byte of it is read."""
    reader = reader_of(b'{"type": "x", "data_length": %d}\n' % (events.MAX_DATA + 1))
    with pytest.raises(ProtocolError, match=f"from 0 to {events.MAX_DATA}"):
        await read_event(reader)


async def test_many_small_lists_are_not_even_parsed() -> None:
    """A megabyte of them would keep everybody waiting for 150 ms; a text with brackets in it is none of that."""
    data = json.dumps({"text": "[" * events.MAX_NESTED}).encode()
    with pytest.raises(ProtocolError, match="5001 opening brackets"):
        await read_event(reader_of(b'{"type": "x", "data_length": %d}\n' % len(data) + data))
    data = data.replace(b"[", b"", 1)
    event = await read_event(reader_of(b'{"type": "x", "data_length": %d}\n' % len(data) + data))
    assert event is not None and len(event.data["text"]) == events.MAX_NESTED - 1


@pytest.mark.parametrize("text", [None, 5, ["a"], {"a": 1}, True])
def test_a_text_that_is_no_string_is_an_error(text: object) -> None:
    """The error names the event, the field and what came."""
    with pytest.raises(ProtocolError, match="synthesize: text must be a string, got"):
        text_of(Event("synthesize", {"text": text}))


@pytest.mark.parametrize("voice", [5, ["a"], {"name": 5}, {"language": ["en"]}, {"name": "a", "speaker": {}}])
def test_a_voice_of_a_wrong_type_is_an_error(voice: object) -> None:
    """Whichever part of it is wrong."""
    with pytest.raises(ProtocolError, match="synthesize"):
        voice_of(Event("synthesize", {"voice": voice}))


@pytest.mark.parametrize("voice", [None, {}])
def test_no_voice_is_no_error(voice: object) -> None:
    """A voice that is null or empty means the default."""
    assert voice_of(Event("synthesize", {"voice": voice})).name is None
