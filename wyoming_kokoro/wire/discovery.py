"""Announces the service over mDNS so that Home Assistant finds it by itself, and browses for servers.

Home Assistant keeps of an announcement the instance name, the port and one host: the first address, IPv4 before
IPv6, that is neither link-local nor unspecified. The name and the program's name together are its unique id, so the
name must stay the same. It doesn't read the TXT record.

zeroconf keeps a service's addresses in a set: they leave in an order that differs from run to run (measured with
0.154.0). The one way to make every listener take the right address is to announce one of each family.
"""

import asyncio
import hashlib
import logging
import socket
import unicodedata
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial

from zeroconf import Error as ZeroconfError
from zeroconf import InterfaceChoice, IPVersion, NonUniqueNameException, ServiceStateChange, Zeroconf
from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo, AsyncZeroconf

from wyoming_kokoro import __version__
from wyoming_kokoro.errors import ServerError
from wyoming_kokoro.wire.addresses import indexes, local_addresses

SERVICE_TYPE = "_wyoming._tcp.local."
LABEL_BYTES = 63
"""Length of one DNS label (RFC 1035, 2.3.4)."""
CLOSE_S = 3.0
"""Saying goodbye takes 0.25 s, after a start-up that hangs up to 1 s more. The service must not hang on it."""
RESOLVE_MS = 1500
"""Answers come within 0.5 s; a server that vanished meanwhile must not use up the time for browsing."""
QUIET_S = 1.0
"""Browsing ends early after so long without a new server. Responders wait at most 0.5 s to put answers together."""
MAX_FOUND = 64
"""Servers that wait to be resolved. No house has so many, and a flood of forged ones must not pile up."""

Interfaces = InterfaceChoice | list[str]
"""Where mDNS is spoken: everywhere, or at these IP addresses of this machine."""

_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True)
class Found:
    name: str
    """The instance name; what doesn't print in it is replaced by '?'."""
    uri: str
    """tcp://HOST:PORT, IPv6 in brackets."""


@dataclass(frozen=True)
class _Network:
    addresses: tuple[str, ...]
    interfaces: tuple[int, ...]
    """Those of the announced addresses. What listened on one that was unplugged hears nothing from a new one."""


def default_name() -> str:
    """kokoro-<short host name>: stable across restarts, another one on every host."""
    return _label(f"kokoro-{socket.gethostname().partition('.')[0]}")


class Announcement:
    """The service as the network sees it; kept up to date by `follow`.

    Every change of the network gets a new zeroconf instance: a running one keeps to the interfaces it was opened on.
    """

    def __init__(
        self,
        name: str,
        port: int,
        source: Callable[[], Sequence[str]],
        open_mdns: Callable[[Sequence[str]], AsyncZeroconf],
    ) -> None:
        self.name = _label(name)
        self.port = port
        self.addresses: tuple[str, ...] = ()
        """What is announced now: at most one IPv4 and one IPv6 address, () while nothing is."""
        self._source = source
        self._open_mdns = open_mdns
        self._mdns: AsyncZeroconf | None = None
        self._seen: _Network | None = None
        """What there was when the present state was reached; None asks for another try."""
        self._last: AsyncServiceInfo | None = None
        """Our own announcement that the network may still believe."""
        self._warned = ""

    async def follow(self, check_every: float) -> None:
        """Announce, look every `check_every` seconds for changes, and say goodbye when cancelled."""
        try:
            while True:
                await self._check()
                await asyncio.sleep(check_every)
        finally:
            await self._withdraw()

    async def _check(self) -> None:
        try:
            seen = await asyncio.to_thread(self._look)
            if seen != self._seen:
                await self._replace(seen)
        except NonUniqueNameException:
            remedy = "set discovery.name to a name of its own"
            await self._fail(f"not announced: another device already has the name {self.name!r}; {remedy}")
        except (OSError, ZeroconfError) as error:
            reason = str(error) or type(error).__name__
            remedy = f"Home Assistant can be given HOST:{self.port} by hand"
            await self._fail(f"not announced: mDNS doesn't work here ({reason}); {remedy}")

    def _look(self) -> _Network:
        addresses = tuple(self._source())
        return _Network(addresses, indexes(one_of_each_family(addresses)))

    async def _replace(self, seen: _Network) -> None:
        before = self.addresses
        if self._mdns is not None and self._last is not None:
            # Its goodbye couldn't leave from an address that is gone: the next instance says it.
            self._mdns.zeroconf.registry.async_remove(self._last)
        await self._withdraw()
        addresses = one_of_each_family(seen.addresses)
        if addresses:
            await self._publish(addresses)
            was = f", was at {', '.join(before)}" if before else ""
            _LOGGER.info("announced %r at %s, port %d%s", self.name, ", ".join(addresses), self.port, was)
            self._warned = ""
        else:
            _LOGGER.info("not announced: no address that other machines can reach; looking for one")
        self._seen, self.addresses = seen, addresses

    async def _publish(self, addresses: tuple[str, ...]) -> None:
        self._mdns = mdns = self._open_mdns(addresses)
        if self._last is not None:
            # Home Assistant keeps the old address in a discovery that it is showing; only a goodbye takes it away.
            await mdns.zeroconf.async_wait_for_start()
            mdns.zeroconf.async_send(mdns.zeroconf.generate_service_broadcast(self._last, 0))
            self._last = None
        info = AsyncServiceInfo(
            SERVICE_TYPE,
            f"{self.name}.{SERVICE_TYPE}",
            port=self.port,
            properties={"version": __version__},
            server=_host_name(self.name),
            parsed_addresses=list(addresses),
        )
        sent = await mdns.async_register_service(info)
        self._last = info
        await sent

    async def _fail(self, warning: str) -> None:
        if self._seen is None:
            await self._withdraw()
        if warning != self._warned:
            _LOGGER.warning(warning)
            self._warned = warning

    async def _withdraw(self) -> None:
        mdns, self._mdns = self._mdns, None
        self._seen, self.addresses = None, ()
        if mdns is None:
            return
        try:
            async with asyncio.timeout(CLOSE_S):
                await mdns.async_close()
        except (OSError, ZeroconfError) as error:
            _LOGGER.debug("mDNS wasn't closed in good order: %s", error)
        finally:
            # Cancelled or out of time above, the sockets would stay open.
            mdns.zeroconf.engine.close()


@asynccontextmanager
async def announced(
    name: str,
    port: int,
    addresses: Callable[[], Sequence[str]],
    *,
    interfaces: Interfaces = InterfaceChoice.All,
    check_every: float = 30.0,
    zeroconf_factory: Callable[..., AsyncZeroconf] = AsyncZeroconf,
) -> AsyncIterator[Announcement]:
    """The service is announced while the body runs, at the first IPv4 and the first IPv6 address of `addresses()`.

    Enters at once and announces in the background (it takes 2 s). `addresses` runs in a thread every `check_every`
    seconds. What goes wrong with mDNS is logged as a warning, once, and tried again; it never ends the body.
    """
    announcement = Announcement(name, port, addresses, partial(_open, zeroconf_factory, interfaces))
    task = asyncio.create_task(announcement.follow(check_every), name="discovery")
    try:
        yield announcement
    finally:
        task.cancel()
        await asyncio.wait({task})
        if not task.cancelled():
            task.result()


async def browse(seconds: float, *, interfaces: Interfaces = InterfaceChoice.All) -> list[Found]:
    """The Wyoming servers that answer within `seconds`, by name; less time if they have all answered by then.

    ServerError: mDNS doesn't work here.
    """
    names: asyncio.Queue[str] = asyncio.Queue(MAX_FOUND)
    found: dict[str, Found] = {}

    # zeroconf calls it with keywords, by these names
    def changed(zeroconf: Zeroconf, service_type: str, name: str, state_change: ServiceStateChange) -> None:  # noqa: ARG001
        if state_change is ServiceStateChange.Removed:
            found.pop(name, None)
        elif not names.full():
            names.put_nowait(name)

    try:
        here = await asyncio.to_thread(local_addresses, "")
        async with (
            _open(AsyncZeroconf, interfaces, here) as mdns,
            AsyncServiceBrowser(mdns.zeroconf, SERVICE_TYPE, handlers=[changed]),
        ):
            await _resolve(mdns, names, found, seconds)
    except (OSError, ZeroconfError) as error:
        reason = str(error) or type(error).__name__
        message = f"can't search the network for servers: mDNS doesn't work here ({reason})"
        raise ServerError(message, "Give the server's address by hand: tcp://HOST:PORT") from error
    return sorted(found.values(), key=lambda server: (server.name, server.uri))


async def _resolve(mdns: AsyncZeroconf, names: asyncio.Queue[str], found: dict[str, Found], seconds: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while True:
                async with asyncio.timeout(QUIET_S if found else None):
                    name = await names.get()
                info = await mdns.async_get_service_info(SERVICE_TYPE, name, RESOLVE_MS)
                if info and (server := _server(info)):
                    found[name] = server


def _server(info: AsyncServiceInfo) -> Found | None:
    """With the host that Home Assistant would take; None if it would take none."""
    addresses = info.ip_addresses_by_version(IPVersion.All)
    hosts = [ip for ip in addresses if not ip.is_link_local and not ip.is_unspecified]
    if not hosts:
        return None
    host = f"[{hosts[0]}]" if hosts[0].version == 6 else str(hosts[0])
    name = "".join(char if char.isprintable() else "?" for char in info.get_name())
    return Found(name, f"tcp://{host}:{info.port}")


def _open(factory: Callable[..., AsyncZeroconf], interfaces: Interfaces, addresses: Sequence[str]) -> AsyncZeroconf:
    """mDNS over IPv4, which every Home Assistant hears, and over IPv6 too where there is no IPv4 address."""
    version = IPVersion.All if addresses and all(":" in ip for ip in addresses) else IPVersion.V4Only
    try:
        return factory(interfaces=interfaces, ip_version=version if isinstance(interfaces, InterfaceChoice) else None)
    except RuntimeError as error:
        # zeroconf's way to say that there is no interface
        raise OSError(str(error)) from error


def one_of_each_family(addresses: Sequence[str]) -> tuple[str, ...]:
    """What is announced of a machine's addresses."""
    ipv4 = [ip for ip in addresses if ":" not in ip]
    ipv6 = [ip for ip in addresses if ":" in ip]
    return (*ipv4[:1], *ipv6[:1])


def _label(text: str) -> str:
    """`text` as one DNS-SD label (RFC 6763, 4.1.1), without the dots, at which zeroconf would split it."""
    encodable = unicodedata.normalize("NFC", text).encode("utf-8", "ignore").decode()
    clean = "".join(char if char.isprintable() and char != "." else "-" for char in encodable).strip(" -")
    return clean.encode()[:LABEL_BYTES].decode("utf-8", "ignore").rstrip(" -") or "kokoro"


def _host_name(name: str) -> str:
    """Of no other instance, and never the host's own: its mDNS responder would see a conflict and rename the host."""
    return f"kokoro-{hashlib.blake2s(name.encode(), digest_size=4).hexdigest()}.local."
