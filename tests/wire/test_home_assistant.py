"""What a real Home Assistant sends, replayed event by event against a real server."""

import asyncio
import json
from typing import Any

import pytest
from fakes import FakeEngine, answers, client_of, fake_speaker, pcm, served
from strangers import OTHER_NAMES, RECORDED
from wyoming.client import AsyncClient
from wyoming.event import Event

from wyoming_kokoro.wire.info import describe

FASTER = 100
"""Pauses of Home Assistant are replayed so many times shorter: it is their order that counts."""


def recording(name: str) -> list[tuple[float, Event]]:
    lines = (RECORDED / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [(line["after_s"], Event(line["type"], _renamed(line["data"]))) for line in map(json.loads, lines)]


def _renamed(data: dict[str, Any]) -> dict[str, Any]:
    voice = data.get("voice")
    return {**data, "voice": {**voice, "name": OTHER_NAMES.get(voice["name"], voice["name"])}} if voice else data


async def replay(client: AsyncClient, name: str) -> None:
    before = 0.0
    for after, event in recording(name):
        await asyncio.sleep((after - before) / FASTER)
        before = after
        await client.write_event(event)


MORNING = [
    "Good morning, and welcome back to the house.",
    "The kitchen lights are on, and the front door is locked.",
]
PAID = "Doctor Smith paid three dollars and fifty cents at ten A M on January fifth, for example for tea."
SAID: dict[str, tuple[list[str], str]] = {
    "one_chunk": (["The kitchen light is on."], "af_heart"),
    "assist_short": (["Turned on the light."], "af_bella"),
    "voice": (["The kitchen light is on."], "af_bella"),
    "voice_and_speaker": (["The kitchen light is on."], "af_bella"),
    "pause_of_6_s": (["The oven is warm.", "Now wait a bit.", "Done."], "af_heart"),
    "abbreviations": ([PAID, "Then he left."], "af_heart"),
}


@pytest.mark.parametrize("name", SAID)
async def test_a_streamed_recording_is_said_once(name: str) -> None:
    """Each sentence is said once, in order, by the voice asked for, and the stream ends as Home Assistant waits for."""
    sentences, voice = SAID[name]
    engine = FakeEngine()
    async with served(engine) as server, client_of(server) as client:
        await replay(client, name)
        events = await answers(client, "synthesize-stopped")
    assert " ".join(text for text, _ in engine.spoken) == " ".join(sentences)  # tiny ones may be spoken together
    assert {spoken_by for _, spoken_by in engine.spoken} == {voice}
    assert [event.type for event in events if event.type != "audio-chunk"] == [
        "audio-start",
        "audio-stop",
        "synthesize-stopped",
    ]
    assert pcm(events).any()


@pytest.mark.parametrize("name", ["llm_20_tokens_per_s", "assist_pipeline"])
async def test_an_assistants_tokens_are_said_as_they_come(name: str) -> None:
    """The first sentence is heard while the assistant still writes: before its last chunk is sent."""
    engine = FakeEngine()
    async with served(engine) as server, client_of(server) as client:
        events = recording(name)
        first_two = next(i for i, (_, event) in enumerate(events) if "Outsid" in event.data.get("text", ""))
        for _, event in events[: first_two + 1]:
            await client.write_event(event)
        heard = await answers(client, "audio-chunk")
        for _, event in events[first_two + 1 :]:
            await client.write_event(event)
        heard += await answers(client, "synthesize-stopped")
    said = [text for text, _ in engine.spoken]
    assert said[:2] == MORNING
    whole = next(event.data["text"] for _, event in events if event.type == "synthesize")
    assert " ".join(said) == whole


async def test_odd_tokens_lose_nothing() -> None:
    """Empty deltas, markdown and a number split over deltas, and an emoji."""
    engine = FakeEngine()
    async with served(engine) as server, client_of(server) as client:
        await replay(client, "odd_tokens")
        await answers(client, "synthesize-stopped")
    words = " ".join(text for text, _ in engine.spoken)
    assert " ".join(words.split()) == "Hello there, friend it's three point five degrees Celsius."


@pytest.mark.parametrize(
    ("name", "voice"), [("plain_no_streaming", "af_heart"), ("plain_no_streaming_voice", "am_adam")]
)
async def test_the_older_path_ends_with_audio_stop(name: str, voice: str) -> None:
    """Without streaming there is one audio-start and one audio-stop around everything."""
    engine = FakeEngine()
    async with served(engine) as server, client_of(server) as client:
        await replay(client, name)
        events = await answers(client, "audio-stop")
    assert {spoken_by for _, spoken_by in engine.spoken} == {voice}
    [(_, request)] = recording(name)
    assert " ".join(text for text, _ in engine.spoken) == request.data["text"]
    assert [event.type for event in events if event.type != "audio-chunk"] == ["audio-start", "audio-stop"]


async def test_an_unknown_voice_ends_in_an_error_not_in_a_wait() -> None:
    """Home Assistant waits for ever on a stream that doesn't end, and older ones ignore errors: so the end follows."""
    async with served(FakeEngine()) as server, client_of(server) as client:
        await replay(client, "unknown_voice")
        events = await answers(client)
    assert [event.type for event in events] == ["error"]


async def test_info_has_all_that_its_config_flow_needs() -> None:
    """A title, installed, attribution with name and URL everywhere, languages for every voice."""
    async with served(FakeEngine()) as server, client_of(server) as client:
        await replay(client, "describe")
        [info] = await answers(client, "info")
    [program] = info.data["tts"]
    assert program["name"] == "kokoro" and program["installed"] and program["supports_synthesize_streaming"]
    assert len(program["voices"]) == 54
    for thing in (program, *program["voices"]):
        assert thing["attribution"]["name"] and thing["attribution"]["url"].startswith("https://")
        assert thing["installed"] is True
    assert all(voice["languages"] and voice["description"] for voice in program["voices"])
    languages = {tag for voice in program["voices"] for tag in voice["languages"]}
    assert languages == {"en-US", "en-GB", "es-ES", "fr-FR", "hi-IN", "it-IT", "pt-BR", "ja-JP", "zh-CN"}


def test_info_does_not_name_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everybody on the network can read it."""
    monkeypatch.setenv("HOME", "/home/jane")
    speaker = fake_speaker(FakeEngine(), "no model in /home/jane/models")
    assert describe(speaker).tts[0].description == "Kokoro text-to-speech. no model in ~/models"


async def test_the_default_voice_is_the_first_that_home_assistant_shows() -> None:
    """A new pipeline takes the first voice by shown name: in each language that is the default one."""
    async with served(FakeEngine()) as server, client_of(server) as client:
        await replay(client, "describe")
        [info] = await answers(client, "info")
    voices = info.data["tts"][0]["voices"]
    for tag, expected in (("en-US", "af_heart"), ("en-GB", "bf_emma"), ("fr-FR", "ff_siwis"), ("hi-IN", "hf_alpha")):
        shown = sorted((voice for voice in voices if tag in voice["languages"]), key=lambda voice: voice["description"])
        assert shown[0]["name"] == expected
        titles = [voice["description"] for voice in shown]
        assert len(set(titles)) == len(titles)
