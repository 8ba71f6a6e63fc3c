"""The program that `trial` runs: makes the engine as the service does, speaks one sentence, prints findings as JSON."""

import asyncio
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from wyoming_kokoro.audio import RATE
from wyoming_kokoro.config import Config
from wyoming_kokoro.doctor.trial import BROKEN
from wyoming_kokoro.errors import KokoroError, ModelError
from wyoming_kokoro.findings import Finding
from wyoming_kokoro.runtime.configured import locate
from wyoming_kokoro.runtime.devices import REMEDY
from wyoming_kokoro.runtime.engines import Engines
from wyoming_kokoro.speech.engine import render
from wyoming_kokoro.text.phrases import plainly

NEXT = "mend what is found above, or set device.prefer to cpu"
SENTENCE = "Everything is ready, and this is how it sounds."


def findings(settings: Config) -> Iterator[Finding]:
    """What speaks, on what, and how fast."""
    try:
        engines = Engines(settings)
        asyncio.run(engines.start(wait=True))
        yield from _truth(settings, engines)
        yield from _sentence(engines)
    except KokoroError as error:
        yield Finding("error", error.message, BROKEN, error.remedy if error.remedy != REMEDY else NEXT)


def _truth(settings: Config, engines: Engines) -> Iterator[Finding]:
    """Whether engine and device are what they should be. That the model isn't there is said by its own check."""
    speaker = engines.speaker
    if speaker.engine.name == "kokoro":
        if speaker.details["device"] == str(engines.choice.device):
            yield Finding("ok", speaker.note)
        else:
            yield Finding("warning", speaker.note, "the GPU that is there isn't used", NEXT)
    elif settings.engine != "espeak" and _is_there(settings):
        yield Finding("error", speaker.note, "the model is there, and can't be used", "wyoming-kokoro download")


def _is_there(settings: Config) -> bool:
    """The model; a file of a wrong kind is found by its own check, too."""
    try:
        return locate(settings.model) is not None
    except ModelError:
        return False


def _sentence(engines: Engines) -> Iterator[Finding]:
    speaker, voice = engines.speaker, engines.speaker.catalogue.default
    began = time.monotonic()
    audio = [render(speaker.engine, segment) for segment in speaker.engine.segments(plainly(SENTENCE), voice)]
    took, seconds = time.monotonic() - began, sum(map(len, audio)) / RATE
    device = engines.speaker.details.get("device", "cpu")  # asked again: it may have failed in between
    figures = f"{seconds:.2f} s of audio in {took:.2f} s, {seconds / took:.1f} times real time"
    seen = f"spoke one sentence as {voice.name} by {speaker.engine.name} on {device}: {figures}"
    if engines.speaker.note != speaker.note:
        yield Finding("warning", engines.speaker.note, "the GPU failed in the first sentence", "run doctor again")
    if took > seconds:
        yield Finding("warning", seen, "speech will have gaps", "use a GPU, or more and faster cores")
    else:
        yield Finding("ok", seen)


def main() -> int:
    settings = Config.model_validate_json(sys.stdin.read(), context=Path())
    found = [asdict(finding) for finding in findings(settings)]
    print(json.dumps(found))  # noqa: T201 - the answer
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
