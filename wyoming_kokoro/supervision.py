"""What a supervisor is told, and the end of the process in the time that it grants."""

import asyncio
import logging
import os
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass

log = logging.getLogger(__name__)

STATUS_S = 10.0
"""How often it is told anew how things are."""
LEAST_S = 3.0
"""However short the grace is: what is closed in good order takes less."""


class Systemd:
    """systemd's notification protocol (sd_notify(3)), which Podman understands, too. Does nothing elsewhere."""

    def __init__(self, socket_path: str | None = None, watchdog_us: str | None = None) -> None:
        """By default as the environment says."""
        path = os.environ.get("NOTIFY_SOCKET", "") if socket_path is None else socket_path
        self._address = f"\0{path[1:]}" if path.startswith("@") else path
        given = os.environ.get("WATCHDOG_USEC", "") if watchdog_us is None else watchdog_us
        self._watchdog_s = int(given) / 1e6 if given.isdecimal() else 0.0

    def tell(self, *news: str) -> None:
        """For example READY=1, STATUS=in one line."""
        if not self._address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as there:
                there.connect(self._address)
                there.sendall("\n".join(news).encode())
        except OSError as error:
            log.debug("the supervisor wasn't told %s: %s", news, error)

    async def reassure(self, status: Callable[[], str]) -> None:
        """Never ends. Tells that the event loop runs, which is what answers everybody, and the status."""
        if not self._address:
            await asyncio.Event().wait()
        every = min(self._watchdog_s / 2, STATUS_S) if self._watchdog_s else STATUS_S
        while True:
            self.tell("WATCHDOG=1", f"STATUS={status()}")
            await asyncio.sleep(every)


class Ending:
    """The time that the service may take to end."""

    def __init__(self, grace: float) -> None:
        self._grace = grace
        self._clock = asyncio.get_running_loop().time
        self._until = 0.0

    def begin(self, code: int, reason: str) -> None:
        """From now on the grace runs. After it the process ends with `code`, whatever still runs in it: an inference or
        a load in another thread can't be ended otherwise."""
        self._until = self._clock() + self._grace
        timer = threading.Timer(max(self._grace, LEAST_S), _end, (code, reason))
        timer.daemon = True
        timer.start()

    def left(self) -> float:
        """Seconds; all of them before it has begun."""
        return max(0.0, self._until - self._clock()) if self._until else self._grace


@dataclass(frozen=True)
class Supervisor:
    """Who started the service: what it asks for, and what it is told."""

    stop: asyncio.Event
    """The service is to end."""
    asked: asyncio.Event
    """The configuration is to be read again."""
    ending: Ending
    systemd: Systemd


def _end(code: int, reason: str) -> None:
    log.warning("%s. What still runs in other threads is cut off", reason)
    logging.shutdown()
    os._exit(code)
