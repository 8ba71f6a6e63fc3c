"""The program that plays the listeners, outside the service's process: their work is none of its own."""

import asyncio
from dataclasses import asdict

from wyoming_kokoro.bench.jobs import Job, answer_jobs
from wyoming_kokoro.bench.listener import Heard, Wanted, converse, interrupt
from wyoming_kokoro.bench.visitor import visit


def handle(job: Job) -> Job:
    """{"uri", "conversations": one list of Wanted for each client}, or the arguments of `interrupt` -> {"heard"}, or
    those of `visit` -> {"visit"}."""
    if "page" in job:
        return {"visit": asdict(asyncio.run(visit(**job)))}
    if "conversations" not in job:
        return {"heard": asdict(asyncio.run(interrupt(**job)))}
    wanted = [[Wanted(**each) for each in conversation] for conversation in job["conversations"]]
    heard = asyncio.run(_all_at_once(job["uri"], wanted))
    return {"heard": [[asdict(answer) for answer in answers] for answers in heard]}


async def _all_at_once(uri: str, conversations: list[list[Wanted]]) -> list[list[Heard]]:
    others = asyncio.Barrier(len(conversations))
    return await asyncio.gather(*(converse(uri, wanted, others) for wanted in conversations))


if __name__ == "__main__":
    raise SystemExit(answer_jobs(handle))
