"""Kokoro from its files: which graph is loaded, and how much is done at once, on which device."""

import shutil
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fake_gpu import FakeGpu
from machines import CUDA13_BUILD, H200, facts, linux

from wyoming_kokoro import config
from wyoming_kokoro.audio import Samples
from wyoming_kokoro.config import Config
from wyoming_kokoro.errors import DeviceError, DeviceMemoryError
from wyoming_kokoro.runtime import loading
from wyoming_kokoro.runtime.devices import Choice, Device
from wyoming_kokoro.runtime.loading import LENGTHS, Kokoro, load_kokoro
from wyoming_kokoro.runtime.models import ModelPaths
from wyoming_kokoro.runtime.prepared import Prepared
from wyoming_kokoro.speech.engine import Segment, render
from wyoming_kokoro.speech.kokoro import KokoroEngine
from wyoming_kokoro.speech.voices import Voice
from wyoming_kokoro.text.phrases import Phrase, plainly


class Loading:
    """Loads the tiny model on a machine with one GPU, with a stand-in for the preparation."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, settings: Config, folder: Path) -> None:
        self.gpu = FakeGpu(monkeypatch)
        self.paths = ModelPaths(folder / "kokoro-v1.0.onnx", folder / "voices-v1.0.bin")
        self.prepared = folder / "prepared.onnx"
        self.taps: list[int] = []
        """What the graph was prepared for, each time."""
        self.refusals: list[str] = []
        self._settings = settings
        monkeypatch.setattr(loading, "prepared", self._prepare)
        monkeypatch.setattr(loading, "refuse", self._refuse)

    def _prepare(self, source: Path, taps: int, stopped: threading.Event) -> Prepared:
        self.taps.append(taps)
        shutil.copy(source, self.prepared)
        return Prepared(self.prepared, "graph prepared")

    def _refuse(self, target: Path, source: Path, reason: str, *, for_good: bool) -> None:
        self.refusals.append(f"{'for good' if for_good else 'this time'}: {reason}")

    def load(
        self, prefer: str = "cuda", *, prepare: bool = True, memory: int = 80_000, limit: int | None = None
    ) -> Kokoro:
        device = config.Device(prefer=prefer, memory_limit=limit)
        model = self._settings.model.model_copy(update={"prepare": prepare})
        settings = self._settings.model_copy(update={"device": device, "model": model})
        found = facts(linux((13, 0), replace(H200, memory=memory), driver="580.1"), CUDA13_BUILD)
        chosen = Device("cpu") if prefer == "cpu" else Device("cuda", 0)
        return load_kokoro(settings, self.paths, Choice(chosen, "as configured"), found)


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch, settings: Config, tiny_folder: Path, tmp_path: Path) -> Loading:
    return Loading(monkeypatch, settings, Path(shutil.copytree(tiny_folder, tmp_path / "model")))


def test_a_gpu_gets_the_prepared_graph_and_the_cpu_the_original(machine: Loading) -> None:
    """Also when the session is made anew: what helps the one is slower on the other."""
    kokoro = machine.load()
    assert machine.gpu.files == [machine.prepared]
    machine.gpu.infers = False
    [segment] = kokoro.speaker.engine.segments(plainly("Hello there."), kokoro.speaker.catalogue.default)
    render(kokoro.speaker.engine, segment)
    machine.gpu.infers = True
    kokoro.inference.tend()
    assert list(zip(machine.gpu.opened[1:], machine.gpu.files[1:], strict=True)) == [
        ("cpu", machine.paths.model),
        ("cuda:0", machine.prepared),
    ]
    assert "graph prepared" in kokoro.speaker.note and kokoro.speaker.details["graph"] == "graph prepared"


def test_the_cpu_and_who_does_not_want_it_get_the_original(machine: Loading) -> None:
    """Nothing is prepared."""
    assert "graph" not in machine.load("cpu").speaker.note
    assert "graph as exported: model.prepare is false" in machine.load(prepare=False).speaker.note
    assert set(machine.gpu.files) == {machine.paths.model} and not machine.taps


def test_a_prepared_graph_that_the_gpu_cannot_infer_is_dropped(machine: Loading) -> None:
    """The original speaks on the same GPU, and the other one is remembered as refused."""
    machine.gpu.refused = machine.prepared
    kokoro = machine.load()
    assert machine.gpu.opened == ["cuda:0", "cuda:0"] and machine.gpu.files[1] == machine.paths.model
    assert "graph as exported: prepared it failed on cuda:0: Inference failed" in kokoro.speaker.note
    assert machine.gpu.alive() == 1
    [refusal] = machine.refusals
    assert refusal.startswith("for good: prepared it failed on cuda:0: Inference failed")


def test_a_prepared_graph_that_the_gpu_cannot_load_is_dropped(machine: Loading) -> None:
    """ONNX Runtime calls that the device's fault; the original tells that it isn't."""
    machine.gpu.unopened = machine.prepared
    kokoro = machine.load()
    assert "graph as exported: prepared it failed on cuda:0: cuda:0 can't be used" in kokoro.speaker.note
    assert len(machine.refusals) == 1


def test_a_damaged_file_is_made_anew_the_next_time(machine: Loading, monkeypatch: pytest.MonkeyPatch) -> None:
    """A power cut isn't the preparation's fault."""

    def damaged(source: Path, taps: int, stopped: threading.Event) -> Prepared:
        machine.prepared.write_bytes(source.read_bytes()[:-200])
        return Prepared(machine.prepared, "graph prepared")

    monkeypatch.setattr(loading, "prepared", damaged)
    assert "graph as exported" in machine.load().speaker.note
    [refusal] = machine.refusals
    assert refusal.startswith("this time: ") and "can't be loaded" in refusal


def test_a_prepared_graph_that_is_gone_is_missed_by_nobody(machine: Loading) -> None:
    """Somebody emptied its folder while the device was idle."""
    kokoro = machine.load()
    machine.prepared.unlink()
    kokoro.inference._free()
    [segment] = kokoro.speaker.engine.segments(plainly("Hello there."), kokoro.speaker.catalogue.default)
    assert render(kokoro.speaker.engine, segment).size
    assert machine.gpu.files[-1] == machine.paths.model


def test_what_has_no_room_in_the_gpu_does_not_keep_it_from_speaking(
    machine: Loading, caplog: pytest.LogCaptureFixture
) -> None:
    """Other programs hold its memory: it is warmed up with shorter sentences, without a failure."""
    machine.gpu.room = 150
    kokoro = machine.load()
    assert machine.gpu.opened == ["cuda:0"]
    assert (kokoro.inference.state, kokoro.inference.failures) == ("loaded", 0)
    assert [line for line in caplog.messages if "memory is used up" in line] == [
        f"Inference failed on cuda:0: the GPU's memory is used up, by a sentence of {length} phonemes"
        for length in (440, 220)
    ]


def test_a_gpu_that_fails_later_in_the_warm_up_is_not_ready(machine: Loading, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first sentence proves nothing for the others."""
    speak, spoken = loading._speak, iter(range(10))

    def failing(*args: Any) -> None:
        machine.gpu.infers = next(spoken) < 2
        speak(*args)

    monkeypatch.setattr(loading, "_speak", failing)
    with pytest.raises(DeviceError, match="CUDA error 700"):
        machine.load()


def test_a_gpu_that_fails_with_both_is_not_the_graphs_fault(machine: Loading) -> None:
    """Nothing is remembered of it."""
    machine.gpu.infers = False
    with pytest.raises(DeviceError, match="CUDA error 700"):
        machine.load()
    assert not machine.refusals


def test_a_gpu_without_memory_is_not_the_graphs_fault(machine: Loading) -> None:
    """Another program holds it today; the original isn't even tried."""
    machine.gpu.refused, machine.gpu.error = machine.prepared, DeviceMemoryError
    with pytest.raises(DeviceError):
        machine.load()
    assert machine.gpu.opened == ["cuda:0"] and not machine.refusals


@pytest.mark.parametrize(
    ("memory", "limit", "taps", "parallel"),
    [
        (80_000, None, 0, 8),
        (24_000, None, 0, 8),
        (16_000, None, 0, 5),
        (8_000, None, 4, 2),
        (4_000, None, 4, 1),
        (2_000, None, 4, 1),
        (80_000, 7_000, 4, 2),
        (8_000, 40_000, 4, 2),
        (0, None, 0, 4),
    ],
)
def test_memory_says_how_much_is_done_at_once(
    machine: Loading, memory: int, limit: int | None, taps: int, parallel: int
) -> None:
    """Taps of a convolution in one product (0: all), and segments; the lesser of what there is and what is allowed."""
    assert machine.load(memory=memory, limit=limit).speaker.parallel == parallel
    assert machine.taps == [taps]


def test_the_cpu_makes_one_segment_at_a_time(machine: Loading) -> None:
    """One inference takes all cores."""
    assert machine.load("cpu").speaker.parallel == 1


@pytest.mark.parametrize(
    ("prefer", "memory", "lengths"),
    [("cpu", 0, LENGTHS["cpu"]), ("cuda", 80_000, LENGTHS["cuda"]), ("cuda", 2_000, (110, 60, 40, 15))],
)
def test_it_is_warm_before_it_is_ready(
    machine: Loading, monkeypatch: pytest.MonkeyPatch, prefer: str, memory: int, lengths: tuple[int, ...]
) -> None:
    """It has spoken the lengths that occur, and a word in each language; both times are in the note."""
    spoken: list[int] = []
    languages: set[str] = set()

    class Watched(KokoroEngine):
        def synthesize(self, segment: Segment) -> Samples:
            spoken.append(len(segment.content))
            return super().synthesize(segment)

        def segments(self, phrases: Sequence[Phrase], voice: Voice) -> list[Segment]:
            languages.add(voice.language.tag)
            return super().segments(phrases, voice)

    monkeypatch.setattr(loading, "KokoroEngine", Watched)
    kokoro = machine.load(prefer, memory=memory)
    assert tuple(spoken[:-1] if prefer == "cuda" else spoken) == lengths  # the last one shows where the nodes run
    assert languages == {voice.language.tag for voice in kokoro.speaker.catalogue.voices}
    assert " loaded in " in kokoro.speaker.note and " s, warmed up in " in kokoro.speaker.note
    assert float(kokoro.speaker.details["warm_up_seconds"]) > 0
