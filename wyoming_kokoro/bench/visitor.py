"""Somebody at the page, from the process of the listeners: reads status and metrics, or has a text streamed."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

import aiohttp

from wyoming_kokoro.bench.listener import SILENCE_S, Heard, Wanted, hear
from wyoming_kokoro.errors import ServerError
from wyoming_kokoro.wire.client import connected, describe

LOOK_S = 0.25
"""Between two looks: far more often than the page's own, and than any Prometheus."""
BLOCK = 4096


@dataclass(frozen=True)
class Visit:
    """A word of a Wyoming listener while somebody is at the page."""

    heard: Heard
    described: float
    """Seconds that `describe` took, just before."""
    looks: int
    """Times that status and metrics were read meanwhile."""


async def visit(uri: str, page: str, word: str, after_s: float, read_out: str = "") -> Visit:
    """The answer to a word that somebody asks for by Wyoming, `after_s` seconds after the first look or, where there is
    a text to be read out over HTTP, after its first sound. Raises ServerError where the page doesn't answer."""
    looks: list[float] = []
    try:
        async with (
            aiohttp.ClientSession(page) as session,
            connected(uri, answer_within=SILENCE_S) as client,
            _meanwhile(session, looks, read_out),
        ):
            await asyncio.sleep(after_s)
            began = time.monotonic()
            await describe(client)
            described = time.monotonic() - began
            return Visit(await hear(client, Wanted(word)), described, len(looks))
    except aiohttp.ClientError as error:
        raise ServerError(f"The page gave no answer: {error}") from error


@contextlib.asynccontextmanager
async def _meanwhile(session: aiohttp.ClientSession, looks: list[float], read_out: str) -> AsyncIterator[None]:
    begun = asyncio.Event()
    tasks = [asyncio.create_task(_look(session, looks, begun))]
    if read_out:
        await begun.wait()
        begun.clear()
        tasks.append(asyncio.create_task(_listen(session, read_out, begun)))
    try:
        await _begun(begun, tasks)
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


async def _begun(begun: asyncio.Event, tasks: list[asyncio.Task[None]]) -> None:
    """Raises what ended one of the tasks before that."""
    waiting = asyncio.create_task(begun.wait())
    await asyncio.wait([waiting, *tasks], return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    for task in tasks:
        if task.done():
            task.result()


async def _look(session: aiohttp.ClientSession, looks: list[float], begun: asyncio.Event) -> None:
    while True:
        for path in ("/status", "/metrics"):
            async with session.get(path, raise_for_status=True) as answer:
                await answer.read()
        looks.append(time.monotonic())
        if len(looks) == 1:
            begun.set()
        await asyncio.sleep(LOOK_S)


async def _listen(session: aiohttp.ClientSession, text: str, begun: asyncio.Event) -> None:
    wanted = {"input": text, "response_format": "pcm"}
    async with session.post("/v1/audio/speech", json=wanted, raise_for_status=True) as answer:
        async for _ in answer.content.iter_chunked(BLOCK):
            begun.set()
