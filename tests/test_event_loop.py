"""Nothing keeps the event loop for long: every callback is measured while many clients talk at once."""

import asyncio
import gc
import random
import threading
import time
from asyncio.events import Handle
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from unittest.mock import patch

import numpy as np
from fakes import FakeEngine, answers, client_of, send, served

from wyoming_kokoro import config
from wyoming_kokoro.audio import RATE, Samples
from wyoming_kokoro.speech.engine import Segment
from wyoming_kokoro.wire.reader import MAX_DATA
from wyoming_kokoro.wire.server import Server

LONGEST_S = 0.005
"""What one callback may take: of processor time, which other programs on the machine don't lengthen."""
ROUNDS = 3
"""Our own work is there in each; what the kernel does on our account, in one callback of a million, is not."""
TEXT = "Here is one of the sentences of a long text, which is read out by several voices at once. " * 666
"""60,000 characters, three times what is accepted by default: faster machines are to find as much as slow ones."""
LISTEN = 12
"""Audio chunks that a client hears before it leaves."""


@dataclass
class Watch:
    """The callbacks of one event loop."""

    count: int = 0
    long: list[str] = field(default_factory=list)


@contextmanager
def watching() -> Iterator[Watch]:
    """Every callback on this thread. The garbage collector's work is that of all threads, and isn't counted."""
    watch, run, thread = Watch(), Handle._run, threading.get_ident()

    def measured(handle: Handle) -> None:
        if threading.get_ident() != thread:
            return run(handle)
        began = time.thread_time()
        result = run(handle)
        watch.count += 1
        if (took := time.thread_time() - began) > LONGEST_S:
            watch.long.append(f"{1000 * took:.1f} ms: {handle!r}")
        return result

    gc.collect()
    gc.disable()
    try:
        with patch.object(Handle, "_run", measured):
            yield watch
    finally:
        gc.enable()


class LongWinded(FakeEngine):
    """At once 1.5 s of sound for every sentence, and 30 s for one that says so."""

    def synthesize(self, segment: Segment) -> Samples:
        seconds = 30.0 if "half a minute" in segment.content else 1.5
        tone: Samples = np.full(round(seconds * RATE), 0.25, np.float32)
        return tone


async def whole(server: Server) -> None:
    """A long text at once."""
    async with client_of(server) as client:
        await send(client, ("synthesize", {"text": TEXT}))
        for _ in range(LISTEN):
            await answers(client, "audio-chunk")


async def in_characters(server: Server) -> None:
    """The same one by one, and describe in between."""
    async with client_of(server) as client:
        hearing = asyncio.create_task(answers(client, "synthesize-stopped"))
        await send(client, ("synthesize-start", {}), ("describe", {}))
        await send(client, *(("synthesize-chunk", {"text": character}) for character in TEXT[:4000]))
        await send(client, ("synthesize-stop", {}), ("describe", {}))
        await hearing


async def long_sentence(server: Server) -> None:
    """A segment of half a minute, which fits into the buffers of the sockets."""
    async with client_of(server) as client:
        await send(client, ("synthesize", {"text": "This is said for half a minute."}))
        await answers(client, "audio-stop")


async def leaves(server: Server) -> None:
    """Closes without listening."""
    async with client_of(server) as client:
        await send(client, ("synthesize-start", {}), ("synthesize-chunk", {"text": TEXT}), ("describe", {}))


LARGE = MAX_DATA - 50
HOSTILE = (
    b'{"a": [' + b"[]," * (LARGE // 3) + b"1]}",
    b'{"a": [' + b"1e300," * (LARGE // 6) + b"1]}",
    b'{"a": [' + b"1e300," * 9_999 + b"1]}",
    b'{"a": [' + (b"9" * 4_000 + b",") * (LARGE // 4_001) + b"1]}",
    b'{"a": [' + b"[]," * 4_900 + b"1]}",
    b"{" + b",".join(b'"%d": 1' % number for number in range(9_999)) + b"}",
    b'{"a": "' + b"\\u00e9" * (LARGE // 6) + b'"}',
    b'{"a": [' + b"null," * (LARGE // 5) + b"1]}",
    b'{"a": "' + b"good, " * (LARGE // 6) + b'"}',
)
"""As large as an event may be, or as long to parse."""


async def hostile(server: Server) -> None:
    """Data that would take up to 60 ms to parse, one after the other, each in an event that nobody asked for."""
    for data in HOSTILE:
        async with client_of(server) as client:
            assert client._writer
            client._writer.write(b'{"type": "x", "data_length": %d}\n' % len(data) + data)
            await send(client, ("ping", {}))
            await answers(client, "pong", "error")


async def talk(server: Server) -> None:
    """Forty clients and more, of all kinds, in any order."""
    kinds = [whole, in_characters, long_sentence, leaves] * 10 + [hostile] * 2
    random.Random(4).shuffle(kinds)
    await asyncio.gather(*(kind(server) for kind in kinds))


async def test_nothing_keeps_the_event_loop_for_more_than_5_ms() -> None:
    """However long the texts are, however they come, and whoever leaves. The clients have a loop of their own."""
    limits = config.Server(uri="tcp://127.0.0.1:0", grace=2, max_text=2 * len(TEXT), max_queue=1_000_000)
    async with served(LongWinded(), limits, config.Text()) as server:
        for _ in range(ROUNDS):
            with watching() as watch:
                await asyncio.to_thread(asyncio.run, talk(server))
            assert watch.count > 10_000
            if not watch.long:
                break
    assert watch.long == []


async def test_the_watch_finds_what_keeps_the_loop() -> None:
    """Else the test above would prove nothing."""

    def calculate() -> None:
        until = time.thread_time() + 2 * LONGEST_S
        while time.thread_time() < until:
            pass

    with watching() as watch:
        asyncio.get_running_loop().call_soon(calculate)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    assert len(watch.long) == 1 and "calculate" in watch.long[0]
