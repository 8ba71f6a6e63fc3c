"""Sockets to listen on: TCP, unix, and standard input and output; what keeps them from it, in one line each."""

import asyncio
import contextlib
import errno
import ipaddress
import logging
import os
import resource
import shlex
import socket
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TextIO
from urllib.parse import urlsplit

from wyoming_kokoro.errors import ServerError
from wyoming_kokoro.wire.reader import MAX_HEADER

log = logging.getLogger(__name__)

Accept = Callable[[asyncio.StreamReader, asyncio.StreamWriter], None]

BACKLOG = 1024
"""Connections that the kernel holds until we accept them."""
AT_ONCE = 1
"""As many are accepted before anything else has its turn."""
FILES = 256
"""Files that the process may have open beside its connections, those of the page among them."""
SILENCE_S = 60.0
"""Between two complaints about the same."""


class Complaints:
    """In the place of asyncio's handler of errors that nobody waits for: when the process can open no more files that
    says so with a traceback for each try to accept a client, once a second."""

    def __init__(self) -> None:
        self._again_at = 0.0

    def __call__(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if not str(context.get("message")).startswith("socket.accept()"):
            loop.default_exception_handler(context)
        elif loop.time() >= self._again_at:
            self._again_at = loop.time() + SILENCE_S
            reason = error.strerror if isinstance(error, OSError) else error
            log.error("no more clients can be accepted for now: %s. Raise the limit of open files", reason)


def allow_files(connections: int) -> None:
    """As many open files as so many connections need, as far as the system lets us."""
    needed = connections + FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    bound = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
    if soft != resource.RLIM_INFINITY and soft < bound:
        resource.setrlimit(resource.RLIMIT_NOFILE, (bound, hard))
    if bound < needed:
        log.warning(
            "server.max_connections may need %d open files, the system allows %d: raise that (LimitNOFILE in a unit of "
            "systemd, ulimits in Compose), or lower it",
            needed,
            bound,
        )


async def try_to_listen(uri: str, key: str) -> None:
    """Takes a tcp, http or unix address as a server would and gives it back; nobody is accepted meanwhile.

    Raises:
        ServerError: from the OSError, if there was one; `key` of the configuration is named as what to change.
    """
    with explained(uri, key):
        release(await _listener(uri, lambda *_: None), uri)


async def start_listener(uri: str, accept: Accept) -> asyncio.Server:
    """`accept` gets each client from now on. Raises OSError, UnicodeError, ServerError."""
    listener = await _listener(uri, accept)
    await listener.start_serving()
    for listening in listener.sockets:
        with listening.dup() as same:
            same.listen(BACKLOG)
    return listener


async def _listener(uri: str, accept: Accept) -> asyncio.Server:
    """Nobody is accepted yet."""
    parts = urlsplit(uri)
    if parts.scheme != "unix":
        host, port = parts.hostname or "", parts.port or 0
        return await asyncio.start_server(accept, host, port, limit=MAX_HEADER, backlog=AT_ONCE, start_serving=False)
    path = Path(parts.path)
    # asyncio would take the path of a service that is still listening
    if path.exists():
        if not path.is_socket():
            raise ServerError(f"Can't listen on unix://{path}: that is a file, and no socket", "Change server.uri")
        if _answers(path):
            raise OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE))
    return await asyncio.start_unix_server(accept, path, limit=MAX_HEADER, backlog=AT_ONCE, start_serving=False)


def release(listener: asyncio.Server, uri: str) -> None:
    listener.close()
    parts = urlsplit(uri)
    # before Python 3.13 the file of a unix socket stays; who answers there now is another service that took it over
    if parts.scheme == "unix" and not _answers(Path(parts.path)):
        Path(parts.path).unlink(missing_ok=True)


async def standard_streams() -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
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
def explained(uri: str, key: str) -> Iterator[None]:
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
