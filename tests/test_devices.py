"""The choice of a device from facts."""

import pytest
from machines import CPU_BUILD, CUDA12_BUILD, CUDA13_BUILD, H200, M60, V100, facts, linux

from wyoming_kokoro.errors import DeviceError
from wyoming_kokoro.runtime.devices import REMEDY, Device, choose
from wyoming_kokoro.runtime.driver import NOT_FOUND

NO_DRIVER = linux(trouble="no NVIDIA driver (libcuda.so.1 not found)", code=NOT_FOUND)


def test_auto_takes_the_gpu_that_is_there() -> None:
    """And needs no other reason."""
    choice = choose("auto", facts(linux((13, 0), H200), CUDA13_BUILD))
    assert (choice.device, choice.reason, choice.remedy) == (Device("cuda", 0), "found by auto", "")


def test_auto_takes_the_first_gpu_that_the_build_has_code_for() -> None:
    """Beside one that is too old."""
    assert choose("auto", facts(linux((13, 0), M60, H200), CUDA13_BUILD)).device == Device("cuda", 1)
    assert choose("cuda", facts(linux((13, 0), V100, H200), CUDA13_BUILD)).device == Device("cuda", 1)


def test_auto_says_why_it_takes_the_cpu() -> None:
    """No driver, or a build without CUDA: the reason is in the choice, and what to do where something can be done."""
    choice = choose("auto", facts(NO_DRIVER, CUDA13_BUILD))
    assert (choice.device, choice.remedy) == (Device("cpu"), "") and "no NVIDIA driver" in choice.reason
    without = choose("auto", facts(linux((12, 2), V100), CPU_BUILD))
    assert without.device == Device("cpu") and "built without CUDA" in without.reason
    assert "LANE=cuda12 script/run" in without.remedy


@pytest.mark.parametrize("prefer", ["cuda", "cuda:0"])
def test_cuda_that_cannot_be_is_an_error(prefer: str) -> None:
    """Nobody who asks for a GPU gets a CPU."""
    with pytest.raises(DeviceError, match=f"device.prefer is {prefer}, but the installed onnxruntime is built without"):
        choose(prefer, facts(linux((13, 0), H200), CPU_BUILD))
    with pytest.raises(DeviceError) as caught:
        choose(prefer, facts(NO_DRIVER, CUDA12_BUILD))
    assert caught.value.remedy == REMEDY


def test_a_gpu_by_its_number() -> None:
    """Counted from 0; one that isn't there, or that the build has no code for, is an error that lists what is there."""
    two = facts(linux((13, 0), H200, H200), CUDA13_BUILD)
    assert choose("cuda:1", two).device == Device("cuda", 1)
    assert str(choose("cuda:1", two).device) == "cuda:1"
    with pytest.raises(DeviceError, match="there is no GPU 2, only 2") as caught:
        choose("cuda:2", two)
    assert caught.value.remedy == "Counted from 0: cuda:0 is NVIDIA H200, cuda:1 is NVIDIA H200"
    with pytest.raises(DeviceError, match="no code for Tesla V100"):
        choose("cuda:1", facts(linux((13, 0), H200, V100), CUDA13_BUILD))


def test_cpu_is_the_cpu() -> None:
    """Even beside a GPU."""
    assert choose("cpu", facts(linux((13, 0), H200), CUDA13_BUILD)).device == Device("cpu")
