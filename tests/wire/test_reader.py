"""Bounded framing, fed with bytes."""

import asyncio
import json

import pytest
from wyoming.event import Event

from wyoming_kokoro.errors import IdleError, LimitError, ProtocolError, SlowError
from wyoming_kokoro.wire import reader as module
from wyoming_kokoro.wire.reader import MAX_DATA, MAX_HEADER, MAX_NESTED, MAX_PAYLOAD, MAX_VALUES, read_event


def reader_of(content: bytes) -> asyncio.StreamReader:
    reader = asyncio.StreamReader(limit=MAX_HEADER)
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
    "content",
    [
        b"no json\n",
        b"\n",
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
        b'{"type": "x", "data_length": [7]}\n',
        b'{"type": "x", "data_length": true}\n',
        b'{"type": "x", "data_length": NaN}\n',
        b'{"type": "x", "data_length": Infinity}\n',
        b'{"type": "x", "payload_length": 1e308}\n',
        b'{"type": "x", "payload_length": -5}\n',
        b'{"type": "x", "data_length": 1' + b"0" * 400 + b"}\n",
        b'{"type": "x", "data_length": 2}\n[]',
        b'{"type": "x", "data_length": 4}\nnull',
        b'{"type": "x", "data_length": 3}\n{"a',
        b'{"type": "x", "data_length": 30}\n{"a": 1}',
        b'{"type": "x", "payload_length": 30}\n12345',
        b'{"type": "x", "data_length": 4}\n{"\xff}',
        b'{"type": "\xff"}\n',
        b'{"type": "x"',
        b'{"a":' * 4_000 + b"\n",
    ],
)
async def test_what_is_not_an_event_is_one_clear_error(content: bytes) -> None:
    """Never a traceback of another kind, never a wait, and a text that is short whatever came."""
    with pytest.raises(ProtocolError) as caught:
        await read_event(reader_of(content))
    assert 10 < len(str(caught.value)) < 250


def event_of(data: bytes) -> bytes:
    return b'{"type": "x", "data_length": %d}\n' % len(data) + data


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b" " * (MAX_HEADER + 5_000) + b"\n", f"longer than {MAX_HEADER} bytes"),
        (b'{"type": "x", "data_length": %d}\n' % (MAX_DATA + 1), f"at most {MAX_DATA} bytes, got {MAX_DATA + 1}"),
        (b'{"type": "x", "data_length": 9223372036854775808}\n', f"at most {MAX_DATA} bytes, got 9223372036854775808"),
        (b'{"type": "x", "payload_length": %d}\n' % (MAX_PAYLOAD + 1), f"at most {MAX_PAYLOAD} bytes"),
        (b"[" * 60_000 + b"\n", "60000 opening brackets"),
        (b'{"a":' * 9_000 + b"\n", "9000 opening brackets"),
        (event_of(b'{"text": "' + b"[" * MAX_NESTED + b'"}'), f"{MAX_NESTED + 1} opening brackets"),
        (event_of(b'{"a": [' + b"1," * (MAX_VALUES + 1) + b" 1]}"), f"more than {MAX_VALUES} values"),
        (event_of(b"{" + b'"a": "b",' * (MAX_VALUES + 1) + b'"c": 1}'), f"more than {MAX_VALUES} values"),
    ],
)
async def test_what_is_too_large_is_refused_before_it_costs_anything(content: bytes, said: str) -> None:
    """Not even read where its size is announced, not even parsed where it would keep everybody waiting."""
    with pytest.raises(LimitError) as caught:
        await read_event(reader_of(content))
    assert said in str(caught.value)


async def test_a_text_may_have_as_many_brackets_and_commas_as_it_likes_below_the_limits() -> None:
    """Commas behind words are those of a text, however many: only values are counted."""
    data = json.dumps({"text": "good, " * 2 * MAX_VALUES + "[" * (MAX_NESTED - 1)}).encode()
    event = await read_event(reader_of(event_of(data)))
    assert event is not None and len(event.data["text"]) == 12 * MAX_VALUES + MAX_NESTED - 1


async def test_a_payload_is_dropped_block_by_block() -> None:
    """As large as it may be, and the next event is read behind it."""
    content = b'{"type": "audio-chunk", "payload_length": %d}\n' % MAX_PAYLOAD + bytes(MAX_PAYLOAD)
    reader = reader_of(content + b'{"type": "next"}\n')
    assert await read_event(reader) == Event("audio-chunk", {})
    assert await read_event(reader) == Event("next", {})


@pytest.mark.parametrize(
    "begun", [b"{", b'{"type": "x", "data_length": 9}\n{', b'{"type": "x", "payload_length": 9}\n12']
)
async def test_an_event_has_one_deadline_for_all_of_it(begun: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sender that goes on byte by byte doesn't get more time by that, and neither does one that stops."""
    monkeypatch.setattr(module, "EVENT_S", 0.05)
    stream = asyncio.StreamReader(limit=MAX_HEADER)
    stream.feed_data(begun)

    async def trickle() -> None:
        while True:
            await asyncio.sleep(0.01)
            stream.feed_data(b" " if begun == b"{" else b"")

    trickling = asyncio.create_task(trickle())
    with pytest.raises(SlowError, match="wasn't whole after 0.05 s"):
        await read_event(stream)
    trickling.cancel()


async def test_a_silent_client_is_told_apart_and_may_go_on() -> None:
    """Nothing has been read when it is noticed that nothing comes, so nothing is lost."""
    stream = asyncio.StreamReader(limit=MAX_HEADER)
    with pytest.raises(IdleError, match=r"Nothing came for 0.01 s"):
        await read_event(stream, idle=0.01)
    stream.feed_data(b'{"type": "x"}\n')
    assert await read_event(stream, idle=0.01) == Event("x", {})


async def test_a_connection_that_the_system_gives_up_is_no_silent_client() -> None:
    """Its error is a TimeoutError, too: it must not be asked again and again."""
    stream = asyncio.StreamReader(limit=MAX_HEADER)
    stream.set_exception(TimeoutError(110, "Connection timed out"))
    with pytest.raises(TimeoutError):
        await read_event(stream, idle=5)
