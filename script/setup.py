"""Sets up .venv (to run) or .venv-dev (to develop) from the hashed requirement files: script/setup.py run|dev

Standard library only. An environment is used as it is while its stamp, which is written last, says that it was made
from what is wanted now; else it is removed and built anew, so that two builds of ONNX Runtime never meet in one.
Everything is printed to stderr: stdout belongs to the program that comes after. Python 3.6 can parse this file.
"""

import sys

if not (3, 11) <= sys.version_info[:2] <= (3, 13):
    sys.exit(
        "Python 3.11 to 3.13 is needed, this is {}.{}: install one (apt install python3 python3-pip) "
        "or set PYTHON=/path/to/python3.12".format(*sys.version_info[:2])
    )

import fcntl
import hashlib
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import builder
from builder import PYTHON, ROOT, say

from wyoming_kokoro.errors import KokoroError, nearest
from wyoming_kokoro.runtime import driver, lanes
from wyoming_kokoro.runtime.installation import EXTRAS, STAMP

ENVIRONMENTS = {"run": ROOT / ".venv", "dev": ROOT / ".venv-dev"}

DISK = {"cpu": "280 MB", "cuda12": "3.1 GB", "cuda13": "2.2 GB", "dev": "400 MB", "ja": "260 MB", "zh": "150 MB"}
"""What an environment takes when it is ready, and what the extras add to it (measured)."""

CHANGES = {
    "place": "the checkout was moved from {}",
    "lane": "its lane was {}",
    "extras": "its extras were {}",
    "python": "it was made by Python {}",
    "requirements": "the locked requirements have changed",
    "setup": "the set-up script has changed",
}
"""The parts of a stamp that must be as wanted, and what is said of one that isn't; {} is what it was."""


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or arguments[0] not in ENVIRONMENTS:
        say("usage: script/setup.py run|dev")
        return 2
    try:
        set_up(arguments[0])
    except KokoroError as error:
        say(str(error))
        return 1
    except OSError as error:
        say(f"{error.filename or 'set-up'}: {error.strerror}; mend that, then run again")
        return 1
    except KeyboardInterrupt:
        say("interrupted; the next run builds the environment anew")
        return 130
    return 0


def set_up(purpose: str) -> None:
    """Builds the environment for `run` or `dev`, unless it is as wanted."""
    env = ENVIRONMENTS[purpose]
    choice, mark = decide_lane(env) if purpose == "run" else (lanes.Choice("dev", "the cpu lane and the tools"), "")
    extras = decide_extras(env) if purpose == "run" else EXTRAS
    stamp = make_stamp(env, choice.lane, mark, extras)
    if not find_fault(env, stamp):
        if read_stamp(env) != stamp:
            with suppress(OSError):  # only the driver's mark is new; a read-only checkout does without
                write_stamp(env, stamp)
        return
    with locked(env) as lock:
        fault = find_fault(env, stamp)  # again: another set-up may have mended it meanwhile
        if fault:
            began = time.monotonic()
            say(f"building {env.name} with Python {sys.version.split()[0]}: {fault}")
            say(f"lane {choice.lane} ({DISK[choice.lane]} on disk): {choice.reason}")
            for extra in extras:
                say(f"extra {extra} ({DISK[extra]} more)")
            builder.build(env, requirements(choice.lane), list(map(requirements, extras)), lock)
            write_stamp(env, stamp)
            say(f"ready in {time.monotonic() - began:.0f} s")


def decide_lane(env: Path) -> tuple[lanes.Choice, str]:
    """The lane, and the driver's mark that it was found with (empty if LANE= asked for it, which is kept).

    Starting CUDA takes up to seconds, so while the driver's mark is as it was, the lane stays too.
    """
    asked, before = os.environ.get("LANE", "").strip(), read_stamp(env)
    if asked not in ("", "auto"):
        return asked_lane(asked), ""
    if not asked and before.get("driver") == "":
        return lanes.Choice(before["lane"], "LANE asked for it before (LANE=auto chooses anew)"), ""
    mark = driver.driver_mark()
    if before.get("driver") == mark:
        return lanes.Choice(before["lane"], "the driver is the same as before"), mark
    choice = lanes.choose(driver.gather())
    if choice.lane == "cpu" and before.get("driver") and before["lane"] != "cpu":
        # A driver that is only away (an upgrade without a restart, a container without GPU) must not cost gigabytes.
        say(f"{choice.reason}; {before['lane']} stays installed, it can use the CPU as well (LANE=cpu replaces it)")
        return lanes.Choice(before["lane"], "it was installed before"), mark
    return lanes.Choice(choice.lane, f"{choice.reason} (LANE=cpu|cuda12|cuda13 overrides)"), mark


def asked_lane(asked: str) -> lanes.Choice:
    if asked not in lanes.LANES:
        alike = nearest(asked, lanes.LANES) if asked[0] in "cC" else ""  # "gpu" is not meant to become "cpu"
        raise KokoroError(
            f"LANE={asked} is none of {', '.join(lanes.LANES)}{alike}",
            "" if alike else "Without LANE it is chosen for this machine",
        )
    here = driver.Machine(sys.platform, os.uname().machine)
    if asked != "cpu" and not here.has_cuda_builds:
        raise KokoroError(
            f"LANE={asked} needs Linux on x86_64, this is {here.system} on {here.architecture}", "Use LANE=cpu"
        )
    return lanes.Choice(asked, "LANE asks for it")


def decide_extras(env: Path) -> tuple[str, ...]:
    """Those that EXTRAS= asks for; without it those that are there, and with EXTRAS=none no more."""
    asked = os.environ.get("EXTRAS", "").replace(",", " ").split()
    unknown = [name for name in asked if name not in (*EXTRAS, "none")]
    if unknown:
        raise KokoroError(f"EXTRAS: {unknown[0]} is none of {', '.join(EXTRAS)}, none", 'Such as EXTRAS="ja zh"')
    wanted = asked or read_stamp(env).get("extras", "").split()
    return tuple(extra for extra in EXTRAS if extra in wanted)


def make_stamp(env: Path, lane: str, mark: str, extras: tuple[str, ...] = ()) -> dict[str, str]:
    return {
        "place": str(env),
        "lane": lane,
        "extras": " ".join(extras) or "none",
        "python": f"{sys.version.split()[0]} at {PYTHON}",
        "requirements": digest(*map(requirements, (lane, *extras, *(("build",) if extras else ())))),
        "setup": digest(Path(__file__), Path(builder.__file__)),
        "driver": mark,
    }


def requirements(name: str) -> Path:
    """The locked file of a lane or an extra."""
    return ROOT / "requirements" / f"{name}.txt"


def digest(*paths: Path) -> str:
    return hashlib.sha256(b"".join(path.read_bytes() for path in paths)).hexdigest()


def read_stamp(env: Path) -> dict[str, str]:
    """Empty if there is none, or not a whole one."""
    try:
        return dict(json.loads((env / STAMP).read_text()))
    except (OSError, ValueError, TypeError):
        return {}


def write_stamp(env: Path, stamp: dict[str, str]) -> None:
    new = env / f"{STAMP}.new"
    new.write_text(json.dumps(stamp, indent=1))
    new.replace(env / STAMP)


def find_fault(env: Path, stamp: dict[str, str]) -> str:
    """Why the environment can't be used as it is; empty if it can."""
    if not env.exists():
        return "there is none yet"
    before = read_stamp(env)
    if not before:
        return "its last set-up didn't finish"
    for part, words in CHANGES.items():
        if before.get(part) != stamp[part]:
            return words.format(before.get(part))
    return "" if builder.starts(env) else "its Python no longer starts"


@contextmanager
def locked(env: Path) -> Iterator[int]:
    """One set-up at a time; yields the lock's descriptor. The lock file stays: removing it would let two hold it."""
    with Path(f"{env}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"another set-up of {env.name} is running; waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield lock.fileno()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
