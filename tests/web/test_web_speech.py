"""Speech over HTTP, by a real client on a real socket."""

import asyncio
from typing import Any

import aiohttp
import numpy as np
import pytest
from fakes import FakeEngine, paged

from wyoming_kokoro import config

LIMITED = config.Server(max_text=100, max_queue=60)


def body(text: str = "The kitchen light is on.", **more: Any) -> dict[str, Any]:
    return {"model": "tts-1", "input": text, "voice": "af_heart", "response_format": "pcm", **more}


@pytest.mark.parametrize(
    ("form", "mime", "begins"),
    [
        ("mp3", "audio/mpeg", b"\xff\xf3"),
        ("opus", "audio/ogg", b"OggS"),
        ("flac", "audio/flac", b"fLaC"),
        ("wav", "audio/wav", b"RIFF"),
    ],
)
async def test_each_format_is_spoken(form: str, mime: str, begins: bytes) -> None:
    """With its own type; what comes is a file of that format."""
    async with (
        paged(FakeEngine()) as (_, page),
        aiohttp.ClientSession(page) as session,
        session.post("/v1/audio/speech", json=body(response_format=form)) as answer,
    ):
        content = await answer.read()
        assert (answer.status, answer.content_type) == (200, mime)
    assert content.startswith(begins) and len(content) > 2_000


async def test_openais_voices_and_defaults_are_understood() -> None:
    """alloy is one of ours, no voice is the default one, no format is mp3."""
    engine = FakeEngine()
    async with paged(engine) as (_, page), aiohttp.ClientSession(page) as session:
        for wanted in (
            {"input": "One.", "voice": "alloy"},
            {"input": "Two."},
            {"input": "Three.", "voice": "af_heart+bf_emma"},
        ):
            async with session.post("/v1/audio/speech", json=wanted) as answer:
                assert answer.status == 200 and answer.content_type == "audio/mpeg"
                await answer.read()
    assert [voice for _, voice in engine.spoken] == ["af_alloy", "af_heart", "af_heart:0.5+bf_emma:0.5"]


async def test_the_first_sound_leaves_before_the_last_sentence_is_made() -> None:
    """Streamed: the second sentence is held until the first was heard."""
    engine = FakeEngine("And this is the second sentence.")
    text = "This is the first sentence. And this is the second sentence."
    async with (
        paged(engine) as (_, page),
        aiohttp.ClientSession(page) as session,
        session.post("/v1/audio/speech", json=body(text)) as answer,
    ):
        first = await answer.content.readany()
        assert np.frombuffer(first[: len(first) // 2 * 2], "<i2").any()
        engine.release("And this is the second sentence.")
        rest = await answer.content.read()
    assert len(rest) > 20_000


async def test_gain_is_applied() -> None:
    """In decibels, on top of the voice's own."""
    async with paged(FakeEngine()) as (_, page), aiohttp.ClientSession(page) as session:
        peaks = []
        for gain in (0, -20):
            async with session.post("/v1/audio/speech", json=body(gain=gain)) as answer:
                peaks.append(int(np.abs(np.frombuffer(await answer.read(), "<i2")).max()))
    assert peaks[0] / peaks[1] == pytest.approx(10, rel=0.01)


async def test_a_listener_who_leaves_costs_nothing_more() -> None:
    """What waits for him is dropped, and what is being made is the last."""
    engine = FakeEngine("Held sentence number one.")
    async with paged(engine) as (house, page), aiohttp.ClientSession(page) as session:
        asking = asyncio.create_task(
            session.post("/v1/audio/speech", json=body("Held sentence number one. " + "Another sentence. " * 50))
        )
        await engine.begun()
        assert house.journal.connections["http"] == 1 and house.backlog.characters
        asking.cancel()
        while house.journal.connections["http"]:
            await asyncio.sleep(0.005)
        engine.release("Held sentence number one.")
        assert house.journal.requests == {("http", "fake", "cancelled"): 1} and not house.backlog.characters
        while house.scheduler.running:
            await asyncio.sleep(0.005)
    assert len(engine.spoken) == 1


@pytest.mark.parametrize(
    ("wanted", "status", "param", "said"),
    [
        (body(voice="nobody"), 400, "voice", "There is no voice 'nobody'"),
        (body(response_format="aac"), 400, "response_format", "'aac'"),
        (body(speed=9), 400, "speed", "9"),
        (body(stream_format="sse"), 400, "stream_format", "'sse'"),
        (body(""), 400, "input", "it is empty"),
        ({}, 400, "input", "required"),
        (body("x" * 101), 413, "input", "server.max_text allows (100)"),
        ([], 400, None, "can't be used"),
    ],
)
async def test_what_can_not_be_spoken_is_an_error_as_openai_has_it(
    wanted: Any, status: int, param: str | None, said: str
) -> None:
    """The field, what was seen and what is allowed; no traceback, and nothing was started."""
    engine = FakeEngine()
    async with paged(engine, server=LIMITED) as (house, page), aiohttp.ClientSession(page) as session:
        async with session.post("/v1/audio/speech", json=wanted) as answer:
            error = (await answer.json())["error"]
            assert answer.status == status
        assert house.journal.errors.total() == 1 and not house.journal.connections["http"]
    assert error["param"] == param and said in error["message"] and error["type"] == "invalid_request_error"
    assert not engine.spoken


async def test_a_body_beyond_all_limits_is_not_read() -> None:
    """Memory is not for strangers."""
    async with (
        paged(FakeEngine(), server=LIMITED) as (_, page),
        aiohttp.ClientSession(page) as session,
        session.post("/v1/audio/speech", json=body("x" * 100_000)) as answer,
    ):
        assert answer.status == 413 and (await answer.json())["error"]["code"] == "protocol"


async def test_the_backlog_is_that_of_the_wire() -> None:
    """Where too much waits already, one may try again later."""
    async with paged(FakeEngine(), server=LIMITED) as (house, page), aiohttp.ClientSession(page) as session:
        house.backlog.characters = 1_000
        async with session.post("/v1/audio/speech", json=body()) as answer:
            assert answer.status == 429 and answer.headers["Retry-After"]
            assert "server.max_queue" in (await answer.json())["error"]["message"]


async def test_an_engine_that_fails_is_a_server_error() -> None:
    """With the code that Wyoming's clients get."""
    async with paged(FakeEngine()) as (_, page), aiohttp.ClientSession(page) as session:
        for text, status, code in (("boom", 500, "synthesis-failed"), ("files", 503, "resources")):
            async with session.post("/v1/audio/speech", json=body(text)) as answer:
                error = (await answer.json())["error"]
                assert (answer.status, error["code"], error["type"]) == (status, code, "server_error")


async def test_an_engine_that_fails_later_breaks_the_answer_off() -> None:
    """A client must not take half of a text for the whole."""
    async with paged(FakeEngine()) as (_, page), aiohttp.ClientSession(page) as session:
        text = "The first sentence is fine. The second sentence goes boom."
        async with session.post("/v1/audio/speech", json=body(text)) as answer:
            assert answer.status == 200
            with pytest.raises(aiohttp.ClientError):
                await answer.read()


async def test_only_so_many_at_once() -> None:
    """As on the wire: server.max_connections."""
    engine = FakeEngine("Held.")
    limits = config.Server(max_connections=1)
    async with paged(engine, server=limits) as (_, page), aiohttp.ClientSession(page) as session:
        first = asyncio.create_task(session.post("/v1/audio/speech", json=body("Held.")))
        await engine.begun()
        async with session.post("/v1/audio/speech", json=body()) as answer:
            assert answer.status == 429
        engine.release("Held.")
        async with await first as answer:
            assert answer.status == 200
            await answer.read()
