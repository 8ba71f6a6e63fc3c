"""What keeps Kokoro from the GPU, as findings: what was seen, and a remedy that fits the installation."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from machines import (
    B200,
    CPU_BUILD,
    CUDA12_BUILD,
    CUDA13_BUILD,
    H200,
    M60,
    RTX_5090,
    V100,
    facts,
    linux,
)

from wyoming_kokoro.findings import Finding
from wyoming_kokoro.runtime.damages import damages
from wyoming_kokoro.runtime.driver import NOT_FOUND, Machine
from wyoming_kokoro.runtime.facts import OTHERS, Build
from wyoming_kokoro.runtime.installation import IMAGE_LANE, STAMP, Installation, installation
from wyoming_kokoro.runtime.lanes import LANES, LIBRARIES
from wyoming_kokoro.runtime.obstacles import RESTART, driver_remedy, hidden_remedy, missing_gpu, overlays
from wyoming_kokoro.runtime.packages import Package

NOT_THERE = linux(trouble="no NVIDIA driver (libcuda.so.1 not found)", code=NOT_FOUND)
HEALTHY = facts(linux((13, 0), H200), CUDA13_BUILD)
GPU_WHEEL, CPU_WHEEL = Package("onnxruntime-gpu", "1.26.0"), Package("onnxruntime", "1.31.1")
FORK = Package("phonemizer-fork", "3.3.2")


def failing(code: int, **more: Any) -> Machine:
    return linux((12, 2), trouble=f"CUDA error {code}", code=code, **more)


def remedy(machine: Machine, build: Build = CUDA12_BUILD, **more: Any) -> str:
    return driver_remedy(facts(machine, build, **more))


def missing(machine: Machine, build: Build, **more: Any) -> Finding:
    finding = missing_gpu(facts(machine, build, **more))
    assert finding
    return finding


def only_damage(**changes: Any) -> Finding:
    """Of an installation that is whole but for these facts."""
    [finding] = damages(replace(HEALTHY, **changes))
    return finding


def test_nothing_to_say_where_all_is_well() -> None:
    """A GPU, a build that fits it, and packages that are whole."""
    for found in (HEALTHY, facts(linux((12, 2), V100), CUDA12_BUILD)):
        assert missing_gpu(found) is None
        assert [*damages(found), *overlays(found)] == []


@pytest.mark.parametrize(
    "machine",
    [
        NOT_THERE,
        Machine("darwin", "arm64", trouble="no NVIDIA driver (libcuda.so.1 not found)", code=NOT_FOUND),
        Machine("linux", "aarch64", (12, 6), (H200,), cards=1),
        linux((12, 4), M60),
    ],
)
def test_a_machine_without_a_usable_gpu_is_as_it_should_be(machine: Machine) -> None:
    """No card, no CUDA builds for this system, or a card that is too old for all of them: a note without a remedy."""
    finding = missing(machine, CPU_BUILD)

    assert (finding.level, finding.remedy) == ("note", "")
    assert finding.seen and finding.why


@pytest.mark.parametrize(
    ("machine", "expected"),
    [
        (replace(NOT_THERE, cards=1), "install NVIDIA's driver 525 or newer, then restart the machine"),
        (linux((11, 8), H200), "install NVIDIA's driver 525 or newer"),
        (linux((12, 4), RTX_5090), "install NVIDIA's driver 570 or newer"),
        (failing(2), "end a program that uses the GPU: nvidia-smi shows them"),
        (failing(35), "install NVIDIA's driver 525 or newer"),
        (failing(100), "unset CUDA_VISIBLE_DEVICES; nvidia-smi shows which GPUs the driver has"),
        (linux((12, 2)), "unset CUDA_VISIBLE_DEVICES; nvidia-smi shows which GPUs the driver has"),
        (failing(304), "ls -l /dev/nvidia*"),
        (failing(802), "systemctl start nvidia-fabricmanager"),
        (failing(803, library="/opt/compat/libcuda.so.1"), "take /opt/compat out of LD_LIBRARY_PATH"),
        (failing(804, library="/opt/compat/libcuda.so.1"), "take /opt/compat out of LD_LIBRARY_PATH"),
        (failing(34, library="/cuda/stubs/libcuda.so"), "take /cuda/stubs out of LD_LIBRARY_PATH"),
        (failing(999), "modprobe nvidia_uvm"),
        (failing(777), "restart the machine; nvidia-smi shows the driver's state"),
        (linux(trouble="the NVIDIA driver doesn't answer within 30 s"), "restart the machine; if that doesn't help"),
    ],
)
def test_each_trouble_has_its_remedy(machine: Machine, expected: str) -> None:
    """A warning with a command that fits the error, not with a new driver for everything."""
    finding = missing(machine, CUDA12_BUILD)

    assert finding.level == "warning"
    assert finding.remedy.startswith(expected)


def test_the_driver_that_is_asked_for_is_the_installed_lanes() -> None:
    """Who has CUDA 13's packages isn't sent to a driver that is too old for them."""
    assert "driver 580 or newer" in remedy(replace(NOT_THERE, cards=1), CUDA13_BUILD)
    assert "driver 525 or newer" in remedy(replace(NOT_THERE, cards=1), CPU_BUILD)


@pytest.mark.parametrize("machine", [replace(NOT_THERE, cards=8), failing(100), linux((12, 2))])
def test_a_container_without_the_gpu(machine: Machine) -> None:
    """The command that gives it the GPU, by the way in which it was started."""
    image = remedy(machine, container=True, installation=Installation("image"))
    other = remedy(machine, container=True, installation=Installation("packages"))

    assert image.startswith("docker compose -f docker-compose.yml -f docker-compose.gpu.yml up -d (")
    assert other.startswith("start the container with --gpus all (")
    assert image.endswith("(the host needs the NVIDIA Container Toolkit)")


@pytest.mark.parametrize(
    ("library", "expected"),
    [
        (
            "/usr/local/cuda-12.2/compat/libcuda.so.535.54.03",
            "take /usr/local/cuda-12.2/compat (535.54.03, the running driver is 535.274.02) out of LD_LIBRARY_PATH and",
        ),
        (
            "/opt/mine/libcuda.so.1",
            "take /opt/mine out of LD_LIBRARY_PATH and /etc/ld.so.conf.d; if it is the driver's",
        ),
        (
            "/usr/lib/x86_64-linux-gnu/libcuda.so.550.54.14",
            "restart the machine; if that doesn't help, remove /usr/lib/x86_64-linux-gnu/libcuda.so.550.54.14 (550.54",
        ),
        ("/usr/lib64/libcuda.so.535.274.02", RESTART),
        ("", RESTART),
    ],
)
def test_which_library_hides_the_drivers(library: str, expected: str) -> None:
    """A compat folder goes; a restart ends an unfinished upgrade, and is what is left for an unknown file."""
    told = hidden_remedy(failing(803, library=library, driver="535.274.02"))

    assert told.startswith(expected)
    assert told.endswith((RESTART, "the running driver is 535.274.02)"))


@pytest.mark.parametrize(
    ("machine", "build", "seen", "lane"),
    [
        (linux((13, 0), V100), CUDA13_BUILD, "the CUDA 13 build has no code for Tesla V100", "cuda12"),
        (linux((13, 0), B200), CUDA13_BUILD, "NVIDIA B200 (compute capability 10.0): it is too new for it", "cuda12"),
        (linux((12, 2), V100), CUDA13_BUILD, "needs driver 580 or newer, this one is for CUDA 12.2", "cuda12"),
        (linux((12, 2), H200), CUDA13_BUILD, "needs driver 580 or newer, this one is for CUDA 12.2", "cuda12"),
        (linux((13, 0), H200), CPU_BUILD, "is built without CUDA, and there is NVIDIA H200", "cuda13"),
        (linux((13, 0), H200), Build(()), "can't be imported, and there is NVIDIA H200", "cuda13"),
        (
            linux((12, 2), V100),
            replace(CUDA12_BUILD, cuda=(11, 8)),
            "the installed onnxruntime is not built for CUDA 12 or 13",
            "cuda12",
        ),
    ],
)
def test_an_unfit_build_names_the_lane_that_fits(machine: Machine, build: Build, seen: str, lane: str) -> None:
    """GPU too old or too new for the build, driver too old for it, no CUDA in it, or one that no lane has."""
    finding = missing(machine, build)

    assert (finding.level, seen in finding.seen) == ("warning", True), finding
    assert finding.remedy == f"rm -rf .venv && LANE={lane} script/run"


def test_a_gpu_beside_an_unfit_one_is_enough() -> None:
    """The build can't use the V100, but the H200."""
    assert missing_gpu(facts(linux((13, 0), V100, H200), CUDA13_BUILD)) is None


def test_two_owners_are_one_finding() -> None:
    """That the files of one are damaged is what it means, and isn't said again."""
    torn = replace(GPU_WHEEL, damaged=("onnxruntime/__init__.py",))
    finding = only_damage(build=replace(CPU_BUILD, owners=(CPU_WHEEL, torn)))

    assert finding.level == "error"
    assert finding.seen == (
        "onnxruntime 1.31.1 and onnxruntime-gpu 1.26.0 are installed over each other, in the folder onnxruntime"
    )
    assert finding.remedy == "rm -rf .venv && LANE=cuda13 script/run"


@pytest.mark.parametrize(
    ("changes", "seen"),
    [
        ({"trouble": "onnxruntime can't be imported: libfoo.so.1"}, "onnxruntime can't be imported: libfoo.so.1"),
        ({"build": replace(CUDA13_BUILD, owners=())}, "no package onnxruntime is installed"),
        ({"phonemizer": ()}, "no package phonemizer is installed"),
        ({"phonemizer": (Package("phonemizer", "3.3.0"), FORK)}, "phonemizer 3.3.0 and phonemizer-fork 3.3.2 are"),
        (
            {"phonemizer": (Package("phonemizer", "3.3.0"),)},
            "phonemizer 3.3.0 is installed in place of phonemizer-fork",
        ),
        (
            {"phonemizer": (replace(FORK, damaged=("phonemizer/version.py",)),)},
            "phonemizer-fork 3.3.2 is damaged: 1 file is missing or replaced, such as phonemizer/version.py",
        ),
        (
            {"build": replace(CUDA13_BUILD, owners=(Package("onnxruntime-gpu", "1.31.1", ("bin/a", "capi/b")),))},
            "onnxruntime-gpu 1.31.1 is damaged: 2 files are missing or replaced, such as capi/b",
        ),
        (
            {"build": replace(CUDA13_BUILD, version="1.23.2")},
            "onnxruntime-gpu 1.31.1 is installed, but onnxruntime 1.23.2 is imported",
        ),
        (
            {"build": replace(CUDA13_BUILD, owners=(Package("onnxruntime-gpu", "1.17.0"),), version="1.17.0")},
            "onnxruntime-gpu 1.17.0 is older than 1.21",
        ),
        (
            {"build": replace(CUDA13_BUILD, cuda=(11, 8)), "libraries": frozenset()},
            "onnxruntime 1.31.1 is built for CUDA 11.8",
        ),
        *(
            (
                {"others": tuple(Package(name, "" if name == gone else "1") for name in OTHERS)},
                f"{gone} is not installed",
            )
            for gone in OTHERS
        ),
    ],
)
def test_each_damage_is_one_line(changes: dict[str, Any], seen: str) -> None:
    """An error with what comes of it, and the command that installs anew."""
    finding = only_damage(**changes)

    assert (finding.level, finding.seen[: len(seen)]) == ("error", seen)
    assert finding.why and finding.remedy.endswith("LANE=cuda13 script/run")


@pytest.mark.parametrize(("build", "lane"), [(CUDA12_BUILD, "cuda12"), (CUDA13_BUILD, "cuda13")])
def test_a_missing_library_names_its_wheel(build: Build, lane: str) -> None:
    """Whichever the build loads; several in one line, each wheel once."""
    machine = linux((13, 0), H200)
    for library, wheel in LIBRARIES[lane].items():
        [finding] = damages(facts(machine, build, libraries=frozenset(LIBRARIES[lane]) - {library}))
        assert finding.level == "warning"
        assert finding.seen == f"missing or damaged: {library} (from {wheel})"
        assert finding.remedy == f"rm -rf .venv && LANE={lane} script/run"

    [finding] = damages(facts(machine, build, libraries=frozenset()))
    listed, _, wheels = finding.seen.removesuffix(")").partition(" (from ")
    assert listed == f"missing or damaged: {', '.join(LIBRARIES[lane])}"
    assert sorted(wheels.split(", ")) == sorted(set(LIBRARIES[lane].values()))


def test_the_cpu_build_misses_no_cuda_library() -> None:
    """It loads none."""
    assert list(damages(facts(NOT_THERE, CPU_BUILD, libraries=frozenset()))) == []


def test_packages_are_renewed_for_what_is_installed_or_fits() -> None:
    """CUDA's again where they are CUDA's, even while the driver is away; else what fits this machine."""
    broken = (replace(FORK, damaged=("phonemizer/version.py",)),)

    def lane(machine: Machine, build: Build) -> str:
        [finding] = damages(facts(machine, build, phonemizer=broken))
        return finding.remedy.partition("LANE=")[2].split()[0]

    assert lane(NOT_THERE, CUDA12_BUILD) == "cuda12"
    assert lane(NOT_THERE, CPU_BUILD) == "cpu"
    assert lane(linux((13, 0), H200), CPU_BUILD) == "cuda13"


def test_the_drivers_own_folder_may_stand_in_the_search_path() -> None:
    """Some hosts give containers the driver in that way: of the version that runs, it hides nothing."""
    own = (Path("/usr/local/nvidia/lib64/libcuda.so.535.274.02"),)
    machine = linux((12, 2), V100, driver="535.274.02")
    assert list(overlays(facts(machine, CUDA12_BUILD, overlaid=own))) == []
    [finding] = overlays(facts(replace(machine, driver="550.54.15"), CUDA12_BUILD, overlaid=own))
    assert "libcuda.so.535.274.02" in finding.seen


def test_overlays_matter_to_cuda_only() -> None:
    """Libraries in folders of LD_LIBRARY_PATH: at most three names, and nothing where there is no CUDA build."""
    paths = tuple(Path(f"/usr/local/cuda/compat/libcuda.so.{number}") for number in range(1, 6))
    [finding] = overlays(replace(HEALTHY, overlaid=paths))

    assert finding.level == "warning"
    assert finding.seen == f"LD_LIBRARY_PATH leads to {paths[0]}, {paths[1]}, {paths[2]}"
    assert finding.remedy == "unset LD_LIBRARY_PATH"
    assert list(overlays(facts(NOT_THERE, CPU_BUILD, overlaid=paths))) == []


@pytest.mark.parametrize("lane", LANES)
def test_the_command_fits_the_installation(lane: str) -> None:
    """An image is built again, an environment of the checkout removed, somebody's own packages installed anew."""
    compose = "docker compose -f docker-compose.yml -f docker-compose.gpu.yml" if lane != "cpu" else "docker compose"

    assert Installation("image").afresh(lane) == (
        f"set LANE={lane} in .env, then {compose} build --no-cache && {compose} up -d"
    )
    assert Installation("checkout").afresh(lane) == f"rm -rf .venv && LANE={lane} script/run"
    assert f"pip install --no-deps -r requirements/{lane}.txt" in Installation("packages").afresh(lane)


def test_every_remedy_about_packages_fits_the_installation() -> None:
    """Nobody is told to remove an environment that he hasn't."""
    broken: dict[str, Any] = {"phonemizer": (), "libraries": frozenset[str](), "trouble": "numpy can't be imported"}
    for kind, sign in (("image", "docker compose"), ("packages", "new virtual environment")):
        found = replace(HEALTHY, installation=Installation(kind), **broken)  # type: ignore[arg-type]
        remedies = [finding.remedy for finding in damages(found)]
        assert len(remedies) == 3
        assert all(sign in told and "script/run" not in told for told in remedies)


def test_how_the_program_was_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The image says so in its environment, script/run by its stamp; anything else is packages."""
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    monkeypatch.delenv(IMAGE_LANE, raising=False)
    assert installation() == Installation("packages")

    (tmp_path / STAMP).touch()
    assert installation() == Installation("checkout")

    for lane in LANES:
        monkeypatch.setenv(IMAGE_LANE, lane)
        assert installation() == Installation("image")
    monkeypatch.setenv(IMAGE_LANE, "")
    assert installation() == Installation("checkout")
