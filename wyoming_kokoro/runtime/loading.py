"""Makes Kokoro from its files on the chosen device: prepared, verified, warm, and with the proof of where it runs."""

import logging
import threading
import time
from dataclasses import dataclass, replace
from pathlib import Path

from wyoming_kokoro import config
from wyoming_kokoro.config import Config
from wyoming_kokoro.errors import DeviceError, DeviceLostError, DeviceMemoryError, ModelError, SynthesisError
from wyoming_kokoro.runtime import placement
from wyoming_kokoro.runtime.configured import verdicts
from wyoming_kokoro.runtime.devices import REMEDY, Choice, Device
from wyoming_kokoro.runtime.facts import Facts
from wyoming_kokoro.runtime.fingerprints import fingerprint
from wyoming_kokoro.runtime.inference import Inference
from wyoming_kokoro.runtime.models import ModelPaths
from wyoming_kokoro.runtime.placement import Placement
from wyoming_kokoro.runtime.prepared import Prepared, prepared, refuse
from wyoming_kokoro.runtime.proof import Proof
from wyoming_kokoro.runtime.session import Session, open_session
from wyoming_kokoro.speech.diction import diction
from wyoming_kokoro.speech.engine import Speaker, render
from wyoming_kokoro.speech.kokoro import KokoroEngine
from wyoming_kokoro.speech.loudness import SENTENCES, Levels
from wyoming_kokoro.speech.phonemes import Phonemizer
from wyoming_kokoro.speech.voices import Catalogue, Voice, catalogue
from wyoming_kokoro.text.normalize import Diction
from wyoming_kokoro.text.phrases import plainly

log = logging.getLogger(__name__)

WARM_UP = "The kitchen light is on, the window is open, and the washing machine will have finished in ten minutes."
"""It is spoken in parts, and several times over: see LENGTHS."""
TYPICAL = 40
"""Phonemes of a short sentence."""
LENGTHS = {"cpu": (45, 20), "cuda": (440, 220, 110, 60, TYPICAL, 15)}
"""Phonemes of the sentences that warm a device up. CUDA loads its kernels and takes its memory with what it meets
first, so the longest one is: then no later one fails for want of memory. The CPU is as fast at once, but it isn't known
how fast until it has spoken two lengths."""
MOST_PARALLEL = 8
"""Segments at once on a GPU: beyond that an H200 gives no more in all."""
SEGMENT_MIB = 3_000
"""GPU memory that is counted on for each of them; the longest there are take 2 to 4 GB."""
SMALL_GPU_MIB = 12_000
"""With less memory fewer taps of a convolution are gathered at once, which takes half the memory and a tenth longer."""
FEW_TAPS = 4
FEW_PHONEMES = 110
"""Whose audio takes well under 1 GB to make."""


@dataclass(frozen=True)
class Kokoro:
    """Kokoro, ready to speak."""

    engine: KokoroEngine
    inference: Inference
    proof: Proof
    levels: Levels
    """Of the voices; the speaker has them if they are wanted."""
    loaded: Speaker

    @property
    def speaker(self) -> Speaker:
        """With what is true now of the device."""
        return replace(self.loaded, note=self.proof.note(self.inference), details=self.proof.details(self.inference))

    def configured(self, settings: Config, reading: Diction) -> "Kokoro":
        """With other voices and another way to read. Raises ConfigError where there is no such voice."""
        offered = catalogue(settings.voices, self.engine.voices)
        self.engine.settings = settings.text
        levels = self.levels if settings.voices.level else None
        return replace(self, loaded=replace(self.loaded, catalogue=offered, diction=reading, levels=levels))


def load_kokoro(
    settings: Config, paths: ModelPaths, choice: Choice, facts: Facts, stopped: threading.Event | None = None
) -> Kokoro:
    """Kokoro on the chosen device. With device.prefer auto a GPU that fails means the CPU. Blocks for seconds, or for a
    minute where the model has to be prepared; less once `stopped` is set.

    Raises:
        ModelError, DeviceError, ConfigError, SynthesisError, StoppedError: why there is no Kokoro.
    """
    try:
        return _load_on(choice, settings, paths, facts, stopped or threading.Event())
    except (DeviceError, SynthesisError) as error:
        if choice.device.kind == "cpu":
            raise
        if settings.device.prefer != "auto":
            raise DeviceError(error.message, error.remedy or REMEDY) from error
        log.warning("Kokoro speaks on the CPU: %s", error)
        reason = error.message  # the error itself would keep the failed session alive
    return _load_on(Choice(Device("cpu"), reason), settings, paths, facts, threading.Event())


def _load_on(choice: Choice, settings: Config, paths: ModelPaths, facts: Facts, stopped: threading.Event) -> Kokoro:
    graph = _graph_for(choice.device, settings, paths.model, facts, stopped)
    try:
        return _load(choice, settings, paths, facts, graph)
    except (ModelError, SynthesisError, DeviceError) as error:
        if graph.path == paths.model or isinstance(error, DeviceMemoryError | DeviceLostError):
            raise
        reason = f"prepared it failed on {choice.device}: {error.message}"
        is_damaged = isinstance(error, ModelError)
    kokoro = _load(choice, settings, paths, facts, Prepared(paths.model, f"graph as exported: {reason}"))
    # now it is known that it wasn't the device
    refuse(graph.path, paths.model, reason, for_good=not is_damaged)
    return kokoro


def _graph_for(device: Device, settings: Config, model: Path, facts: Facts, stopped: threading.Event) -> Prepared:
    """On the CPU no preparation was found that is worth a second copy of the model."""
    if device.kind == "cpu":
        return Prepared(model, "")
    if not settings.model.prepare:
        return Prepared(model, "graph as exported: model.prepare is false")
    return prepared(model, FEW_TAPS if _memory(device, settings, facts) < SMALL_GPU_MIB else 0, stopped)


def _memory(device: Device, settings: Config, facts: Facts) -> int:
    """MiB that may be used of the GPU."""
    known = (settings.device.memory_limit, facts.machine.gpus[device.index].memory)
    return min((mib for mib in known if mib), default=SMALL_GPU_MIB)


def _parallel(device: Device, settings: Config, facts: Facts) -> int:
    """One inference takes all cores of the CPU; a GPU has room for more than one."""
    if device.kind == "cpu":
        return 1
    return max(1, min(MOST_PARALLEL, _memory(device, settings, facts) // SEGMENT_MIB))


def _load(choice: Choice, settings: Config, paths: ModelPaths, facts: Facts, graph: Prepared) -> Kokoro:
    def reopen(device: Device) -> Session:
        is_kept = device.kind == "cuda" and graph.path.exists()
        return open_session(graph.path if is_kept else paths.model, device, settings.device)

    began = time.monotonic()
    with placement.profiled(choice.device) as profile:
        session = open_session(graph.path, choice.device, settings.device, profile)
        inference = Inference(session, reopen, paths.model)
        phonemizer = Phonemizer(bopomofo=settings.model.bopomofo)
        engine = KokoroEngine(inference, paths.voices, phonemizer, settings.text)
        voices = catalogue(settings.voices, engine.voices)
        loaded = time.monotonic()
        _warm_up(engine, voices, _lengths(choice.device, settings, facts))
        if inference.state != "loaded":
            raise SynthesisError(inference.error)
        warm = time.monotonic()
        placed = _place(session, engine, voices.default) if profile else None
    _warn_of_strangers(settings.model, paths)
    proof = Proof(choice, facts, loaded - began, warm - loaded, placed, graph.note)
    reading, parallel = diction(settings.text), _parallel(choice.device, settings, facts)
    speaker = Speaker(engine, voices, reading, "", parallel=parallel)
    return Kokoro(engine, inference, proof, _levels(paths), speaker).configured(settings, reading)


def _levels(paths: ModelPaths) -> Levels:
    """Kept beside the model, and those of these very files."""
    return Levels(paths.model.parent, " ".join(map(fingerprint, (paths.model, paths.voices))))


def _lengths(device: Device, settings: Config, facts: Facts) -> tuple[int, ...]:
    """Of the sentences that warm it up: not those that a very small GPU has no room for."""
    if device.kind == "cpu":
        return LENGTHS["cpu"]
    is_small = _memory(device, settings, facts) < SEGMENT_MIB
    return tuple(length for length in LENGTHS["cuda"] if length <= FEW_PHONEMES or not is_small)


def _warm_up(engine: KokoroEngine, voices: Catalogue, lengths: tuple[int, ...]) -> None:
    """Speaks sentences of the lengths that occur, and reads one in each language: its first takes up to a second."""
    for length in lengths:
        try:
            _speak(engine, voices.default, length)
        except DeviceMemoryError as error:  # other programs hold it: shorter ones may fit
            if length == lengths[-1]:
                raise
            log.warning("%s, by a sentence of %d phonemes", error.message, length)
    for voice in {voice.language: voice for voice in voices.voices}.values():
        engine.segments(plainly(SENTENCES[voice.language.letter]), voice)


def _speak(engine: KokoroEngine, voice: Voice, length: int) -> None:
    """A segment of so many phonemes."""
    segment = engine.segments(plainly(WARM_UP), voice)[0]
    content = f"{segment.content} " * (1 + length // len(segment.content))
    render(engine, replace(segment, content=content[:length]))


def _place(session: Session, engine: KokoroEngine, voice: Voice) -> Placement | None:
    _speak(engine, voice, TYPICAL)
    return placement.read(Path(session.end_profiling()))


def _warn_of_strangers(settings: config.Model, paths: ModelPaths) -> None:
    """Files that aren't the official ones may be meant so; an unexpected voice has its reason in the log."""
    for path, verdict in verdicts(settings, paths):
        if verdict.kind != "official":
            log.warning("%s is used as it is: %s", path, verdict.note)
