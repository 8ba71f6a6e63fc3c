"""The voices are measured in the background, one after the other, behind whoever wants to hear something."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import numpy as np
import pytest
from fakes import FakeEngine, fake_speaker

from wyoming_kokoro import config
from wyoming_kokoro.audio import RATE, Samples
from wyoming_kokoro.errors import DeviceError, SynthesisError
from wyoming_kokoro.runtime import levelling
from wyoming_kokoro.runtime.scheduler import Scheduler
from wyoming_kokoro.speech.engine import Segment, Speaker
from wyoming_kokoro.speech.loudness import SENTENCES, Levels
from wyoming_kokoro.speech.voices import catalogue

NAMES = ("af_heart", "am_adam", "ff_siwis")


class Toned(FakeEngine):
    """A tone of -20 dBFS, or a failure."""

    def __init__(self, *held: str) -> None:
        super().__init__(*held)
        self.failing: dict[str, Exception] = {}

    def synthesize(self, segment: Segment) -> Samples:
        super().synthesize(segment)
        if error := self.failing.get(segment.voice.name):
            raise error
        tone: Samples = (0.1 * np.sqrt(2) * np.sin(0.1 * np.arange(RATE))).astype(np.float32)
        return tone


def speaker(engine: FakeEngine, levels: Levels | None) -> Speaker:
    found = fake_speaker(engine, levels=levels)
    return Speaker(engine, catalogue(config.Voices(), NAMES), found.diction, "", levels=levels)


@asynccontextmanager
async def measuring(who: Speaker, scheduler: Scheduler) -> AsyncIterator[None]:
    task = asyncio.create_task(levelling.measure_voices(lambda: who, scheduler))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


async def until_spoken(engine: FakeEngine, count: int) -> None:
    async with asyncio.timeout(20):
        while len(engine.spoken) < count:
            await asyncio.sleep(0.005)


@pytest.fixture(autouse=True)
def no_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(levelling, "LOOK_S", 0.01)


async def test_each_voice_is_measured_once(tmp_path: Path) -> None:
    """In its own language, and then it stands in the file; the gain is that of the next answer."""
    engine, levels = Toned(), Levels(tmp_path, "files")
    who = speaker(engine, levels)
    with closing(Scheduler()) as scheduler:
        async with measuring(who, scheduler):
            async with asyncio.timeout(20):
                while any(Levels(tmp_path, "files").get(name) is None for name in NAMES):
                    await asyncio.sleep(0.005)
            await asyncio.sleep(0.1)
    assert sorted(name for _, name in engine.spoken) == sorted(NAMES)
    assert {name: text for text, name in engine.spoken}["ff_siwis"] == SENTENCES["f"]
    assert who.voice("am_adam", None, None).gain == pytest.approx(levels.gain((("am_adam", 1.0),))) != 0


async def test_who_wants_to_hear_something_goes_first(tmp_path: Path) -> None:
    """What was asked for while a voice is measured is spoken before the next one is."""
    sentence = SENTENCES["a"]
    engine = Toned(sentence)
    who = speaker(engine, Levels(tmp_path, "files"))
    with closing(Scheduler()) as scheduler:
        async with measuring(who, scheduler):
            await engine.begun()
            segment = Segment("wanted", who.catalogue.default, 0.0)
            wanted = asyncio.create_task(scheduler.run(0.0, lambda: engine.synthesize(segment)))
            await asyncio.sleep(0)
            engine.release(sentence)
            await wanted
            await until_spoken(engine, 4)
    assert engine.spoken[1] == ("wanted", "af_heart")


@pytest.mark.parametrize("error", [SynthesisError("no audio"), DeviceError("gone")])
async def test_a_voice_that_fails_is_left_as_it_is(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    """Tried once, with a line in the log; the others are measured."""
    caplog.set_level(logging.INFO)
    engine, levels = Toned(), Levels(tmp_path, "files")
    engine.failing = {"af_heart": error}
    with closing(Scheduler()) as scheduler:
        async with measuring(speaker(engine, levels), scheduler):
            await until_spoken(engine, 3)
            await asyncio.sleep(0.1)
    assert [name for _, name in engine.spoken].count("af_heart") == 1
    assert levels.get("af_heart") is None and levels.get("am_adam") is not None
    assert f"the loudness of af_heart is not known: {error}" in caplog.text


async def test_a_language_without_phonemes_ends_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As where a dictionary is missing: a service that ends for it would be the worse fault."""
    engine, levels = Toned(), Levels(tmp_path, "files")
    usual = engine.segments
    monkeypatch.setattr(engine, "segments", lambda said, who: [] if who.name == "af_heart" else usual(said, who))
    with closing(Scheduler()) as scheduler:
        async with measuring(speaker(engine, levels), scheduler):
            await until_spoken(engine, 2)
    assert sorted(name for _, name in engine.spoken) == ["am_adam", "ff_siwis"]


async def test_nothing_is_measured_where_voices_are_not_levelled() -> None:
    """As the embedded voice, or if voices.level is false."""
    engine = Toned()
    with closing(Scheduler()) as scheduler:
        async with measuring(speaker(engine, None), scheduler):
            await asyncio.sleep(0.1)
    assert engine.spoken == []
