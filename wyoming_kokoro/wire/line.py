"""The way to one client: what it is sent, and what it hears of its end."""

import asyncio
import contextlib
import logging
import socket

from wyoming.error import Error

from wyoming_kokoro.answering.journal import GoneError
from wyoming_kokoro.answering.speech import SEND_TIMEOUT_S
from wyoming_kokoro.errors import KokoroError
from wyoming_kokoro.wire.events import encode_all
from wyoming_kokoro.wire.reader import MAX_HEADER

log = logging.getLogger(__name__)

LAST_BUFFER = 1024 * 1024
"""Bytes that the kernel may keep for a client at the end; most allow less."""


class Line:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.is_cut_off = False
        self._writer = writer

    async def send(self, content: bytes) -> None:
        """Raises GoneError where the client has left, or takes nothing for SEND_TIMEOUT_S."""
        try:
            async with asyncio.timeout(SEND_TIMEOUT_S):
                self._writer.write(content)
                await self._writer.drain()
        except (OSError, TimeoutError) as error:
            raise GoneError(error) from error

    async def fail(self, error: KokoroError, linger: float) -> None:
        """Sends an error event and the end of the stream, and gives the client `linger` seconds to hear of it."""
        self._widen()
        try:
            async with asyncio.timeout(linger):
                await self.send(encode_all(Error(str(error), error.code)))
                await self._end_of_stream()
        except (GoneError, OSError, TimeoutError):
            log.debug("client left before it read the error, or doesn't leave")

    def cut_off(self) -> None:
        """Ends it at once, without a word."""
        self.is_cut_off = True
        self._writer.transport.abort()

    def _widen(self) -> None:
        """Makes the kernel take what is still to be sent. It delivers that even after our end, to a client that hears
        as fast as a person and has more to hear before it gets to the error."""
        connected = self._writer.get_extra_info("socket")
        if connected:
            with contextlib.suppress(OSError):
                connected.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, LAST_BUFFER)

    async def _end_of_stream(self) -> None:
        """Reads what still comes: closing over unread bytes resets the connection, which takes the error back."""
        if self._writer.can_write_eof():
            self._writer.write_eof()
        while await self.reader.read(MAX_HEADER):
            pass
