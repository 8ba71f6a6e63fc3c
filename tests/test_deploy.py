"""What runs the service elsewhere: the unit for systemd, as systemd itself reads it."""

import configparser
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from wyoming_kokoro import config

UNIT = Path(__file__).parent.parent / "deploy/systemd/wyoming-kokoro.service"
MOST_EXPOSED = 2.0
"""Of ten: a service without any sandboxing has 9.6."""


def analyze(*arguments: str) -> str:
    """What systemd says, and its exit code."""
    if not shutil.which("systemd-analyze"):
        pytest.skip("needs systemd's own tools")
    ended = subprocess.run(["systemd-analyze", *arguments], capture_output=True, text=True, timeout=60, check=False)
    return f"{ended.stdout}{ended.stderr}exit code {ended.returncode}"


def test_systemd_understands_every_line(tmp_path: Path) -> None:
    """Without a remark; the program alone is not where it will be."""
    there = tmp_path / UNIT.name
    there.write_text(UNIT.read_text().replace("/opt/wyoming-kokoro/.venv/bin/python", sys.executable))
    assert analyze("verify", "--man=no", str(there)) == "exit code 0"


def test_the_service_may_do_little(tmp_path: Path) -> None:
    """systemd's own measure of what a broken service could do to the machine."""
    there = shutil.copy(UNIT, tmp_path)
    said = analyze("security", "--offline=yes", "--no-pager", str(there))
    found = re.search(r"Overall exposure level for wyoming-kokoro.service: ([0-9.]+)", said)
    assert found and float(found[1]) < MOST_EXPOSED, said


def test_the_unit_fits_the_program() -> None:
    """It waits longer for the end than that takes, hears of its readiness, and restarts what ends with an error."""
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[method-assign,assignment]
    unit.read(UNIT)
    service = unit["Service"]
    assert int(service["TimeoutStopSec"]) > config.Server().grace
    assert (service["Type"], service["Restart"], service["DynamicUser"]) == ("notify", "on-failure", "yes")
    assert int(service["LimitNOFILE"]) > 2 * config.Server().max_connections
    assert service["ExecStart"].endswith("-P -m wyoming_kokoro serve")
