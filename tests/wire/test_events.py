"""Events as bytes, and the fields of a client's events."""

import asyncio

import pytest
from wyoming.event import Event, async_read_event

from wyoming_kokoro.errors import LimitError, ProtocolError
from wyoming_kokoro.wire.events import echo_of, encode, text_of, voice_of


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
    reader = asyncio.StreamReader()
    reader.feed_data(encode(event))
    assert await async_read_event(reader) == event


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


@pytest.mark.parametrize("key", ["name", "language", "speaker"])
@pytest.mark.parametrize("value", ["+" * 501, "a:1+" * 300_000, "-" * 1_000_000])
def test_a_name_of_a_megabyte_is_refused_unseen(key: str, value: str) -> None:
    """It would be kept with the request, and taking it apart would keep everybody waiting."""
    with pytest.raises(LimitError, match=rf"synthesize: {key} has {len(value)} characters, more than 500"):
        voice_of(Event("synthesize", {"voice": {key: value}}))


def test_a_ping_is_no_echo_of_a_megabyte() -> None:
    """What is echoed waits for a client that may not read it."""
    assert echo_of(Event("ping", {"text": "now" * 100})) == "now" * 100
    assert echo_of(Event("ping", {})) is None
    with pytest.raises(LimitError, match="ping: text has 501 characters"):
        echo_of(Event("ping", {"text": "é" * 501}))
    assert text_of(Event("synthesize", {"text": "é" * 501})) == "é" * 501
