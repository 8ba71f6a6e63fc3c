"""What others may read: nothing that tells who the user is or where."""

import ipaddress
import os
import re

_ADDRESS = re.compile(
    r"(?<![\w:.])(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-fA-F]*:[0-9a-fA-F.]*:[0-9a-fA-F:.]*)(?!\w)", re.ASCII
)
"""What may be an IP address; a time with seconds looks like one, too."""


_HOMES = re.compile(r"/(?:home|Users)/[^/\s:]+")
"""Of other users."""


def public(text: str) -> str:
    """Without the name of the user, which the paths of a home folder have in them."""
    home = os.path.expanduser("~")  # noqa: PTH111 - unlike pathlib's, it never raises
    text = re.sub(rf"{re.escape(home)}(?![\w.-])", "~", text) if len(home) > 1 else text
    return _HOMES.sub("~", text)


def without_addresses(text: str) -> str:
    """Without IP addresses but those that every machine has."""
    return _ADDRESS.sub(lambda found: _masked(found[0]), text)


def _masked(word: str) -> str:
    try:
        address = ipaddress.ip_address(word)
    except ValueError:
        return word
    return word if address.is_loopback or address.is_unspecified else "(address)"
