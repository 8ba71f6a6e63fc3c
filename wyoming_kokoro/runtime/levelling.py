"""Measures how loud Kokoro's voices are, one after the other, while nobody wants to hear anything."""

import asyncio
import logging
import math
from collections.abc import Callable
from functools import partial

from wyoming_kokoro.audio import Samples
from wyoming_kokoro.errors import KokoroError, SynthesisError
from wyoming_kokoro.runtime.scheduler import Scheduler
from wyoming_kokoro.speech.engine import Engine, Speaker
from wyoming_kokoro.speech.loudness import SENTENCES, level, unmeasured
from wyoming_kokoro.speech.voice import Voice
from wyoming_kokoro.text.phrases import plainly

log = logging.getLogger(__name__)

LOOK_S = 2.0
"""How often it is looked for voices that aren't measured yet; also the rest between two of them, as an inference can't
be interrupted for somebody who asks meanwhile."""


async def measure_voices(speaker: Callable[[], Speaker], scheduler: Scheduler) -> None:
    """Never ends: Kokoro comes later, and a changed configuration may bring other voices."""
    failed: set[str] = set()
    while True:
        here = speaker()
        missing = unmeasured(here.catalogue.voices, here.levels) if here.levels else []
        voice = next((voice for voice in missing if voice.name not in failed), None)
        if voice:
            await _measure(here, voice, scheduler, failed)
        await asyncio.sleep(0 if voice and here.parallel > 1 else LOOK_S)


async def _measure(speaker: Speaker, voice: Voice, scheduler: Scheduler, failed: set[str]) -> None:
    try:
        found = level(await scheduler.run(math.inf, partial(_sound, speaker.engine, voice)))
    except KokoroError as error:
        found = -math.inf
        log.info("the loudness of %s is not known: %s", voice.name, error)
    if math.isfinite(found) and speaker.levels:
        await asyncio.to_thread(speaker.levels.put, voice.name, found)
    else:
        failed.add(voice.name)


def _sound(engine: Engine, voice: Voice) -> Samples:
    segments = engine.segments(plainly(SENTENCES[voice.language.letter]), voice)
    if not segments:  # a dictionary of espeak-ng is missing
        raise SynthesisError(f"There are no phonemes for {voice.language.name}", "Run `wyoming-kokoro doctor`")
    return engine.synthesize(segments[0])
