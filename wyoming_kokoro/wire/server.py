"""Serves Wyoming on TCP, a unix socket or standard input and output; owns the connections; closes in order."""

import asyncio
import contextlib
import logging
import socket
from collections.abc import AsyncIterator, Callable
from urllib.parse import urlsplit

from wyoming_kokoro import config
from wyoming_kokoro.answering.backlog import Backlog
from wyoming_kokoro.answering.journal import Journal
from wyoming_kokoro.errors import ForbiddenError, LimitError
from wyoming_kokoro.runtime.scheduler import Scheduler
from wyoming_kokoro.speech.engine import Speaker
from wyoming_kokoro.wire.admission import make_room, plain
from wyoming_kokoro.wire.connection import Connection, Shared, stopping
from wyoming_kokoro.wire.info import Introduction
from wyoming_kokoro.wire.listening import allow_files, explained, reached_at, release, standard_streams, start_listener

log = logging.getLogger(__name__)

LEAVING = 64
"""Connections that may still be there while they read why they are ended. Beyond them the oldest is cut off."""
SEND_BUFFER = 64 * 1024
"""Bytes that the kernel keeps for a client that doesn't read, more than a second of speech. By itself it goes to 4 MB
for each, and an error would have to wait behind that."""
CLOSING_S = 2.5
"""What is kept of the grace for those who are still being answered: they are told, and closed."""
FAREWELL_S = 1.0
"""How long clients may take to read that the service is being stopped."""
CLOSE_S = 1.0
"""A connection that can't be flushed within this is aborted."""


class Server:
    """Serves Wyoming until it is closed. `uri` says where, with the port that was really taken."""

    def __init__(
        self,
        settings: config.Server,
        speaker: Callable[[], Speaker],
        scheduler: Scheduler,
        journal: Journal | None = None,
    ) -> None:
        self.uri = settings.uri
        self.bound: tuple[str, int] | None = None
        """IP address ("" is all of them) and port that are listened on; None for a unix socket and standard input."""
        self.finished = asyncio.Event()
        """Set when the one client of standard input has left; never on a socket."""
        self.backlog = Backlog(settings.max_queue)
        """What waits here, and with every other protocol that speaks."""
        self._settings = settings
        self._journal = journal or Journal()
        self._shared = Shared(
            speaker,
            Introduction(),
            scheduler,
            self.backlog,
            max_text=settings.max_text,
            idle_timeout=settings.idle_timeout,
            journal=self._journal,
        )
        self._listener: asyncio.Server | None = None
        self._closing = False
        self._connections: dict[asyncio.Task[None], Connection] = {}

    async def open(self) -> None:
        """Raises ServerError where the address can't be listened on."""
        parts = urlsplit(self._settings.uri)
        allow_files(self._settings.max_connections + 2 * LEAVING)
        with explained(self._settings.uri, "server.uri"):
            if parts.scheme == "stdio":
                self._accept(*await standard_streams())
                return
            self._listener = await start_listener(self._settings.uri, self._accept)
        if parts.scheme == "tcp":
            addresses = [listening.getsockname() for listening in self._listener.sockets]
            self.bound = (reached_at([address[0] for address in addresses]), addresses[0][1])
            self.uri = f"tcp://{parts.netloc.rpartition(':')[0]}:{self.bound[1]}"

    async def close(self, grace: float) -> None:
        """Accepts nobody any more, lets the answers end that are being spoken, then ends the rest: `grace` s in all."""
        self._closing = True
        if self._listener:
            release(self._listener, self.uri)
        for connection in self._connections.values():
            connection.finish()
        await self._ended(max(grace - CLOSING_S, grace / 2))
        for connection in self._connections.values():
            connection.stop(stopping())
        await self._ended(FAREWELL_S)
        for task in self._connections:
            task.cancel()
        await self._ended(None)

    async def _ended(self, timeout: float | None) -> None:
        if self._connections:
            await asyncio.wait(self._connections, timeout=timeout)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._closing or len(self._connections) >= self._settings.max_connections + 2 * LEAVING:
            writer.transport.abort()
            return
        address = _tuned(writer) if self.bound else ""
        self._hasten(address)
        connection = Connection(reader, writer, self._shared, address)
        self._admit(connection)
        task = asyncio.create_task(_until_closed(connection, writer))
        self._connections[task] = connection
        self._journal.connected("wyoming")
        task.add_done_callback(self._forget)

    def _hasten(self, address: str) -> None:
        """Where too many are leaving, one of the newcomer's own address if there is one: a flood is at nobody else's
        expense."""
        leaving = [guest for guest in self._connections.values() if guest.is_leaving and not guest.line.is_cut_off]
        if len(leaving) >= LEAVING:
            same = [guest for guest in leaving if guest.address == address]
            (same or leaving)[0].line.cut_off()

    def _admit(self, connection: Connection) -> None:
        guests = [guest for guest in self._connections.values() if not guest.is_leaving]
        try:
            leaver = make_room(self._settings, connection.address, guests)
        except (ForbiddenError, LimitError) as error:
            connection.stop(error)
            return
        if leaver:
            leaver.stop(LimitError("Another client wants to connect, and this connection has been idle for longest"))

    def _forget(self, task: asyncio.Task[None]) -> None:
        del self._connections[task]
        self._journal.left("wyoming")
        if self._listener is None:
            self.finished.set()


@contextlib.asynccontextmanager
async def serving(
    settings: config.Server, speaker: Callable[[], Speaker], scheduler: Scheduler, journal: Journal | None = None
) -> AsyncIterator[Server]:
    """An open server, closed with the configured grace."""
    server = Server(settings, speaker, scheduler, journal)
    await server.open()
    try:
        yield server
    finally:
        await server.close(settings.grace)


def _tuned(writer: asyncio.StreamWriter) -> str:
    """The address of a TCP client, whose socket is set up as a service needs it."""
    connected = writer.get_extra_info("socket")
    with contextlib.suppress(OSError):  # it may be gone already
        # a listener whose machine was switched off would never be missed
        connected.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        connected.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
    return plain(writer.get_extra_info("peername")[0])


async def _until_closed(connection: Connection, writer: asyncio.StreamWriter) -> None:
    """The conversation and then the end of its stream."""
    try:
        await connection.run()
    finally:
        await _close(writer)


async def _close(writer: asyncio.StreamWriter) -> None:
    """A client that doesn't read can't hold it up. What is raised here is kept with the writer, and so is this frame:
    the connection must not be in it."""
    writer.close()
    try:
        async with asyncio.timeout(CLOSE_S):
            await writer.wait_closed()
    except TimeoutError:
        writer.transport.abort()
    except asyncio.CancelledError:
        writer.transport.abort()
        raise
    except OSError:
        pass
