"""The program that runs what this one is compared with, in a process of its own:

* library: `kokoro_onnx.Kokoro(model, voices)` as it comes, with the session that it makes for itself;
* exported: a session as this program makes it, but of the model file as it was exported.
"""

import asyncio
import contextlib
import time
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import onnxruntime
from kokoro_onnx import Kokoro

from wyoming_kokoro import config
from wyoming_kokoro.audio import RATE
from wyoming_kokoro.bench.bare import Bare, Voice
from wyoming_kokoro.bench.jobs import Job, answer_jobs
from wyoming_kokoro.bench.memory import peak_mib
from wyoming_kokoro.errors import KokoroError
from wyoming_kokoro.runtime.devices import Device
from wyoming_kokoro.runtime.facts import CPU, CUDA
from wyoming_kokoro.runtime.session import RUN_ERRORS, open_session

WARM_UP = "Good morning, this is the first sentence."
"""The first call of a process loads espeak-ng and costs 50 ms, once: nobody means that by first audio."""

LIBRARY_ERRORS: tuple[type[Exception], ...] = (*RUN_ERRORS, OSError, ZeroDivisionError)
"""ONNX Runtime's, and those with which the library answers what it can't use."""


class Exported:
    def __init__(self, paths: dict[str, str], voice: Voice, device: Device, settings: config.Device) -> None:
        session = open_session(Path(paths["model"]), device, settings)
        self._bare = Bare(session, Path(paths["voices"]), voice)

    def do(self, job: Job) -> Job:
        return _inferred(self._bare, job["infer"])


class Library:
    """Which provider it takes is told to it by its own variable, ONNX_PROVIDER; the parent process sets that."""

    def __init__(self, paths: dict[str, str], voice: Voice, device: Device) -> None:
        """Raises KokoroError where it isn't on the device: then there is nothing to compare."""
        wanted = CUDA if device.kind == "cuda" else CPU
        if device.kind == "cuda":
            onnxruntime.preload_dlls(directory="")  # from NVIDIA's wheels: it finds no CUDA otherwise
        self._kokoro = Kokoro(paths["model"], paths["voices"])
        if (actual := self._kokoro.sess.get_providers())[0] != wanted:
            raise KokoroError(f"it runs on {', '.join(actual)}, not on {wanted}")
        self._voice = voice
        self._bare = Bare(self._kokoro.sess, Path(paths["voices"]), voice)
        self._create(WARM_UP)

    def do(self, job: Job) -> Job:
        if "create" in job:
            return self._create(job["create"])
        return _inferred(self._bare, job["infer"]) if "infer" in job else asyncio.run(self._stream(job["stream"]))

    def _create(self, text: str) -> Job:
        began = time.perf_counter()
        audio, rate = self._kokoro.create(text, self._voice.name, self._voice.speed, self._voice.language)
        return {"seconds": time.perf_counter() - began, "audio_s": len(audio) / rate}

    async def _stream(self, text: str) -> Job:
        began, firsts, samples = time.perf_counter(), [], 0
        async for audio, _ in self._kokoro.create_stream(
            text, self._voice.name, self._voice.speed, self._voice.language
        ):
            firsts.append(time.perf_counter() - began)
            samples += len(audio)
        return {"seconds": firsts[0], "audio_s": samples / RATE}


class Program:
    """The first job says what is run; the others are its."""

    def __init__(self) -> None:
        self._contender: Exported | Library | None = None

    def handle(self, job: Job) -> Job:
        """Raises KokoroError with the contender's own words."""
        with _explained():
            if self._contender is None:
                self._contender = _opened(job)
                return {"version": version("kokoro-onnx"), "onnxruntime": onnxruntime.__version__}
            return {"memory": peak_mib()} if "memory" in job else self._contender.do(job)


def _opened(job: Job) -> Exported | Library:
    device, voice = Device(**job["device"]), Voice(**job["voice"])
    if job["kind"] == "library":
        return Library(job["paths"], voice, device)
    return Exported(job["paths"], voice, device, config.Device(**job["settings"]))


def _inferred(bare: Bare, ids: list[int]) -> Job:
    inferred = bare.infer(ids)
    return {"seconds": inferred.seconds, "audio_s": inferred.audio_s}


@contextlib.contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except LIBRARY_ERRORS as error:
        raise KokoroError((str(error).strip().splitlines() or [type(error).__name__])[0]) from error


if __name__ == "__main__":
    raise SystemExit(answer_jobs(Program().handle))
