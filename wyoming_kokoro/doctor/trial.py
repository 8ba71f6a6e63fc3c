"""Speaks one real sentence in a process of its own: a crash or a hang of native code becomes a finding, too."""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from signal import Signals

from wyoming_kokoro.audio import RATE
from wyoming_kokoro.config import Config
from wyoming_kokoro.errors import KokoroError
from wyoming_kokoro.findings import Finding
from wyoming_kokoro.runtime.configured import locate
from wyoming_kokoro.runtime.engines import Engines
from wyoming_kokoro.speech.engine import Speaker, render

SENTENCE = "Everything is ready, and this is how it sounds."

LONGEST_S = 300.0
"""A slow machine loads and speaks within a minute."""
LINES = 3
"""Of what a crashed process said last."""
BROKEN = "the service can't speak as it is configured"


def spoken(settings: Config, program: tuple[str, ...] = ("-m", __name__)) -> Iterator[Finding]:
    """The findings of `program`, which is this module."""
    command = [sys.executable, "-P", *program]
    try:
        trial = subprocess.run(
            command, input=settings.model_dump_json(), capture_output=True, text=True, timeout=LONGEST_S, check=False
        )
    except subprocess.TimeoutExpired:
        yield Finding("error", f"one sentence took more than {LONGEST_S:.0f} s", BROKEN, "set device.prefer to cpu")
        return
    if trial.returncode:
        yield _crashed(trial)
        return
    for finding in json.loads(trial.stdout.splitlines()[-1]):
        yield Finding(**finding)


def _crashed(trial: "subprocess.CompletedProcess[str]") -> Finding:
    code = trial.returncode
    how = f"signal {Signals(-code).name}" if code < 0 else f"exit code {code}"
    last = " | ".join(trial.stderr.strip().splitlines()[-LINES:])
    remedy = "set device.prefer to cpu and ask again: if that works it is the GPU, else the installation"
    return Finding("error", f"speaking one sentence ended with {how}: {last or 'no message'}", BROKEN, remedy)


def trial(settings: Config) -> Iterator[Finding]:
    """Runs in the process of its own."""
    try:
        engines = Engines(settings)
        asyncio.run(engines.start(wait=True))
        yield from _truth(settings, engines)
        yield _sentence(engines.speaker)
    except KokoroError as error:
        yield Finding("error", error.message, BROKEN, error.remedy)


def _truth(settings: Config, engines: Engines) -> Iterator[Finding]:
    """Whether engine and device are what they should be. That the model isn't there is said by its own check."""
    speaker = engines.speaker
    if speaker.engine.name == "kokoro":
        fell = speaker.details["device"] != str(engines.choice.device)
        yield Finding("warning" if fell else "ok", speaker.note, "the GPU that is there isn't used" if fell else "")
    elif settings.engine != "espeak" and locate(settings.model):
        yield Finding("error", speaker.note, "the model is there, and can't be used")


def _sentence(speaker: Speaker) -> Finding:
    voice = speaker.catalogue.default
    began = time.monotonic()
    audio = [render(speaker.engine, segment) for segment in speaker.engine.segments(SENTENCE, voice)]
    took, seconds = time.monotonic() - began, sum(map(len, audio)) / RATE
    device = speaker.details.get("device", "cpu")
    figures = f"{seconds:.2f} s of audio in {took:.2f} s, {seconds / took:.1f} times real time"
    seen = f"spoke one sentence as {voice.name} by {speaker.engine.name} on {device}: {figures}"
    if took > seconds:
        return Finding("warning", seen, "speech will have gaps", "use a GPU, or more and faster cores")
    return Finding("ok", seen)


def main() -> int:
    settings = Config.model_validate_json(sys.stdin.read(), context=Path())
    findings = [asdict(finding) for finding in trial(settings)]
    print(json.dumps(findings))  # noqa: T201 - the answer for `spoken`
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
