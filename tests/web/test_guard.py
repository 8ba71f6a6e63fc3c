"""Who may ask over HTTP, and what a browser may do with the answer."""

from typing import Any

import aiohttp
import pytest
from aiohttp import web
from fakes import FakeEngine, paged

from wyoming_kokoro import config
from wyoming_kokoro.web.failures import RefusedError
from wyoming_kokoro.web.guard import HEADERS, _check_host
from wyoming_kokoro.web.server import application
from wyoming_kokoro.wire.admission import plain

KEY = "a-secret-of-eight-or-more"
HERE = config.Web(uri="http://127.0.0.1:0")


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost:10211", 200),
        ("127.0.0.1", 200),
        ("[::1]:10211", 200),
        ("192.168.1.20:10211", 200),
        ("kokoro.example.org", 200),
        ("KOKORO.example.org.", 200),
        ("evil.example.com:10211", 421),
        ("127.0.0.1.example.com", 421),
        ("localhost.example.com", 421),
    ],
)
async def test_only_names_of_this_service_are_answered(host: str, status: int) -> None:
    """A web site that gives its own name our address gets nothing: a page of it would say that name."""
    settings = HERE.model_copy(update={"hosts": ("kokoro.example.org",)})
    async with (
        paged(FakeEngine(), settings) as (_, page),
        aiohttp.ClientSession(page) as session,
        session.get("/status", headers={"Host": host}) as answer,
    ):
        assert answer.status == status
        if status == 421:
            assert "web.hosts" in (await answer.json())["error"]["message"]


def test_an_empty_name_is_refused() -> None:
    """It is nobody's."""
    with pytest.raises(RefusedError):
        _check_host("", frozenset({"localhost"}))


@pytest.mark.parametrize(("remote", "status"), [("192.168.1.7", 200), ("127.0.0.1", 200), ("10.0.0.1", 403)])
async def test_the_networks_of_the_wire_hold_here_too(
    remote: str, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """server.allow; this machine may always."""
    server = config.Server(allow=("192.168.1.0/24",))
    for each in (remote, f"::ffff:{remote}"):
        monkeypatch.setattr("wyoming_kokoro.web.guard.plain", lambda shown, each=each: plain(each))
        async with (
            paged(FakeEngine(), server=server) as (_, page),
            aiohttp.ClientSession(page) as session,
            session.get("/status") as answer,
        ):
            assert answer.status == status
            if status == 403:
                assert (await answer.json())["error"]["message"] == f"{remote} may not connect. Add it to server.allow"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"Authorization": "Bearer wrong"}, 401),
        ({"Authorization": KEY}, 401),
        ({"Authorization": f"Bearer {KEY}"}, 200),
        ({"Authorization": f"bearer {KEY}"}, 200),
    ],
)
async def test_the_key_is_asked_for(headers: dict[str, str], status: int) -> None:
    """By all but the page and health, which tell nothing."""
    settings = HERE.model_copy(update={"api_key": KEY})
    async with paged(FakeEngine(), settings) as (_, page), aiohttp.ClientSession(page, headers=headers) as session:
        for path in ("/status", "/metrics", "/v1/audio/voices", "/v1/models"):
            async with session.get(path) as answer:
                assert answer.status == status
                assert status == 200 or answer.headers["WWW-Authenticate"] == "Bearer"
        for path in ("/", "/health/live", "/health/ready", "/page/index.html"):
            async with session.get(path) as answer:
                assert answer.status == 200


async def test_a_page_of_another_site_cannot_make_it_speak() -> None:
    """Neither by its origin nor by what a form can send; nothing invites it by CORS."""
    async with paged(FakeEngine()) as (_, page), aiohttp.ClientSession(page) as session:
        there = {"Origin": "https://evil.example.com"}
        async with session.post("/v1/audio/speech", json={"input": "Hello."}, headers=there) as answer:
            assert answer.status == 403
        async with session.post(
            "/v1/audio/speech", data='{"input": "Hello."}', headers={"Content-Type": "text/plain"}
        ) as answer:
            assert answer.status == 415
        async with session.options(
            "/v1/audio/speech", headers={**there, "Access-Control-Request-Method": "POST"}
        ) as answer:
            assert answer.status in (403, 405) and not [name for name in answer.headers if name.startswith("Access-")]
        async with session.post("/v1/audio/speech", json={"input": "Hello."}, headers={"Origin": page}) as answer:
            assert answer.status == 200


async def test_every_answer_says_what_a_browser_may_do() -> None:
    """Also errors: nothing is loaded from elsewhere, nothing is shown in a frame of another site."""
    async with paged(FakeEngine()) as (_, page), aiohttp.ClientSession(page) as session:
        for path in ("/", "/status", "/nowhere", "/page/../server.py"):
            async with session.get(path) as answer:
                for name, value in HEADERS.items():
                    assert answer.headers[name] == value or name == "Cache-Control"


async def test_no_get_changes_anything() -> None:
    """What makes the machine work is POST."""
    async with paged(FakeEngine()) as (house, _):
        routes: list[Any] = list(application(house).router.routes())
    gets = {route.resource.canonical for route in routes if route.method == "GET"}
    posts = {route.resource.canonical for route in routes if route.method == "POST"}
    assert posts == {"/api/doctor", "/api/read", "/v1/audio/speech"} and not gets & posts
    assert all(isinstance(route, web.AbstractRoute) and route.method in ("GET", "HEAD", "POST") for route in routes)
