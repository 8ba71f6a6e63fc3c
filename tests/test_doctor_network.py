"""Every finding about the network, provoked."""

import asyncio
import contextlib
import errno
import functools
import os
import shutil
import socket
import sys
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import ifaddr
import pytest
from fakes import FakeEngine, paged, served
from permissions import folder_for_all, unprivileged
from wyoming.event import Event, async_write_event
from wyoming.info import Attribution, Info, TtsProgram

from wyoming_kokoro import __version__, config
from wyoming_kokoro.config import Config
from wyoming_kokoro.doctor import network
from wyoming_kokoro.doctor.network import announcing, behind_bridge, listening
from wyoming_kokoro.findings import Finding
from wyoming_kokoro.wire.addresses import Adapter
from wyoming_kokoro.wire.multicast import heard

Answer = Callable[[StreamWriter], Awaitable[None]]

EVERYWHERE = "tcp://0.0.0.0:10210"
PATIENCE_S = 20
LO = Adapter("lo", ("127.0.0.1", "::1"))
LAN = Adapter("eth0", ("192.168.1.20", "fe80::1"))

linux = pytest.mark.skipif(sys.platform != "linux", reason="other systems show sockets with other programs")


def at(uri: str, web: str = "") -> Config:
    """A configuration that listens there."""
    return Config(server=config.Server(uri=uri), web=config.Web(enabled=True, uri=web) if web else config.Web())


def found(settings: Config) -> Finding:
    [finding] = listening(settings)
    return finding


async def found_beside(settings: Config) -> Finding:
    """While this event loop serves."""
    return await asyncio.to_thread(found, settings)


@contextlib.asynccontextmanager
async def another(answer: Answer) -> AsyncIterator[int]:
    """A program on a port of loopback that answers each client in its own way."""

    async def serve(_: StreamReader, writer: StreamWriter) -> None:
        with contextlib.suppress(OSError):
            await answer(writer)
        with contextlib.suppress(OSError):
            writer.close()
            await writer.wait_closed()
        left.set()

    left = asyncio.Event()
    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server, asyncio.timeout(PATIENCE_S):
        yield server.sockets[0].getsockname()[1]
        await left.wait()


def test_a_free_port_is_free_and_stays_free() -> None:
    """Asked twice: the examination itself doesn't keep it."""
    with socket.create_server(("127.0.0.1", 0)) as gone:
        uri = f"tcp://127.0.0.1:{gone.getsockname()[1]}"
    settings = at(uri)
    expected = Finding("ok", f"{uri} is free, the service isn't running")
    assert [found(settings), found(settings)] == [expected, expected]


async def test_the_service_itself_says_what_it_is() -> None:
    """Its version, its voices and who speaks."""
    async with served(FakeEngine()) as server:
        finding = await found_beside(at(server.uri.replace("127.0.0.1", "0.0.0.0")))
    assert finding.level == "ok"
    assert finding.seen == (
        f"the service is running there: kokoro {__version__}, 54 voices. Kokoro text-to-speech. a test speaks"
    )


@linux
def test_a_program_that_never_answers_costs_a_bounded_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A listener that doesn't even accept; the commands that show it and go around it are whole."""
    monkeypatch.setattr(network, "ASK_S", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        finding = found(at(f"tcp://127.0.0.1:{port}"))
    assert finding.level == "error"
    assert finding.seen == f"port {port} is taken by another program: it doesn't answer"
    assert finding.why == "the service can't start"
    assert f"`ss -ltnp 'sport = :{port}'` shows which one" in finding.remedy
    free = port + 10 if port + 10 < 65536 else 10220
    assert finding.remedy.endswith(f"--set server.uri=tcp://127.0.0.1:{free}")


async def prattle(writer: StreamWriter) -> None:
    while True:
        await async_write_event(Event("ping"), writer)
        await writer.drain()


async def refuse(writer: StreamWriter) -> None:
    writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")


async def be_piper(writer: StreamWriter) -> None:
    nobody = Attribution(name="", url="")
    piper = TtsProgram(
        name="piper\x1b[31m\n", attribution=nobody, installed=True, description="", version="", voices=[]
    )
    await async_write_event(Info(tts=[piper]).event(), writer)


async def hear_only(writer: StreamWriter) -> None:
    await async_write_event(Info().event(), writer)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (prattle, "the server doesn't describe itself"),
        (refuse, "the server"),
        (be_piper, "the Wyoming service piper"),
        (hear_only, "a Wyoming service, but not for text-to-speech"),
    ],
)
async def test_another_program_is_told_from_the_service(answer: Answer, said: str) -> None:
    """Whatever it says, endlessly or what a terminal would obey, the finding is one line that prints."""
    async with another(answer) as port:
        finding = await found_beside(at(f"tcp://127.0.0.1:{port}"))
    assert finding.level == "error"
    assert finding.seen.startswith(f"port {port} is taken by another program: {said}")
    assert finding.seen.isprintable()


@pytest.mark.parametrize(
    ("uri", "seen", "remedy"),
    [
        (
            "tcp://203.0.113.7:10333",
            "can't listen on tcp://203.0.113.7:10333: Cannot assign requested address",
            "This machine has no such address; 0.0.0.0 listens on all: --set server.uri=tcp://0.0.0.0:10333",
        ),
        (
            "tcp://nowhere.invalid:10210",
            "can't listen on tcp://nowhere.invalid:10210: ",
            "--set server.uri=tcp://0.0.0.0:10210",
        ),
        (
            f"tcp://{'a' * 64}:1",
            f"can't listen on tcp://{'a' * 64}:1: ",
            "Check server.uri: --set server.uri=tcp://0.0.0.0:10210",
        ),
        ("unix:///nowhere/a b/c", "can't listen on unix:///nowhere/a b/c: No such", "mkdir -p '/nowhere/a b'"),
        (f"unix:///tmp/{'a' * 120}", "can't listen on unix:///tmp/aaa", "Check server.uri"),
        (f"unix://{__file__}", f"can't listen on unix://{__file__}: that is a file", "Change server.uri"),
    ],
)
def test_an_address_where_nobody_can_listen_is_an_error(uri: str, seen: str, remedy: str) -> None:
    """Addresses of other machines, names of none, folders that aren't there."""
    finding = found(at(uri))
    assert (finding.level, finding.why) == ("error", "the service can't start")
    assert finding.seen.startswith(seen)
    assert finding.remedy.endswith(remedy)


def test_a_port_for_root_only_is_an_error() -> None:
    """An unprivileged user is given a port that it may take."""
    first = Path("/proc/sys/net/ipv4/ip_unprivileged_port_start")
    if not first.exists() or int(first.read_text()) <= 81:
        pytest.skip("everybody may take any port here")
    with unprivileged():
        finding = found(at("tcp://127.0.0.1:81"))
    assert (finding.level, finding.seen) == ("error", "can't listen on tcp://127.0.0.1:81: Permission denied")
    assert finding.remedy == "Take a port from 1024 on: --set server.uri=tcp://0.0.0.0:10210"


def test_a_folder_that_cannot_be_written_to_is_an_error() -> None:
    """Where the socket would be made."""
    with folder_for_all() as folder:
        folder.chmod(0o555)
        with unprivileged():
            finding = found(at(f"unix://{folder}/kokoro.sock"))
    assert (finding.level, finding.remedy) == ("error", "Take a folder that this user may write to")
    assert finding.seen.endswith("Permission denied")


async def test_unix_sockets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Free, served, left behind by a service that crashed, taken by another program."""
    path = tmp_path / "kokoro.sock"
    settings = at(f"unix://{path}")
    free = Finding("ok", f"unix://{path} is free, the service isn't running")
    assert await found_beside(settings) == free
    assert not path.exists()
    async with served(FakeEngine(), settings.server):
        assert (await found_beside(settings)).seen.startswith("the service is running there: kokoro ")
        assert path.is_socket()
    with socket.socket(socket.AF_UNIX) as stale:
        stale.bind(str(path))
    assert await found_beside(settings) == free
    monkeypatch.setattr(network, "ASK_S", 0.1)
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(path))
        silent.listen()
        finding = await found_beside(settings)
    assert (finding.level, finding.seen) == ("error", f"{path} is taken by another program: it doesn't answer")
    assert str(path) in finding.remedy and finding.remedy.endswith("stop it, or change server.uri")


def test_standard_input_and_output_are_always_there() -> None:
    """Nothing to examine, and the examination's own streams aren't touched."""
    assert found(at("stdio://")).level == "ok"


async def test_the_page_is_examined_where_it_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Free, served by the service, or taken: by a Wyoming server, by one that says nothing."""

    async def examined(page: str) -> Finding:
        web = config.Web(enabled=True, uri=page, api_key="secret-of-the-page")
        settings = Config(server=config.Server(uri="stdio://"), web=web)
        _, finding = await asyncio.to_thread(lambda: list(listening(settings)))
        return finding

    async with paged(FakeEngine(), config.Web(uri="http://127.0.0.1:0", api_key="secret-of-the-page")) as (_, page):
        running = await examined(page.replace("127.0.0.1", "0.0.0.0"))
    assert running == Finding("ok", f"the status page is at {page}: version {__version__}, fake speaks")
    assert await examined(page) == Finding("ok", f"{page} is free for the status page")
    async with another(refuse) as port:
        taken = await examined(f"http://127.0.0.1:{port}")
    assert taken.level == "error"
    assert taken.seen == f"port {port} is taken by another program: it answers 400 application/octet-stream"
    assert "--set web.uri=http://127.0.0.1:" in taken.remedy
    async with another(hear_only) as port:
        taken = await examined(f"http://127.0.0.1:{port}")
    assert taken.seen.startswith(f"port {port} is taken by another program: it has no status page: ")
    foreign = await examined("http://203.0.113.7:80")
    assert (foreign.level, foreign.why) == ("error", "the service can't start")
    assert foreign.remedy.endswith("--set web.uri=http://0.0.0.0:10211")


@pytest.fixture
def on_host(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests may themselves run in a container."""
    monkeypatch.setattr(network, "in_container", lambda: False)


@pytest.fixture
def lan(on_host: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine at 192.168.1.20, which hears itself."""
    have(monkeypatch, LO, LAN)
    monkeypatch.setattr(network, "heard", lambda *_: True)


def have(monkeypatch: pytest.MonkeyPatch, *adapters: Adapter) -> None:
    def ips(adapter: Adapter) -> list[ifaddr.IP]:
        return [ifaddr.IP((ip, 0, 0) if ":" in ip else ip, 24, adapter.name) for ip in adapter.ips]

    monkeypatch.setattr(ifaddr, "get_adapters", lambda: [ifaddr.Adapter(a.name, a.name, ips(a)) for a in adapters])


def announced(uri: str = EVERYWHERE, *addresses: str, enabled: bool = True) -> list[Finding]:
    discovery = config.Discovery(enabled=enabled, name="kokoro-secret", addresses=addresses)
    return list(announcing(Config(server=config.Server(uri=uri), discovery=discovery)))


def test_discovery_that_is_switched_off_is_a_note() -> None:
    """With the way to switch it on, and the way without it."""
    [finding] = announced(enabled=False)
    assert (finding.level, finding.remedy) == ("note", "--set discovery.enabled=true")
    assert "by hand, with host and port" in finding.why


@pytest.mark.parametrize(
    "uri", ["tcp://127.0.0.1:10210", "tcp://localhost:1", "tcp://[::1]:1", "unix:///a", "stdio://"]
)
def test_a_service_for_this_machine_only_is_a_note(uri: str, lan: None) -> None:
    """Nobody else could use what was announced."""
    [finding] = announced(uri)
    assert (finding.level, finding.seen) == ("note", f"not announced: {uri} is reached from this machine only")
    assert finding.remedy == "--set server.uri=tcp://0.0.0.0:10210"


@pytest.mark.parametrize("uri", ["tcp://nowhere.invalid:10210", f"tcp://{'a' * 64}:1"])
def test_a_host_that_is_none_is_a_warning(uri: str) -> None:
    """A name that can't be looked up, one that can't even be asked for."""
    [finding] = announced(uri)
    assert finding.level == "warning" and "can't be found out" in finding.seen


def test_a_system_that_hides_its_addresses_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not an exception."""

    def hidden() -> list[ifaddr.Adapter]:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(ifaddr, "get_adapters", hidden)
    [finding] = announced()
    assert finding.level == "warning" and finding.seen.endswith("permission denied")


def test_a_machine_without_a_network_is_a_warning(on_host: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Loopback and link-local addresses are of no use to others."""
    have(monkeypatch, LO, Adapter("eth0", ("169.254.7.7", "fe80::1")))
    [finding] = announced()
    assert (finding.level, finding.seen) == ("warning", "no address that other machines can reach")


def test_multicast_that_works_is_ok_and_names_addresses_only(lan: None) -> None:
    """Where Home Assistant will find the service; never its name, which may be the host's."""
    assert announced() == [Finding("ok", "announced at 192.168.1.20; multicast DNS works at 192.168.1.20")]


def test_it_is_really_heard_on_loopback(on_host: None) -> None:
    """The real sockets of mDNS, for a service that is announced at loopback."""
    [finding] = announced("tcp://127.0.0.1:10210", "127.0.0.1")
    assert finding == Finding("ok", "announced at 127.0.0.1; multicast DNS works at 127.0.0.1")


def test_an_address_of_another_machine_is_a_note(lan: None) -> None:
    """Right where something forwards to this machine, a trap after the address has changed."""
    note, finding = announced(EVERYWHERE, "192.168.1.9")
    assert (note.level, note.remedy) == ("note", "check discovery.addresses")
    assert note.seen == "192.168.1.9 is to be announced, but isn't an address of this machine"
    assert finding == Finding("ok", "announced at 192.168.1.9; multicast DNS works at 192.168.1.20")


def test_ipv6_alone_is_a_note(on_host: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """What isn't examined is said to be so. An address may be written in many ways."""
    have(monkeypatch, LO, Adapter("eth0", ("fd00::2",)))
    [finding] = announced("tcp://[::]:10210", "fd00:0::2")
    assert finding.level == "note" and "isn't examined" in finding.seen


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (None, "what this machine sends doesn't come back to it"),
        (PermissionError(errno.EPERM, os.strerror(errno.EPERM)), "operation not permitted"),
        (OSError(errno.ENETUNREACH, os.strerror(errno.ENETUNREACH)), "network is unreachable"),
    ],
)
def test_blocked_multicast_is_a_warning(
    error: OSError | None, reason: str, lan: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Silence or a refusal; what comes of it, and what opens the firewall."""

    def blocked(*_: object) -> bool:
        if error:
            raise error
        return False

    monkeypatch.setattr(network, "heard", blocked)
    [finding] = announced()
    assert (finding.level, finding.seen) == ("warning", f"multicast DNS is blocked at 192.168.1.20: {reason}")
    assert "under Discovered" in finding.why and finding.remedy


@linux
@pytest.mark.parametrize(
    ("installed", "remedy"),
    [
        (("ufw",), "ufw allow 5353/udp"),
        (("firewall-cmd",), "firewall-cmd --add-service=mdns --permanent && firewall-cmd --reload"),
        ((), "firewall-cmd --add-service=mdns --permanent && firewall-cmd --reload or ufw allow 5353/udp"),
    ],
)
def test_the_remedy_fits_the_firewall(
    installed: tuple[str, ...], remedy: str, lan: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one that is installed, else both."""
    monkeypatch.setattr(network, "heard", lambda *_: False)
    monkeypatch.setattr(shutil, "which", lambda name, path: name if name in installed and "/usr/sbin" in path else None)
    [finding] = announced()
    assert finding.remedy == f"let UDP port 5353 through the firewall: {remedy}"


@linux
def test_an_mdns_port_that_somebody_has_alone_is_a_warning(lan: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that doesn't share, on a port of the test's own; the real one may be in use here."""
    have(monkeypatch, LO)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as alone:
        alone.bind(("", 0))
        monkeypatch.setattr(network, "heard", functools.partial(heard, port=alone.getsockname()[1]))
        [finding] = announced(EVERYWHERE, "127.0.0.1")
    assert finding.level == "warning" and "UDP 5353, for itself" in finding.seen
    assert "`ss -lunp 'sport = :5353'`" in finding.remedy


@pytest.mark.parametrize(
    ("adapters", "in_container", "expected"),
    [
        ((LO, Adapter("eth0", ("172.17.0.2",))), True, True),
        ((LO, Adapter("eth0", ("172.31.0.9", "fd00::2"))), True, True),
        ((LO, Adapter("eth0", ("10.88.0.5",))), True, True),
        ((LO, Adapter("eth0", ("172.17.0.2",))), False, False),
        ((LO, LAN), True, False),
        ((LO, LAN, Adapter("docker0", ("172.17.0.1",))), True, False),
        ((LO, Adapter("eth0", ("172.20.0.3",)), Adapter("docker0", ("172.17.0.1",))), True, False),
        ((LO, Adapter("eth0", ("172.32.0.1",))), True, False),
        ((LO, Adapter("eth0", ("fd00::2",))), True, False),
        ((LO,), True, False),
        ((), True, False),
    ],
)
def test_a_container_behind_a_bridge_is_told_from_one_with_the_hosts_network(
    adapters: tuple[Adapter, ...], in_container: bool, expected: bool
) -> None:
    """One adapter, at an address that Docker or Podman gave it."""
    assert behind_bridge(adapters, in_container) is expected


def test_a_container_behind_a_bridge_is_a_warning(lan: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Although it hears itself."""
    have(monkeypatch, LO, Adapter("eth0", ("172.18.0.2",)))
    monkeypatch.setattr(network, "in_container", lambda: True)
    [finding] = announced()
    assert finding.level == "warning" and "a container with a network of its own" in finding.seen
    assert finding.remedy.startswith("network_mode: host in docker-compose.yml")
