"""Who may connect: cases of addresses and limits."""

from dataclasses import dataclass

import pytest

from wyoming_kokoro import config
from wyoming_kokoro.errors import ForbiddenError, LimitError
from wyoming_kokoro.wire.admission import make_room, plain


@dataclass(frozen=True)
class Guest:
    address: str
    idle_since: float | None


HOME, OTHER, SOCKET = "192.168.1.20", "192.168.1.21", ""


def limits(total: int = 4, each: int = 3, allow: tuple[str, ...] = ()) -> config.Server:
    return config.Server(max_connections=total, max_per_address=each, allow=allow)


def test_there_is_room_below_the_limits() -> None:
    """Nobody has to leave."""
    assert make_room(limits(), HOME, [Guest(HOME, 1.0), Guest(HOME, None), Guest(OTHER, 2.0)]) is None


def test_the_one_that_is_idle_for_longest_makes_room() -> None:
    """Of all at the limit in all, of those from the same address at that of one address; never one that is busy."""
    guests = [Guest(HOME, None), Guest(OTHER, 5.0), Guest(HOME, 3.0), Guest(OTHER, 4.0)]
    assert make_room(limits(), HOME, guests) is guests[2]
    assert make_room(limits(total=9, each=2), OTHER, guests) is guests[3]
    assert make_room(limits(total=9, each=2), HOME, guests) is guests[2]


@pytest.mark.parametrize(("total", "each", "key"), [(2, 9, "max_connections"), (9, 2, "max_per_address")])
def test_nobody_who_is_being_answered_has_to_leave(total: int, each: int, key: str) -> None:
    """The error names the limit that was met."""
    with pytest.raises(LimitError, match=f"Already 2 connections.*Raise server.{key}"):
        make_room(limits(total, each), HOME, [Guest(HOME, None), Guest(HOME, None)])


def test_clients_without_an_address_are_not_one_address() -> None:
    """Those of a unix socket are different programs of this machine; the limit in all is theirs, too."""
    guests = [Guest(SOCKET, None)] * 3
    assert make_room(limits(), SOCKET, guests) is None
    with pytest.raises(LimitError, match="max_connections"):
        make_room(limits(), SOCKET, [*guests, Guest(SOCKET, None)])


@pytest.mark.parametrize("address", ["192.168.1.7", "10.0.0.9", "fd00::5", "127.0.0.1", "127.8.0.1", "::1", ""])
def test_allowed_are_the_networks_and_this_machine(address: str) -> None:
    """An address or a network, IPv4 or IPv6."""
    assert make_room(limits(allow=("192.168.1.0/24", "10.0.0.9", "fd00::/8")), address, []) is None


@pytest.mark.parametrize("address", ["192.168.2.7", "10.0.0.10", "fe80::5", "2001:db8::1"])
def test_others_are_forbidden(address: str) -> None:
    """The error says which address it was, and the key."""
    with pytest.raises(ForbiddenError, match=f"{address} may not connect. Add it to server.allow"):
        make_room(limits(allow=("192.168.1.0/24", "10.0.0.9", "fd00::/8")), address, [])


@pytest.mark.parametrize(
    ("shown", "meant"),
    [
        ("192.168.1.7", "192.168.1.7"),
        ("::ffff:192.168.1.7", "192.168.1.7"),
        ("fe80::1%eth0", "fe80::1"),
        ("2001:db8:0:0::1", "2001:db8::1"),
    ],
)
def test_addresses_are_compared_as_what_they_mean(shown: str, meant: str) -> None:
    """A socket for both families shows IPv4 inside of IPv6, and a zone is none of the address."""
    assert plain(shown) == meant
