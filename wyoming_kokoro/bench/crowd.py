"""The listeners, as the benchmark orders them: they play in a process of their own."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import asdict

from wyoming_kokoro.bench.jobs import Worker, worker
from wyoming_kokoro.bench.listener import Heard, Wanted
from wyoming_kokoro.bench.visitor import Visit


class Crowd:
    """Methods raise KokoroError where the service can't be reached, or the process of the listeners fails."""

    def __init__(self, process: Worker, uri: str) -> None:
        self._process = process
        self._uri = uri

    async def one(self, wanted: Wanted) -> Heard:
        [[heard]] = await self.all([[wanted]])
        return heard

    async def all(self, conversations: Iterable[Iterable[Wanted]]) -> list[list[Heard]]:
        """Each conversation is one client's; they begin at once."""
        job = {"uri": self._uri, "conversations": [[asdict(each) for each in wanted] for wanted in conversations]}
        answer = await self._process.do(job)
        return [[Heard(**heard) for heard in answers] for answers in answer["heard"]]

    async def interrupt(self, read_out: str, word: str, after_s: float) -> Heard:
        job = {"uri": self._uri, "read_out": read_out, "word": word, "after_s": after_s}
        return Heard(**(await self._process.do(job))["heard"])

    async def visit(self, page: str, word: str, after_s: float, read_out: str = "") -> Visit:
        job = {"uri": self._uri, "page": page, "word": word, "after_s": after_s, "read_out": read_out}
        found = (await self._process.do(job))["visit"]
        return Visit(**found | {"heard": Heard(**found["heard"])})


@asynccontextmanager
async def crowd(uri: str) -> AsyncIterator[Crowd]:
    async with worker("wyoming_kokoro.bench.clients", "The process of the clients") as process:
        yield Crowd(process, uri)
