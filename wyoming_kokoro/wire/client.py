"""The other end of the protocol: asks a Wyoming server to describe itself, or to speak."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from wyoming.audio import AudioChunk, AudioStop
from wyoming.client import AsyncClient
from wyoming.error import Error
from wyoming.event import Event
from wyoming.info import Describe, Info
from wyoming.tts import (
    Synthesize,
    SynthesizeChunk,
    SynthesizeStart,
    SynthesizeStop,
    SynthesizeStopped,
    SynthesizeTextFormat,
    SynthesizeVoice,
)

from wyoming_kokoro.errors import KokoroError, ServerError, first_of

CONNECT_S = 5.0
SILENCE_S = 120.0
"""How long a server may take between two events: a slow machine makes a long sentence in less."""
MAX_BEFORE_INFO = 100
"""Events before the info. A server that never comes to it might also keep Python 3.11 from ending the wait."""

EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - looked up, not listened on


def reachable(uri: str) -> str:
    """The URI for a client on the same machine: nobody can connect to 0.0.0.0."""
    parts = urlsplit(uri)
    host = EVERYWHERE.get(parts.hostname or "")
    return f"tcp://{f'[{host}]' if ':' in host else host}:{parts.port}" if host else uri


@contextlib.asynccontextmanager
async def connected(uri: str, *, answer_within: float = SILENCE_S) -> AsyncIterator[AsyncClient]:
    """Raises ServerError where nobody listens, or the URI is none."""
    remedy = "Is the service running, and is this its address? Servers nearby: `wyoming-kokoro say --discover TEXT`"
    if uri.startswith("stdio:"):
        raise ServerError(
            f"{uri} is no address that a client can connect to", "Expected tcp://HOST:PORT or unix:///PATH"
        )
    try:
        client = AsyncClient.from_uri(uri, connect_timeout=CONNECT_S, read_timeout=answer_within)
        await client.connect()
    except TimeoutError:
        raise ServerError(f"{uri} doesn't answer", remedy) from None
    except ValueError as error:
        raise ServerError(f"{uri!r} is no Wyoming URI: {error}", "Expected tcp://HOST:PORT or unix:///PATH") from None
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno and error.errno > 0 else error
        raise ServerError(f"Can't reach {uri}: {reason}", remedy) from None
    try:
        yield client
    finally:
        with contextlib.suppress(OSError):
            await client.disconnect()


async def describe(client: AsyncClient) -> Info:
    """Raises ServerError where no info comes, or none that can be read."""
    with _understood():
        await client.write_event(Describe().event())
        for _ in range(MAX_BEFORE_INFO):
            event = await _next(client)
            if Info.is_type(event.type):
                return Info.from_event(event)
    raise ServerError("The server doesn't describe itself")


@dataclass(frozen=True)
class Wish:
    """How a text is to be spoken."""

    voice: SynthesizeVoice
    ssml: bool = False

    @property
    def form(self) -> SynthesizeTextFormat | None:
        return SynthesizeTextFormat.SSML if self.ssml else None


async def speak(
    client: AsyncClient, pieces: AsyncIterable[str], wish: Wish, take: Callable[[AudioChunk], None]
) -> None:
    """Has the text spoken, piece by piece where the server can; `take` gets each chunk as it arrives.

    Raises:
        ServerError: the server answered an error, or left.
    """
    streams = any(program.supports_synthesize_streaming for program in (await describe(client)).tts)
    send = _stream_text if streams else _send_text
    end = SynthesizeStopped if streams else AudioStop
    failure: KokoroError | None = None
    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(send(client, pieces, wish))
            tasks.create_task(_receive(client, end.is_type, take))
    except* KokoroError as group:
        failure = first_of(group)
    if failure:  # raised in there, Python 3.11.2 would wrap it in a group again
        raise failure


async def _stream_text(client: AsyncClient, pieces: AsyncIterable[str], wish: Wish) -> None:
    with _understood():
        await client.write_event(SynthesizeStart(wish.voice, wish.form).event())
        async for piece in pieces:
            await client.write_event(SynthesizeChunk(piece).event())
        await client.write_event(SynthesizeStop().event())


async def _send_text(client: AsyncClient, pieces: AsyncIterable[str], wish: Wish) -> None:
    text = "".join([piece async for piece in pieces])
    with _understood():
        await client.write_event(Synthesize(text, wish.voice, wish.form).event())


async def _receive(client: AsyncClient, is_end: Callable[[str], bool], take: Callable[[AudioChunk], None]) -> None:
    while not is_end((event := await _next(client)).type):
        if AudioChunk.is_type(event.type):
            with _understood():
                chunk = AudioChunk.from_event(event)
            take(chunk)


@contextlib.contextmanager
def _understood() -> Iterator[None]:
    """What the library raises where a server leaves, hangs, or says what is not Wyoming, as ServerError."""
    try:
        yield
    except TimeoutError:
        raise ServerError("The server doesn't answer") from None
    except (OSError, EOFError) as error:
        raise ServerError(f"The server left: {error}", "Its log says why") from None
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ServerError(f"The server says what is not Wyoming: {error!r}") from None


async def _next(client: AsyncClient) -> Event:
    with _understood():
        event = await client.read_event()
    if event is None:
        raise ServerError("The server closed the connection", "Its log says why")
    if Error.is_type(event.type):
        error = Error.from_event(event)
        raise ServerError(f"The server answered: {error.text} ({error.code})")
    return event
