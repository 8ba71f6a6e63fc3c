"""Which engine speaks now: Kokoro as soon as its files are there, espeak-ng until then."""

import asyncio
import contextlib
import logging
import threading
import time
from functools import cached_property

from wyoming_kokoro.config import Config
from wyoming_kokoro.errors import ConfigError, DeviceLostError, ModelError, SynthesisError
from wyoming_kokoro.runtime import devices, facts, models
from wyoming_kokoro.runtime.configured import locate, official_names, places
from wyoming_kokoro.runtime.damages import damages
from wyoming_kokoro.runtime.devices import Choice, Device
from wyoming_kokoro.runtime.download import Progress, download, log_progress
from wyoming_kokoro.runtime.facts import Facts
from wyoming_kokoro.runtime.loading import Kokoro, load_kokoro
from wyoming_kokoro.runtime.models import ModelPaths
from wyoming_kokoro.runtime.obstacles import overlays
from wyoming_kokoro.speech.diction import diction
from wyoming_kokoro.speech.engine import Speaker
from wyoming_kokoro.speech.espeak import EspeakEngine
from wyoming_kokoro.speech.voices import Catalogue, catalogue, named, official

log = logging.getLogger(__name__)

FIRST_RETRY_S = 60.0
LAST_RETRY_S = 3600.0
"""After a failed download or load: soon enough for a router that comes back, seldom enough for a site that has none."""
LOOK_S = 5.0
"""How often the model folder is looked at for files that somebody copies into it."""
TEND_S = 0.5
"""How often the device is looked after: one that failed, or is idle."""


class Engines:
    """Holds who speaks now, and looks after it."""

    def __init__(self, settings: Config) -> None:
        self._settings = settings
        self._facts: Facts | None = None
        self.choice = Choice(Device("cpu"), "nothing else is chosen")
        """What Kokoro is to run on, once the facts are gathered."""
        self.downloads: dict[str, tuple[int, int]] = {}
        """Of each file that is being fetched the bytes that are here, and all of them."""
        self._warned = ""
        self._why = ""
        """Why the embedded voice speaks."""
        self._diction = diction(settings.text)
        self._kokoro: Kokoro | None = None
        self._stand_in: Speaker
        """Who speaks while there is no Kokoro; never made for engine kokoro."""

    @property
    def speaker(self) -> Speaker:
        """Who speaks now. It may change between two answers, never within one."""
        return self._kokoro.speaker if self._kokoro else self._stand_in

    @property
    def parallel(self) -> int:
        """How many segments are synthesized at once: as configured, else as suits who speaks now."""
        return self._settings.device.parallel or self.speaker.parallel

    async def start(self, *, wait: bool = False) -> None:
        """Makes `speaker`: the embedded voice for engine auto, unless `wait` and Kokoro's files are there.

        Raises:
            KokoroError: the engine or the device that was asked for can't be had.
        """
        if self._settings.engine == "espeak":
            self._stand_in = self._embedded("as configured")
            return
        if self._settings.engine == "auto":
            self._stand_in = self._embedded("Kokoro is being loaded")
            if self._settings.device.prefer == "auto" and not wait:
                return  # nothing can keep the service from starting: a driver that doesn't answer is not waited for
        await self._examine()
        if self._settings.engine == "kokoro":
            await self._load(await asyncio.to_thread(self._required))
        elif wait:
            await self._attempt(fetch=False)

    async def reconfigure(self, settings: Config) -> None:
        """Other voices and texts, from the next answer on. Raises ConfigError, and then nothing has changed."""
        reading = await asyncio.to_thread(diction, settings.text)
        new = self._settings.model_copy(update={"voices": settings.voices, "text": settings.text})
        _embedded_voices(new)
        self._kokoro = self._kokoro and self._kokoro.configured(new, reading)
        self._settings, self._diction = new, reading
        if new.engine != "kokoro":
            self._espeak.settings = new.text
            self._stand_in = self._embedded(self._why)

    async def _examine(self) -> Facts:
        stopped = threading.Event()
        try:
            return await asyncio.to_thread(self._choose, stopped)
        finally:
            stopped.set()

    def _choose(self, stopped: threading.Event) -> Facts:
        """Says what is wrong with the installation. Raises DeviceError where a GPU is asked for that can't be."""
        self._facts = found = facts.gather(stopped)
        self.choice = devices.choose(self._settings.device.prefer, found)
        if self.choice.remedy:
            log.warning("Kokoro will run on the CPU: %s. To mend it: %s", self.choice.reason, self.choice.remedy)
        for finding in (*damages(found), *overlays(found)):
            log.warning("%s: %s. To mend it: %s", finding.seen, finding.why, finding.remedy)
        return found

    async def pursue(self) -> None:
        """Makes Kokoro speak: loads its files, fetches them, or waits for somebody to put them there. Then tends it.

        Raises:
            DeviceError: a GPU is asked for and isn't really there, or is no longer.
        """
        tags = {voice.language.tag for voice in _embedded_voices(self._settings).voices}
        await asyncio.to_thread(self._diction.warm_up, tags)
        await self._until_kokoro()
        while self._kokoro:
            await self._tend(self._kokoro)
            self._kokoro = None
            self._warn()
            await self._until_kokoro()

    async def _until_kokoro(self) -> None:
        if self._settings.engine == "espeak":
            return
        if not self._facts:
            await self._examine()
        delay = FIRST_RETRY_S
        while not self._kokoro:
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
                self._stand_in = self._embedded("Kokoro's model is being downloaded")
                log.info(self.speaker.note)
                await self._fetch()
                paths = await asyncio.to_thread(locate, self._settings.model)
            await self._load(paths or self._required())
        except (ModelError, ConfigError, SynthesisError, OSError) as error:
            self._stand_in = self._embedded(str(error))
            return False
        return True

    def _required(self) -> ModelPaths:
        model = self._settings.model
        if paths := locate(model):
            return paths
        remedy = f"Run `wyoming-kokoro download`, or put {official_names(model)} there"
        raise ModelError(f"Kokoro's model is not in {model.dir}", remedy)

    async def _load(self, paths: ModelPaths) -> None:
        found = self._facts or await self._examine()
        stopped = threading.Event()
        try:
            kokoro = await asyncio.to_thread(load_kokoro, self._settings, paths, self.choice, found, stopped)
        finally:
            stopped.set()
        self._kokoro = kokoro.configured(self._settings, self._diction)  # they may have changed meanwhile

    async def _tend(self, kokoro: Kokoro) -> None:
        """Returns when the model can't be loaded again and the embedded voice may speak in its place.

        Raises DeviceLostError where the device is given up, unless the CPU may speak in its place."""
        inference, idle_after = kokoro.inference, self._settings.device.idle_unload
        said = False
        while inference.state != "gone" or self._settings.engine != "auto":
            await asyncio.sleep(TEND_S)
            if inference.is_due(idle_after):
                await asyncio.to_thread(inference.tend)
            if inference.state == "given up" and not said:
                self._give_up(kokoro)
                said = True
        self._stand_in = self._embedded(f"Kokoro's model can't be loaded again: {inference.error}")

    def _give_up(self, kokoro: Kokoro) -> None:
        if self._settings.device.prefer != "auto":
            lost = f"{kokoro.inference.device} can't be used any more: {kokoro.inference.error}"
            raise DeviceLostError(lost, "A restart starts CUDA anew; if it doesn't, run `wyoming-kokoro doctor`")
        log.error("%s. Run `wyoming-kokoro doctor`", kokoro.speaker.note)

    async def _fetch(self) -> None:
        """Downloads in a thread, which ends soon after this is cancelled."""
        model, stopped = self._settings.model, threading.Event()
        files = models.official(model.release, model.precision)
        try:
            await asyncio.to_thread(download, model.dir, files, model.mirrors, self._progress(), stopped)
        finally:
            stopped.set()
            self.downloads = {}

    def _progress(self) -> Progress:
        logged, downloads = log_progress(), self.downloads

        def report(name: str, done: int, total: int) -> None:
            downloads[name] = done, total
            logged(name, done, total)

        return report

    def _embedded(self, why: str) -> Speaker:
        self._why = why
        return Speaker(self._espeak, _embedded_voices(self._settings), self._diction, f"espeak-ng speaks: {why}")

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
        paths = places(self._settings.model)
        found: list[tuple[int, int]] = []
        for path in (paths.model, paths.voices):
            with contextlib.suppress(OSError):
                stat = path.stat()
                found.append((stat.st_size, stat.st_mtime_ns))
        return found


def _embedded_voices(settings: Config) -> Catalogue:
    """Under Kokoro's names; the user's own file may hold others than the official ones."""
    return catalogue(settings.voices, {*official(settings.model.release), *named(settings.voices)})
