"""Voices and models for front ends."""

import aiohttp
from fakes import FakeEngine, paged


async def test_voices_have_what_front_ends_read() -> None:
    """id and name; and language, gender and grade for the page."""
    async with (
        paged(FakeEngine()) as (_, page),
        aiohttp.ClientSession(page) as session,
        session.get("/v1/audio/voices") as answer,
    ):
        found = await answer.json()
    heart = next(voice for voice in found["voices"] if voice["id"] == "af_heart")
    assert found["default"] == "af_heart" and heart["name"] == "af_heart" and heart["grade"] == "A"
    assert (heart["language"], heart["gender"], heart["default"]) == ("en-US", "female", True)
    assert "marin" in heart["aliases"] and heart["language_name"]


async def test_there_is_one_model() -> None:
    """As OpenAI lists them, and as Open WebUI asks."""
    async with paged(FakeEngine()) as (_, page), aiohttp.ClientSession(page) as session:
        for path, key in (("/v1/models", "data"), ("/v1/audio/models", "models")):
            async with session.get(path) as answer:
                assert [model["id"] for model in (await answer.json())[key]] == ["kokoro"]
