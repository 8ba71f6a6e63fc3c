"""What is promised of the GPU, on a GPU."""

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import Callable
from statistics import median

import pytest

from .conftest import FOLDER, POISONED, memory_used, serving

Note = Callable[..., None]
CUDA = ("--device", "cuda")
AUTO = ("--device", "auto")
SENTENCES = (
    "The kitchen light is on.",
    "It is twenty two degrees outside, and the wind comes from the west.",
    "The washing machine has finished, the windows upstairs are open, and somebody is at the door.",
    "Good night.",
    "Tomorrow will be dry with some clouds in the afternoon, and the night after that brings a little rain.",
)
LONGEST = ", ".join(["the garden gate was opened by somebody who was not expected"] * 7) + "."
"""About 500 phonemes, which is as much as Kokoro takes at once."""
LONG = " and then ".join(["the garden gate was opened by somebody who was not expected at this hour"] * 5) + "."


async def test_cuda_is_really_the_gpu(note: Note) -> None:
    """Device, GPU, driver, lane and placement are in log, status, info and metrics; every sentence has a new length."""
    before = memory_used()
    async with serving(*CUDA) as service:
        line = (await service.logged("Kokoro speaks on cuda:0 .*"))[0]
        status = (await service.status())["running_on"]
        assert (status["device"], status["state"], status["failures"]) == ("cuda:0", "loaded", 0)
        assert status["gpu"] and status["driver"] and status["lane"].startswith("cuda")
        assert "Kokoro speaks on cuda:0" in await service.description()
        assert 'device="cuda:0"' in await service.metrics()
        assert status["graph"] == "graph prepared"
        assert status["nodes_on_cpu"] < status["nodes"] / 10 and status["cpu_share"] < 0.1
        spoken = [await service.say(sentence) for sentence in SENTENCES * 2]
        assert all(seconds > 0.5 for _, seconds in spoken)
        used = memory_used() - before
        assert used > 500
        service.process.send_signal(signal.SIGTERM)
        assert await service.process.wait() == 0
    firsts = sorted(first for first, _ in spoken)
    note(
        line=line,
        first_audio_s=[round(first, 3) for first in (firsts[0], median(firsts), firsts[-1])],
        mib=used,
        **status,
    )


async def test_doctor_speaks_on_the_gpu(note: Note) -> None:
    """No finding is an error."""
    command = [sys.executable, "-m", "wyoming_kokoro", "doctor", "--json", *CUDA, "--model-dir", FOLDER]
    command += ["--set", "server.uri=tcp://127.0.0.1:0", "--set", "discovery.enabled=false"]
    ended = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True)
    found = json.loads(ended.stdout)["findings"]
    note(findings=[f"{finding['level']}: {finding['seen']}" for finding in found], exit=ended.returncode)
    spoken = found[-1]
    assert spoken["check"] == "speaking" and "by kokoro on cuda:0" in spoken["seen"]


async def test_a_gpu_that_is_not_there_ends_the_start() -> None:
    """One line, exit code 1."""
    async with serving("--device", "cuda:7", ready=False) as service:
        assert await service.process.wait() == 1
        await service.logged("error: device.prefer is cuda:7, but there is no GPU 7, only")
        assert len(service.log) == 1


@pytest.mark.parametrize(("limit", "text", "at_once"), [(7000, "LONGEST", 2), (3000, "LONG", 2), (1024, "HOME", 1)])
async def test_a_small_card_is_enough(note: Note, limit: int, text: str, at_once: int) -> None:
    """8 GB for the longest segments, 4 GB for long sentences, less for those of a home: all on the GPU, no failure."""
    before = memory_used()
    whole = ("--set", "text.first_audio_target=0")
    async with serving(*CUDA, *whole, "--set", f"device.memory_limit={limit}") as service:
        for extra in ("", " It is late.", " Come in, please, and close the door."):
            said = {"LONGEST": LONGEST, "LONG": LONG, "HOME": SENTENCES[2]}[text] + extra
            spoken = await asyncio.gather(*(service.say(said) for _ in range(at_once)))
        used = memory_used() - before
        status = (await service.status())["running_on"]
        note(limit=limit, text=text, at_once=at_once, mib=used, spoken_s=spoken[0], failures=status["failures"])
        assert (status["device"], status["failures"]) == ("cuda:0", 0)
        assert not [line for line in service.log if "Inference failed" in line]


async def test_a_graph_is_prepared_once(note: Note) -> None:
    """The second start takes what the first one made, and is ready in seconds."""
    for _ in range(2):
        async with serving(*CUDA) as service:
            line = (await service.logged("Kokoro speaks on cuda:0 .*"))[0]
    assert "graph prepared" in line
    assert not [line for line in service.log if "preparing" in line]
    note(line=line)


async def test_out_of_memory_costs_no_sentence(note: Note) -> None:
    """Where a long sentence doesn't fit the CPU speaks it, and the GPU is there for the next."""
    exported = ("--set", "model.prepare=false", "--set", "text.first_audio_target=0")
    async with serving(*CUDA, *exported, "--set", "device.memory_limit=1024") as service:
        short = await service.say(SENTENCES[0])
        seen = len(service.log)
        long = await service.say(LONG)
        failure = (await service.logged(r"WARNING (Inference failed on cuda:0.*)", seen))[1]
        await service.logged("Kokoro speaks on cuda:0 again", seen)
        assert long[1] > 15
        again = await service.say(SENTENCES[0])
        assert again[1] == short[1]
        assert (await service.status())["running_on"]["device"] == "cuda:0"
    note(failure=failure, long_s=long, short_before_s=short, short_after_s=again)


async def test_a_lost_gpu_means_the_cpu_for_auto(note: Note) -> None:
    """CUDA fails for good in this process: no sentence is lost, the CPU speaks on and it is said, the end is clean."""
    async with serving(*AUTO, program=(str(POISONED),)) as service:
        before = await service.say(SENTENCES[0])
        service.process.send_signal(signal.SIGUSR1)
        await service.logged("cuCtxSynchronize: 700")
        during = await service.say(SENTENCES[0])
        await service.until("state", "given up")
        after = await service.say(SENTENCES[1])
        assert during[1] == before[1] and after[1] > 1
        assert (await service.status())["running_on"]["device"] == "cpu"
        service.process.send_signal(signal.SIGTERM)
        code = await service.process.wait()
        note(exit=code, during_s=during, after_s=after, log=[line for line in service.log if "cu" not in line[:2]][-6:])
        assert code == 0


async def test_a_lost_gpu_ends_the_service_for_cuda(note: Note) -> None:
    """After the sentence, with an exit code of its own for the supervisor."""
    async with serving(*CUDA, program=(str(POISONED),)) as service:
        service.process.send_signal(signal.SIGUSR1)
        await service.logged("cuCtxSynchronize: 700")
        during = await service.say(SENTENCES[0])
        code = await service.process.wait()
        note(exit=code, during_s=during, log=service.log[-3:])
        assert during[1] > 0.5 and code == 4


async def test_an_idle_gpu_is_freed(note: Note) -> None:
    """Its memory comes back; the next sentence loads the model again and is as long as before."""
    async with serving(*CUDA, "--set", "device.idle_unload=2") as service:
        before = await service.say(SENTENCES[2])
        loaded = memory_used()
        await service.until("state", "unloaded")
        freed = memory_used()
        after = await service.say(SENTENCES[2])
        assert freed < loaded - 300 and after[1] == before[1]
        assert (await service.status())["running_on"]["state"] == "loaded"
    note(loaded_mib=loaded, freed_mib=freed, first_audio_s=before[0], first_audio_after_s=after[0])
