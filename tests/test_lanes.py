"""The choice of the lane."""

import pytest
from machines import B200, H200, M60, P40, RTX_2080, RTX_4090, RTX_5090, V100, linux

from wyoming_kokoro.runtime import lanes
from wyoming_kokoro.runtime.driver import Gpu, Machine
from wyoming_kokoro.runtime.lanes import choose


@pytest.mark.parametrize(
    ("machine", "lane", "reason"),
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
        (Machine("darwin", "arm64"), "cpu", "Linux on x86_64 only, this is darwin on arm64"),
        (Machine("linux", "aarch64", (13, 0), (H200,)), "cpu", "this is linux on aarch64"),
    ],
)
def test_choice(machine: Machine, lane: str, reason: str) -> None:
    """Each machine gets the newest build that has code for its GPUs, and a reason that names what decided."""
    choice = choose(machine)

    assert (choice.lane, reason in choice.reason) == (lane, True), choice
    assert not choice.reason.endswith(".")


def test_every_choice_is_a_lane() -> None:
    """No combination of capability and driver leads anywhere but to a lane that exists."""
    for capability in [(major, minor) for major in range(3, 15) for minor in range(10)]:
        for cuda in [(11, 8), (12, 0), (12, 7), (12, 8), (13, 0), (14, 0)]:
            assert choose(linux(cuda, Gpu("any", capability))).lane in lanes.LANES
