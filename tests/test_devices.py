"""The choice of a device from facts."""

import pytest

from wyoming_kokoro.errors import DeviceError
from wyoming_kokoro.runtime import devices, lanes
from wyoming_kokoro.runtime.devices import Device, Facts, choose

V100 = lanes.Gpu("Tesla V100-SXM2-32GB", (7, 0))
H200 = lanes.Gpu("NVIDIA H200", (9, 0))
GPU_BUILD = ("TensorrtExecutionProvider", "CUDAExecutionProvider", "CPUExecutionProvider")
CPU_BUILD = ("AzureExecutionProvider", "CPUExecutionProvider")


def facts(providers: tuple[str, ...], *gpus: lanes.Gpu, trouble: str = "") -> Facts:
    machine = lanes.Facts("linux", "x86_64", cuda=(13, 0) if gpus else None, gpus=gpus, trouble=trouble)
    return Facts("1.31.1", providers, ("onnxruntime-gpu",), machine)


def test_auto_takes_the_gpu_that_is_there() -> None:
    """And says which."""
    choice = choose("auto", facts(GPU_BUILD, H200))
    assert choice.device == Device("cuda", 0) and "NVIDIA H200" in choice.reason


def test_auto_says_why_it_takes_the_cpu() -> None:
    """No GPU, or a build without CUDA: the reason is in the choice."""
    trouble = facts(GPU_BUILD, trouble="no NVIDIA driver (libcuda.so.1 not found)")
    assert choose("auto", trouble).device == Device("cpu")
    assert "no NVIDIA driver" in choose("auto", trouble).reason
    without = choose("auto", facts(CPU_BUILD, V100))
    assert without.device == Device("cpu") and "LANE=cuda12" in without.reason


@pytest.mark.parametrize("prefer", ["cuda", "cuda:0"])
def test_cuda_that_cannot_be_is_an_error(prefer: str) -> None:
    """Nobody who asks for a GPU gets a CPU."""
    with pytest.raises(DeviceError, match=f"device.prefer is {prefer}, but the installed onnxruntime is built without"):
        choose(prefer, facts(CPU_BUILD, H200))


def test_a_gpu_by_its_number() -> None:
    """Counted from 0; one that isn't there is an error with the count."""
    two = facts(GPU_BUILD, H200, H200)
    assert choose("cuda:1", two).device == Device("cuda", 1)
    assert str(choose("cuda:1", two).device) == "cuda:1"
    with pytest.raises(DeviceError, match="there is no GPU 2, only 2, counted from 0"):
        choose("cuda:2", two)


def test_cpu_is_the_cpu() -> None:
    """Even beside a GPU."""
    assert choose("cpu", facts(GPU_BUILD, H200)).device == Device("cpu")


def test_the_facts_of_this_machine_are_gathered() -> None:
    """Without raising, whatever there is: one owner of the folder onnxruntime, and its version."""
    found = devices.gather()
    assert found.onnxruntime.count(".") == 2
    assert len(found.owners) == 1
    assert "CPUExecutionProvider" in found.providers
