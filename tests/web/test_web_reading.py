"""How a text would be read."""

import aiohttp
from fakes import FakeEngine, paged


async def test_words_and_phonemes_of_each_sentence() -> None:
    """In the language of the voice; nothing is spoken."""
    engine = FakeEngine()
    async with paged(engine) as (_, page), aiohttp.ClientSession(page) as session:
        wanted = {"input": "**21°C** outside. It is 10:05.", "voice": "bf_emma"}
        async with session.post("/api/read", json=wanted) as answer:
            sentences = (await answer.json())["sentences"]
    assert [each["text"] for each in sentences] == ["**21°C** outside.", "It is 10:05."]
    assert sentences[0]["words"] == "twenty-one degrees Celsius outside." and sentences[0]["phonemes"]
    assert sentences[0]["language"] == "en-GB" and not engine.spoken


async def test_a_long_text_and_a_strange_voice_are_errors() -> None:
    """With the field that is wrong."""
    async with paged(FakeEngine()) as (_, page), aiohttp.ClientSession(page) as session:
        for wanted, status, param in (
            ({"input": "x" * 2001}, 413, "input"),
            ({"input": "x", "voice": "y"}, 400, "voice"),
        ):
            async with session.post("/api/read", json=wanted) as answer:
                assert (answer.status, (await answer.json())["error"]["param"]) == (status, param)
