"""Inference that outlives its device."""

import threading
import weakref
from pathlib import Path
from typing import Any

import pytest

from wyoming_kokoro.errors import (
    DeviceError,
    DeviceLostError,
    DeviceMemoryError,
    KokoroError,
    ModelError,
    SynthesisError,
)
from wyoming_kokoro.runtime import inference as module
from wyoming_kokoro.runtime.devices import Device
from wyoming_kokoro.runtime.inference import Inference

GPU, CPU = Device("cuda"), Device("cpu")
FAILURE = SynthesisError("Inference failed on cuda:0: CUDA error 999")
MEMORY = DeviceMemoryError("Inference failed on cuda:0: CUDA error 2: the GPU's memory is used up")
LOST = DeviceLostError("cuda:0 is lost: CUDA error 700", "A restart starts CUDA anew")


class FakeSession:
    """Echoes its arguments with the name of its device, unless `fails` has an error for that."""

    _model_path = "kokoro.onnx"

    def __init__(self, device: Device, fails: dict[str, KokoroError]) -> None:
        self.device = device
        self._fails = fails

    def lost(self) -> DeviceLostError | None:
        error = self._fails.get(str(self.device))
        return error if isinstance(error, DeviceLostError) else None

    def run(self, *args: Any) -> Any:
        if error := self._fails.get(str(self.device)):
            raise type(error)(error.message)  # one that was raised before would keep alive what its traceback holds
        if "impossible" in args:
            raise SynthesisError(f"Inference failed on {self.device}")
        if len(args) == 2:
            args[1].wait(20)
        return (str(self.device), args[0])


class Bench:
    """An inference whose devices fail as a test says, and the sessions that it asked for."""

    def __init__(self, device: Device = GPU) -> None:
        self.fails: dict[str, KokoroError] = {}
        self.missing: set[str] = set()
        self.asked: list[str] = []
        self.alive: weakref.WeakSet[FakeSession] = weakref.WeakSet()
        self.inference = Inference(self._open(device), self._open, Path(__file__))
        self.inference.run("trial")

    def _open(self, device: Device) -> Any:
        self.asked.append(str(device))
        if str(device) in self.missing:
            raise DeviceError(f"{device} can't be used: CUDA error 100")
        session = FakeSession(device, self.fails)
        self.alive.add(session)
        return session

    def living(self) -> list[str]:
        """Without a look for cycles: the memory of a GPU is to be free at once."""
        return sorted(str(session.device) for session in self.alive)


def raising(error: Exception) -> Any:
    def reopen(device: Device) -> Any:
        raise error

    return reopen


def test_a_device_that_works_is_all_that_is_used() -> None:
    """No session on the CPU beside it: that would take its memory twice."""
    bench = Bench()
    assert bench.inference.run("one") == ("cuda:0", "one")
    assert bench.asked == ["cuda:0"] and not bench.inference.is_due(0)


def test_a_failing_device_costs_no_sentence() -> None:
    """The CPU infers the same; the broken session is dropped at once, and its memory with it."""
    bench = Bench()
    bench.fails["cuda:0"] = FAILURE
    assert bench.inference.run("one") == ("cpu", "one")
    assert (bench.inference.state, bench.inference.failures) == ("failed", 1)
    assert bench.inference.error == FAILURE.message
    assert bench.living() == ["cpu"]
    assert bench.inference.run("two") == ("cpu", "two") and bench.inference.failures == 1


def test_a_failure_of_the_input_is_not_the_devices() -> None:
    """What the CPU can't infer either is an error of this one sentence."""
    bench = Bench()
    with pytest.raises(SynthesisError, match="failed on cpu"):
        bench.inference.run("impossible")
    assert (bench.inference.state, bench.inference.failures) == ("loaded", 0)
    assert bench.inference.run("one") == ("cuda:0", "one")


def test_a_first_inference_that_fails_is_the_loadings_failure() -> None:
    """A device that never worked has nothing to come back from."""
    session: Any = FakeSession(GPU, {"cuda:0": FAILURE})
    broken = Inference(session, lambda device: FakeSession(device, {}), Path(__file__))  # type: ignore[arg-type,return-value]
    with pytest.raises(SynthesisError, match="failed on cuda:0"):
        broken.run("one")
    assert broken.failures == 0


def test_the_cpu_has_nobody_behind_it() -> None:
    """Its failure is the sentence's."""
    bench = Bench(CPU)
    with pytest.raises(SynthesisError):
        bench.inference.run("impossible")
    assert bench.asked == ["cpu"]


def test_the_session_is_made_anew_and_tried() -> None:
    """With an inference that once succeeded; then the one on the CPU goes."""
    bench = Bench()
    bench.fails["cuda:0"] = FAILURE
    bench.inference.run("one")
    bench.fails.clear()
    assert bench.inference.is_due(0)
    bench.inference.tend()
    assert (bench.inference.state, bench.living()) == ("loaded", ["cuda:0"])
    assert bench.inference.run("two") == ("cuda:0", "two")


@pytest.mark.parametrize("fault", ["fails", "missing"])
def test_a_device_that_stays_broken_is_given_up(fault: str) -> None:
    """Whether its session can't be made or can't infer: after three failures nobody tries again."""
    bench = Bench()
    bench.fails["cuda:0"] = FAILURE
    bench.inference.run("one")
    if fault == "missing":
        bench.missing.add("cuda:0")
    bench.inference.tend()
    assert bench.inference.state == "failed" and not bench.inference.is_due(0)
    bench.inference.tend()
    assert (bench.inference.state, bench.inference.failures) == ("given up", 3)
    assert not bench.inference.is_due(1) and bench.inference.run("two") == ("cpu", "two")


def test_a_device_that_is_lost_for_good_is_given_up_at_once() -> None:
    """CUDA's errors last as long as the process: nobody makes a session anew in it."""
    bench = Bench()
    bench.fails["cuda:0"] = LOST
    assert bench.inference.run("one") == ("cpu", "one")
    assert (bench.inference.state, bench.inference.failures) == ("given up", 1)
    assert bench.inference.run("two") == ("cpu", "two") and not bench.inference.is_due(3600)


def test_a_lost_device_is_given_up_even_where_the_cpu_cannot_stand_in() -> None:
    """The sentence is an error, and the service can still end for its supervisor."""
    bench = Bench()
    bench.fails["cuda:0"] = LOST
    bench.missing.add("cpu")
    with pytest.raises(DeviceError, match="cpu can't be used"):
        bench.inference.run("one")
    assert bench.inference.state == "given up"


def test_a_device_that_is_lost_while_it_is_made_anew() -> None:
    """The trial finds it."""
    bench = Bench()
    bench.fails["cuda:0"] = FAILURE
    bench.inference.run("one")
    bench.fails["cuda:0"] = LOST
    bench.inference.tend()
    assert bench.inference.state == "given up"


def test_sentences_that_are_too_long_for_the_memory_are_no_reason_to_leave() -> None:
    """The CPU speaks each of them, and the device the others."""
    bench = Bench()
    for _ in range(5):
        bench.fails["cuda:0"] = MEMORY
        assert bench.inference.run("long") == ("cpu", "long")
        bench.fails.clear()
        bench.inference.tend()
        assert bench.inference.run("short") == ("cuda:0", "short")
    assert (bench.inference.state, bench.inference.failures) == ("loaded", 5)


def test_memory_that_another_program_keeps_is() -> None:
    """The session can't be made anew, again and again."""
    bench = Bench()
    bench.fails["cuda:0"] = MEMORY
    bench.inference.run("one")
    bench.missing.add("cuda:0")
    for _ in range(3):
        assert bench.inference.state == "failed"
        bench.inference.tend()
    assert bench.inference.state == "given up"


def test_a_model_that_is_gone_when_the_session_is_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """A failure like any other: the session on the CPU speaks on."""
    bench = Bench()
    bench.fails["cuda:0"] = FAILURE
    bench.inference.run("one")
    monkeypatch.setattr(bench.inference, "_reopen", raising(ModelError("kokoro.onnx can't be loaded")))
    bench.inference.tend()
    assert (bench.inference.state, bench.inference.run("two")) == ("failed", ("cpu", "two"))


def test_threads_that_fail_together_are_one_failure() -> None:
    """They share the session, and the one that stands in."""
    bench = Bench()
    gate = threading.Event()
    threads = [threading.Thread(target=bench.inference.run, args=(n, gate)) for n in range(4)]
    bench.fails["cuda:0"] = FAILURE
    for thread in threads:
        thread.start()
    gate.set()
    for thread in threads:
        thread.join(20)
    assert bench.inference.failures == 1 and bench.asked == ["cuda:0", "cpu"]


def test_a_stand_in_that_is_not_needed_goes() -> None:
    """What the CPU can't infer either leaves no second model in memory."""
    bench = Bench()
    with pytest.raises(SynthesisError):
        bench.inference.run("impossible")
    assert bench.living() == ["cuda:0"]


def test_work_in_flight_is_not_idle() -> None:
    """However long it takes; and who comes in the same moment keeps the session."""
    bench = Bench()
    gate = threading.Event()
    thread = threading.Thread(target=bench.inference.run, args=("long", gate))
    thread.start()
    while not bench.inference._running:
        pass
    assert not bench.inference.is_due(1e-9)
    bench.inference.tend()
    assert bench.inference.state == "loaded"
    gate.set()
    thread.join(20)
    assert bench.inference.is_due(1e-9)


def test_the_cpu_of_a_given_up_device_is_freed_too() -> None:
    """And the next sentence has it again; the device stays given up."""
    bench = Bench()
    bench.fails["cuda:0"] = LOST
    bench.inference.run("one")
    assert bench.inference.is_due(1e-9)
    bench.inference.tend()
    assert (bench.inference.state, bench.living()) == ("given up", []) and not bench.inference.is_due(1e-9)
    assert bench.inference.run("two") == ("cpu", "two")


def test_failures_that_are_long_ago_do_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once a day is no reason to leave the GPU."""
    monkeypatch.setattr(module, "WINDOW_S", 0.0)
    bench = Bench()
    for _ in range(5):
        bench.fails["cuda:0"] = FAILURE
        bench.inference.run("one")
        bench.fails.clear()
        bench.inference.tend()
    assert (bench.inference.state, bench.inference.failures) == ("loaded", 5)


def test_an_idle_device_is_freed_and_loaded_again() -> None:
    """Only after the time that was set; the next inference is right."""
    bench = Bench()
    assert not bench.inference.is_due(0) and not bench.inference.is_due(3600)
    assert bench.inference.is_due(1e-9)
    bench.inference.tend()
    assert (bench.inference.state, bench.living()) == ("unloaded", [])
    assert bench.inference.run("one") == ("cuda:0", "one")
    assert bench.inference.state == "loaded"


def test_a_device_that_is_lost_while_it_is_idle() -> None:
    """Freeing it would end the process: the CPU speaks on."""
    bench = Bench()
    bench.fails["cuda:0"] = LOST
    bench.inference.tend()
    assert (bench.inference.state, bench.inference.error) == ("given up", LOST.message)
    assert bench.inference.run("one") == ("cpu", "one")


def test_a_device_that_is_gone_when_it_is_wanted_again() -> None:
    """Somebody else has its memory: the CPU speaks, and the device is tried later."""
    bench = Bench()
    bench.inference.tend()
    bench.missing.add("cuda:0")
    assert bench.inference.run("one") == ("cpu", "one")
    assert (bench.inference.state, bench.inference.failures) == ("failed", 1)
    bench.missing.clear()
    bench.inference.tend()
    assert bench.inference.run("two") == ("cuda:0", "two")


def test_a_model_that_is_gone_when_it_is_wanted_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """An error of the sentence; a file that comes back is loaded by the next one."""
    bench = Bench()
    bench.inference.tend()
    with monkeypatch.context() as patch:
        patch.setattr(bench.inference, "_reopen", raising(ModelError("kokoro.onnx can't be loaded")))
        with pytest.raises(ModelError):
            bench.inference.run("one")
        assert (bench.inference.state, bench.inference.error) == ("gone", "kokoro.onnx can't be loaded")
    assert bench.inference.run("two") == ("cuda:0", "two")
    assert bench.inference.state == "loaded"


def test_a_model_whose_file_is_gone_is_not_freed(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """It speaks on from memory, as long as it is not needed anew; freed it is once the file is back."""
    bench = Bench()
    bench.inference._source = tmp_path / "kokoro.onnx"
    bench.inference.tend()
    assert bench.inference.state == "loaded" and "is gone, so it is kept in memory" in caplog.text
    assert bench.inference.run("one") == ("cuda:0", "one")
    (tmp_path / "kokoro.onnx").touch()
    bench.inference.tend()
    assert bench.living() == []


def test_threads_that_need_a_freed_device_load_it_once() -> None:
    """All of them wait for the one load."""
    bench = Bench()
    bench.inference.tend()
    answers: list[Any] = []
    threads = [threading.Thread(target=lambda n=n: answers.append(bench.inference.run(n))) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(answers) == [("cuda:0", n) for n in range(4)]
    assert bench.asked == ["cuda:0", "cuda:0"]
