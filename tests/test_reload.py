"""The configuration is read again while the service runs."""

import asyncio
import logging
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from wyoming_kokoro import config_sources, reload
from wyoming_kokoro.config import Config
from wyoming_kokoro.config_sources import Origin
from wyoming_kokoro.errors import ConfigError

pytestmark = pytest.mark.usefixtures("alone")
LONGEST_S = 30


class Taker:
    """Takes what `follow` gives."""

    def __init__(self) -> None:
        self.taken: asyncio.Queue[Config] = asyncio.Queue()

    async def __call__(self, settings: Config) -> None:
        if settings.voices.default == "refused":
            raise ConfigError("there is no such voice")
        await self.taken.put(settings)

    async def next(self) -> Config:
        async with asyncio.timeout(LONGEST_S):
            return await self.taken.get()


@asynccontextmanager
async def following(path: Path, text: str) -> AsyncIterator[Taker]:
    """`follow` at work, past its first look."""
    path.write_text(text)
    origin, taker = Origin(path, {}, lambda _: None), Taker()
    task = asyncio.create_task(reload.follow(origin, origin.read(), taker, asyncio.Event()))
    try:
        await taker.next()
        yield taker
    finally:
        task.cancel()
        await asyncio.wait([task])


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """A change in the moment before the folder is watched is found soon."""
    monkeypatch.setattr(reload, "LOOK_S", 0.2)


async def until_logged(caplog: pytest.LogCaptureFixture, words: str) -> None:
    async with asyncio.timeout(LONGEST_S):
        while words not in caplog.text:
            await asyncio.sleep(0.01)


async def test_a_changed_file_is_taken_up(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Written in place; the log names the section."""
    caplog.set_level(logging.INFO)
    path = tmp_path / "kokoro.yaml"
    async with following(path, "voices: {speed: 1.0}") as taker:
        path.write_text("voices: {speed: 1.5}")
        assert (await taker.next()).voices.speed == 1.5
        await until_logged(caplog, "read again, changed: voices")
    assert "restart" not in caplog.text


async def test_a_replaced_file_is_taken_up(tmp_path: Path) -> None:
    """Editors write another file and give it the name; Kubernetes turns a link."""
    path, other, target = tmp_path / "kokoro.yaml", tmp_path / "new", tmp_path / "elsewhere" / "a.yaml"
    async with following(path, "voices: {speed: 1.0}") as taker:
        other.write_text("voices: {speed: 1.1}")
        other.replace(path)
        assert (await taker.next()).voices.speed == 1.1
        target.parent.mkdir()
        target.write_text("voices: {speed: 1.2}")
        other.symlink_to(target)
        other.replace(path)
        assert (await taker.next()).voices.speed == 1.2


async def test_a_change_before_the_first_look_is_not_missed(tmp_path: Path) -> None:
    """Between the reading of the configuration and the watch of its file a service starts, which takes seconds."""
    path = tmp_path / "kokoro.yaml"
    path.write_text("voices: {speed: 1.0}")
    origin, taker = Origin(path, {}, lambda _: None), Taker()
    settings = origin.read()
    path.write_text("voices: {speed: 1.5}")
    task = asyncio.create_task(reload.follow(origin, settings, taker, asyncio.Event()))
    assert (await taker.next()).voices.speed == 1.5
    task.cancel()
    await asyncio.wait([task])


async def test_the_lexicon_is_a_file_of_the_configuration(tmp_path: Path) -> None:
    """Its path is the same, its words are others."""
    lexicon = tmp_path / "words" / "lexicon.yaml"
    lexicon.parent.mkdir()
    lexicon.write_text("HA: Home Assistant")
    async with following(tmp_path / "kokoro.yaml", "text: {lexicon: words/lexicon.yaml}") as taker:
        lexicon.write_text("HA: Home Assist")
        assert (await taker.next()).text.lexicon == lexicon


async def test_a_bad_file_changes_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The log says what is wrong with it and where; the next good one is taken up."""
    path = tmp_path / "kokoro.yaml"
    async with following(path, "voices: {speed: 1.0}") as taker:
        for bad, words in (
            ("voices: {speed: 9}", "kokoro.yaml:1: voices.speed: 9 can't be used"),
            ("voices: [", "not valid YAML"),
            ("voices: {default: refused}", "there is no such voice"),
        ):
            path.write_text(bad)
            await until_logged(caplog, words)
        assert taker.taken.empty() and caplog.text.count("stays in use") >= 3
        path.unlink()
        path.write_text("voices: {speed: 1.3}")
        assert (await taker.next()).voices.speed == 1.3


async def test_sighup_asks_for_it(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Also where there is no file, and nothing has changed; nor does it end the program."""
    caplog.set_level(logging.INFO)
    origin, taker = Origin(None, {"voices.speed": "1.5"}, lambda _: None), Taker()
    with reload.hangups() as asked:
        task = asyncio.create_task(reload.follow(origin, origin.read(), taker, asked))
        for _ in range(2):
            os.kill(os.getpid(), signal.SIGHUP)
            assert (await taker.next()).voices.speed == 1.5
        await until_logged(caplog, "the configuration was read again")
        task.cancel()
        await asyncio.wait([task])


async def test_what_needs_a_restart_is_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The port of a running server stays."""
    path = tmp_path / "kokoro.yaml"
    async with following(path, "voices: {speed: 1.0}") as taker:
        path.write_text("{voices: {speed: 1.1}, server: {max_text: 500}, log: {level: debug}}")
        await taker.next()
        await until_logged(caplog, "a restart is needed for what has changed in: log, server")


async def test_a_folder_that_cannot_be_watched_is_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The system may have no more watches to give."""

    async def refuse(*args: object, **options: object) -> AsyncIterator[object]:
        if args:
            raise OSError(28, "no space left on device")
        yield set()

    monkeypatch.setattr(reload, "awatch", refuse)
    path = tmp_path / "kokoro.yaml"
    async with following(path, "voices: {speed: 1.0}") as taker:
        path.write_text("voices: {speed: 1.25}")
        assert (await taker.next()).voices.speed == 1.25


def test_the_environment_names_the_file_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """WYOMING_KOKORO_CONFIG is what script/run sets."""
    path = tmp_path / "kokoro.yaml"
    path.write_text("voices: {speed: 1.5}")
    monkeypatch.setenv(config_sources.CONFIG_VARIABLE, str(path))
    origin = Origin(None, {}, lambda _: None)
    assert origin.files(origin.read()) == {path}
