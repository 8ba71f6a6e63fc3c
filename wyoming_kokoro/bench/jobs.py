"""Work in a process of its own, given and answered as lines of JSON: it shares nothing with this process."""

import asyncio
import json
import os
import sys
import tempfile
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import IO, Any

from wyoming_kokoro.errors import KokoroError
from wyoming_kokoro.runtime.driver import last_words

Job = dict[str, Any]

LONGEST_LINE = 64 * 1024 * 1024
"""Bytes of an answer: those of many clients come in one."""
LONGEST_S = 600.0
"""For one job. A process that hangs must not keep the benchmark."""
LEAVE_S = 10.0
"""Seconds to end after the last job, before it is killed."""


class Worker:
    """A process that answers jobs, one after the other."""

    def __init__(self, name: str, process: Process, errors: IO[bytes]) -> None:
        self._name = name
        self._process = process
        self._errors = errors

    @property
    def pid(self) -> int:
        return self._process.pid

    async def do(self, job: Job) -> Job:
        """Raises KokoroError: the job failed, or the process did."""
        try:
            async with asyncio.timeout(LONGEST_S):
                line = await self._exchange(json.dumps(job).encode() + b"\n")
        except TimeoutError:
            raise KokoroError(f"{self._name} took more than {LONGEST_S:.0f} s") from None
        except OSError:  # it has ended
            line = b""
        if not line:
            raise KokoroError(f"{self._name} ended: {self._last_words()}")
        answer: Job = json.loads(line)
        if "failed" in answer:
            raise KokoroError(f"{self._name}: {answer['failed']}")
        return answer

    async def _exchange(self, line: bytes) -> bytes:
        if not self._process.stdin or not self._process.stdout:
            return b""
        self._process.stdin.write(line)
        await self._process.stdin.drain()
        return await self._process.stdout.readline()

    def _last_words(self) -> str:
        self._errors.seek(0)
        return last_words(self._errors.read().decode(errors="replace"))


@asynccontextmanager
async def worker(module: str, name: str, environ: Mapping[str, str] | None = None) -> AsyncIterator[Worker]:
    """A process that runs `module`, whose main program is `answer_jobs`; `name` begins sentences about it."""
    with tempfile.TemporaryFile() as errors:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", module),
            stdin=PIPE,
            stdout=PIPE,
            stderr=errors,
            env={**os.environ, **(environ or {})},
            limit=LONGEST_LINE,
        )
        try:
            yield Worker(name, process, errors)
        finally:
            await _end(process)


async def _end(process: Process) -> None:
    """The end of its input is its end."""
    if process.stdin:
        process.stdin.close()
    try:
        async with asyncio.timeout(LEAVE_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


def answer_jobs(handle: Callable[[Job], Job]) -> int:
    """The main program of a worker. What libraries print must not reach stdout, so that is kept for the answers."""
    with os.fdopen(os.dup(sys.stdout.fileno()), "w") as answers:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        for line in sys.stdin:
            try:
                answer = handle(json.loads(line))
            except KokoroError as error:
                answer = {"failed": error.message}
            print(json.dumps(answer), file=answers, flush=True)
    return 0
