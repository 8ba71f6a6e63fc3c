"""Speaks one real sentence in a process of its own: a crash or a hang of native code becomes a finding, too."""

import json
import subprocess
import sys
from collections.abc import Iterator
from signal import strsignal
from subprocess import PIPE

from wyoming_kokoro.config import Config
from wyoming_kokoro.findings import Finding
from wyoming_kokoro.runtime.driver import abandon, last_words

LONGEST_S = 300.0
"""A slow machine loads and speaks within a minute."""
BROKEN = "the service can't speak as it is configured"
SPEAKING = ("-m", "wyoming_kokoro.doctor.speaking")


def spoken(settings: Config, program: tuple[str, ...] = SPEAKING) -> Iterator[Finding]:
    """The findings that `program` prints as JSON, given the configuration on its standard input."""
    command = [sys.executable, "-P", *program]
    trial = subprocess.Popen(command, stdin=PIPE, stdout=PIPE, stderr=PIPE, text=True)
    try:
        said, errors = trial.communicate(settings.model_dump_json(), timeout=LONGEST_S)
    except subprocess.TimeoutExpired:
        abandon(trial)
        yield Finding("error", f"one sentence took more than {LONGEST_S:.0f} s", BROKEN, "set device.prefer to cpu")
        return
    if trial.returncode:
        yield _crashed(trial.returncode, errors)
        return
    for finding in json.loads(said.splitlines()[-1]):
        yield Finding(**finding)


def _crashed(code: int, errors: str) -> Finding:
    how = f"signal {-code} ({strsignal(-code)})" if code < 0 else f"exit code {code}"
    remedy = "mend what is found above, if anything; else set device.prefer to cpu: if that works, it is the GPU"
    return Finding("error", f"speaking one sentence ended with {how}: {last_words(errors)}", BROKEN, remedy)
