"""The only file that makes an ONNX Runtime session: an explicit device, verified, never a silent fallback."""

import contextlib
import io
import re
from pathlib import Path
from typing import Any

import onnxruntime
from onnxruntime.capi import onnxruntime_pybind11_state as native

from wyoming_kokoro import config
from wyoming_kokoro.errors import DeviceError, ModelError, SynthesisError
from wyoming_kokoro.runtime.devices import CPU, CUDA, REMEDY, Device

NATIVE_ERRORS: tuple[type[Exception], ...] = tuple(
    error for error in vars(native).values() if isinstance(error, type) and issubclass(error, Exception)
)
"""ONNX Runtime's exceptions have no common base but Exception."""
RUN_ERRORS: tuple[type[Exception], ...] = (*NATIVE_ERRORS, ValueError)
"""A run checks its inputs in Python first."""

INPUTS = ({"tokens", "style", "speed"}, {"input_ids", "style", "speed"})
"""The two layouts of Kokoro's inputs: release v1.0, and v1.1 with its relatives."""

ERRORS_ONLY = 3
"""ONNX Runtime's severity: its warnings, of shape nodes on the CPU and the like, are no news for users."""


class Session(onnxruntime.InferenceSession):  # type: ignore[misc]
    """A session on one device that says so if it can't infer there."""

    device: Device

    def run(self, *args: Any, **kwargs: Any) -> Any:
        """Raises SynthesisError where ONNX Runtime fails."""
        try:
            return super().run(*args, **kwargs)
        except RUN_ERRORS as error:
            raise SynthesisError(f"Inference failed on {self.device}: {_reason(error)}") from error

    def verify(self) -> None:
        """Raises DeviceError unless the session is on the device that was asked for. Ask again after a first run."""
        actual = self.get_providers()
        wanted = CUDA if self.device.kind == "cuda" else CPU
        if wanted not in actual:
            raise _lost(self.device, f"ONNX Runtime fell back to {', '.join(actual)}")


def open_session(path: Path, device: Device, settings: config.Device) -> Session:
    """A verified session of the Kokoro model at `path` on `device`.

    Raises:
        ModelError: the file can't be loaded, or isn't Kokoro.
        DeviceError: the device isn't really there.
    """
    onnxruntime.set_default_logger_severity(ERRORS_ONLY)  # kernels log past the session's own options
    options = onnxruntime.SessionOptions()
    options.log_severity_level = ERRORS_ONLY
    options.intra_op_num_threads = settings.threads
    if device.kind == "cuda":
        if CUDA not in onnxruntime.get_available_providers():
            raise _lost(device, "the installed onnxruntime is built without CUDA")
        _preload()
    try:
        session = Session(str(path), options, providers=_providers(device, settings), enable_fallback=0)
    except NATIVE_ERRORS as error:
        if "CUDA" in str(error):
            raise _lost(device, _reason(error)) from error
        remedy = "If it was copied or downloaded, the copy may be incomplete: delete it and fetch it again"
        raise ModelError(f"{path} can't be loaded: {_reason(error)}", remedy) from error
    session.device = device
    session.disable_fallback()
    session.verify()
    _check_inputs(path, {node.name for node in session.get_inputs()})
    return session


def _providers(device: Device, settings: config.Device) -> list[Any]:
    """Never TensorRT: it would be tried first, and its libraries are not installed."""
    if device.kind == "cpu":
        return [CPU]
    options = {
        "device_id": device.index,
        "arena_extend_strategy": "kSameAsRequested",
        # EXHAUSTIVE, the default, spends a second on planning for every new sentence length
        "cudnn_conv_algo_search": "HEURISTIC",
    }
    if settings.memory_limit:
        options["gpu_mem_limit"] = settings.memory_limit * 1024 * 1024
    return [(CUDA, options), CPU]


def _preload() -> None:
    """Load the CUDA libraries from NVIDIA's wheels. What it prints must not reach stdout: that may be the protocol."""
    with contextlib.redirect_stdout(io.StringIO()):
        onnxruntime.preload_dlls(directory="")


def _check_inputs(path: Path, inputs: set[str]) -> None:
    if inputs not in INPUTS:
        found = ", ".join(sorted(inputs))
        raise ModelError(f"{path} is an ONNX model, but not Kokoro: its inputs are {found}", "See model.path")


def _lost(device: Device, reason: str) -> DeviceError:
    return DeviceError(f"{device} can't be used: {reason}", REMEDY)


def _reason(error: Exception) -> str:
    """ONNX Runtime's own words, without the code before them and the lines after."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return re.sub(r"^\[ONNXRuntimeError\] : \d+ : \w+ : ", "", lines[0]).rstrip(".")
