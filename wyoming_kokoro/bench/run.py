"""The benchmark from its beginning to its end: the service alone with its listeners first, then beside its peers."""

import contextlib
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from wyoming_kokoro.bench.bare import Bare, Voice
from wyoming_kokoro.bench.crowd import Crowd, crowd
from wyoming_kokoro.bench.figures import FirstAudio, Inference, Interruption, Level, Memory, Page, ReadOut, Report
from wyoming_kokoro.bench.first_audio import Contest, measure_first_audio
from wyoming_kokoro.bench.inference import Sessions, measure_inference
from wyoming_kokoro.bench.levels import measure_levels
from wyoming_kokoro.bench.listener import Wanted
from wyoming_kokoro.bench.machine import describe
from wyoming_kokoro.bench.memory import gpu_mib, gpus_used_mib, peak_mib
from wyoming_kokoro.bench.notes import Notes
from wyoming_kokoro.bench.page import measure_page
from wyoming_kokoro.bench.peers import Peer, peer
from wyoming_kokoro.bench.plan import Budget, Plan
from wyoming_kokoro.bench.readout import interruption, read_out
from wyoming_kokoro.bench.recorder import Recorder, recording
from wyoming_kokoro.bench.service import Service, speaking
from wyoming_kokoro.bench.texts import sentence
from wyoming_kokoro.config import Config
from wyoming_kokoro.runtime.configured import places
from wyoming_kokoro.runtime.devices import Device

LEVELS, INTERRUPTION, PAGE, FIRST_AUDIO = 0.35, 0.1, 0.2, 0.65
"""Parts of the time that is left when each begins. The read-out takes what it takes, inference the rest."""
WARM_UP = (40, 45)
"""Characters of the sentences that are only spoken to see how long they take."""


@dataclass(frozen=True)
class Alone:
    """What is measured while nothing but the service runs."""

    pace: float
    """Seconds for a character of a text, with one listener."""
    levels: list[Level]
    read_out: ReadOut
    interruption: Interruption | None
    page: Page
    peak_mib: float
    gpu_mib: float | None


@dataclass(frozen=True)
class Beside:
    """What is measured in turn with others. Without a model only the first audio."""

    first_audio: list[FirstAudio]
    inference: list[Inference]
    library: Peer | None = None
    library_mib: float | None = None


async def measure(settings: Config, plan: Plan, say: Callable[[str], None]) -> Report:
    """`say` takes lines of progress. Raises KokoroError: the service can't speak as it is configured."""
    notes, began, moment = Notes(say), time.monotonic(), datetime.now(UTC)
    used = gpus_used_mib() or 0.0
    notes.say("loading the service")
    with recording() as recorder:
        async with speaking(settings) as service, crowd(service.uri) as listeners:
            note = service.speaker.note
            notes.say(note)
            bench = Benchmark(settings, plan, notes, recorder, service, listeners, Budget(60 * plan.minutes))
            alone = await bench.alone(used)
            async with contextlib.AsyncExitStack() as peers:
                beside = await bench.beside(alone.pace, peers)
                memory = bench.memory(alone, beside)
            if service.speaker.note != note:
                notes.remark(f"the device changed while it was measured: {service.speaker.note}")
            speaker = service.speaker
    return Report(
        machine=describe(settings, speaker, places(settings.model) if recorder.session else None, note),
        began=moment.isoformat(timespec="seconds"),
        seconds=time.monotonic() - began,
        first_audio=tuple(beside.first_audio),
        inference=tuple(beside.inference),
        levels=tuple(alone.levels),
        read_out=alone.read_out,
        interruption=alone.interruption,
        memory=memory,
        remarks=tuple(notes.remarks),
        page=alone.page,
    )


@dataclass(frozen=True)
class Benchmark:
    settings: Config
    plan: Plan
    notes: Notes
    recorder: Recorder
    service: Service
    crowd: Crowd
    budget: Budget

    async def alone(self, used_before: float) -> Alone:
        """`used_before` is what all programs held of the GPUs before the service was loaded, in MiB."""
        seconds = [await self._speak(length) for length in WARM_UP]
        budget = self.budget.share(LEVELS)
        levels = await measure_levels(self.crowd, self.plan, budget, seconds[-1], self.notes)
        reading = await read_out(self.crowd, self.plan, self.notes)
        used = gpus_used_mib()
        return Alone(
            pace=reading.seconds / reading.characters,
            levels=levels,
            read_out=reading,
            interruption=await self._interruption(),
            page=await self._page(),
            peak_mib=peak_mib(),
            gpu_mib=gpu_mib(os.getpid()) or (used and used - used_before),
        )

    async def _speak(self, length: int) -> float:
        heard = await self.crowd.one(Wanted(sentence(length, length)))
        heard.waited()
        return heard.ended - heard.asked

    async def _interruption(self) -> Interruption | None:
        if not self.recorder.session:
            return None
        budget = self.budget.share(INTERRUPTION)
        return await interruption(self.crowd, self.plan, budget, self.recorder, self.notes)

    async def _page(self) -> Page:
        budget = self.budget.share(PAGE)
        return await measure_page(self.crowd, self.service.page, self.plan, budget, self.recorder, self.notes)

    async def beside(self, pace: float, peers: contextlib.AsyncExitStack) -> Beside:
        """The peers' processes end with the stack. `pace` is in seconds per character."""
        if (session := self.recorder.session) is None:
            speaks = self.service.speaker.engine.name
            self.notes.remark(f"{speaks} has no model: no floor, inference, plain library and interruption")
            return Beside(await self._first_audio(None, None, pace), [])
        paths, voice = places(self.settings.model), self._voice()
        floor = Bare(session, paths.voices, voice)
        library, exported = await self._peers(session.device, voice, peers)
        first_audio = await self._first_audio(floor, library, pace)
        spoken = [token for run in self.recorder.between(0) for token in run.ids]
        sessions = Sessions(floor, exported, library)
        inference = await measure_inference(sessions, spoken, self.plan, self.budget, self.notes)
        return Beside(first_audio, inference, library, await library.peak_mib())

    async def _peers(self, device: Device, voice: Voice, peers: contextlib.AsyncExitStack) -> tuple[Peer, Peer | None]:
        """On the CPU the plain library's session already is that of the model as exported."""
        paths = places(self.settings.model)
        kinds = ("library",) if device.kind == "cpu" else ("library", "exported")
        opened = [
            await peers.enter_async_context(peer(kind, self.settings, paths, voice, device, self.notes))
            for kind in kinds
        ]
        return opened[0], opened[1] if len(opened) > 1 else None

    async def _first_audio(self, floor: Bare | None, library: Peer | None, pace: float) -> list[FirstAudio]:
        contest = Contest(self.crowd, self.recorder, floor, library, self.plan.create_stream)
        budget = self.budget.share(FIRST_AUDIO if floor else 1)
        return await measure_first_audio(contest, self.plan, budget, self.budget, pace, self.notes)

    def _voice(self) -> Voice:
        """The default one; the heaviest part of a blend."""
        voice = self.service.speaker.catalogue.default
        return Voice(voice.styles[0][0], voice.language.espeak or "en-us", voice.speed)

    def memory(self, alone: Alone, beside: Beside) -> Memory:
        """While the peers still run."""
        library = beside.library
        return Memory(
            speaking=alone.peak_mib,
            gpu_speaking=alone.gpu_mib,
            longest=peak_mib(),
            gpu_longest=gpu_mib(os.getpid()),
            library=beside.library_mib,
            gpu_library=gpu_mib(library.pid) if library else None,
        )
