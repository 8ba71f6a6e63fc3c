"""Listening, and ending, whatever clients do."""

import asyncio
import time

import aiohttp
import pytest
from fakes import FakeEngine, paged
from yarl import URL

from wyoming_kokoro import config
from wyoming_kokoro.errors import ServerError


async def test_silent_connections_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """They would take the files that listeners need; once they are gone the page is there again."""
    monkeypatch.setattr("wyoming_kokoro.web.server.MOST", 3)
    async with paged(FakeEngine()) as (_, page):
        host, port = URL(page).host, URL(page).port
        crowd = [await asyncio.open_connection(host, port) for _ in range(10)]
        ended = await asyncio.wait_for(asyncio.gather(*(reader.read() for reader, _ in crowd[3:])), 20)
        assert ended == [b""] * 7
        for _, writer in crowd:
            writer.transport.abort()
        async with aiohttp.ClientSession(page) as session:
            for _ in range(100):
                try:
                    async with session.get("/health/ready") as answer:
                        assert answer.status == 200
                        break
                except aiohttp.ClientError:
                    await asyncio.sleep(0.02)
            else:
                raise AssertionError("the page didn't come back")


async def test_a_request_that_is_never_whole_does_not_hold_up_the_end() -> None:
    """The time that the service has to end is for those who listen."""
    async with paged(FakeEngine(), server=config.Server(grace=2)) as (_, page):
        reader, writer = await asyncio.open_connection(URL(page).host, URL(page).port)
        writer.write(b"POST /nothing HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\nabc")
        await reader.readline()
        began = time.monotonic()
    assert time.monotonic() - began < 5  # by itself it is ten seconds
    writer.transport.abort()


async def test_a_port_in_use_is_one_line() -> None:
    """With the key to change."""
    async with paged(FakeEngine()) as (_, page):
        with pytest.raises(ServerError, match=r"Can't listen on http://127.0.0.1:\d+: .*Check web.uri"):
            async with paged(FakeEngine(), config.Web(uri=page)):
                pass
