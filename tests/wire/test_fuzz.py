"""Damaged sessions, random bytes and every order of right events, against a real server.

script/fuzz runs the same for longer: FUZZ_STREAMS and FUZZ_SEED say how many damaged sessions, and which.
"""

import asyncio
import logging
import os
from collections.abc import Sequence
from contextlib import suppress

import numpy as np
import pytest
from fakes import FakeEngine, answers, client_of, pcm, send, served
from hypothesis import given
from hypothesis import strategies as st
from strangers import mutated, send_damaged
from wyoming.event import Event, async_read_event

from wyoming_kokoro import config
from wyoming_kokoro.audio import Samples
from wyoming_kokoro.errors import LimitError, ProtocolError
from wyoming_kokoro.speech.engine import Segment
from wyoming_kokoro.wire.reader import MAX_HEADER, read_event
from wyoming_kokoro.wire.server import Server

STREAMS, SEED = int(os.environ.get("FUZZ_STREAMS", "1600")), int(os.environ.get("FUZZ_SEED", "1"))
AT_ONCE = 32
CODES = {"protocol", "limit", "timeout", "voice-not-found"}
"""What a client can be told that sends nonsense. "failed" would be a bug."""
PATIENCE_S = 30


class Quick(FakeEngine):
    """A hundredth of a second for any text: what matters is the wire."""

    def synthesize(self, segment: Segment) -> Samples:
        tone: Samples = np.full(240, 0.5, np.float32)
        return tone


async def played(server: Server, seed: int) -> list[Event]:
    """All that the server answers to a damaged session."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(server.uri.rpartition(":")[2]))
    try:
        async with asyncio.timeout(PATIENCE_S):
            sending = asyncio.create_task(send_damaged(writer, seed))
            events = []
            while event := await async_read_event(reader):
                events.append(event)
            await sending
    finally:
        writer.transport.abort()
    return events


def judge(events: Sequence[Event]) -> None:
    """Audio is whole and in order, unless an error is the end of all."""
    types = [event.type for event in events]
    errors = [event for event in events if event.type == "error"]
    assert len(errors) <= 1 and (not errors or types[-1] == "error")
    assert {error.data["code"] for error in errors} <= CODES, errors
    assert all(10 < len(error.data["text"]) < 1000 for error in errors)
    speaking = False
    for kind in types:
        match kind:
            case "audio-start":
                assert not speaking
                speaking = True
            case "audio-chunk":
                assert speaking
            case "audio-stop":
                assert speaking
                speaking = False
            case "synthesize-stopped":
                assert not speaking
            case _:
                assert kind in ("info", "pong", "error")
    assert not speaking or errors


async def speaks(server: Server) -> None:
    """A stranger's nonsense changes nothing for the next client."""
    async with client_of(server) as client:
        await send(client, ("describe", {}), ("synthesize", {"text": "All is well in the house."}))
        events = await answers(client, "audio-stop", "error")
    assert {"info", "audio-stop"} <= {event.type for event in events}
    assert len(pcm(events)) == 240


async def played_and_judged(server: Server, seed: int) -> None:
    events = await played(server, seed)
    try:
        judge(events)
    except AssertionError as error:
        raise AssertionError(f"seed {seed}: {mutated(seed)[:2000]!r} -> {events[-5:]}") from error


async def test_damaged_sessions_end_and_harm_nobody(caplog: pytest.LogCaptureFixture) -> None:
    """Every answer is right or ends with one error that has a stable code; nothing is left behind, nothing is a bug."""
    caplog.set_level(logging.WARNING)
    limits = config.Server(uri="tcp://127.0.0.1:0", grace=2)
    async with served(Quick(), limits) as server:
        for first in range(SEED * 100_000, SEED * 100_000 + STREAMS, AT_ONCE):
            await asyncio.gather(*(played_and_judged(server, seed) for seed in range(first, first + AT_ONCE)))
            if first % (10 * AT_ONCE) == 0:
                await speaks(server)
        await speaks(server)
        async with asyncio.timeout(PATIENCE_S):
            while server._connections:
                await asyncio.sleep(0.01)
        assert server._shared.backlog.characters == 0
    assert [record.getMessage() for record in caplog.records if record.exc_info] == []
    assert all(record.getMessage().startswith("answered an error: ") for record in caplog.records)


ANYTHING = st.binary(max_size=200) | st.binary(max_size=60).map(lambda end: b'{"type": "ping", "data_length": ' + end)


@given(content=ANYTHING)
def test_any_bytes_are_events_or_an_error(content: bytes) -> None:
    """Whatever they are, reading ends, and with nothing but what it may end with."""

    async def read() -> None:
        stream = asyncio.StreamReader(limit=MAX_HEADER)
        stream.feed_data(content)
        stream.feed_eof()
        with suppress(ProtocolError, LimitError):
            while await read_event(stream):
                pass

    asyncio.run(read())
