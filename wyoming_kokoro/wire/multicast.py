"""Does multicast DNS get through this machine's own network stack and firewall? Announces nothing."""

import secrets
import socket
import struct
import time

GROUP = "224.0.0.251"
PORT = 5353
TTL = b"\xff"
"""What mDNS is sent with (RFC 6762, 11); one byte, which every system takes."""
DATAGRAM_BYTES = 9000
"""The longest mDNS message (RFC 6762, 17)."""


def heard(address: str, timeout: float, group: str = GROUP, port: int = PORT) -> bool:
    """Whether a query that leaves from this machine's IPv4 `address` comes back to it within `timeout` seconds.

    The sockets are made as zeroconf makes its own. The query asks for a random name, so nobody answers it.

    Raises:
        OSError: EADDRINUSE where another program has the port for itself; others where nothing can be sent.
    """
    query = _query(secrets.token_hex(16))
    with _shared_socket("", port) as receiver, _shared_socket(address, port) as sender:
        interface = socket.inet_aton(address)
        receiver.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton(group) + interface)
        sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, interface)
        sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, TTL)
        sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, b"\x01")
        sender.sendto(query, (group, port))
        return _arrives(query, receiver, timeout)


def _shared_socket(address: str, port: int) -> socket.socket:
    shared = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        shared.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        shared.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        shared.bind((address, port))
    except OSError:
        shared.close()
        raise
    return shared


def _arrives(query: bytes, receiver: socket.socket, timeout: float) -> bool:
    end = time.monotonic() + timeout
    while (left := end - time.monotonic()) > 0:
        receiver.settimeout(left)
        try:
            if receiver.recv(DATAGRAM_BYTES) == query:
                return True
        except TimeoutError:
            break
    return False


def _query(name: str) -> bytes:
    """One question, type A, class IN, for NAME.local (RFC 1035, 4.1)."""
    labels = b"".join(bytes([len(label)]) + label.encode() for label in (name, "local"))
    return struct.pack("!6H", 0, 0, 1, 0, 0, 0) + labels + struct.pack("!B2H", 0, 1, 1)
