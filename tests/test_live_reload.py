"""A changed configuration is taken up by the running service while it speaks."""

import asyncio
import signal
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pytest
from fakes import answers, pcm, send
from kokoro_onnx.tokenizer import Tokenizer
from test_service import logged, running
from tiny_kokoro import VOICES, decode
from wyoming.client import AsyncClient
from wyoming.event import Event

from wyoming_kokoro.audio import Samples
from wyoming_kokoro.speech.languages import BY_LETTER
from wyoming_kokoro.speech.phonemes import Phonemizer

BEFORE = "voices: {level: false}\ntext: {flush_after: 0}"
AFTER = """
voices: {level: false, default: dusk, blends: {dusk: {af_heart: 3, bf_emma: 1}}, aliases: {lessac: am_adam}}
text: {flush_after: 0, lexicon: {HA: Home Assistant}, rules: {units: false}}
"""
SENTENCE = "This is one of the many sentences of a text that is still being read. "


@asynccontextmanager
async def service(tmp_path: Path, tiny_folder: Path) -> AsyncIterator[tuple[Process, str, Path]]:
    path = tmp_path / "kokoro.yaml"
    path.write_text(BEFORE)
    args = ("--config", str(path), "--uri", "tcp://127.0.0.1:0", "--model-dir", str(tiny_folder), "--device", "cpu")
    async with running(tmp_path, *args) as process:
        uri = (await logged(process, r"listens on (\S+):"))[1]
        await logged(process, r"Kokoro speaks on cpu")
        yield process, uri, path


async def described(uri: str) -> dict[str, str]:
    """The voices by name, as they are shown."""
    async with AsyncClient.from_uri(uri, read_timeout=20) as client:
        await send(client, ("describe", {}))
        [info] = await answers(client, "info")
    return {voice["name"]: voice["description"] for voice in info.data["tts"][0]["voices"]}


async def spoken(uri: str, text: str, **voice: str) -> Samples:
    async with AsyncClient.from_uri(uri, read_timeout=20) as client:
        await send(client, ("synthesize", {"text": text, "voice": voice}))
        events = await answers(client, "audio-stop", "error")
    assert events[-1].type == "audio-stop", events[-1].data
    return pcm(events)


async def test_voices_lexicon_and_rules_change_under_streaming_load(tmp_path: Path, tiny_folder: Path) -> None:
    """Eight texts are in the middle of being spoken: each ends whole, in the voice that it began with; what is asked
    for afterwards has the new voices and words, and the next describe shows them."""
    async with service(tmp_path, tiny_folder) as (process, uri, path):
        clients = [AsyncClient.from_uri(uri, read_timeout=30) for _ in range(8)]
        heard: list[list[Event]] = []
        for client in clients:
            await client.connect()
            await send(client, ("synthesize-start", {}), ("synthesize-chunk", {"text": SENTENCE * 2}))
            heard.append(await answers(client, "audio-chunk"))
        assert "dusk" not in await described(uri)
        path.write_text(AFTER)
        await logged(process, "the configuration was read again, changed: voices, text")
        assert (await described(uri))["dusk"] == "(default) Dusk, female, 75% Heart + 25% Emma"
        for client in clients:
            await send(client, ("synthesize-chunk", {"text": SENTENCE * 2}), ("synthesize-stop", {}))
        for client, events in zip(clients, heard, strict=True):
            events.extend(await answers(client, "synthesize-stopped", "error"))
            await client.disconnect()
        whole = {(events[-1].type, len(pcm(events)), round(float(np.abs(pcm(events)).max()), 2)) for events in heard}
        assert len(whole) == 1 and whole.pop()[::2] == ("synthesize-stopped", VOICES["af_heart"])

        fresh = await spoken(uri, "Is HA on?")
        assert np.abs(fresh).max() == pytest.approx(0.75 * VOICES["af_heart"] + 0.25 * VOICES["bf_emma"], abs=0.01)
        expected = Phonemizer().phonemes("Is Home Assistant on?", BY_LETTER["a"])
        assert decode(fresh) == [int(token) for token in Tokenizer().tokenize(expected)]
        assert np.abs(await spoken(uri, "Hello there.", name="lessac")).max() < 0.21


async def test_a_bad_file_breaks_nothing_and_sighup_reads_again(tmp_path: Path, tiny_folder: Path) -> None:
    """The log names the fault; the service goes on as before, and takes the mended file."""
    async with service(tmp_path, tiny_folder) as (process, uri, path):
        before = await described(uri)
        path.write_text("voices: {default: af_hart}")
        fault = await logged(process, "the one before stays in use: (.*)")
        assert f"{path}:1: voices.default: 'af_hart' is no voice here, did you mean 'af_heart'?" in fault[1]
        assert await described(uri) == before and (await spoken(uri, "Still here.")).any()
        path.write_text(AFTER)
        await logged(process, "read again, changed: voices, text")
        process.send_signal(signal.SIGHUP)
        await logged(process, "the configuration was read again$")
        assert "dusk" in await described(uri)
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 20) == 0
