"""Asking the driver what there is."""

import os
import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from machines import H200, P40

from wyoming_kokoro.runtime import driver, lanes
from wyoming_kokoro.runtime.driver import Machine, gather


def answering(monkeypatch: pytest.MonkeyPatch, answer: dict[str, Any]) -> None:
    """The driver says this."""
    monkeypatch.setattr(driver, "query_in_child", lambda stopped: answer)


def test_gather_reads_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """The driver's numbers become versions and GPUs, beside what the system says of itself."""
    answering(monkeypatch, {"cuda": 12080, "gpus": [["NVIDIA H200", 9, 0, 143771], ["Tesla P40", 6, 1, 0]]})
    machine = gather()

    assert machine == Machine(sys.platform, os.uname().machine, (12, 8), (replace(H200, memory=143771), P40))


def test_gather_keeps_the_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    """A driver that tells its version but doesn't start is no driver to choose."""
    answering(monkeypatch, {"cuda": 13000, "trouble": "CUDA error 803"})
    machine = gather()

    assert (machine.cuda, machine.gpus, machine.trouble) == ((13, 0), (), "CUDA error 803")


def test_gather_on_this_machine() -> None:
    """With or without a GPU, asking ends with facts that a lane can be chosen from."""
    machine = gather()

    assert bool(machine.trouble) != bool(machine.gpus)
    assert lanes.choose(machine).lane in lanes.LANES


@pytest.mark.parametrize(
    ("program", "trouble"),
    [
        ("import os; os.abort()", "asking the NVIDIA driver failed (exit status -6)"),
        ("print('no JSON')", "asking the NVIDIA driver failed (exit status 0)"),
        ("import signal; signal.pause()", "the NVIDIA driver doesn't answer within 0.5 s"),
    ],
)
def test_broken_driver_harms_only_the_child(
    program: str, trouble: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A driver that crashes, talks rubbish or blocks is reported as trouble."""
    child = tmp_path / "child.py"
    child.write_text(program)
    monkeypatch.setattr(driver, "__file__", str(child))

    monkeypatch.setattr(driver, "QUERY_TIMEOUT", 0.5 if "pause" in program else 30)

    assert driver.query_in_child() == {"trouble": trouble}


def test_driver_mark_changes_with_the_driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The mark is stable while nothing changes, and differs after an upgrade and for a new device file."""
    kernel, device = tmp_path / "version", tmp_path / "nvidiactl"
    monkeypatch.setattr(driver, "KERNEL_DRIVER", kernel)
    monkeypatch.setattr(driver, "DRIVER_FILES", (device,))
    marks = [driver.driver_mark()]
    assert driver.driver_mark() == marks[0]
    kernel.write_text("570")
    marks.append(driver.driver_mark())
    kernel.write_text("580")
    marks.append(driver.driver_mark())
    device.touch()
    marks.append(driver.driver_mark())

    assert len(set(marks)) == 4


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"FAKE_CUDA_DRIVER": "13000"}, {"cuda": 13000, "gpus": [["Fake GPU", 9, 1, 32768]]}),
        ({"FAKE_COUNT": "2"}, {"cuda": 12020, "gpus": [["Fake GPU", 9, 1, 32768]] * 2}),
        ({"FAKE_COUNT": "0"}, {"cuda": 12020, "gpus": []}),
        ({"FAKE_CUINIT": "777"}, {"cuda": 12020, "code": 777, "trouble": "CUDA error 777"}),
        *(
            ({"FAKE_CUINIT": str(code)}, {"cuda": 12020, "code": code, "trouble": f"CUDA error {code}: {meaning}"})
            for code, meaning in driver.CUDA_ERRORS.items()
        ),
    ],
)
def test_asking_a_library(
    settings: dict[str, str], expected: dict[str, Any], fake_libcuda: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Version, GPUs and the real path come through ctypes from libcuda.so.1, and its error codes get their meaning."""
    monkeypatch.setenv("LD_LIBRARY_PATH", str(fake_libcuda))
    for name, value in settings.items():
        monkeypatch.setenv(name, value)

    assert driver.query_in_child() == expected | {"library": str(fake_libcuda / "libcuda.so.1")}


def test_a_library_that_crashes(fake_libcuda: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes only the child with it."""
    monkeypatch.setenv("LD_LIBRARY_PATH", str(fake_libcuda))
    monkeypatch.setenv("FAKE_CRASH", "1")

    assert driver.query_in_child() == {"trouble": "asking the NVIDIA driver failed (exit status -6)"}


@pytest.mark.parametrize(
    ("line", "version"),
    [
        ("NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.274.02  Wed Aug 13 22:46:27 UTC 2025", "535.274.02"),
        (
            "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.159.04  Release Build  (root)  Fri",
            "580.159.04",
        ),
        ("NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54  Tue", "550.54"),
        ("something else", ""),
    ],
)
def test_the_version_of_the_running_driver(
    line: str, version: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the kernel's own file, in the forms of the closed and the open module."""
    monkeypatch.setattr(driver, "KERNEL_DRIVER", tmp_path / "version")
    (tmp_path / "version").write_text(line + "\nGCC version: gcc version 12.2.0 (Debian 12.2.0-14)\n")

    assert driver.kernel_version() == version


@pytest.mark.parametrize(
    ("library", "version"),
    [
        ("/usr/lib/x86_64-linux-gnu/libcuda.so.535.274.02", "535.274.02"),
        ("/usr/local/cuda-12.2/compat/libcuda.so.535.54.03", "535.54.03"),
        ("/usr/lib/wsl/lib/libcuda.so.1.1", ""),
        ("/usr/lib/libcuda.so.1", ""),
        ("", ""),
    ],
)
def test_the_version_in_a_librarys_name(library: str, version: str) -> None:
    """Only where it is the driver's, not the interface's."""
    assert driver.version_of(library) == version


def test_cards_are_counted_on_the_bus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """NVIDIA's display and 3D controllers; not its audio functions, nor another maker's cards."""
    monkeypatch.setattr(driver, "PCI_DEVICES", tmp_path)
    for name, vendor, kind in [
        ("01", "0x10de", "0x030200"),
        ("02", "0x10de", "0x030000"),
        ("03", "0x10de", "0x040300"),
        ("04", "0x1002", "0x030000"),
    ]:
        (tmp_path / name).mkdir()
        (tmp_path / name / "vendor").write_text(vendor + "\n")
        (tmp_path / name / "class").write_text(kind + "\n")
    (tmp_path / "05").mkdir()

    assert [path.name for path in driver.cards()] == ["01", "02"]


def test_library_that_is_no_driver(fake_libcuda: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A libcuda.so.1 that can't be loaded is told apart from one that isn't there."""
    (tmp_path / "libcuda.so.1").write_text("not a library")
    monkeypatch.setenv("LD_LIBRARY_PATH", str(tmp_path))

    assert "the NVIDIA driver doesn't load: " in driver.query_in_child()["trouble"]


def test_an_answer_that_nobody_waits_for_ends_its_child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The service that is stopped while the driver hangs doesn't hang with it."""
    child = tmp_path / "child.py"
    child.write_text(f"import os, signal; open({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid())); signal.pause()")
    monkeypatch.setattr(driver, "__file__", str(child))
    stopped = threading.Event()
    thread = threading.Thread(target=driver.query_in_child, args=(stopped,))
    thread.start()
    while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
        assert thread.is_alive()
    stopped.set()
    thread.join(20)
    assert not thread.is_alive()
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)
