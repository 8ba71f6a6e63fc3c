"""Reads one file from one mirror: over HTTP, or from a folder for file:// addresses.

What the server says comes first, as a Head, then the bytes as they arrive. Every failure becomes a TransferError that
says in one line what was wrong and whether the same mirror is worth another attempt.
"""

import contextlib
import os
import re
import ssl
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit
from urllib.request import getproxies, proxy_bypass, url2pathname

import urllib3
from urllib3 import exceptions

from wyoming_kokoro import __version__

BLOCK = 64 * 1024
"""Bytes of one read at most: small, so that progress moves on slow lines too."""

MAX_REDIRECTS = 5
"""GitHub needs one."""

MAX_VALIDATOR = 200
"""Characters. An entity tag is some 20 to 70; a longer one isn't kept, and the hash decides alone."""

MAX_REASON = 200
"""Characters of an error text that a server can influence."""


@dataclass(frozen=True)
class Transfer:
    """How patient a download is."""

    connect_s: float = 10
    """A server that is there accepts within one second; the rest is for name resolution and lost packets."""
    read_s: float = 30
    """Silence after which a transfer counts as broken. It is resumed, so too short costs little."""
    silence_s: float = 120
    """The same where the two above don't see it: a folder on a dead network disk, headers that come byte by byte."""
    attempts: int = 5
    """For one file from one mirror: with the pauses below, a router has 15 s to come back."""
    backoff_s: float = 1
    """The pause before the second attempt; it doubles each time."""
    poll_s: float = 0.2
    """How often `stopped` is looked at while waiting."""


@dataclass(frozen=True)
class Request:
    url: str
    start: int
    """Bytes that are already here."""
    validator: str
    """Of the answer that those bytes came from: an entity tag or a date, or empty."""


@dataclass(frozen=True)
class Head:
    """What an answer says before its bytes."""

    status: int
    start: int
    """Where in the file its first byte stands; -1 if it doesn't say."""
    total: int | None
    """Bytes of the whole file, if it says so."""
    validator: str
    media: str
    """The media type, such as text/html."""


class TransferError(Exception):
    """The text is the reason, in one line."""


class BrokenError(TransferError):
    """The same mirror may do better at the next attempt."""


class RefusedError(TransferError):
    """Another attempt at this mirror would end the same way."""


def read(request: Request, settings: Transfer) -> Generator[Head | bytes]:
    """The head, then the bytes as they come."""
    scheme = urlsplit(request.url).scheme
    if scheme == "file":
        yield from _read_file(request.url)
    elif scheme in ("http", "https"):
        try:
            yield from _read_http(request, settings)
        except (exceptions.HTTPError, OSError, ValueError) as error:
            raise _translated(error, settings) from error
    else:
        raise RefusedError("not an address that starts with https://, http:// or file://")


def _read_file(url: str) -> Generator[Head | bytes]:
    parts = urlsplit(url)
    if parts.netloc:
        raise RefusedError("a file:// address of this machine has three slashes: file:///folder")
    try:
        with Path(url2pathname(parts.path)).open("rb") as file:
            yield Head(200, 0, os.fstat(file.fileno()).st_size, "", "")
            while block := file.read(BLOCK):
                yield block
    except OSError as error:
        raise RefusedError(error.strerror or str(error)) from error


def _read_http(request: Request, settings: Transfer) -> Generator[Head | bytes]:
    """Follows redirects by itself, because urllib3 first reads the body of a redirect to its end, if it has one."""
    url = request.url
    for _ in range(MAX_REDIRECTS + 1):
        if urlsplit(url).scheme not in ("http", "https"):
            raise RefusedError("redirects to an address that starts with neither https:// nor http://")
        with _open(url, request, settings) as response:
            location = response.get_redirect_location()
            if not location:
                yield _head(response.status, response.headers)
                while block := response.read1(BLOCK):
                    yield block
                return
        url = urljoin(url, location)
    raise RefusedError(f"more than {MAX_REDIRECTS} redirects")


@contextlib.contextmanager
def _open(url: str, request: Request, settings: Transfer) -> Iterator[urllib3.BaseHTTPResponse]:
    timeout = urllib3.Timeout(connect=settings.connect_s, read=settings.read_s)
    with _pool(url) as pool:
        response = pool.request(
            "GET",
            url,
            headers=_headers(request),
            timeout=timeout,
            retries=False,
            redirect=False,
            preload_content=False,
            decode_content=False,
        )
        with contextlib.closing(response):
            yield response


def _headers(request: Request) -> dict[str, str]:
    headers = {"User-Agent": f"wyoming-kokoro/{__version__}", "Accept-Encoding": "identity"}
    if request.start:
        headers["Range"] = f"bytes={request.start}-"
        if request.validator:
            headers["If-Range"] = request.validator
    return headers


def _head(status: int, headers: Mapping[str, str]) -> Head:
    media = headers.get("Content-Type", "").partition(";")[0][:50]
    start, total = 0, _number(headers.get("Content-Length", ""))
    if status == 206:
        stated = re.match(r"bytes ([0-9]{1,18})-[0-9]{1,18}/([0-9]{1,18}|\*)$", headers.get("Content-Range", ""))
        start, total = (int(stated[1]), _number(stated[2])) if stated else (-1, None)
    return Head(status, start, total, _validator(headers), media)


def _number(text: str) -> int | None:
    return int(text) if re.fullmatch("[0-9]{1,18}", text) else None


def _validator(headers: Mapping[str, str]) -> str:
    """A weak entity tag (W/"...") isn't allowed in If-Range: RFC 9110, section 13.1.5."""
    tag = headers.get("ETag", "")
    validator = tag if tag.startswith('"') else headers.get("Last-Modified", "")
    return validator if is_validator(validator) else ""


def is_validator(text: object) -> bool:
    """May it stand in a header?"""
    return isinstance(text, str) and text.isascii() and text.isprintable() and len(text) <= MAX_VALIDATOR


def _pool(url: str) -> urllib3.PoolManager:
    """Certificates are checked against those of the system, or of SSL_CERT_FILE."""
    proxy = _proxy(url)
    if not proxy:
        return urllib3.PoolManager()
    credentials = unquote(urllib3.util.parse_url(proxy).auth or "")
    headers = urllib3.make_headers(proxy_basic_auth=credentials) if credentials else None
    return urllib3.ProxyManager(proxy, proxy_headers=headers)


def _proxy(url: str) -> str:
    """As HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY (or the settings of macOS) want it; else empty."""
    parts = urlsplit(url)
    if proxy_bypass(parts.netloc.rpartition("@")[2]):
        return ""
    proxies = getproxies()
    proxy = proxies.get(parts.scheme) or proxies.get("all") or ""
    return proxy if "://" in proxy or not proxy else f"http://{proxy}"


def _translated(error: Exception, settings: Transfer) -> TransferError:
    cause = error.args[0] if error.args else None
    if isinstance(error, exceptions.SSLError) and isinstance(cause, ssl.SSLCertVerificationError):
        hint = "if a proxy here re-signs traffic, name its certificate in SSL_CERT_FILE"
        return RefusedError(f"certificate not trusted: {cause.verify_message} ({hint})")
    # a ValueError is about an address, which stays as it is
    return (RefusedError if isinstance(error, ValueError) else BrokenError)(_reason(error, settings))


def _reason(error: Exception, settings: Transfer) -> str:
    match error:
        case exceptions.NameResolutionError():
            return "its host name can't be resolved"
        case exceptions.ReadTimeoutError():
            return f"nothing came for {settings.read_s:g} s"
        case exceptions.NewConnectionError():
            text = str(error).rpartition(": ")[2]
        case exceptions.ConnectTimeoutError():
            return f"no connection within {settings.connect_s:g} s"
        case exceptions.ProxyError():
            text = f"proxy: {_reason(error.original_error, settings)}"
        case exceptions.ProtocolError():
            text = str(error.args[-1]) or repr(error.args[-1])
        case _:
            text = str(error)
    return " ".join(text.split())[:MAX_REASON]
