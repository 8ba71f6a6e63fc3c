"""Listens on TCP, a unix socket or standard input and output; owns the connections; closes in order."""

import asyncio
import contextlib
import errno
import ipaddress
import logging
import os
import shlex
import socket
import stat
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import TextIO
from urllib.parse import urlsplit

from wyoming_kokoro import config
from wyoming_kokoro.errors import ServerError
from wyoming_kokoro.runtime.scheduler import Scheduler
from wyoming_kokoro.speech.engine import Speaker
from wyoming_kokoro.wire.connection import Connection, Shared
from wyoming_kokoro.wire.events import MAX_HEADER
from wyoming_kokoro.wire.info import Introduction

log = logging.getLogger(__name__)

Accept = Callable[[asyncio.StreamReader, asyncio.StreamWriter], None]

BACKLOG = 128
"""Connections that the kernel holds until we accept them."""
STOP_S = 3.0
"""How long clients may take to read that the service is being stopped."""
CLOSE_S = 1.0
"""A connection that can't be flushed within this is aborted."""


class Server:
    """Serves Wyoming until it is closed. `uri` says where, with the port that was really taken."""

    def __init__(self, settings: config.Server, speaker: Callable[[], Speaker], scheduler: Scheduler) -> None:
        self.uri = settings.uri
        self.bound: tuple[str, int] | None = None
        """IP address ("" is all of them) and port that are listened on; None for a unix socket and standard input."""
        self.finished = asyncio.Event()
        """Set when the one client of standard input has left; never on a socket."""
        self._settings = settings
        self._shared = Shared(speaker, Introduction(), scheduler, settings.max_text)
        self._listener: asyncio.Server | None = None
        self._closing = False
        self._connections: dict[asyncio.Task[None], Connection] = {}

    async def open(self) -> None:
        """Raises ServerError where the address can't be listened on."""
        parts = urlsplit(self._settings.uri)
        with _explained(self._settings.uri, "server.uri"):
            if parts.scheme == "stdio":
                self._accept(*await _standard_streams())
                return
            self._listener = await _listener(self._settings.uri, self._accept)
        if parts.scheme == "tcp":
            addresses = [listening.getsockname() for listening in self._listener.sockets]
            self.bound = (reached_at([address[0] for address in addresses]), addresses[0][1])
            self.uri = f"tcp://{parts.netloc.rpartition(':')[0]}:{self.bound[1]}"

    async def close(self, grace: float) -> None:
        """Accepts nobody any more, gives the answers that are being spoken `grace` seconds, then ends the rest."""
        self._closing = True
        if self._listener:
            _release(self._listener, self.uri)
        for connection in self._connections.values():
            connection.finish()
        await self._ended(grace)
        for connection in self._connections.values():
            connection.stop(ServerError("The service is being stopped"))
        await self._ended(STOP_S)
        for task in self._connections:
            task.cancel()
        await self._ended(None)

    async def _ended(self, timeout: float | None) -> None:
        if self._connections:
            await asyncio.wait(self._connections, timeout=timeout)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._closing:  # it came in the same moment
            writer.transport.abort()
            return
        if self.bound:  # a listener whose machine was switched off would never be missed
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        connection = Connection(reader, writer, self._shared)
        full = len(self._connections) >= self._settings.max_connections
        task = asyncio.create_task(_until_closed(self._refuse(connection) if full else connection.run(), writer))
        self._connections[task] = connection
        task.add_done_callback(self._forget)

    async def _refuse(self, connection: Connection) -> None:
        limit = self._settings.max_connections
        await connection.fail(ServerError(f"Already {limit} connections", "Raise server.max_connections"))

    def _forget(self, task: asyncio.Task[None]) -> None:
        del self._connections[task]
        if self._listener is None:
            self.finished.set()


@contextlib.asynccontextmanager
async def serving(
    settings: config.Server, speaker: Callable[[], Speaker], scheduler: Scheduler
) -> AsyncIterator[Server]:
    """An open server, closed with the configured grace."""
    server = Server(settings, speaker, scheduler)
    await server.open()
    try:
        yield server
    finally:
        await server.close(settings.grace)


async def try_to_listen(uri: str, key: str) -> None:
    """Takes a tcp, http or unix address as a server would and gives it back; nobody is accepted meanwhile.

    Raises:
        ServerError: from the OSError, if there was one; `key` of the configuration is named as what to change.
    """
    with _explained(uri, key):
        _release(await _listener(uri, lambda *_: None, start_serving=False), uri)


async def _listener(uri: str, accept: Accept, *, start_serving: bool = True) -> asyncio.Server:
    parts = urlsplit(uri)
    if parts.scheme != "unix":
        host, port = parts.hostname or "", parts.port or 0
        return await asyncio.start_server(
            accept, host, port, limit=MAX_HEADER, backlog=BACKLOG, start_serving=start_serving
        )
    path = Path(parts.path)
    # asyncio would take the path of a service that is still listening
    if path.exists():
        if not path.is_socket():
            raise ServerError(f"Can't listen on unix://{path}: that is a file, and no socket", "Change server.uri")
        if _answers(path):
            raise OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE))
    return await asyncio.start_unix_server(accept, path, limit=MAX_HEADER, backlog=BACKLOG, start_serving=start_serving)


def _release(listener: asyncio.Server, uri: str) -> None:
    listener.close()
    parts = urlsplit(uri)
    if parts.scheme == "unix":  # before Python 3.13 the file of a unix socket stays
        Path(parts.path).unlink(missing_ok=True)


async def _until_closed(conversation: Awaitable[None], writer: asyncio.StreamWriter) -> None:
    """The conversation and then the end of its stream, which a client that doesn't read can't hold up."""
    try:
        await conversation
    finally:
        writer.close()
        try:
            async with asyncio.timeout(CLOSE_S):
                await writer.wait_closed()
        except (OSError, TimeoutError):
            pass
        finally:  # even if the wait is cancelled; after a clean end it does nothing
            writer.transport.abort()


async def _standard_streams() -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    for stream, name in ((sys.stdin, "input"), (sys.stdout, "output")):
        if not _is_pipe(stream):
            raise ServerError(f"Standard {name} is no pipe", "stdio:// is for a program that starts this one")
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=MAX_HEADER)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    sending = asyncio.StreamReaderProtocol(asyncio.StreamReader())  # reads nothing: it brings the flow control
    transport, protocol = await loop.connect_write_pipe(lambda: sending, sys.stdout)
    return reader, asyncio.StreamWriter(transport, protocol, None, loop)


def _is_pipe(stream: TextIO | None) -> bool:
    if stream is None or stream.closed:
        return False
    mode = os.fstat(stream.fileno()).st_mode
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) or stream.isatty()


def reached_at(addresses: list[str]) -> str:
    """The one address of the listening sockets that other machines may reach, "" for several. A name can have many."""
    others = [address for address in addresses if not ipaddress.ip_address(address).is_loopback]
    return "" if len(others) > 1 else (others or addresses)[0]


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(1)  # a service that hangs doesn't accept
        return probe.connect_ex(str(path)) == 0


@contextlib.contextmanager
def _explained(uri: str, key: str) -> Iterator[None]:
    try:
        yield
    except (OSError, UnicodeError) as error:  # a host name may be none
        raise _cannot_listen(uri, key, error) from error


def _cannot_listen(uri: str, key: str, error: OSError | UnicodeError) -> ServerError:
    unix = uri.startswith("unix:")
    remedies = {
        errno.EADDRINUSE: f"Another program listens there, perhaps this service already; stop it or change {key}",
        errno.EACCES: "Take a folder that this user may write to" if unix else "Take a port from 1024 on",
        errno.EADDRNOTAVAIL: "This machine has no such address; 0.0.0.0 listens on all",
        errno.ENOENT: f"Make its folder: mkdir -p {shlex.quote(str(Path(urlsplit(uri).path).parent))}",
    }
    number = (error.errno if isinstance(error, OSError) else None) or 0
    if "could not bind on any address" in str(error):  # asyncio's own words from Python 3.13 on, without a number
        number = errno.EADDRNOTAVAIL
    reason = os.strerror(number) if number > 0 else getattr(error, "strerror", None) or error  # of a name: below 0
    return ServerError(f"Can't listen on {uri}: {reason}", remedies.get(number, f"Check {key}"))
