"""A query that comes back, or doesn't."""

import errno
import os
import shutil
import socket
import struct
import subprocess
import sys

import pytest
from zeroconf._protocol.incoming import DNSIncoming

from wyoming_kokoro.wire import multicast
from wyoming_kokoro.wire.multicast import heard

PATIENCE_S = 20
"""Only a test that fails waits so long."""


@pytest.fixture
def port() -> int:
    """One that no mDNS of this machine has."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("", 0))
        return int(probe.getsockname()[1])


def test_a_query_is_heard_on_loopback(port: int) -> None:
    """Twice, beside somebody else on the same port: it leaves nothing behind and takes nothing away."""
    with multicast._shared_socket("", port):
        assert [heard("127.0.0.1", PATIENCE_S, port=port) for _ in range(2)] == [True, True]


def test_a_port_that_somebody_has_alone_is_an_error(port: int) -> None:
    """EADDRINUSE, as zeroconf would get it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as alone:
        alone.bind(("", port))
        with pytest.raises(OSError, match=os.strerror(errno.EADDRINUSE)):
            heard("127.0.0.1", PATIENCE_S, port=port)


def test_an_address_of_another_machine_is_an_error(port: int) -> None:
    """Nothing leaves from an address that isn't here."""
    with pytest.raises(OSError, match=os.strerror(errno.EADDRNOTAVAIL)):
        heard("203.0.113.7", PATIENCE_S, port=port)


def test_what_others_say_is_not_what_was_sent() -> None:
    """A busy network brings other messages before the query, or instead of it."""
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as others,
    ):
        receiver.bind(("127.0.0.1", 0))
        for message in (b"other", b"query", b"other"):
            others.sendto(message, receiver.getsockname())
        assert multicast._arrives(b"query", receiver, PATIENCE_S)
        assert not multicast._arrives(b"query", receiver, 0.01)


def test_the_query_asks_for_an_address_and_nothing_else() -> None:
    """zeroconf reads one question and no record: nothing that anybody could take for an announcement."""
    query = DNSIncoming(multicast._query("0123abcd"))
    [question] = query.questions
    assert query.valid and query.is_query() and not query.answers()
    assert (question.name, question.type, question.class_) == ("0123abcd.local.", 1, 1)
    assert struct.unpack("!6H", query.data[:12]) == (0, 0, 1, 0, 0, 0)


ASK = """
import sys
from wyoming_kokoro.wire.multicast import heard
try:
    print(heard("127.0.0.1", float(sys.argv[1])))
except OSError as error:
    print(error.strerror)
"""


@pytest.mark.parametrize(
    ("change", "seconds", "expected"),
    [
        ("true", PATIENCE_S, "True"),
        ("ip link set lo down", PATIENCE_S, "Network is unreachable"),
        ("iptables -A INPUT -p udp --dport 5353 -j DROP", 0.05, "False"),
        ("iptables -A OUTPUT -p udp --dport 5353 -j DROP", PATIENCE_S, "Operation not permitted"),
    ],
)
def test_what_a_firewall_or_a_network_that_is_down_does(change: str, seconds: float, expected: str) -> None:
    """In a network namespace of its own: silence is False, a refusal is an OSError."""
    if not shutil.which("unshare") or not shutil.which("ip"):
        pytest.skip("needs util-linux and iproute2")
    prepare = f"ip link set lo up && {change} || exit 77"
    command = ["unshare", "-n", "sh", "-c", f'{prepare}; exec "$@"', "sh", sys.executable, "-c", ASK, str(seconds)]
    asked = subprocess.run(command, capture_output=True, text=True, check=False)
    if asked.returncode in (1, 77) and not asked.stdout and "Traceback" not in asked.stderr:
        pytest.skip(f"no network namespace, or not that change of it: {asked.stderr.strip()}")
    assert (asked.stdout.strip(), asked.stderr) == (expected, "")
