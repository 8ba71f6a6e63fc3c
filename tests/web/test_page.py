"""The files of the page; what they do is tried in a browser by script/test-web."""

import re

import aiohttp
from fakes import FakeEngine, paged

from wyoming_kokoro.web.server import PAGE

HTML = (PAGE / "index.html").read_text(encoding="utf-8")
FILES = {path.name: path.read_text(encoding="utf-8") for path in PAGE.iterdir()}


async def test_all_that_the_page_loads_is_there() -> None:
    """With the type that a browser wants; what a module imports, too."""
    loaded = set(re.findall(r'(?:href|src)="(page/[\w.]+)"', HTML))
    for name, text in FILES.items():
        if name.endswith(".js"):
            loaded |= {f"page/{other}" for other in re.findall(r'from "\./([\w.]+)"', text)}
    assert {f"page/{name}" for name in FILES} - {"page/index.html"} == loaded
    types = {"js": ("text/javascript", "application/javascript"), "css": ("text/css",), "svg": ("image/svg+xml",)}
    async with paged(FakeEngine()) as (_, page), aiohttp.ClientSession(page) as session:
        async with session.get("/") as answer:
            assert answer.content_type == "text/html" and "wyoming-kokoro" in await answer.text()
        for path in loaded:
            async with session.get(f"/{path}") as answer:
                assert answer.status == 200 and answer.content_type in types[path.rpartition(".")[2]], path


def test_nothing_comes_from_elsewhere_and_nothing_is_inline() -> None:
    """The policy that goes with it forbids both."""
    for name, text in FILES.items():
        assert not re.findall(r"https?://(?!www\.w3\.org/2000/svg)", text), name
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?! type=\"module\" src=)", HTML)


def test_each_element_that_the_scripts_name_exists() -> None:
    """A name that is mistyped would be found by nobody else before a click."""
    ids = set(re.findall(r'\bid="([\w-]+)"', HTML))
    named = {name for text in FILES.values() for name in re.findall(r'\$\("([\w-]+)"\)', text)}
    assert named and named <= ids
