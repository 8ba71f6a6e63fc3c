"""The command doctor: what a person reads, what a tool reads, and that nothing can break it."""

import getpass
import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from wyoming_kokoro.cli.main import main
from wyoming_kokoro.config import Config
from wyoming_kokoro.doctor import examination, files, languages, machine, report, trial
from wyoming_kokoro.doctor.examination import Check, attempt
from wyoming_kokoro.doctor.trial import spoken
from wyoming_kokoro.errors import ModelError
from wyoming_kokoro.findings import Finding
from wyoming_kokoro.runtime.facts import gather
from wyoming_kokoro.runtime.installation import Installation, installation
from wyoming_kokoro.speech import languages as speech_languages

LEVELS = ("ok", "note", "warning", "error")


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """No configuration or model of the machine that the tests run on; on its network nothing is asked."""
    monkeypatch.delenv("WYOMING_KOKORO_CONFIG", raising=False)
    monkeypatch.setenv("WYOMING_KOKORO_MODEL__DIR", str(tmp_path / "models"))
    monkeypatch.setenv("WYOMING_KOKORO_SERVER__URI", "tcp://127.0.0.1:0")
    monkeypatch.setenv("WYOMING_KOKORO_DISCOVERY__ENABLED", "false")
    yield
    logging.getLogger().setLevel(logging.WARNING)


def test_it_speaks_and_says_what_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 0 where the service works as configured, if only with the embedded voice."""
    assert main(["doctor", "--device", "cpu"]) == 0
    out = capsys.readouterr().out
    for part in (
        "ok       onnxruntime ",
        "phonemizer-fork 3.3.2",
        "warning  Kokoro's model is not in ",
        f"-> {installation().program} download",
        "ok       spoke one sentence as af_heart by espeak on cpu: ",
    ):
        assert part in out
    assert "error" not in out


def test_it_ends_with_1_where_something_is_broken(capsys: pytest.CaptureFixture[str]) -> None:
    """A GPU that is asked for and isn't there: a finding with its remedy, and the other findings all the same."""
    assert main(["doctor", "--device", "cuda:9"]) == 1
    said = capsys.readouterr()
    assert "error    device.prefer is cuda:9, but" in said.out
    assert "-> set device.prefer to auto or cpu" in said.out and " download, or put kokoro-v1.0.onnx" in said.out
    assert "spoke one sentence" not in said.out
    assert "findings are errors" in said.err


def test_it_speaks_with_kokoro_where_the_model_is(tiny_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With the whole truth about where it runs, and figures."""
    assert main(["doctor", "--device", "cpu", "--model-dir", str(tiny_folder)]) == 0
    out = capsys.readouterr().out
    assert "ok       Kokoro speaks on cpu (as configured), loaded in " in out
    assert "ok       spoke one sentence as af_heart by kokoro on cpu: " in out and "times real time" in out


def test_a_model_that_cannot_be_loaded(tmp_path: Path, tiny_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A copy that broke off: the service would speak, but not with Kokoro."""
    (tmp_path / "voices-v1.0.bin").write_bytes((tiny_folder / "voices-v1.0.bin").read_bytes())
    (tmp_path / "kokoro-v1.0.onnx").write_bytes((tiny_folder / "kokoro-v1.0.onnx").read_bytes()[:-300])
    assert main(["doctor", "--device", "cpu", "--model-dir", str(tmp_path)]) == 1
    out = capsys.readouterr().out
    assert f"error    espeak-ng speaks: {tmp_path}/kokoro-v1.0.onnx can't be loaded" in out
    assert main(["voices", "--model-dir", str(tmp_path)]) == 0


def test_json_has_every_finding_with_all_its_parts(capsys: pytest.CaptureFixture[str]) -> None:
    """For tools and bug reports: the check, the level, what was seen, why it matters, what to do."""
    assert main(["doctor", "--json", "--device", "cpu"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["version"]
    checks = [finding["check"] for finding in document["findings"]]
    assert checks[0] == "versions" and checks[-1] == "speaking" and {"packages", "device", "model"} <= set(checks)
    for finding in document["findings"]:
        assert set(finding) == {"check", "level", "seen", "why", "remedy"} and finding["level"] in LEVELS
        assert finding["level"] in ("ok", "note") or finding["remedy"]


def test_json_names_nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No home folder, no user's name, no address of the network."""
    home = tmp_path / "jane.doe"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("WYOMING_KOKORO_MODEL__DIR", str(home / "models"))
    monkeypatch.setenv("WYOMING_KOKORO_SERVER__URI", "tcp://192.0.2.77:10210")
    assert main(["doctor", "--json", "--device", "cpu"]) == 1
    out = capsys.readouterr().out
    assert "~/models" in out and "tcp://(address):10210" in out
    assert "jane.doe" not in out and "192.0.2.77" not in out
    assert getpass.getuser() == "root" or getpass.getuser() not in out


@pytest.mark.parametrize(
    ("kind", "command"),
    [
        ("checkout", "-> script/run download"),
        ("image", "-> docker compose exec wyoming-kokoro wyoming-kokoro download"),
        ("packages", "-> wyoming-kokoro download"),
    ],
)
def test_a_command_is_as_it_is_typed_here(kind: Any, command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a checkout there is no wyoming-kokoro on the PATH, and outside a container neither."""
    monkeypatch.setattr(report, "installation", lambda: Installation(kind))
    assert report.lines(Finding("warning", "no model", "", "wyoming-kokoro download")).endswith(command)


@pytest.mark.parametrize(
    ("kind", "command"),
    [
        ("checkout", 'EXTRAS="ja zh" script/run'),
        ("image", "set EXTRAS=ja zh in .env, then docker compose build && docker compose up -d"),
        ("packages", "in the source folder: pip install --no-deps -r requirements/ja.txt -r requirements/zh.txt"),
    ],
)
def test_a_language_that_needs_an_extra(kind: Any, command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it a note says how to get it here, with those that are there already; with it that it works."""
    facts = replace(gather(), installation=Installation(kind))
    for missing, names in (({"ja", "zh"}, "Japanese and Mandarin Chinese"), ({"ja"}, "Japanese")):
        monkeypatch.setattr(speech_languages, "is_installed", lambda extra, missing=missing: extra not in missing)
        *there, note = languages.extras(facts)
        assert [finding.level for finding in there] == ["ok"] * (2 - len(missing))
        assert (note.level, note.remedy) == ("note", command)
        assert note.seen == f"{names} can't be spoken: what they need is an extra"
    monkeypatch.setattr(speech_languages, "is_installed", lambda extra: True)
    assert {finding.level for finding in languages.extras(facts)} == {"ok"}


def test_a_check_that_crashes_is_a_finding() -> None:
    """The others go on; an expected failure keeps its remedy."""

    def crash() -> Iterator[Finding]:
        yield Finding("ok", "so far")
        raise ZeroDivisionError("division by zero")

    def fail() -> Iterator[Finding]:
        raise ModelError("no model", "fetch it")

    [before, crashed] = attempt(Check("driver", crash))
    assert before == Finding("ok", "so far")
    assert (
        crashed.level == "error" and crashed.seen == "the check of driver crashed: ZeroDivisionError: division by zero"
    )
    assert "doctor --json" in crashed.remedy
    assert attempt(Check("model", fail)) == [Finding("error", "no model", "", "fetch it")]


def test_a_crash_of_native_code_is_a_finding(settings: Config) -> None:
    """A driver or a library that takes the process with it takes only the trial's."""
    crash = "import sys, os; print('libcuda says no', file=sys.stderr); sys.stderr.flush(); os.abort()"
    [finding] = spoken(settings, ("-c", crash))
    assert finding.level == "error"
    assert finding.seen == "speaking one sentence ended with signal 6 (Aborted): libcuda says no"


def test_a_hang_of_native_code_is_a_finding(settings: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a time in which any machine has spoken a sentence."""
    monkeypatch.setattr(trial, "LONGEST_S", 0.2)
    [finding] = spoken(settings, ("-c", "import signal; signal.pause()"))
    assert finding.level == "error" and "took more than" in finding.seen


def test_a_folder_that_cannot_be_written_to(settings: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is tried: permissions say nothing of a read-only file system, and nothing to root."""
    (tmp_path / "a file").touch()
    blocked = settings.model_copy(update={"model": settings.model.model_copy(update={"dir": tmp_path / "a file"})})
    [finding] = files.folder(blocked)
    assert (finding.level, finding.remedy) == (
        "warning",
        f"mv {tmp_path}/a file {tmp_path}/a file.old, or set model.dir",
    )
    assert list(files.folder(settings)) == []


def test_little_room_for_the_model(settings: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the download fails."""
    monkeypatch.setattr(files, "ROOM_MB", 10**12)
    [finding] = files.folder(settings)
    assert finding.level == "warning" and "MB free" in finding.seen


def test_nothing_is_spoken_without_a_device(settings: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    """The device's own finding says it all."""
    monkeypatch.setattr(machine, "device", lambda prefer, facts: [Finding("error", "no device")])
    assert [check for check, _ in examination.examine(settings) if check == "speaking"] == []
