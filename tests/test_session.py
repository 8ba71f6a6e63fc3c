"""Sessions that are on the device that was asked for, or say why not."""

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper
from tiny_kokoro import write_model, write_voices

from wyoming_kokoro import config
from wyoming_kokoro.errors import DeviceError, ModelError, SynthesisError
from wyoming_kokoro.runtime.devices import Device
from wyoming_kokoro.runtime.facts import CUDA
from wyoming_kokoro.runtime.session import NATIVE_ERRORS, Session, open_session

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


@pytest.mark.parametrize("kind", [RuntimeError, NATIVE_ERRORS[0]])
@pytest.mark.parametrize(
    ("words", "meaning"),
    [
        (
            "CUDA failure 803: system has unsupported display driver / cuda driver combination ;",
            "another libcuda",
        ),
        ("CUDA failure 35: CUDA driver version is insufficient for CUDA runtime version ;", "the driver is too old"),
        ("CUDA failure 100: no CUDA-capable device is detected ;", "the driver shows no GPU"),
        ("bfc_arena.cc:360 AllocateRawInternal CUDA Available memory of 1 is smaller", "memory is used up"),
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


def test_what_cuda_preloading_prints_does_not_reach_stdout(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """stdout may be the protocol."""
    with pytest.raises(DeviceError):
        open_session(write_model(tmp_path / "m.onnx"), Device("cuda"), config.Device())
    assert capsys.readouterr().out == ""


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
