"""Speaks one real sentence in a process of its own: a crash or a hang of native code becomes a finding, too."""

import json
import subprocess
import sys
from collections.abc import Iterator
from signal import Signals

from wyoming_kokoro.config import Config
from wyoming_kokoro.findings import Finding

LONGEST_S = 300.0
"""A slow machine loads and speaks within a minute."""
LAST_WORDS = 300
"""Characters of what a crashed process said last."""
BROKEN = "the service can't speak as it is configured"
SPEAKING = ("-m", "wyoming_kokoro.doctor.speaking")


def spoken(settings: Config, program: tuple[str, ...] = SPEAKING) -> Iterator[Finding]:
    """The findings that `program` prints as JSON, given the configuration on its standard input."""
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
    last = next((line for line in reversed(trial.stderr.splitlines()) if line.strip()), "no message")
    remedy = "mend what is found above, if anything; else set device.prefer to cpu: if that works, it is the GPU"
    return Finding("error", f"speaking one sentence ended with {how}: {last.strip()[:LAST_WORDS]}", BROKEN, remedy)
