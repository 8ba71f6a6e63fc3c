"""Who may connect: pure decisions over addresses and limits."""

import ipaddress
from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar

from wyoming_kokoro import config
from wyoming_kokoro.errors import ForbiddenError, KokoroError, LimitError


class Guest(Protocol):
    """A connection, as far as its place is concerned."""

    @property
    def address(self) -> str:
        """IP address without zone; "" for a unix socket and standard input."""

    @property
    def idle_since(self) -> float | None:
        """When it last said or was told something; None while it waits for an answer."""


Someone = TypeVar("Someone", bound=Guest)


def make_room(settings: config.Server, address: str, guests: Sequence[Someone]) -> Someone | None:
    """Who of the guests has to leave so that one more may come from `address`; None if there is room.

    Raises:
        ForbiddenError: nobody may come from there.
        LimitError: all the guests in the way are being answered.
    """
    if address:
        check_allowed(settings.allow, address)
    same = [guest for guest in guests if guest.address == address]
    if address and len(same) >= settings.max_per_address:
        most = f"{settings.max_per_address} connections from {address}"
        return _idle_for_longest(same, LimitError(f"Already {most}, all busy", "Raise server.max_per_address"))
    if len(guests) >= settings.max_connections:
        most = f"{settings.max_connections} connections"
        return _idle_for_longest(guests, LimitError(f"Already {most}, all busy", "Raise server.max_connections"))
    return None


def plain(address: str) -> str:
    """Without the zone of an IPv6 address, and IPv4 as such where a socket for both shows it inside of IPv6."""
    found = ipaddress.ip_address(address.partition("%")[0])
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return str(mapped or found)


def check_allowed(allow: Iterable[str], address: str) -> None:
    """Raises ForbiddenError where there are allowed networks, and a plain `address` is in none of them. This machine
    always is allowed: else no health check and no `wyoming-kokoro say` could work."""
    networks = [ipaddress.ip_network(network) for network in allow]
    host = ipaddress.ip_address(address)
    if networks and not host.is_loopback and not any(host in network for network in networks):
        raise ForbiddenError(f"{address} may not connect", "Add it to server.allow")


def _idle_for_longest(guests: Iterable[Someone], otherwise: KokoroError) -> Someone:
    idle = [(guest.idle_since, guest) for guest in guests if guest.idle_since is not None]
    if not idle:
        raise otherwise
    return min(idle, key=lambda entry: entry[0])[1]
