"""Who may ask: addresses, names, other web sites, the key. And what a browser may do with the answer."""

import hmac
import ipaddress
import re
import socket
from collections.abc import Sequence
from http import HTTPStatus
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from wyoming_kokoro import config
from wyoming_kokoro.errors import ForbiddenError
from wyoming_kokoro.web.failures import RefusedError
from wyoming_kokoro.wire.admission import check_allowed, plain

OPEN = re.compile(r"/(health/(live|ready)|page/[\w.-]+)?")
"""Paths that need no key: the page itself tells nothing, and a health check has none."""
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; media-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-cache",
}
"""Of every answer: the page loads nothing from elsewhere, and no other site may show it in a frame."""


def guard(settings: config.Web, allow: Sequence[str]) -> Middleware:
    """`allow` are the networks of server.allow; none means all. What isn't allowed raises RefusedError or
    ForbiddenError."""
    names = known_names(settings)

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.remote:
            check_allowed(allow, plain(request.remote))
        _check_host(request.host, names)
        _check_origin(request)
        if settings.api_key and not OPEN.fullmatch(request.path):
            _check_key(request.headers.get("Authorization", ""), settings.api_key)
        return await handler(request)

    return check


async def protect(_: web.Request, response: web.StreamResponse) -> None:
    """To be called for each answer before its headers leave."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)


def known_names(settings: config.Web) -> frozenset[str]:
    """Names that can't be another site's. Lower case, without port."""
    own = socket.gethostname().lower()
    configured = (urlsplit(settings.uri).hostname or "").lower()
    return frozenset({"localhost", own, f"{own.partition('.')[0]}.local", configured, *settings.hosts})


def _check_host(host: str, names: frozenset[str]) -> None:
    """An address is nobody's to rebind: whoever names one has it from no domain of his own."""
    name = (urlsplit(f"//{host}").hostname or "").lower().rstrip(".")
    if name in names or _is_address(name):
        return
    error = ForbiddenError(f"{name[:60]!r} is no name of this service", "Add it to web.hosts")
    raise RefusedError(HTTPStatus.MISDIRECTED_REQUEST, error)


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    return True


def _check_origin(request: web.Request) -> None:
    """A page of another site may send a form here, and the browser says from where."""
    origin = request.headers.get("Origin")
    if request.method in ("GET", "HEAD") or origin is None or urlsplit(origin).netloc == request.host:
        return
    error = ForbiddenError("A page of another web site may not ask for this", "Ask from the service's own page")
    raise RefusedError(HTTPStatus.FORBIDDEN, error)


def _check_key(header: str, key: str) -> None:
    kind, _, given = header.partition(" ")
    if kind.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), key.encode()):
        return
    what = "is not the right one" if header else "is missing"
    error = ForbiddenError(f"The API key {what}", "Send web.api_key as `Authorization: Bearer KEY`")
    raise RefusedError(HTTPStatus.UNAUTHORIZED, error)
