"""Reads one file from one mirror: over HTTP, or from a folder for file:// addresses.

Every failure becomes a MirrorError that says in one line what was wrong and whether the same mirror is worth another
attempt.
"""

import contextlib
import os
import re
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from io import BufferedReader
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

MAX_REASON = 200
"""Characters of an error text that a server can influence."""


@dataclass(frozen=True)
class Patience:
    """How patient a download is."""

    connect_s: float = 10
    """A server that is there accepts within one second; the rest is for name resolution and lost packets."""
    read_s: float = 30
    """Silence after which a transfer counts as broken. It is resumed, so too short costs little."""
    attempts: int = 5
    """For one file from one mirror: with the pauses below, a router has 15 s to come back."""
    backoff_s: float = 1
    """The pause before the second attempt; it doubles each time."""
    poll_s: float = 0.2
    """How often `stopped` is looked at while waiting."""


class MirrorError(Exception):
    """The text is the reason, in one line."""

    def __init__(self, reason: str, *, again: bool) -> None:
        super().__init__(reason)
        self.again = again
        """May the same mirror do better at the next attempt?"""


@dataclass(frozen=True)
class Answer:
    status: int
    start: int
    """Where in the file its first byte stands; -1 if it doesn't say."""
    total: int | None
    """Bytes of the whole file, if it says so."""
    media: str
    """The media type, such as text/html."""
    source: BufferedReader | urllib3.BaseHTTPResponse

    def blocks(self) -> Iterator[bytes]:
        """The bytes as they come. Raises MirrorError."""
        with _reasons():
            while block := self.source.read1(BLOCK):
                yield block


@contextlib.contextmanager
def ask(url: str, start: int, patience: Patience) -> Iterator[Answer]:
    """For the file, without its first `start` bytes if the mirror can do that. Raises MirrorError."""
    with contextlib.ExitStack() as stack:
        with _reasons():
            scheme = urlsplit(url).scheme
            if scheme not in ("http", "https", "file"):
                raise MirrorError("not an address that starts with https://, http:// or file://", again=False)
            answer = _open(stack, url) if scheme == "file" else _request(stack, url, start, patience)
        yield answer


def _open(stack: contextlib.ExitStack, url: str) -> Answer:
    parts = urlsplit(url)
    if parts.netloc:
        raise MirrorError("a file:// address of this machine has three slashes: file:///folder", again=False)
    path = Path(url2pathname(parts.path))
    file = stack.enter_context(path.open("rb"))
    return Answer(200, 0, os.fstat(file.fileno()).st_size, "", file)


def _request(stack: contextlib.ExitStack, url: str, start: int, patience: Patience) -> Answer:
    """Follows redirects by itself, because urllib3 first reads the body of a redirect to its end, if it has one."""
    headers = {"User-Agent": f"wyoming-kokoro/{__version__}", "Accept-Encoding": "identity"}
    if start:
        headers["Range"] = f"bytes={start}-"
    timeout = urllib3.Timeout(connect=patience.connect_s, read=patience.read_s)
    for _ in range(MAX_REDIRECTS + 1):
        pool = stack.enter_context(_pool(url))
        response = pool.request(
            "GET",
            url,
            headers=headers,
            timeout=timeout,
            retries=False,
            redirect=False,
            preload_content=False,
            decode_content=False,
        )
        stack.callback(response.close)
        location = response.get_redirect_location()
        if not location:
            return _answer(response)
        url = urljoin(url, location)
        if urlsplit(url).scheme not in ("http", "https"):
            raise MirrorError("redirects to an address that starts with neither https:// nor http://", again=False)
    raise MirrorError(f"more than {MAX_REDIRECTS} redirects", again=False)


def _answer(response: urllib3.BaseHTTPResponse) -> Answer:
    media = response.headers.get("Content-Type", "").partition(";")[0][:50]
    start, total = 0, response.headers.get("Content-Length", "")
    if response.status == 206:
        span = response.headers.get("Content-Range", "")
        stated = re.match(r"bytes ([0-9]{1,18})-[0-9]{1,18}/([0-9]{1,18}|\*)$", span)
        start, total = (int(stated[1]), stated[2]) if stated else (-1, "")
    bytes_in_all = int(total) if re.fullmatch("[0-9]{1,18}", total) else None
    return Answer(response.status, start, bytes_in_all, media, response)


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


@contextlib.contextmanager
def _reasons() -> Iterator[None]:
    try:
        yield
    except (exceptions.HTTPError, OSError, ValueError) as error:
        # a ValueError is about an address and an OSError about a folder, which both stay as they are
        distrust = isinstance(error, exceptions.SSLError) and isinstance(error.args[0], ssl.SSLCertVerificationError)
        again = not distrust and not isinstance(error, (OSError, ValueError))
        raise MirrorError(" ".join(_reason(error).split())[:MAX_REASON], again=again) from error


def _reason(error: Exception) -> str:
    match error:
        case exceptions.SSLError(args=[ssl.SSLCertVerificationError() as cause, *_]):
            hint = "if a proxy here re-signs traffic, name its certificate in SSL_CERT_FILE"
            return f"certificate not trusted: {cause.verify_message} ({hint})"
        case exceptions.TimeoutError():  # and a failed connection; before the colon stands which
            return str(error).rpartition(": ")[2].rstrip(".")
        case exceptions.ProxyError():
            return f"proxy: {_reason(error.original_error)}"
        case exceptions.ProtocolError():
            return str(error.args[-1]) or repr(error.args[-1])
        case OSError():
            return error.strerror or str(error)
    return str(error)
