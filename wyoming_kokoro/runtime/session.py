"""The only file that makes an ONNX Runtime session: an explicit device, verified, never a silent fallback."""

import contextlib
import ctypes
import io
import os
import re
from pathlib import Path
from typing import Any

import onnxruntime
from onnxruntime.capi import onnxruntime_pybind11_state as native

from wyoming_kokoro import config
from wyoming_kokoro.errors import DeviceError, DeviceLostError, DeviceMemoryError, ModelError, SynthesisError
from wyoming_kokoro.runtime.devices import REMEDY, Device
from wyoming_kokoro.runtime.driver import OUT_OF_MEMORY, context_error, explain
from wyoming_kokoro.runtime.facts import CPU, CUDA

NATIVE_ERRORS: tuple[type[Exception], ...] = (
    RuntimeError,  # for some failures of CUDA
    *(error for error in vars(native).values() if isinstance(error, type) and issubclass(error, Exception)),
)
"""ONNX Runtime's exceptions have no common base but Exception."""
FILE_ERRORS = (native.InvalidProtobuf, native.InvalidGraph, native.NoModel, native.NoSuchFile)
"""Where it is the model's file."""
RUN_ERRORS: tuple[type[Exception], ...] = (*NATIVE_ERRORS, ValueError)
"""A run checks its inputs in Python first."""

INPUTS = ({"tokens", "style", "speed"}, {"input_ids", "style", "speed"})
"""The two layouts of Kokoro's inputs: release v1.0, and v1.1 with its relatives."""

CRASHING = ["NchwcTransformer"]
"""Optimizations of ONNX Runtime 1.31 that end the process over some float16 graphs. This one is for convolutions over
images, and changes none of Kokoro's."""

SILENT = 4
"""ONNX Runtime's severity: its warnings are no news for users, its errors are raised or found, and said in one line."""


class Session(onnxruntime.InferenceSession):  # type: ignore[misc]
    """A session on one device that says so if it can't infer there."""

    device: Device

    def run(self, *args: Any, **kwargs: Any) -> Any:
        """Raises SynthesisError where ONNX Runtime fails, DeviceError where the device can't be used any more."""
        try:
            outputs = super().run(*args, **kwargs)
        except RUN_ERRORS as error:
            if lost := self.lost():
                raise lost from error
            kind = DeviceMemoryError if _is_of_memory(error) else SynthesisError
            raise kind(f"Inference failed on {self.device}: {_reason(error, self.device)}") from error
        self.verify()
        return outputs

    def lost(self) -> DeviceLostError | None:
        """CUDA's error that no session in this process can recover from, if there is one.

        The session is then kept for ever: its destructor couldn't free its memory, and would end the process for that.
        """
        code = context_error(self.device.index) if self.device.kind == "cuda" else 0
        if not code:
            return None
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(self))
        return DeviceLostError(explain(code), "A restart starts CUDA anew")

    def verify(self) -> None:
        """Raises DeviceError unless the session is on the device that was asked for."""
        actual = self.get_providers()
        wanted = CUDA if self.device.kind == "cuda" else CPU
        if wanted not in actual:
            raise _lost(self.device, _why_left_out() or f"ONNX Runtime fell back to {', '.join(actual)}")


def open_session(path: Path, device: Device, settings: config.Device, profile: Path | None = None) -> Session:
    """A verified session of the Kokoro model at `path` on `device`.

    `profile` is the beginning of the name of a file for ONNX Runtime's profile, which `end_profiling` ends.

    Raises:
        ModelError: the file can't be loaded, or isn't Kokoro.
        DeviceError: the device isn't really there.
    """
    onnxruntime.set_default_logger_severity(SILENT)  # kernels log past the session's own options
    options = onnxruntime.SessionOptions()
    options.log_severity_level = SILENT
    options.intra_op_num_threads = min(settings.threads, os.cpu_count() or 1)  # more would only wait for each other
    if profile:
        options.enable_profiling, options.profile_file_prefix = True, str(profile)
    if device.kind == "cuda":
        if CUDA not in onnxruntime.get_available_providers():
            raise _lost(device, "the installed onnxruntime is built without CUDA")
        _preload()
    try:
        session = Session(
            str(path),
            options,
            providers=_providers(device, settings),
            enable_fallback=0,
            disabled_optimizers=CRASHING,
        )
    except NATIVE_ERRORS as error:
        if device.kind == "cuda" and not isinstance(error, FILE_ERRORS):
            raise _lost(device, _reason(error, device)) from error
        remedy = "If it was copied or downloaded, the copy may be incomplete: delete it and fetch it again"
        raise ModelError(f"{path} can't be loaded: {_reason(error, device)}", remedy) from error
    session.device = device
    session.disable_fallback()
    session.verify()
    _check_inputs(path, {node.name for node in session.get_inputs()})
    return session


def run_once(model: bytes, inputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The outputs of any model on the CPU, for each of the inputs: name -> value. No session is left behind.

    The graph runs as it is: that is no slower here, and every tensor in it can be asked for.

    Raises:
        ModelError: it can't be loaded, or can't infer.
    """
    options = onnxruntime.SessionOptions()
    options.log_severity_level = SILENT
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    try:
        session = onnxruntime.InferenceSession(model, options, providers=[CPU])
        names = [node.name for node in session.get_outputs()]
        return [dict(zip(names, session.run(None, given), strict=True)) for given in inputs]
    except RUN_ERRORS as error:
        raise ModelError(f"The model can't be run: {_reason(error, Device('cpu'))}", "See model.path") from error


def _providers(device: Device, settings: config.Device) -> list[Any]:
    """Never TensorRT: it would be tried first, and its libraries are not installed."""
    if device.kind == "cpu":
        return [CPU]
    options = {
        "device_id": device.index,
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


def _why_left_out() -> str:
    """The loader's words on the CUDA provider, which is left out without an exception; empty if it can be loaded."""
    folder = Path(onnxruntime.__file__).parent / "capi"
    try:
        ctypes.CDLL(str(folder / "libonnxruntime_providers_shared.so"), ctypes.RTLD_GLOBAL)
        ctypes.CDLL(str(folder / "libonnxruntime_providers_cuda.so"))
    except OSError as error:
        return str(error)
    return ""


def _check_inputs(path: Path, inputs: set[str]) -> None:
    if inputs not in INPUTS:
        found = ", ".join(sorted(inputs))
        raise ModelError(f"{path} is an ONNX model, but not Kokoro: its inputs are {found}", "See model.path")


def _lost(device: Device, reason: str) -> DeviceError:
    return DeviceError(f"{device} can't be used: {reason}", REMEDY)


def _is_of_memory(error: Exception) -> bool:
    """ONNX Runtime's arena has no number for it."""
    return any(
        words in str(error)
        for words in ("bfc_arena", "Failed to allocate memory", "ALLOC_FAILED", f"CUDA failure {OUT_OF_MEMORY}:")
    )


def _reason(error: Exception, device: Device) -> str:
    """ONNX Runtime's own words, without the code before them and the lines after; a CUDA error with its meaning."""
    text = str(error)
    if code := re.search(r"CUDA (?:failure|error) (\d+)", text):
        return explain(int(code[1]))
    if _is_of_memory(error):
        return explain(OUT_OF_MEMORY) if device.kind == "cuda" else "the memory is used up"
    lines = text.strip().splitlines() or [type(error).__name__]
    return re.sub(r"^\[ONNXRuntimeError\] : \d+ : \w+ : ", "", lines[0]).rstrip(".")
