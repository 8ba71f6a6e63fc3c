"""Where other machines reach this one: the real addresses of its interfaces, the best first."""

import ipaddress
import re
import socket
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

import ifaddr

MAX_ADDRESSES = 8
"""Two are announced; the others are only watched for changes, and a host may have hundreds."""

_VIRTUAL = re.compile(
    r"docker|br-[0-9a-f]{12}$|veth|virbr|cni|flannel|cali|podman|lxcbr|lxdbr|vmnet|vboxnet"
    # Point-to-point tunnels carry no multicast: who hears the announcement isn't at their other end. A VPN that
    # takes the default route would otherwise put its address first.
    r"|tun\d|utun\d|wg\d|ppp\d|tailscale"
)
_ELSEWHERE = ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1"))
"""Addresses for documentation (RFC 5737, RFC 3849): on no local network, so the default route leads to them."""


@dataclass(frozen=True)
class Adapter:
    name: str
    ips: tuple[str, ...]
    """IPv4 and IPv6 addresses without prefix length or zone."""
    index: int = 0
    """The system's number of it: one that is unplugged and comes back has another."""


def usable_addresses(adapters: Sequence[Adapter], bound: str, primary: str | None) -> list[str]:
    """Where another machine reaches a server that is bound to `bound`: best first, at most MAX_ADDRESSES.

    `bound` is an IP address, or "" for all; `primary` is the source address of the default route.
    ValueError: `bound` is no IP address.
    """
    host = ipaddress.ip_address(bound or "::")
    if not host.is_unspecified:
        return [] if host.is_loopback else [bound.partition("%")[0]]
    families = {4} if host.version == 4 else {4, 6}
    real = [ip for adapter in adapters if not _VIRTUAL.match(adapter.name) for ip in _usable(adapter, families)]
    usable = real or [ip for adapter in adapters for ip in _usable(adapter, families)]
    usable.sort(key=lambda ip: (ip != primary, ":" in ip))
    return list(dict.fromkeys(usable))[:MAX_ADDRESSES]


def local_addresses(bound: str) -> list[str]:
    """`usable_addresses` of this machine now; [] without a network. Can take a while: call it in a thread.

    OSError: the system doesn't tell its interfaces. ValueError: `bound` is no IP address.
    """
    return usable_addresses(adapters(), bound, _default_source())


def adapters() -> list[Adapter]:
    """The interfaces of this machine now. OSError: the system doesn't tell them."""
    return [Adapter(found.name, tuple(map(_plain, found.ips)), found.index or 0) for found in ifaddr.get_adapters()]


def _plain(ip: ifaddr.IP) -> str:
    return ip.ip if isinstance(ip.ip, str) else ip.ip[0]


def indexes(addresses: Sequence[str]) -> tuple[int, ...]:
    """Of the interfaces that have these addresses now. OSError: the system doesn't tell them."""
    return tuple(adapter.index for adapter in adapters() if not set(addresses).isdisjoint(adapter.ips))


def from_here_only(bound: str) -> bool:
    """Whether no other machine reaches a server that is bound to this IP address; "" is all addresses."""
    return bool(bound) and ipaddress.ip_address(bound).is_loopback


def _usable(adapter: Adapter, families: set[int]) -> list[str]:
    parsed = [ipaddress.ip_address(ip) for ip in adapter.ips]
    return [
        str(ip)
        for ip in parsed
        if ip.version in families and not (ip.is_loopback or ip.is_unspecified or ip.is_link_local or ip.is_multicast)
    ]


def _default_source() -> str | None:
    for family, elsewhere in _ELSEWHERE:
        # Connecting a UDP socket chooses a route and sends nothing.
        with suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((elsewhere, 9))
            return str(probe.getsockname()[0])
    return None
