"""Which engine speaks: from the first second, when the files come, and when they are wrong."""

import asyncio
import functools
import http.server
import logging
import re
import shutil
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from fake_gpu import FakeGpu
from machines import CPU_BUILD, CUDA13_BUILD, H200, facts, linux
from tiny_kokoro import decode, write_voices

from wyoming_kokoro import config
from wyoming_kokoro.config import Config
from wyoming_kokoro.errors import DeviceError, DeviceLostError, ModelError
from wyoming_kokoro.runtime import engines, inference, models
from wyoming_kokoro.runtime import facts as facts_module
from wyoming_kokoro.runtime.configured import locate
from wyoming_kokoro.runtime.download import download
from wyoming_kokoro.runtime.engines import Engines
from wyoming_kokoro.runtime.loading import LENGTHS
from wyoming_kokoro.runtime.mirror import Patience
from wyoming_kokoro.runtime.models import ModelFile
from wyoming_kokoro.runtime.session import Session
from wyoming_kokoro.speech.engine import Speaker, render
from wyoming_kokoro.text.phrases import plainly


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks at the model folder often, and at nothing else."""
    monkeypatch.setattr(engines, "LOOK_S", 0.01)
    monkeypatch.setattr(engines, "TEND_S", 0.01)
    monkeypatch.setattr(inference, "RETRY_S", 0.01)


@asynccontextmanager
async def pursuing(settings: Config) -> AsyncIterator[tuple[Engines, asyncio.Task[None]]]:
    found = Engines(settings)
    await found.start()
    task = asyncio.create_task(found.pursue())
    try:
        yield found, task
    finally:
        if not task.done():
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def until_kokoro(found: Engines) -> None:
    async with asyncio.timeout(30):
        while found.speaker.engine.name != "kokoro":
            await asyncio.sleep(0.01)


async def until_logged(caplog: pytest.LogCaptureFixture, text: str) -> None:
    async with asyncio.timeout(30):
        while not any(text in record.getMessage() for record in caplog.records):
            await asyncio.sleep(0.01)


def changed(settings: Config, **model: object) -> Config:
    return settings.model_copy(update={"model": settings.model.model_copy(update=model)})


async def test_the_embedded_voice_speaks_before_there_is_a_model(
    settings: Config, caplog: pytest.LogCaptureFixture
) -> None:
    """At once, under Kokoro's names; one warning with the reason and the remedy, not one for each try."""
    async with pursuing(settings) as (found, _):
        assert found.speaker.engine.name == "espeak"
        assert len(found.speaker.catalogue.voices) == 54
        await until_logged(caplog, "Run `wyoming-kokoro download`")
        assert found.speaker.note.startswith("espeak-ng speaks: Kokoro's model is not in ")
        await asyncio.sleep(0.1)
    assert len([record for record in caplog.records if record.levelno >= logging.WARNING]) == 1


async def test_kokoro_speaks_without_a_restart_when_its_files_come(
    settings: Config, tiny_folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Somebody copies them into the folder, slowly; the first file alone and a half of the second change nothing."""
    folder = settings.model.dir
    folder.mkdir()
    async with pursuing(settings) as (found, _):
        await until_logged(caplog, "is not in")
        shutil.copy(tiny_folder / "voices-v1.0.bin", folder)
        model = (tiny_folder / "kokoro-v1.0.onnx").read_bytes()
        (folder / "kokoro-v1.0.onnx").write_bytes(model[:-300])
        await until_logged(caplog, "the copy may be incomplete")
        assert found.speaker.engine.name == "espeak"
        (folder / "kokoro-v1.0.onnx").write_bytes(model)
        await until_kokoro(found)
    assert found.speaker.note.startswith("Kokoro speaks on cpu (as configured)")
    assert {voice.name for voice in found.speaker.catalogue.voices} == {
        *("af_bella", "af_heart", "am_adam", "bf_emma", "ef_dora", "ff_siwis")
    }


async def test_files_that_are_there_are_loaded_at_once_for_who_waits(settings: Config, tiny_folder: Path) -> None:
    """A single sentence on the command line is Kokoro's if it can be; unknown files are used, with a warning."""
    found = Engines(changed(settings, dir=tiny_folder))
    await found.start(wait=True)
    assert found.speaker.engine.name == "kokoro"


async def test_a_file_of_the_users_own_is_used_with_a_warning(
    settings: Config, tiny_folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """By its path, under any name."""
    own = changed(settings, path=tiny_folder / "kokoro-v1.0.onnx", voices_path=tiny_folder / "voices-v1.0.bin")
    found = Engines(own)
    await found.start(wait=True)
    assert found.speaker.engine.name == "kokoro"
    assert [record.levelname for record in caplog.records] == ["WARNING", "WARNING"]


async def test_engine_kokoro_refuses_to_start_without_its_model(settings: Config) -> None:
    """With what to do; nothing else speaks in its place."""
    with pytest.raises(ModelError, match="Kokoro's model is not in .*wyoming-kokoro download"):
        await Engines(settings.model_copy(update={"engine": "kokoro"})).start()


@pytest.fixture
def gpu(monkeypatch: pytest.MonkeyPatch) -> FakeGpu:
    """A machine with one GPU, which infers unless a test says otherwise."""
    monkeypatch.setattr(
        facts_module, "gather", lambda stopped: facts(linux((13, 0), H200, driver="580.1"), CUDA13_BUILD)
    )
    return FakeGpu(monkeypatch)


def on(prefer: str, settings: Config, folder: Path, **device: Any) -> Config:
    wanted = config.Device(prefer=prefer, **device)
    return changed(settings, dir=folder).model_copy(update={"device": wanted})


def said(speaker: Speaker) -> list[int]:
    """The tokens of a sentence that is spoken now."""
    [segment] = speaker.engine.segments(plainly("Hello there."), speaker.catalogue.default)
    return decode(render(speaker.engine, segment))


async def test_the_note_names_everything_that_it_runs_on(settings: Config, tiny_folder: Path, gpu: FakeGpu) -> None:
    """Device, GPU, driver, reason, load time, lane, ONNX Runtime and node placement; and the same for machines."""
    found = Engines(on("cuda", settings, tiny_folder))
    await found.start(wait=True)
    note, details = found.speaker.note, found.speaker.details
    assert note.startswith("Kokoro speaks on cuda:0 (NVIDIA H200, driver 580.1, as configured), loaded in ")
    assert re.search(r"s, lane cuda13, ONNX Runtime 1.31.1, graph as exported: model.prepare is false, ", note)
    assert re.search(r", (\d+) of \1 nodes on the CPU \(100% of the time\)$", note)
    assert {name: details[name] for name in ("device", "gpu", "driver", "lane", "onnxruntime", "state")} == {
        "device": "cuda:0",
        "gpu": "NVIDIA H200",
        "driver": "580.1",
        "lane": "cuda13",
        "onnxruntime": "1.31.1",
        "state": "loaded",
    }
    assert details["nodes_on_cpu"] == details["nodes"] and float(details["load_seconds"]) > 0


async def test_a_gpu_that_fails_means_the_cpu_for_auto(
    settings: Config, tiny_folder: Path, gpu: FakeGpu, caplog: pytest.LogCaptureFixture
) -> None:
    """With one warning that says why, and in the note."""
    gpu.opens = False
    found = Engines(on("auto", settings, tiny_folder))
    await found.start(wait=True)
    assert gpu.opened == ["cuda:0", "cpu"]
    assert "Kokoro speaks on cpu (cuda:0 can't be used: CUDA error 803" in found.speaker.note
    assert "Kokoro speaks on the CPU: cuda:0 can't be used: CUDA error 803" in caplog.text


async def test_a_gpu_that_fails_at_its_first_inference_means_the_cpu_for_auto(
    settings: Config, tiny_folder: Path, gpu: FakeGpu
) -> None:
    """It was never proven, so nobody waits for it to come back."""
    gpu.infers = False
    found = Engines(on("auto", settings, tiny_folder))
    await found.start(wait=True)
    assert gpu.opened == ["cuda:0", "cpu"]
    assert "Kokoro speaks on cpu (Inference failed on cuda:0" in found.speaker.note


@pytest.mark.parametrize("fault", ["opens", "infers"])
async def test_a_gpu_that_fails_ends_the_service_for_cuda(
    settings: Config, tiny_folder: Path, gpu: FakeGpu, fault: str
) -> None:
    """Nobody who asks for a GPU is served on the CPU."""
    setattr(gpu, fault, False)
    async with pursuing(on("cuda", settings, tiny_folder)) as (_, task):
        with pytest.raises(DeviceError):
            async with asyncio.timeout(30):
                await task
    assert gpu.opened == ["cuda:0"]


async def test_a_sentence_survives_its_gpu_which_comes_back(
    settings: Config, tiny_folder: Path, gpu: FakeGpu, caplog: pytest.LogCaptureFixture
) -> None:
    """The CPU says the same; the session is made anew and tried, and the CPU's own is given back."""
    caplog.set_level(logging.INFO)
    async with pursuing(on("cuda", settings, tiny_folder)) as (found, _):
        await until_kokoro(found)
        before = said(found.speaker)
        gpu.infers = False
        assert said(found.speaker) == before
        assert found.speaker.details["device"] == "cpu" and found.speaker.details["failures"] == 1
        assert "Kokoro speaks on cpu until cuda:0 is ready again" in found.speaker.note
        gpu.infers = True
        await until_logged(caplog, "Kokoro speaks on cuda:0 again")
        assert found.speaker.details["device"] == "cuda:0"
        assert said(found.speaker) == before
    assert gpu.opened == ["cuda:0", "cpu", "cuda:0"]


async def test_a_gpu_that_keeps_failing_is_left_alone_for_auto(
    settings: Config, tiny_folder: Path, gpu: FakeGpu, caplog: pytest.LogCaptureFixture
) -> None:
    """The service stays on the CPU, says so, and doesn't try again."""
    async with pursuing(on("auto", settings, tiny_folder)) as (found, task):
        await until_kokoro(found)
        gpu.infers = False
        said(found.speaker)
        await until_logged(caplog, "until the service is restarted")
        assert gpu.opened == ["cuda:0", "cpu", "cuda:0", "cuda:0"] and not task.done()
        assert said(found.speaker)
        assert "Kokoro speaks on cpu until the service is restarted: cuda:0 failed 3 times" in found.speaker.note
    assert [record.levelname for record in caplog.records].count("ERROR") == 1


async def test_a_gpu_that_keeps_failing_ends_the_service_for_cuda(
    settings: Config, tiny_folder: Path, gpu: FakeGpu
) -> None:
    """With an error of its own kind, after the sentences that it had."""
    async with pursuing(on("cuda", settings, tiny_folder)) as (found, task):
        await until_kokoro(found)
        gpu.infers = False
        assert said(found.speaker)
        with pytest.raises(DeviceLostError, match="cuda:0 can't be used any more: "):
            async with asyncio.timeout(30):
                await task


async def test_an_idle_device_is_freed_and_loaded_on_demand(
    settings: Config, tiny_folder: Path, gpu: FakeGpu, caplog: pytest.LogCaptureFixture
) -> None:
    """The first answer after it is the same as before."""
    caplog.set_level(logging.INFO)
    async with pursuing(on("cuda", settings, tiny_folder, idle_unload=0.01)) as (found, _):
        await until_kokoro(found)
        before = said(found.speaker)
        await until_logged(caplog, "freed cuda:0, which was idle")
        assert gpu.alive() == 0
        assert said(found.speaker) == before
    assert gpu.opened[:2] == ["cuda:0", "cuda:0"]


@pytest.mark.parametrize("fault", ["removed", "replaced"])
async def test_a_model_that_is_removed_or_replaced_while_it_speaks(
    fault: str, settings: Config, tiny_folder: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Kokoro speaks on from memory."""
    own = Path(shutil.copytree(tiny_folder, tmp_path / "own"))
    async with pursuing(changed(settings, dir=own)) as (found, _):
        await until_kokoro(found)
        before = said(found.speaker)
        for path in own.glob("*.*"):
            if fault == "removed":
                path.unlink()
            else:
                path.write_bytes(b"something else")
        assert said(found.speaker) == before


async def test_a_model_that_is_gone_when_it_is_wanted_again_costs_one_sentence(
    settings: Config, tiny_folder: Path, tmp_path: Path, gpu: FakeGpu, caplog: pytest.LogCaptureFixture
) -> None:
    """Freed while idle, and then damaged: the embedded voice takes over, and Kokoro comes back with its file."""
    caplog.set_level(logging.INFO)
    own = Path(shutil.copytree(tiny_folder, tmp_path / "own"))
    async with pursuing(on("cuda", settings, own, idle_unload=0.01)) as (found, task):
        await until_kokoro(found)
        before = said(found.speaker)
        await until_logged(caplog, "freed cuda:0, which was idle")
        model = own / "kokoro-v1.0.onnx"
        model.write_bytes(b"damaged")
        with pytest.raises(ModelError):
            said(found.speaker)
        await until_logged(caplog, "espeak-ng speaks: Kokoro's model can't be loaded again: ")
        assert found.speaker.engine.name == "espeak" and not task.done()
        shutil.copy(tiny_folder / model.name, model)
        await until_kokoro(found)
        assert said(found.speaker) == before


async def test_a_gpu_that_could_be_used_is_a_warning_with_the_command(
    settings: Config, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The CPU build is installed beside a GPU: one line with why and what to do."""
    monkeypatch.setattr(facts_module, "gather", lambda stopped: facts(linux((13, 0), H200), CPU_BUILD))
    await Engines(settings.model_copy(update={"device": config.Device(prefer="auto")})).start(wait=True)
    [record] = caplog.records
    assert record.getMessage() == (
        "Kokoro will run on the CPU: the installed onnxruntime is built without CUDA, and there is NVIDIA H200 "
        "(compute capability 9.0). To mend it: rm -rf .venv && LANE=cuda13 script/run"
    )


async def test_kokoro_is_warm_and_verified_before_it_speaks(
    settings: Config, tiny_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One inference, and after it another look at the device: a fall back may come with the first run."""
    seen: list[str] = []
    run, verify = Session.run, Session.verify

    def noted(name: str, original: Callable[..., Any]) -> Callable[..., Any]:
        def note(*args: Any) -> Any:
            seen.append(name)
            return original(*args)

        return note

    monkeypatch.setattr(Session, "run", noted("run", run))
    monkeypatch.setattr(Session, "verify", noted("verify", verify))
    await Engines(changed(settings, dir=tiny_folder)).start(wait=True)
    assert seen == ["verify", *["run", "verify"] * len(LENGTHS["cpu"])]


async def test_a_folder_that_cannot_be_used_does_not_end_the_service(
    settings: Config, caplog: pytest.LogCaptureFixture
) -> None:
    """A name that no file system takes: the embedded voice speaks on, and the log says that nothing is there."""
    async with pursuing(changed(settings, dir=Path("/tmp") / ("x" * 300))) as (found, task):
        await until_logged(caplog, "is not in")
        assert found.speaker.engine.name == "espeak" and not task.done()


async def test_a_voice_of_the_users_own_is_no_obstacle(settings: Config, tiny_folder: Path, tmp_path: Path) -> None:
    """Its file isn't there yet or holds other names than the official ones: until then espeak-ng speaks for it."""
    voices = write_voices(tmp_path / "mine.bin", {"af_maple": 0.5})
    own = changed(settings, path=tiny_folder / "kokoro-v1.0.onnx", voices_path=voices)
    own = own.model_copy(update={"voices": config.Voices(default="af_maple")})
    found = Engines(own)
    await found.start()
    assert (found.speaker.engine.name, found.speaker.catalogue.default.name) == ("espeak", "af_maple")
    await found.start(wait=True)
    assert (found.speaker.engine.name, found.speaker.catalogue.default.name) == ("kokoro", "af_maple")


async def test_engine_espeak_never_looks_for_a_model(settings: Config, tiny_folder: Path) -> None:
    """As configured, even where Kokoro's files lie."""
    only = changed(settings, dir=tiny_folder).model_copy(update={"engine": "espeak"})
    async with pursuing(only) as (found, task):
        await task
        assert found.speaker.note == "espeak-ng speaks: as configured"


async def test_a_gpu_that_is_asked_for_and_missing_stops_the_start(settings: Config) -> None:
    """Before anything is loaded."""
    with pytest.raises(DeviceError, match="device.prefer is cuda, but"):
        await Engines(settings.model_copy(update={"device": config.Device(prefer="cuda")})).start()


async def test_a_default_voice_that_the_file_lacks_keeps_kokoro_silent_and_says_so(
    settings: Config, tiny_folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The tiny voices file has six voices, and af_sky isn't among them."""
    wanted = changed(settings, dir=tiny_folder).model_copy(update={"voices": config.Voices(default="af_sky")})
    async with pursuing(wanted) as (found, _):
        await until_logged(caplog, "voices.default: 'af_sky' is no voice here")
        assert found.speaker.catalogue.default.name == "af_sky"


@pytest.fixture
def mirror(tiny_folder: Path, tmp_path: Path) -> Iterator[str]:
    """A real HTTP server with the files under their tag."""
    root = tmp_path / "mirror"
    shutil.copytree(tiny_folder, root / "model-files-v1.1")

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *args: object) -> None: ...

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(root)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


async def test_the_model_is_downloaded_while_the_embedded_voice_speaks(
    settings: Config, tiny_folder: Path, mirror: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From a local server, verified, and then Kokoro speaks; how far it is can be seen meanwhile. The tiny files stand
    in for the official ones."""
    stand_ins = tuple(
        ModelFile(
            "model-files-v1.1", path.name, path.stat().st_size, frozenset({sha256(path.read_bytes()).hexdigest()})
        )
        for path in (tiny_folder / "kokoro-v1.0.onnx", tiny_folder / "voices-v1.0.bin")
    )
    monkeypatch.setattr(models, "official", lambda release, precision: stand_ins)
    shown: list[dict[str, tuple[int, int]]] = []
    working: list[Engines] = []
    monkeypatch.setattr(engines, "log_progress", lambda: lambda *report: shown.append(dict(working[0].downloads)))
    async with pursuing(changed(settings, download=True, mirrors=(mirror,))) as (found, _):
        working.append(found)
        assert found.speaker.engine.name == "espeak"
        await until_kokoro(found)
        assert found.downloads == {}
    assert locate(changed(settings).model) is not None
    assert shown[-1] == {file.name: (file.size, file.size) for file in stand_ins}
    assert all(0 <= done <= total for each in shown for done, total in each.values())


async def test_a_download_that_fails_is_one_warning_and_speech_goes_on(
    settings: Config, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody listens at that mirror."""
    hasty = Patience(attempts=1, backoff_s=0)
    monkeypatch.setattr(engines, "download", functools.partial(download, settings=hasty))
    nobody = changed(settings, download=True, mirrors=("http://127.0.0.1:9",))
    async with pursuing(nobody) as (found, _):
        async with asyncio.timeout(60):
            await until_logged(caplog, "127.0.0.1:9")
        assert found.speaker.engine.name == "espeak"


async def test_a_wrong_kind_of_file_is_named(settings: Config, tiny_folder: Path, tmp_path: Path) -> None:
    """The voices.json of older guides."""
    (tmp_path / "voices.json").write_text('{"af": [1.0]}')
    wrong = changed(settings, path=tiny_folder / "kokoro-v1.0.onnx", voices_path=tmp_path / "voices.json")
    with pytest.raises(ModelError, match="voices.json") as caught:
        locate(wrong.model)
    assert "JSON" in str(caught.value) and "voices-v1.0.bin" in str(caught.value)
