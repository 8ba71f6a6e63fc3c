"""What a process holds: main memory, and memory of the GPU where there is one."""

import re
import resource
import subprocess
import sys
from pathlib import Path

ASKED_S = 10.0
"""Seconds for the answer of nvidia-smi: it hangs where a driver does."""
STATUS = Path("/proc/self/status")
"""Of Linux. getrusage says there, of a process that another one started, what the other one holds."""


def peak_mib() -> float:
    """The most main memory that this process has had at once, in MiB."""
    if found := re.search(r"VmHWM:\s*(\d+) kB", STATUS.read_text() if STATUS.exists() else ""):
        return int(found[1]) / 2**10
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)


def gpu_mib(pid: int) -> float | None:
    """What the process holds of the GPUs, in MiB. None where nobody can tell: a container may hide its number."""
    held = [_numbers(line) for line in _ask("--query-compute-apps=pid,used_memory")]
    own = [mib for owner, mib in held if owner == pid]
    return sum(own) if own else None


def gpus_used_mib() -> float | None:
    """What all programs together hold of all GPUs, in MiB; None without a GPU."""
    used = [_numbers(line) for line in _ask("--query-gpu=index,memory.used")]
    return sum(mib for _, mib in used) if used else None


def _ask(query: str) -> list[str]:
    try:
        command = ["nvidia-smi", query, "--format=csv,noheader,nounits"]
        answer = subprocess.run(command, check=True, capture_output=True, text=True, timeout=ASKED_S)
    except (OSError, subprocess.SubprocessError):
        return []
    return [line for line in answer.stdout.splitlines() if line.strip()]


def _numbers(line: str) -> tuple[int, float]:
    """`1234, 5678`; what a driver doesn't tell is [N/A]."""
    number, _, mib = line.partition(",")
    try:
        return int(number), float(mib)
    except ValueError:
        return -1, 0.0
