"""Can the service listen where it should, or does it already; and will Home Assistant discover it?"""

import asyncio
import errno
import ipaddress
import os
import shlex
import shutil
import socket
import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from functools import partial
from urllib.parse import urlsplit

import aiohttp

from wyoming_kokoro.config import DEFAULT_PORT, Config
from wyoming_kokoro.errors import ServerError
from wyoming_kokoro.findings import Finding
from wyoming_kokoro.runtime.facts import in_container
from wyoming_kokoro.wire.addresses import Adapter, adapters, from_here_only, local_addresses
from wyoming_kokoro.wire.client import connected, describe, reachable
from wyoming_kokoro.wire.discovery import one_of_each_family
from wyoming_kokoro.wire.info import PROGRAM
from wyoming_kokoro.wire.listening import reached_at, try_to_listen
from wyoming_kokoro.wire.multicast import PORT as MDNS_PORT
from wyoming_kokoro.wire.multicast import heard

ASK_S = 3.0
"""The service answers within 1 s however busy it is; another program may never answer."""
HEAR_S = 1.0
"""What this machine sends comes back in less than a millisecond, to a busy machine a little later."""
MAX_LINE = 500
"""Characters of what another program says about itself."""

FLAGS = {"server.uri": "--set server.uri=", "web.uri": "--set web.uri="}
FIREWALLS = {
    "firewall-cmd": "firewall-cmd --add-service=mdns --permanent && firewall-cmd --reload",
    "ufw": f"ufw allow {MDNS_PORT}/udp",
}
"""Programs that set a firewall up, and how they let multicast DNS through."""
BRIDGES = (ipaddress.ip_network("172.16.0.0/12"), ipaddress.ip_network("10.88.0.0/16"))
"""Where Docker and Podman take the addresses of their bridges from, unless they are told otherwise."""

NO_START = "the service can't start"
BY_HAND = (
    "Home Assistant doesn't list the service under Discovered; "
    "add the integration Wyoming Protocol there by hand, with host and port"
)


def listening(settings: Config) -> Iterator[Finding]:
    """One finding for server.uri, and one for web.uri where the page is wanted.

    Takes ASK_S at most for each, and what the system takes to look a host name up. Runs an event loop of its own.
    """
    if settings.server.uri.startswith("stdio:"):
        yield Finding("ok", "stdio://: the service speaks with the program that starts it")
    else:
        free = f"{settings.server.uri} is free, the service isn't running"
        yield asyncio.run(_listening(settings.server.uri, "server.uri", free, _service))
    if settings.web.enabled:
        free = f"{settings.web.uri} is free for the status page"
        yield asyncio.run(_listening(settings.web.uri, "web.uri", free, partial(_page, settings.web.api_key)))


async def _listening(uri: str, key: str, free: str, ask: Callable[[str], Awaitable[str]]) -> Finding:
    try:
        await try_to_listen(uri, key)
    except ServerError as error:
        if not _in_use(error):
            return Finding("error", _line(error.message), NO_START, error.remedy + _on_all(uri, key))
    else:
        return Finding("ok", free)
    try:
        async with asyncio.timeout(ASK_S):
            return Finding("ok", _line(await ask(reachable(uri))))
    except TimeoutError:
        return _taken(uri, key, "it doesn't answer")
    except ServerError as error:
        return _taken(uri, key, error.message)


def _in_use(error: ServerError) -> bool:
    cause = error.__cause__
    return isinstance(cause, OSError) and cause.errno == errno.EADDRINUSE


async def _service(uri: str) -> str:
    async with connected(uri, answer_within=ASK_S) as client:
        programs = (await describe(client)).tts
    if not programs:
        raise ServerError("a Wyoming service, but not for text-to-speech")
    program = programs[0]
    if program.name != PROGRAM:
        raise ServerError(f"the Wyoming service {program.name}")
    what = f"{program.name} {program.version}, {len(program.voices)} voices"
    return f"the service is running there: {what}. {program.description}"


async def _page(key: str, uri: str) -> str:
    page = uri.replace("tcp:", "http:", 1).rstrip("/")
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    try:
        async with aiohttp.ClientSession(headers=headers) as session, session.get(f"{page}/status") as answer:
            if answer.content_type != "application/json":  # which may have no end
                raise ServerError(f"it answers {answer.status} {answer.content_type}")
            status = await answer.json()
            return f"the status page is at {page}: version {status['version']}, {status['engine']} speaks"
    except (aiohttp.ClientError, ValueError, TypeError, KeyError) as error:
        raise ServerError(f"it has no status page: {error!r}") from None


def _taken(uri: str, key: str, reason: str) -> Finding:
    parts = urlsplit(uri)
    port, linux = parts.port, sys.platform == "linux"
    if port is None:
        place, another = parts.path, f"change {key}"
        show = f"ss -lxp | grep -F {shlex.quote(place)}" if linux else f"lsof {shlex.quote(place)}"
    else:
        host, free = parts.netloc.rpartition(":")[0], port + 10 if port + 10 < 65536 else DEFAULT_PORT + 10
        place, another = f"port {port}", f"take another port: {FLAGS[key]}{parts.scheme}://{host}:{free}"
        show = f"ss -ltnp 'sport = :{port}'" if linux else f"lsof -nP -iTCP:{port} -sTCP:LISTEN"
    seen = f"{place} is taken by another program: {_line(reason)}"
    return Finding("error", seen, NO_START, f"`{show}` shows which one; stop it, or {another}")


def _on_all(uri: str, key: str) -> str:
    """After a remedy: where any user of any machine can listen. Nothing for a unix socket."""
    parts = urlsplit(uri)
    if parts.scheme == "unix":
        return ""
    usual = DEFAULT_PORT if key == "server.uri" else DEFAULT_PORT + 1
    port = parts.port if parts.port and parts.port >= 1024 else usual
    return f": {FLAGS[key]}{parts.scheme}://0.0.0.0:{port}"


def _line(text: str) -> str:
    """As the end of a sentence on one line, whatever another program put into it."""
    clean = "".join(char if char.isprintable() else " " for char in text[:MAX_LINE]).rstrip(". ")
    return clean[:1].lower() + clean[1:]


def announcing(settings: Config) -> Iterator[Finding]:
    """Can Home Assistant discover the service? Nothing is announced for the answer. Takes HEAR_S at most."""
    if not settings.discovery.enabled:
        yield Finding("note", "discovery is switched off", BY_HAND, "--set discovery.enabled=true")
        return
    wanted = settings.discovery.addresses
    try:
        bound = _bound(settings.server.uri)
        if bound is None or (from_here_only(bound) and not wanted):
            seen = f"not announced: {settings.server.uri} is reached from this machine only"
            why = "no other machine can use it, nor a Home Assistant in a virtual machine"
            yield Finding("note", seen, why, f"--set server.uri=tcp://0.0.0.0:{DEFAULT_PORT}")
        else:
            yield from _announcing(one_of_each_family(wanted or local_addresses(bound)), adapters())
    except (OSError, UnicodeError) as error:
        seen = f"the addresses of {settings.server.uri} can't be found out: {_reason(error)}"
        yield Finding("warning", seen, BY_HAND, "check server.uri and this machine's network")


def _bound(uri: str) -> str | None:
    """What `Server.bound` says once it listens, "" for all addresses. Raises OSError, UnicodeError."""
    parts = urlsplit(uri)
    if parts.scheme != "tcp":
        return None
    found = socket.getaddrinfo(parts.hostname, parts.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    return reached_at([str(address[0]) for *_, address in found])


def _announcing(addresses: Sequence[str], here: Sequence[Adapter]) -> Iterator[Finding]:
    own = {ip.partition("%")[0] for adapter in here for ip in adapter.ips}
    foreign = [ip for ip in addresses if str(ipaddress.ip_address(ip)) not in own]
    if not addresses:
        seen = "no address that other machines can reach"
        yield Finding("warning", seen, f"nothing is announced until there is one. {BY_HAND}", "connect to a network")
    elif behind_bridge(here, in_container()):
        seen = "this is a container with a network of its own, which announcements don't leave"
        yield Finding("warning", seen, BY_HAND, "network_mode: host in docker-compose.yml (docker run --network host)")
    else:
        if foreign:
            seen = f"{', '.join(foreign)} is to be announced, but isn't an address of this machine"
            yield Finding("note", seen, "right only where it is forwarded to this machine", "check discovery.addresses")
        sources = [ip for ip in (*addresses, *local_addresses("")) if ":" not in ip and ip not in foreign]
        yield _multicast(", ".join(addresses), sources[0] if sources else "")


def behind_bridge(here: Sequence[Adapter], contained: bool) -> bool:
    """Whether this is a container whose multicast stays on a bridge.

    Such a container has one adapter, and that an address of Docker's or Podman's pool. A container with the network
    of its host has the host's adapters, the bridge itself among them.
    """
    outer = [[ipaddress.ip_address(ip) for ip in adapter.ips if ":" not in ip] for adapter in here]
    outer = [ips for ips in outer if any(not ip.is_loopback for ip in ips)]
    return contained and len(outer) == 1 and all(any(ip in bridge for bridge in BRIDGES) for ip in outer[0])


def _multicast(announced: str, source: str) -> Finding:
    if not source:
        return Finding("note", f"announced at {announced}; whether multicast DNS works over IPv6 isn't examined")
    try:
        if heard(source, HEAR_S):
            return Finding("ok", f"announced at {announced}; multicast DNS works at {source}")
        reason = "what this machine sends doesn't come back to it"
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return _mdns_port_taken()
        reason = _reason(error)
    return Finding("warning", f"multicast DNS is blocked at {source}: {reason}", BY_HAND, _let_through())


def _mdns_port_taken() -> Finding:
    show = f"ss -lunp 'sport = :{MDNS_PORT}'" if sys.platform == "linux" else f"lsof -nP -iUDP:{MDNS_PORT}"
    share = "let it share the port (Avahi: disallow-other-stacks=no in avahi-daemon.conf)"
    seen = f"another program has the port of multicast DNS, UDP {MDNS_PORT}, for itself"
    return Finding("warning", seen, BY_HAND, f"`{show}` shows which one; stop it, or {share}")


def _let_through() -> str:
    if sys.platform == "darwin":
        return "allow the program that starts it in System Settings > Privacy & Security > Local Network"
    # administrators' programs are not on everybody's path
    path = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin"
    installed = [command for name, command in FIREWALLS.items() if shutil.which(name, path=path)]
    return f"let UDP port {MDNS_PORT} through the firewall: {' or '.join(installed or FIREWALLS.values())}"


def _reason(error: OSError | UnicodeError) -> str:
    return _line(str(getattr(error, "strerror", None) or error))
