"""Which of a machine's addresses others can reach."""

import socket

import ifaddr
import pytest

from wyoming_kokoro.wire import addresses
from wyoming_kokoro.wire.addresses import MAX_ADDRESSES, Adapter, local_addresses, usable_addresses

LAN = Adapter("eth0", ("192.168.1.5", "fe80::1", "2001:db8:1::5"))
WIFI = Adapter("wlan0", ("192.168.1.6",))
DOCKER = Adapter("docker0", ("172.17.0.1",))
VPN = Adapter("wg0", ("10.8.0.2",))
LO = Adapter("lo", ("127.0.0.1", "::1"))


@pytest.mark.parametrize(
    ("adapters", "bound", "primary", "expected"),
    [
        ([LO, LAN], "0.0.0.0", None, ["192.168.1.5"]),
        ([LO, LAN], "::", None, ["192.168.1.5", "2001:db8:1::5"]),
        ([LO, LAN], "", None, ["192.168.1.5", "2001:db8:1::5"]),
        ([LAN, WIFI], "0.0.0.0", None, ["192.168.1.5", "192.168.1.6"]),
        ([LAN, WIFI], "", "192.168.1.6", ["192.168.1.6", "192.168.1.5", "2001:db8:1::5"]),
        ([LAN, WIFI], "", "2001:db8:1::5", ["2001:db8:1::5", "192.168.1.5", "192.168.1.6"]),
        ([LAN], "0.0.0.0", "203.0.113.9", ["192.168.1.5"]),
        ([DOCKER, LAN], "0.0.0.0", "172.17.0.1", ["192.168.1.5"]),
        ([VPN, LAN], "0.0.0.0", "10.8.0.2", ["192.168.1.5"]),
        ([LO, DOCKER], "0.0.0.0", None, ["172.17.0.1"]),
        ([Adapter("br-lan", ("192.168.1.1",)), Adapter("br-0123456789ab", ("172.18.0.1",))], "", None, ["192.168.1.1"]),
        ([Adapter("eth0", ("169.254.7.7", "0.0.0.0", "224.0.0.251", "ff02::fb", "::"))], "", None, []),
        ([Adapter("eth0", ("192.168.1.5",)), Adapter("eth0:1", ("192.168.1.5",))], "", None, ["192.168.1.5"]),
        ([LO], "", None, []),
        ([], "", None, []),
        ([LAN], "192.168.1.7", None, ["192.168.1.7"]),
        ([LAN], "2001:db8::7", None, ["2001:db8::7"]),
        ([LAN], "fe80::7%eth0", None, ["fe80::7"]),
        ([LAN], "127.0.0.1", None, []),
        ([LAN], "::1", None, []),
    ],
)
def test_only_addresses_that_others_reach_are_usable(
    adapters: list[Adapter], bound: str, primary: str | None, expected: list[str]
) -> None:
    """The address of the default route is first, then IPv4, and bridges count only where there is nothing else."""
    assert usable_addresses(adapters, bound, primary) == expected


def test_the_number_of_addresses_is_bounded() -> None:
    """A host with a hundred addresses doesn't fill mDNS packets; its primary address is still the first."""
    crowd = Adapter("eth0", tuple(f"10.0.0.{number}" for number in range(1, 101)))
    usable = usable_addresses([crowd], "0.0.0.0", "10.0.0.99")
    assert len(usable) == MAX_ADDRESSES
    assert usable[:2] == ["10.0.0.99", "10.0.0.1"]


def test_a_host_name_is_refused() -> None:
    """Names are resolved by the caller."""
    with pytest.raises(ValueError, match="localhost"):
        usable_addresses([LAN], "localhost", None)


def test_this_machine_has_no_unusable_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    """The system's own adapters are read, IPv6 tuples too, and the source of the default route goes first."""
    ips = [ifaddr.IP("127.0.0.1", 8, "lo"), ifaddr.IP("10.1.1.1", 24, "a"), ifaddr.IP(("fd00::5", 0, 0), 64, "a")]
    monkeypatch.setattr(ifaddr, "get_adapters", lambda: [ifaddr.Adapter("a", "a", [*ips])])
    assert local_addresses("0.0.0.0") == ["10.1.1.1"]
    assert local_addresses("") == ["10.1.1.1", "fd00::5"]
    monkeypatch.setattr(addresses, "_ELSEWHERE", ((socket.AF_INET, "127.0.0.1"),))
    assert addresses._default_source() == "127.0.0.1"


def test_without_a_network_there_are_no_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    """No route and no adapter but loopback give an empty list, not an error."""

    def unreachable(*_: object) -> None:
        raise OSError(101, "Network is unreachable")

    monkeypatch.setattr(socket.socket, "connect", unreachable)
    monkeypatch.setattr(ifaddr, "get_adapters", lambda: [ifaddr.Adapter("lo", "lo", [ifaddr.IP("127.0.0.1", 8, "lo")])])
    assert local_addresses("") == []
