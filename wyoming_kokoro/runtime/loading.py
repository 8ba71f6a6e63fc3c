"""Makes Kokoro from its files on the chosen device: warm, verified, and with the proof of where it runs."""

import logging
import time
from dataclasses import dataclass, replace
from pathlib import Path

from wyoming_kokoro import config
from wyoming_kokoro.config import Config
from wyoming_kokoro.errors import DeviceError, SynthesisError
from wyoming_kokoro.runtime import placement
from wyoming_kokoro.runtime.configured import verdicts
from wyoming_kokoro.runtime.devices import REMEDY, Choice, Device
from wyoming_kokoro.runtime.facts import Facts
from wyoming_kokoro.runtime.inference import Inference
from wyoming_kokoro.runtime.models import ModelPaths
from wyoming_kokoro.runtime.placement import Placement
from wyoming_kokoro.runtime.proof import Proof
from wyoming_kokoro.runtime.session import Session, open_session
from wyoming_kokoro.speech.engine import Speaker, render
from wyoming_kokoro.speech.kokoro import KokoroEngine
from wyoming_kokoro.speech.phonemes import Phonemizer
from wyoming_kokoro.speech.voices import Voice, catalogue

log = logging.getLogger(__name__)

WARM_UP = "Good morning, this is the first sentence."


@dataclass(frozen=True)
class Kokoro:
    """Kokoro, ready to speak."""

    inference: Inference
    proof: Proof
    loaded: Speaker

    @property
    def speaker(self) -> Speaker:
        """With what is true now of the device."""
        return replace(self.loaded, note=self.proof.note(self.inference), details=self.proof.details(self.inference))


def load_kokoro(settings: Config, paths: ModelPaths, choice: Choice, facts: Facts) -> Kokoro:
    """Kokoro on the chosen device. With device.prefer auto a GPU that fails means the CPU. Blocks for seconds.

    Raises:
        ModelError, DeviceError, ConfigError, SynthesisError: why there is no Kokoro.
    """
    try:
        return _load_on(choice, settings, paths, facts)
    except (DeviceError, SynthesisError) as error:
        if choice.device.kind == "cpu":
            raise
        if settings.device.prefer != "auto":
            raise DeviceError(error.message, error.remedy or REMEDY) from error
        log.warning("Kokoro speaks on the CPU: %s", error)
        reason = error.message  # the error itself would keep the failed session alive
    return _load_on(Choice(Device("cpu"), reason), settings, paths, facts)


def _load_on(choice: Choice, settings: Config, paths: ModelPaths, facts: Facts) -> Kokoro:
    began = time.monotonic()
    with placement.profiled(choice.device) as profile:
        session = open_session(paths.model, choice.device, settings.device, profile)
        inference = Inference(session, lambda device: open_session(paths.model, device, settings.device))
        engine = KokoroEngine(inference, paths.voices, Phonemizer(), settings.text)
        voices = catalogue(settings.voices, engine.voices)
        _speak(engine, voices.default)
        seconds = time.monotonic() - began
        placed = _place(session, engine, voices.default) if profile else None
    _warn_of_strangers(settings.model, paths)
    return Kokoro(inference, Proof(choice, facts, seconds, placed), Speaker(engine, voices, ""))


def _speak(engine: KokoroEngine, voice: Voice) -> None:
    for segment in engine.segments(WARM_UP, voice):
        render(engine, segment)


def _place(session: Session, engine: KokoroEngine, voice: Voice) -> Placement | None:
    """Of a second inference: the first one of a length spends most of its time on plans."""
    _speak(engine, voice)
    return placement.read(Path(session.end_profiling()))


def _warn_of_strangers(settings: config.Model, paths: ModelPaths) -> None:
    """Files that aren't the official ones may be meant so; an unexpected voice has its reason in the log."""
    for path, verdict in verdicts(settings, paths):
        if verdict.kind != "official":
            log.warning("%s is used as it is: %s", path, verdict.note)
