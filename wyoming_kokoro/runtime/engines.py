"""Which engine speaks now: Kokoro as soon as its files are there, espeak-ng until then."""

import asyncio
import contextlib
import logging
import threading
import time
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from wyoming_kokoro import config
from wyoming_kokoro.config import Config
from wyoming_kokoro.errors import ConfigError, DeviceError, ModelError, SynthesisError
from wyoming_kokoro.runtime import devices, models
from wyoming_kokoro.runtime.devices import Choice, Device
from wyoming_kokoro.runtime.download import download, log_progress
from wyoming_kokoro.runtime.models import ModelPaths, Verdict
from wyoming_kokoro.runtime.session import open_session
from wyoming_kokoro.speech.engine import Speaker, render
from wyoming_kokoro.speech.espeak import EspeakEngine
from wyoming_kokoro.speech.kokoro import KokoroEngine
from wyoming_kokoro.speech.phonemes import Phonemizer
from wyoming_kokoro.speech.voices import OFFICIAL, catalogue, named

log = logging.getLogger(__name__)

FIRST_RETRY_S = 60.0
LAST_RETRY_S = 3600.0
"""After a failed download or load: soon enough for a router that comes back, seldom enough for a site that has none."""
LOOK_S = 5.0
"""How often the model folder is looked at for files that somebody copies into it."""
WARM_UP = "Good morning, this is the first sentence."


class Engines:
    """Holds who speaks now. `speaker` may change between two answers, never within one."""

    def __init__(self, settings: Config) -> None:
        """Raises DeviceError where a GPU is asked for and there can't be one."""
        self._settings = settings
        self._choice = devices.choose(settings.device.prefer, devices.gather())
        self._warned = ""
        self.speaker: Speaker

    async def start(self, *, wait: bool = False) -> None:
        """Makes `speaker`: the embedded voice for engine auto, unless `wait` and Kokoro's files are there.

        Raises:
            KokoroError: the engine that was asked for can't be had.
        """
        if self._settings.engine == "espeak":
            self.speaker = self._embedded("as configured")
        elif self._settings.engine == "kokoro":
            await self._load(await asyncio.to_thread(self._required))
        else:
            self.speaker = self._embedded("Kokoro is being loaded")
            if wait:
                await self._attempt(fetch=False)

    async def pursue(self) -> None:
        """Until Kokoro speaks: load its files, fetch them, or wait for somebody to put them there.

        Raises:
            DeviceError: a GPU is asked for and isn't really there.
        """
        delay = FIRST_RETRY_S
        while self.speaker.engine.name == "espeak" != self._settings.engine:
            seen = await asyncio.to_thread(self._signature)
            if await self._attempt(fetch=self._settings.model.download):
                log.info(self.speaker.note)
            else:
                self._warn()
                await self._changed(seen, delay)
                delay = min(2 * delay, LAST_RETRY_S)

    async def _attempt(self, *, fetch: bool) -> bool:
        try:
            paths = await asyncio.to_thread(locate, self._settings.model)
            if paths is None and fetch:
                self.speaker = self._embedded("Kokoro's model is being downloaded")
                log.info(self.speaker.note)
                await self._fetch()
                paths = await asyncio.to_thread(locate, self._settings.model)
            await self._load(paths or self._required())
        except (ModelError, ConfigError, SynthesisError, OSError) as error:
            self.speaker = self._embedded(str(error))
            return False
        return True

    def _required(self) -> ModelPaths:
        model = self._settings.model
        if paths := locate(model):
            return paths
        remedy = f"Run `wyoming-kokoro download`, or put {official_names(model)} there"
        raise ModelError(f"Kokoro's model is not in {model.dir}", remedy)

    async def _load(self, paths: ModelPaths) -> None:
        self.speaker = await asyncio.to_thread(load_kokoro, self._settings, paths, self._choice)

    async def _fetch(self) -> None:
        """Downloads in a thread, which ends soon after this is cancelled."""
        model, stopped = self._settings.model, threading.Event()
        files = models.official(model.release, model.precision)
        try:
            await asyncio.to_thread(download, model.dir, files, model.mirrors, log_progress(), stopped)
        finally:
            stopped.set()

    def _embedded(self, note: str) -> Speaker:
        voices = self._settings.voices  # the user's own file may hold others than the official ones
        return Speaker(self._espeak, catalogue(voices, {*OFFICIAL, *named(voices)}), f"espeak-ng speaks: {note}")

    @cached_property
    def _espeak(self) -> EspeakEngine:
        """Made once: each one loads a copy of the library."""
        return EspeakEngine(self._settings.text)

    def _warn(self) -> None:
        """Once for each reason, not for each try."""
        if self.speaker.note != self._warned:
            log.warning(self.speaker.note)
            self._warned = self.speaker.note

    async def _changed(self, seen: object, at_most: float) -> None:
        """Returns when the model files are others than `seen` and stay so for a moment, or after `at_most` seconds."""
        now = seen
        deadline = time.monotonic() + at_most
        while time.monotonic() < deadline and (now := await asyncio.to_thread(self._signature)) == seen:
            await asyncio.sleep(LOOK_S)
        while now != seen:  # until nobody writes to them any more
            await asyncio.sleep(LOOK_S)
            seen, now = now, await asyncio.to_thread(self._signature)

    def _signature(self) -> list[tuple[int, int]]:
        """Size and time of the model files: that changes when somebody puts them there or mends them."""
        paths = _configured(self._settings.model)
        found: list[tuple[int, int]] = []
        for path in (paths.model, paths.voices):
            with contextlib.suppress(OSError):
                stat = path.stat()
                found.append((stat.st_size, stat.st_mtime_ns))
        return found


def locate(settings: config.Model) -> ModelPaths | None:
    """The user's own files, or the official ones in the model folder; None if those aren't there.

    Raises:
        ModelError: a file is of a wrong kind, or one of the user's own doesn't exist.
    """
    paths = _configured(settings)
    if not (settings.path or settings.voices_path) and not models.find(
        settings.dir, settings.release, settings.precision
    ):
        return None
    models.check_kinds(paths, settings.release, settings.precision)
    return paths


def _configured(settings: config.Model) -> ModelPaths:
    """Where the files are, or would be."""
    model, voices = models.official(settings.release, settings.precision)
    return ModelPaths(settings.path or settings.dir / model.name, settings.voices_path or settings.dir / voices.name)


def official_names(settings: config.Model) -> str:
    """For a remedy: what has to be put into the model folder."""
    return " and ".join(file.name for file in models.official(settings.release, settings.precision))


def load_kokoro(settings: Config, paths: ModelPaths, choice: Choice) -> Speaker:
    """Kokoro, warm, on the chosen device. With device.prefer auto a GPU that fails means the CPU. Blocks for seconds.

    Raises:
        ModelError, DeviceError, ConfigError, SynthesisError: why there is no Kokoro.
    """
    try:
        return _load_on(choice, settings, paths)
    except (DeviceError, SynthesisError) as error:
        if settings.device.prefer != "auto" or choice.device.kind == "cpu":
            raise
        log.warning("Kokoro speaks on the CPU: %s", error)
        return _load_on(Choice(Device("cpu"), error.message), settings, paths)


def _load_on(choice: Choice, settings: Config, paths: ModelPaths) -> Speaker:
    started = time.monotonic()
    session = open_session(paths.model, choice.device, settings.device)
    engine = KokoroEngine(session, paths.voices, Phonemizer(), settings.text)
    voices = catalogue(settings.voices, engine.voices)
    for segment in engine.segments(WARM_UP, voices.default):
        render(engine, segment)
    session.verify()  # a fall back may come with the first inference
    seconds = time.monotonic() - started
    _warn_of_strangers(settings.model, paths)
    return Speaker(engine, voices, f"Kokoro speaks on {session.device} ({choice.reason}), ready after {seconds:.1f} s")


def verdicts(settings: config.Model, paths: ModelPaths) -> Iterator[tuple[Path, Verdict]]:
    """Each file with what its bytes are."""
    official = models.official(settings.release, settings.precision)
    for path, file in zip((paths.model, paths.voices), official, strict=True):
        yield path, models.verify(path, file)


def _warn_of_strangers(settings: config.Model, paths: ModelPaths) -> None:
    """Files that aren't the official ones may be meant so; an unexpected voice has its reason in the log."""
    for path, verdict in verdicts(settings, paths):
        if verdict.kind != "official":
            log.warning("%s is used as it is: %s", path, verdict.note)
