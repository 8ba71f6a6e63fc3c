"""The choice of the lane, and asking the driver for what decides it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from wyoming_kokoro.runtime import lanes
from wyoming_kokoro.runtime.lanes import Facts, Gpu, Version, choose, gather

H200 = Gpu("NVIDIA H200", (9, 0))
RTX_4090 = Gpu("NVIDIA GeForce RTX 4090", (8, 9))
RTX_5090 = Gpu("NVIDIA GeForce RTX 5090", (12, 0))
RTX_2080 = Gpu("NVIDIA GeForce RTX 2080", (7, 5))
B200 = Gpu("NVIDIA B200", (10, 0))
V100 = Gpu("Tesla V100-SXM2-16GB", (7, 0))
P40 = Gpu("Tesla P40", (6, 1))
M60 = Gpu("Tesla M60", (5, 2))

FAKE_LIBCUDA = r"""
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
static int fake(const char *name, int otherwise) { const char *s = getenv(name); return s ? atoi(s) : otherwise; }
int cuDriverGetVersion(int *v) { *v = fake("FAKE_CUDA_DRIVER", 12020); return 0; }
int cuInit(unsigned flags) {
  if (getenv("FAKE_CRASH")) abort();
  if (getenv("FAKE_HANG")) for (;;) pause();
  return fake("FAKE_CUINIT", 0);
}
int cuDeviceGetCount(int *n) { *n = fake("FAKE_COUNT", 1); return 0; }
int cuDeviceGet(int *device, int index) { *device = index; return 0; }
int cuDeviceGetName(char *name, int size, int device) { strncpy(name, "Fake GPU", size); return 0; }
int cuDeviceGetAttribute(int *v, int attribute, int device) {
  *v = attribute == 75 ? 9 : attribute == 76 ? 1 : -1;
  return 0;
}
"""


def linux(cuda: Version | None, *gpus: Gpu, trouble: str = "") -> Facts:
    return Facts("linux", "x86_64", cuda, gpus, trouble)


@pytest.mark.parametrize(
    ("facts", "lane", "reason"),
    [
        (linux((13, 0), H200), "cuda13", "NVIDIA H200 (compute capability 9.0), driver for CUDA 13.0"),
        (linux((12, 9), H200), "cuda12", "NVIDIA H200 (compute capability 9.0), driver for CUDA 12.9"),
        (linux((12, 0), RTX_4090), "cuda12", "driver for CUDA 12.0"),
        (linux((14, 1), RTX_4090), "cuda13", "driver for CUDA 14.1"),
        (linux((13, 0), RTX_2080), "cuda13", "compute capability 7.5"),
        (linux((13, 0), V100), "cuda12", "the CUDA 13 build has no code for Tesla V100-SXM2-16GB"),
        (linux((12, 2), V100), "cuda12", "Tesla V100-SXM2-16GB (compute capability 7.0), driver for CUDA 12.2"),
        (linux((12, 4), P40), "cuda12", "Tesla P40"),
        (linux((12, 4), M60), "cpu", "Tesla M60 (compute capability 5.2) is too old: 6.0 or newer is needed"),
        (linux((13, 0), B200), "cuda12", "the CUDA 13 build has no code for NVIDIA B200"),
        (linux((12, 8), B200), "cuda12", "NVIDIA B200"),
        (linux((13, 0), RTX_5090), "cuda13", "RTX 5090"),
        (linux((12, 9), RTX_5090), "cuda12", "RTX 5090"),
        (linux((12, 8), RTX_5090), "cuda12", "RTX 5090"),
        (linux((12, 7), RTX_5090), "cpu", "needs driver 570 or newer, this one is for CUDA 12.7"),
        (linux((11, 8), H200), "cpu", "too old (for CUDA 11.8): 525 or newer is needed"),
        (linux((12, 4)), "cpu", "CUDA error 100: the driver shows no GPU"),
        (linux(None, trouble="no NVIDIA driver"), "cpu", "no NVIDIA driver"),
        (linux((13, 0), H200, trouble="CUDA error 999"), "cpu", "CUDA error 999"),
        (linux((13, 0), H200, H200), "cuda13", "NVIDIA H200 (compute capability 9.0), driver"),
        (linux((13, 0), H200, V100), "cuda12", "NVIDIA H200 (compute capability 9.0) and Tesla V100-SXM2-16GB"),
        (linux((13, 0), M60, H200), "cuda13", "NVIDIA H200 (compute capability 9.0), driver"),
        (linux((12, 4), RTX_5090, RTX_4090), "cuda12", "NVIDIA GeForce RTX 4090 (compute capability 8.9), driver"),
        (Facts("darwin", "arm64"), "cpu", "Linux on x86_64 only, this is darwin on arm64"),
        (Facts("linux", "aarch64", (13, 0), (H200,)), "cpu", "this is linux on aarch64"),
    ],
)
def test_choice(facts: Facts, lane: str, reason: str) -> None:
    """Each machine gets the newest build that has code for its GPUs, and a reason that names what decided."""
    choice = choose(facts)

    assert (choice.lane, reason in choice.reason) == (lane, True), choice
    assert not choice.reason.endswith(".")


def test_every_choice_is_a_lane() -> None:
    """No combination of capability and driver leads anywhere but to a lane that exists."""
    for capability in [(major, minor) for major in range(3, 15) for minor in range(10)]:
        for cuda in [(11, 8), (12, 0), (12, 7), (12, 8), (13, 0), (14, 0)]:
            assert choose(linux(cuda, Gpu("any", capability))).lane in lanes.LANES


def test_gather_reads_the_answer() -> None:
    """The driver's numbers become versions and GPUs, beside what the system says of itself."""
    facts = gather(lambda: {"cuda": 12080, "gpus": [["NVIDIA H200", 9, 0], ["Tesla P40", 6, 1]]})

    assert facts == Facts(sys.platform, os.uname().machine, (12, 8), (H200, P40))


def test_gather_keeps_the_trouble() -> None:
    """A driver that tells its version but doesn't start is no driver to choose."""
    facts = gather(lambda: {"cuda": 13000, "trouble": "CUDA error 803"})

    assert (facts.cuda, facts.gpus, facts.trouble) == ((13, 0), (), "CUDA error 803")


def test_gather_on_this_machine() -> None:
    """With or without a GPU, asking ends with facts that a lane can be chosen from."""
    facts = gather()

    assert bool(facts.trouble) != bool(facts.gpus)
    assert choose(facts).lane in lanes.LANES


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
    monkeypatch.setattr(lanes, "__file__", str(child))

    assert lanes.query_in_child(timeout=0.5 if "pause" in program else 30) == {"trouble": trouble}


def test_driver_mark_changes_with_the_driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The mark is stable while nothing changes, and differs after an upgrade and for a new device file."""
    kernel, device = tmp_path / "version", tmp_path / "nvidiactl"
    monkeypatch.setattr(lanes, "KERNEL_DRIVER", kernel)
    monkeypatch.setattr(lanes, "DRIVER_FILES", (device,))
    marks = [lanes.driver_mark()]
    assert lanes.driver_mark() == marks[0]
    kernel.write_text("570")
    marks.append(lanes.driver_mark())
    kernel.write_text("580")
    marks.append(lanes.driver_mark())
    device.touch()
    marks.append(lanes.driver_mark())

    assert len(set(marks)) == 4


@pytest.fixture(scope="module")
def fake_libcuda(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a libcuda.so.1 that obeys FAKE_* variables."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if sys.platform != "linux" or compiler is None:
        pytest.skip("needs Linux and a C compiler to make a libcuda.so.1")
    folder = tmp_path_factory.mktemp("libcuda")
    (folder / "fake.c").write_text(FAKE_LIBCUDA)
    library = ["-shared", "-fPIC", "-Wl,-soname,libcuda.so.1", "-o", str(folder / "libcuda.so.1")]
    subprocess.run([compiler, *library, str(folder / "fake.c")], check=True)
    return folder


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"FAKE_CUDA_DRIVER": "13000"}, {"cuda": 13000, "gpus": [["Fake GPU", 9, 1]]}),
        ({"FAKE_COUNT": "2"}, {"cuda": 12020, "gpus": [["Fake GPU", 9, 1]] * 2}),
        ({"FAKE_COUNT": "0"}, {"cuda": 12020, "gpus": []}),
        ({"FAKE_CUINIT": "803"}, {"cuda": 12020, "trouble": f"CUDA error 803: {lanes.CUDA_ERRORS[803]}"}),
        ({"FAKE_CUINIT": "100"}, {"cuda": 12020, "trouble": f"CUDA error 100: {lanes.CUDA_ERRORS[100]}"}),
        ({"FAKE_CUINIT": "777"}, {"cuda": 12020, "trouble": "CUDA error 777"}),
        ({"FAKE_CRASH": "1"}, {"trouble": "asking the NVIDIA driver failed (exit status -6)"}),
    ],
)
def test_asking_a_library(
    settings: dict[str, str], expected: dict[str, Any], fake_libcuda: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Version, names and capabilities come through ctypes from libcuda.so.1, and its error codes get their meaning."""
    monkeypatch.setenv("LD_LIBRARY_PATH", str(fake_libcuda))
    for name, value in settings.items():
        monkeypatch.setenv(name, value)

    assert lanes.query_in_child() == expected


def test_library_that_is_no_driver(fake_libcuda: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A libcuda.so.1 that can't be loaded is told apart from one that isn't there."""
    (tmp_path / "libcuda.so.1").write_text("not a library")
    monkeypatch.setenv("LD_LIBRARY_PATH", str(tmp_path))

    assert "the NVIDIA driver doesn't load: " in lanes.query_in_child()["trouble"]
