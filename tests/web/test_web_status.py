"""How the service is."""

import json

import aiohttp
from fakes import FakeEngine, paged

from wyoming_kokoro import config


async def test_it_says_who_speaks_why_and_what_was_asked() -> None:
    """Without a word of what was said."""
    async with paged(FakeEngine()) as (_, page), aiohttp.ClientSession(page) as session:
        async with session.post("/v1/audio/speech", json={"input": "A secret of the house."}) as answer:
            await answer.read()
        async with session.get("/status") as answer:
            found = await answer.json()
    assert found["engine"] == "fake" and found["note"] == "a test speaks" and "af_heart" in found["voices"]
    assert found["wanted"] == {
        "engine": "auto",
        "device": "auto",
        "chosen": "cpu",
        "reason": "nothing else is chosen",
        "remedy": "",
    }
    assert found["queue"] == {"waiting": 0, "running": 0, "parallel": 1, "dropped": 0, "characters": 0, "seconds": 0}
    assert found["first_audio"]["fake"]["count"] == 1 and found["requests"][0]["outcome"] == "spoken"
    assert 0 <= found["last"][0]["ago_s"] <= found["uptime_s"] + 0.1
    assert found["last"][0]["voice"] == "af_heart" and "secret" not in json.dumps(found)


async def test_texts_are_shown_where_that_is_wanted() -> None:
    """web.show_text."""
    settings = config.Web(uri="http://127.0.0.1:0", show_text=True)
    async with paged(FakeEngine(), settings) as (_, page), aiohttp.ClientSession(page) as session:
        async with session.post("/v1/audio/speech", json={"input": "For all to see."}) as answer:
            await answer.read()
        async with session.get("/status") as answer:
            assert (await answer.json())["last"][0]["text"] == "For all to see."
