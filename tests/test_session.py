"""Sessions that are on the device that was asked for, or say why not."""

import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper
from onnxruntime.capi import onnxruntime_pybind11_state as native
from tiny_kokoro import write_model, write_voices

from wyoming_kokoro import config
from wyoming_kokoro.errors import DeviceError, DeviceLostError, DeviceMemoryError, ModelError, SynthesisError
from wyoming_kokoro.runtime import session as module
from wyoming_kokoro.runtime.devices import Device
from wyoming_kokoro.runtime.facts import CUDA
from wyoming_kokoro.runtime.session import Session, open_session

CPU = Device("cpu")


def test_a_session_on_the_cpu_has_no_other_provider(tmp_path: Path) -> None:
    """What runs is what was asked for, and the library's own choice of providers is never made."""
    session = open_session(write_model(tmp_path / "m.onnx"), CPU, config.Device())
    session.verify()
    assert session.get_providers() == ["CPUExecutionProvider"]
    assert str(session.device) == "cpu"


def test_a_gpu_that_is_not_there_is_an_error_not_a_fallback(tmp_path: Path) -> None:
    """Without the CUDA build or a driver there is no CUDA; nothing is spoken on the CPU in its place."""
    with pytest.raises(DeviceError, match="cuda:0 can't be used") as caught:
        open_session(write_model(tmp_path / "m.onnx"), Device("cuda"), config.Device(memory_limit=1024))
    assert "device.prefer" in caught.value.remedy


@pytest.mark.parametrize("kind", [RuntimeError, native.RuntimeException])
@pytest.mark.parametrize(
    ("words", "meaning"),
    [
        (
            "CUDA failure 803: system has unsupported display driver / cuda driver combination ;",
            "another libcuda",
        ),
        ("CUDA failure 35: CUDA driver version is insufficient for CUDA runtime version ;", "the driver is too old"),
        ("CUDA failure 100: no CUDA-capable device is detected ;", "the driver shows no GPU"),
        ("Exception during initialization: bfc_arena.cc:360 Available memory of 1 is smaller", "memory is used up"),
    ],
)
def test_a_failure_of_cuda_is_one_line_with_its_meaning(
    kind: type[Exception], words: str, meaning: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ONNX Runtime raises some of them as its own exceptions and others as RuntimeError, with pages of text."""

    def failing(self: Session, *args: object, **kwargs: object) -> None:
        raise kind(f"/onnxruntime_src/cuda_call.cc:63 FAIL : {words} hostname=secret\nmore")

    monkeypatch.setattr(Session, "__init__", failing)
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: [CUDA])
    with pytest.raises(DeviceError, match=f"cuda:0 can't be used: CUDA error .*{meaning}") as caught:
        open_session(write_model(tmp_path / "m.onnx"), Device("cuda"), config.Device())
    assert "secret" not in str(caught.value) and "\n" not in str(caught.value)


def test_a_bad_file_is_not_the_gpus_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor is a GPU that is full a reason to fetch the file again."""

    def failing(self: Session, *args: object, **kwargs: object) -> None:
        raise native.InvalidProtobuf("Load model from m.onnx failed:Protobuf parsing failed.")

    monkeypatch.setattr(Session, "__init__", failing)
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: [CUDA])
    with pytest.raises(ModelError, match="m.onnx can't be loaded: .*the copy may be incomplete"):
        open_session(write_model(tmp_path / "m.onnx"), Device("cuda"), config.Device())


def test_what_cuda_preloading_prints_does_not_reach_stdout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """stdout may be the protocol."""
    asked: list[str] = []

    def preload(directory: str) -> None:
        asked.append(directory)
        print("Failed to load libcublasLt.so.12")

    def failing(self: Session, *args: object, **kwargs: object) -> None:
        raise RuntimeError("CUDA failure 35")

    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: [CUDA])
    monkeypatch.setattr(onnxruntime, "preload_dlls", preload)
    monkeypatch.setattr(Session, "__init__", failing)
    with pytest.raises(DeviceError, match="error 35"):
        open_session(write_model(tmp_path / "m.onnx"), Device("cuda"), config.Device())
    assert asked == [""] and capsys.readouterr().out == ""


@pytest.fixture
def on_gpu(tmp_path: Path) -> Session:
    """A session that infers on the CPU and says that it is on a GPU."""
    session = open_session(write_model(tmp_path / "m.onnx"), CPU, config.Device())
    session.device = Device("cuda")
    return session


def failing_with(words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise native.Fail(f"[ONNXRuntimeError] : 1 : FAIL : {words}")

    monkeypatch.setattr(onnxruntime.InferenceSession, "run", fail)


def test_a_sentence_that_does_not_fit_is_told_apart(on_gpu: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """In ONNX Runtime's words for its arena, and in CUDA's."""
    monkeypatch.setattr(module, "context_error", lambda index: 0)
    for words in (
        "bfc_arena.cc:360 Available memory of 14042112 is smaller",
        "CUDA failure 2: out of memory ; GPU=0",
        "CUBLAS failure 3: CUBLAS_STATUS_ALLOC_FAILED ; GPU=0",
    ):
        failing_with(words, monkeypatch)
        with pytest.raises(DeviceMemoryError, match="failed on cuda:0: CUDA error 2: the GPU's memory is used up"):
            on_gpu.run(None, {})


def test_a_session_whose_device_is_lost_is_never_destroyed(on_gpu: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its destructor would end the process: somebody holds it for ever."""
    monkeypatch.setattr(module, "context_error", lambda index: 700)
    failing_with("CUDA failure 700: an illegal memory access was encountered", monkeypatch)
    held = sys.getrefcount(on_gpu)
    with pytest.raises(DeviceLostError, match="CUDA error 700: a memory access inside the GPU failed"):
        on_gpu.run(None, {})
    assert sys.getrefcount(on_gpu) > held


def test_the_cpu_is_never_lost(tmp_path: Path) -> None:
    """CUDA isn't asked."""
    assert open_session(write_model(tmp_path / "m.onnx"), CPU, config.Device()).lost() is None


def test_a_provider_that_is_left_out_is_found_after_an_inference(
    on_gpu: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ONNX Runtime may leave the GPU while it serves, with nothing but a line of text."""
    inputs = {
        "tokens": np.array([[0, 50, 0]]),
        "style": np.zeros((1, 256), np.float32),
        "speed": np.ones(1, np.float32),
    }
    with pytest.raises(DeviceError, match="cuda:0 can't be used: "):
        on_gpu.run(None, inputs)


def test_a_truncated_model_is_one_line(tmp_path: Path) -> None:
    """As an interrupted copy leaves it."""
    path = write_model(tmp_path / "m.onnx")
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(ModelError, match=r"m.onnx can't be loaded: .*the copy may be incomplete") as caught:
        open_session(path, CPU, config.Device())
    assert "\n" not in str(caught.value) and "ONNXRuntimeError" not in str(caught.value)


def test_a_missing_model_is_one_line(tmp_path: Path) -> None:
    """Removed between looking and loading."""
    with pytest.raises(ModelError, match="none.onnx can't be loaded"):
        open_session(tmp_path / "none.onnx", CPU, config.Device())


def test_a_voices_file_is_no_model(tmp_path: Path) -> None:
    """The two files swapped."""
    with pytest.raises(ModelError, match="can't be loaded"):
        open_session(write_voices(tmp_path / "v.bin"), CPU, config.Device())


def test_another_model_is_named_by_its_inputs(tmp_path: Path) -> None:
    """An ONNX model that isn't Kokoro, such as Piper's."""
    value = helper.make_tensor_value_info("input", TensorProto.FLOAT, [1])
    out = helper.make_tensor_value_info("output", TensorProto.FLOAT, [1])
    graph = helper.make_graph([helper.make_node("Abs", ["input"], ["output"])], "other", [value], [out])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), tmp_path / "o.onnx")
    with pytest.raises(ModelError, match="but not Kokoro: its inputs are input"):
        open_session(tmp_path / "o.onnx", CPU, config.Device())


def test_a_failing_inference_is_one_expected_error(tmp_path: Path) -> None:
    """ONNX Runtime's exceptions share no base: all of them become SynthesisError."""
    session = open_session(write_model(tmp_path / "m.onnx"), CPU, config.Device())
    with pytest.raises(SynthesisError, match="Inference failed on cpu: "):
        session.run(None, {"tokens": np.zeros((1, 3), np.float32)})
