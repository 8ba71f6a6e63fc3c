"""Real mDNS on loopback: a second zeroconf instance observes what the service announces."""

import asyncio
import logging
import os
import shutil
import socket
import subprocess
import sys
import uuid
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import pytest
from zeroconf import IPVersion, ServiceStateChange, Zeroconf
from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo, AsyncZeroconf

from wyoming_kokoro.errors import ServerError
from wyoming_kokoro.wire import discovery
from wyoming_kokoro.wire.discovery import (
    LABEL_BYTES,
    SERVICE_TYPE,
    Found,
    announced,
    browse,
    default_name,
)

LOOPBACK = ["127.0.0.1"]
PATIENCE_S = 30
ON_LOOPBACK: Any = {"interfaces": LOOPBACK, "check_every": 0.01}


@pytest.fixture
def name() -> str:
    """One that no other test run on this machine has."""
    return f"kokoro-{uuid.uuid4().hex[:8]}"


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Probing and repeating at a pace for loopback: 0.1 s for what takes 2 s in a house."""
    monkeypatch.setattr("zeroconf._core._PROBE_RANDOM_DELAY_INTERVAL", (1, 5))
    for pause in ("_CHECK_TIME", "_REGISTER_TIME", "_UNREGISTER_TIME"):
        monkeypatch.setattr(f"zeroconf._core.{pause}", 10)


class Observer:
    """What a second mDNS stack learns of one service."""

    def __init__(self, mdns: AsyncZeroconf, name: str) -> None:
        self.full_name = f"{name}.{SERVICE_TYPE}"
        self.changes: asyncio.Queue[ServiceStateChange] = asyncio.Queue()
        self._mdns = mdns

    def changed(self, zeroconf: Zeroconf, service_type: str, name: str, state_change: ServiceStateChange) -> None:
        # an announcement is repeated, which a busy machine hears as an update with nothing new
        if name == self.full_name and state_change is not ServiceStateChange.Updated:
            self.changes.put_nowait(state_change)

    async def added(self) -> AsyncServiceInfo:
        assert await self.changes.get() is ServiceStateChange.Added
        info = await self._mdns.async_get_service_info(SERVICE_TYPE, self.full_name, PATIENCE_S * 1000)
        assert info is not None
        return info

    async def removed(self) -> None:
        assert await self.changes.get() is ServiceStateChange.Removed


@asynccontextmanager
async def observing(name: str) -> AsyncIterator[Observer]:
    async with asyncio.timeout(PATIENCE_S), AsyncZeroconf(interfaces=LOOPBACK) as mdns:
        observer = Observer(mdns, name)
        async with AsyncServiceBrowser(mdns.zeroconf, SERVICE_TYPE, handlers=[observer.changed]):
            yield observer


class Network:
    """The addresses that the service sees, to be changed at will; and how often it has looked."""

    def __init__(self, *addresses: str) -> None:
        self.addresses: Sequence[str] = addresses
        self.error: Exception | None = None
        self._loop = asyncio.get_running_loop()
        self._looks: asyncio.Queue[None] = asyncio.Queue()

    def __call__(self) -> Sequence[str]:
        self._loop.call_soon_threadsafe(self._looks.put_nowait, None)
        if self.error:
            raise self.error
        return self.addresses

    async def looked_at(self, times: int) -> None:
        for _ in range(times):
            await self._looks.get()


def as_home_assistant_reads(info: AsyncServiceInfo) -> tuple[str, str, int | None]:
    """Name, host and port of its discovery; the host as its zeroconf integration chooses it."""
    hosts = info.ip_addresses_by_version(IPVersion.All)
    host = next(ip for ip in hosts if not ip.is_link_local and not ip.is_unspecified)
    return info.name, str(host), info.port


@contextmanager
def warnings_of(caplog: pytest.LogCaptureFixture) -> Iterator[Callable[[], list[str]]]:
    with caplog.at_level(logging.INFO, logger=discovery.__name__):
        yield lambda: [record.message for record in caplog.records if record.levelno >= logging.WARNING]


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("box", "kokoro-box"),
        ("box.lan.example", "kokoro-box"),
        ("küche", "kokoro-küche"),
        ("", "kokoro"),
        ("a\x00b", "kokoro-a-b"),
        ("bad\udcff", "kokoro-bad"),
        ("ü" * 60, "kokoro-" + "ü" * 28),
    ],
)
def test_the_default_name_is_one_label_with_the_host_name(
    host: str, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Dots, control characters and overlong or broken names of hosts end up as one valid DNS-SD label."""
    monkeypatch.setattr(socket, "gethostname", lambda: host)
    assert default_name() == expected
    assert len(default_name().encode()) <= LABEL_BYTES


async def test_home_assistant_finds_the_service(name: str, quick: None, caplog: pytest.LogCaptureFixture) -> None:
    """Name, first address and port are what its config flow reads; the log says the same; at the end it is gone."""
    network = Network("192.168.1.5")
    with warnings_of(caplog) as warnings:
        async with observing(name) as observer:
            async with announced(name, 10200, network, **ON_LOOPBACK) as announcement:
                info = await observer.added()
                assert as_home_assistant_reads(info) == (f"{name}._wyoming._tcp.local.", "192.168.1.5", 10200)
                assert info.type == SERVICE_TYPE
                assert info.server is not None
                assert info.server.isascii()
                await network.looked_at(2)
                assert (announcement.name, announcement.addresses) == (name, ("192.168.1.5",))
            await observer.removed()
            assert announcement.addresses == ()
        assert not warnings()
    assert caplog.messages == [f"announced '{name}' at 192.168.1.5, port 10200"]


async def test_of_several_addresses_the_first_of_each_family_is_announced(name: str, quick: None) -> None:
    """zeroconf shuffles addresses, and Home Assistant takes the first: there may be only one to take."""
    network = Network("192.168.1.5", "10.0.0.1", "10.0.0.2", "10.0.0.3", "2001:db8::5", "2001:db8::6")
    async with observing(name) as observer, announced(name, 1, network, interfaces=LOOPBACK):
        info = await observer.added()
        assert as_home_assistant_reads(info)[1] == "192.168.1.5"
        assert info.parsed_addresses() == ["192.168.1.5", "2001:db8::5"]


async def test_a_name_that_dns_cannot_carry_is_mended(name: str, quick: None) -> None:
    """A configured name with dots or of any length is announced as one label, and the log can tell which."""
    configured, label = f"{name} v1.0 " + "é" * 40, f"{name} v1-0 " + "é" * 21
    network = Network("10.0.0.1")
    async with observing(label) as observer, announced(configured, 1, network, **ON_LOOPBACK) as announcement:
        await observer.added()
        assert announcement.name == label


async def test_a_new_address_is_followed(name: str, quick: None) -> None:
    """An observer sees a goodbye and then the new address alone."""
    network = Network("10.0.0.1")
    async with observing(name) as observer, announced(name, 1, network, **ON_LOOPBACK):
        assert (await observer.added()).parsed_addresses() == ["10.0.0.1"]
        network.addresses = ["10.0.0.2"]
        await observer.removed()
        assert (await observer.added()).parsed_addresses() == ["10.0.0.2"]
        assert observer.changes.empty()


async def test_the_service_waits_for_a_network(name: str, quick: None, caplog: pytest.LogCaptureFixture) -> None:
    """Without an address nothing is announced, which isn't a warning; with the first one the service appears."""
    network = Network()
    with warnings_of(caplog) as warnings:
        async with observing(name) as observer, announced(name, 1, network, **ON_LOOPBACK) as announcement:
            await network.looked_at(3)
            assert announcement.addresses == ()
            assert observer.changes.empty()
            network.addresses = ["10.0.0.1"]
            await observer.added()
        assert not warnings()
    assert sum("looking for one" in message for message in caplog.messages) == 1


async def test_a_cancelled_service_says_goodbye(name: str, quick: None) -> None:
    """Cancelling the task that runs the body takes the service off the network."""

    async def serve() -> None:
        async with announced(name, 1, Network("10.0.0.1"), interfaces=LOOPBACK):
            await asyncio.Event().wait()

    async with observing(name) as observer:
        task = asyncio.create_task(serve())
        await observer.added()
        task.cancel()
        await observer.removed()
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_a_taken_name_is_one_warning(name: str, caplog: pytest.LogCaptureFixture) -> None:
    """The body runs on beside another device of that name, and has the name once the other has left."""
    network = Network("10.0.0.2")
    with warnings_of(caplog) as warnings:
        async with observing(name) as observer, AsyncZeroconf(interfaces=LOOPBACK) as other:
            taken = AsyncServiceInfo(SERVICE_TYPE, f"{name}.{SERVICE_TYPE}", 1, parsed_addresses=["10.0.0.1"])
            await (await other.async_register_service(taken, cooperating_responders=True))
            await observer.added()
            async with announced(name, 1, network, **ON_LOOPBACK):
                await network.looked_at(4)
                assert len(warnings()) == 1
                assert "set discovery.name" in warnings()[0]
                assert observer.changes.empty()
                await (await other.async_unregister_service(taken))
                await observer.removed()
                assert (await observer.added()).parsed_addresses() == ["10.0.0.2"]


@pytest.mark.parametrize("error", [OSError(98, "Address already in use"), RuntimeError("No interfaces to listen on")])
async def test_mdns_that_cannot_start_is_one_warning(
    error: Exception, name: str, quick: None, caplog: pytest.LogCaptureFixture
) -> None:
    """The body runs without mDNS, and a later check announces the service."""
    network, broken = Network("10.0.0.1"), True

    def factory(**options: Any) -> AsyncZeroconf:
        if broken:
            raise error
        return AsyncZeroconf(**options)

    with warnings_of(caplog) as warnings:
        service = announced(name, 10200, network, zeroconf_factory=factory, **ON_LOOPBACK)
        async with observing(name) as observer, service:
            await network.looked_at(4)
            assert len(warnings()) == 1
            assert str(error) in warnings()[0]
            assert "Home Assistant can be given HOST:10200 by hand" in warnings()[0]
            broken = False
            await observer.added()


async def test_a_system_that_hides_its_addresses_keeps_the_announcement(
    name: str, quick: None, caplog: pytest.LogCaptureFixture
) -> None:
    """When the addresses can't be read any more, there is one warning and what is announced stays."""
    network = Network("10.0.0.1")
    with warnings_of(caplog) as warnings:
        async with observing(name) as observer, announced(name, 1, network, **ON_LOOPBACK) as announcement:
            await observer.added()
            network.error = PermissionError(13, "Permission denied")
            while not warnings():
                await network.looked_at(1)
            await network.looked_at(3)
            assert len(warnings()) == 1
            assert announcement.addresses == ("10.0.0.1",)
            assert observer.changes.empty()


async def test_a_bug_in_the_source_of_addresses_is_raised_at_the_end(name: str) -> None:
    """What isn't trouble with the network isn't swallowed."""
    network = Network()
    network.error = ValueError("a bug")

    async def serve() -> None:
        async with announced(name, 1, network, interfaces=LOOPBACK):
            [task] = [task for task in asyncio.all_tasks() if task.get_name() == "discovery"]
            await asyncio.wait({task})

    with pytest.raises(ValueError, match="a bug"):
        await serve()


async def test_mdns_that_hangs_at_the_end_is_left(name: str, quick: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The service ends within CLOSE_S whatever mDNS does, and its sockets are closed."""
    opened: list[AsyncZeroconf] = []

    class Stuck(AsyncZeroconf):
        async def async_close(self) -> None:
            await asyncio.Event().wait()

    def factory(**options: Any) -> AsyncZeroconf:
        opened.append(Stuck(**options))
        return opened[-1]

    monkeypatch.setattr(discovery, "CLOSE_S", 0.01)
    async with asyncio.timeout(PATIENCE_S):
        network = Network("10.0.0.1")
        async with announced(name, 1, network, zeroconf_factory=factory, **ON_LOOPBACK):
            await network.looked_at(2)
    [mdns] = opened
    assert [sender.transport.is_closing() for sender in mdns.zeroconf.engine.senders] == [True]


async def test_browsing_lists_servers_as_uris(name: str, quick: None) -> None:
    """Each server has one URI, IPv6 in brackets, by name; one that nobody could reach is left out."""
    services = {f"{name}-b": ["10.0.0.1", "2001:db8::1"], f"{name}-a": ["2001:db8::1"], f"{name}-c": ["169.254.1.1"]}
    async with asyncio.timeout(PATIENCE_S), AsyncZeroconf(interfaces=LOOPBACK) as mdns:
        for service, addresses in services.items():
            host = f"{service}-host.local."
            full = f"{service}.{SERVICE_TYPE}"
            info = AsyncServiceInfo(SERVICE_TYPE, full, 10200, properties={}, server=host, parsed_addresses=addresses)
            await (await mdns.async_register_service(info))
        found = [server for server in await browse(PATIENCE_S, interfaces=LOOPBACK) if server.name.startswith(name)]
    assert found == [
        Found(f"{name}-a", "tcp://[2001:db8::1]:10200"),
        Found(f"{name}-b", "tcp://10.0.0.1:10200"),
    ]


async def test_browsing_without_mdns_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the reason and the way without discovery."""

    def broken(**_: object) -> AsyncZeroconf:
        raise OSError(98, "Address already in use")

    monkeypatch.setattr(discovery, "AsyncZeroconf", broken)
    with pytest.raises(ServerError, match=r"Address already in use.*tcp://HOST:PORT"):
        await browse(1.0, interfaces=LOOPBACK)


ANNOUNCE = """
import asyncio, functools, sys
from wyoming_kokoro.wire.addresses import local_addresses
from wyoming_kokoro.wire.discovery import announced
async def main():
    async with announced(sys.argv[1], 10200, functools.partial(local_addresses, "0.0.0.0"), check_every=0.2):
        await asyncio.to_thread(sys.stdin.read)
asyncio.run(main())
"""
OBSERVE = """
import asyncio, sys
from zeroconf.asyncio import AsyncServiceBrowser, AsyncZeroconf
async def show(mdns, type_, name, change):
    info = await mdns.async_get_service_info(type_, name) if change == "Added" else None
    print(change, info and info.parsed_addresses(), flush=True)
async def main():
    tasks = []
    def changed(zeroconf, service_type, name, state_change):
        tasks.append(asyncio.create_task(show(mdns, service_type, name, state_change.name)))
    async with AsyncZeroconf() as mdns, AsyncServiceBrowser(mdns.zeroconf, "_wyoming._tcp.local.", handlers=[changed]):
        await asyncio.to_thread(sys.stdin.read)
asyncio.run(main())
"""


class Houses:
    """Two network namespaces joined by a cable."""

    def __init__(self, tag: str) -> None:
        self.here, self.there = f"kk-{tag}-a", f"kk-{tag}-b"

    def build(self) -> None:
        ip("netns", "add", self.here)
        ip("netns", "add", self.there)
        ip("link", "add", "lan0", "netns", self.here, "type", "veth", "peer", "name", "lan0", "netns", self.there)
        for house, address in ((self.here, "10.99.0.1/24"), (self.there, "10.99.0.2/24")):
            ip("-n", house, "link", "set", "lo", "up")
            ip("-n", house, "link", "set", "lan0", "up")
            ip("-n", house, "addr", "add", address, "dev", "lan0")

    def tear_down(self) -> None:
        for house in (self.here, self.there):
            subprocess.run(["ip", "netns", "del", house], check=False, capture_output=True)

    def python(self, house: str, *arguments: str) -> subprocess.Popen[str]:
        command = ["timeout", str(PATIENCE_S), "ip", "netns", "exec", house, sys.executable, "-c", *arguments]
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)


@pytest.fixture
def houses(name: str) -> Iterator[Houses]:
    if os.geteuid() or not shutil.which("ip"):
        pytest.skip("needs root and iproute2")
    houses = Houses(name[-8:])
    try:
        houses.build()
    except subprocess.CalledProcessError as error:
        houses.tear_down()
        pytest.skip(f"no network namespaces here: {error.stderr.decode().strip()}")
    yield houses
    houses.tear_down()


def line_of(process: subprocess.Popen[str]) -> str:
    """The next line of its output, "" at its end."""
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_another_host_sees_the_real_address_and_its_change(houses: Houses, name: str) -> None:
    """Bound to 0.0.0.0, the service is seen at the address of the network card, and leaves it when that changes."""
    with houses.python(houses.there, OBSERVE) as observer, houses.python(houses.here, ANNOUNCE, name) as service:
        assert line_of(observer) == "Added ['10.99.0.1']"
        ip("-n", houses.here, "addr", "del", "10.99.0.1/24", "dev", "lan0")
        ip("-n", houses.here, "addr", "add", "10.99.0.7/24", "dev", "lan0")
        assert line_of(observer) == "Removed None"
        assert line_of(observer) == "Added ['10.99.0.7']"
        service.communicate(timeout=PATIENCE_S)
        assert service.returncode == 0
        assert line_of(observer) == "Removed None"
        observer.communicate(timeout=PATIENCE_S)


def plug(houses: Houses, address: str) -> None:
    """The cable, with an address at this end."""
    ip("link", "add", "lan0", "netns", houses.here, "type", "veth", "peer", "name", "lan0", "netns", houses.there)
    for house, own in ((houses.here, address), (houses.there, "10.99.0.2/24")):
        ip("-n", house, "link", "set", "lan0", "up")
        ip("-n", house, "addr", "add", own, "dev", "lan0")


def seen_by_a_newcomer(houses: Houses) -> str:
    with houses.python(houses.there, OBSERVE) as observer:
        found = line_of(observer)
        observer.communicate(timeout=PATIENCE_S)
    return found


@pytest.mark.parametrize("fault", ["down", "unplugged"])
def test_a_network_that_was_away_finds_the_service_again(fault: str, houses: Houses, name: str) -> None:
    """The same address, on an interface that was down, or that is a new one: somebody who looks then still finds it."""
    with houses.python(houses.here, ANNOUNCE, name) as service:
        assert seen_by_a_newcomer(houses) == "Added ['10.99.0.1']"
        if fault == "down":
            ip("-n", houses.here, "link", "set", "lan0", "down")
            ip("-n", houses.here, "link", "set", "lan0", "up")
        else:
            ip("-n", houses.here, "link", "del", "lan0")
            plug(houses, "10.99.0.1/24")
        assert seen_by_a_newcomer(houses) == "Added ['10.99.0.1']"
        service.communicate(timeout=PATIENCE_S)
        assert service.returncode == 0
