"""Many clients at once: how much audio, how soon, with how many gaps."""

import itertools
from collections.abc import Iterable, Iterator

from wyoming_kokoro.bench.crowd import Crowd
from wyoming_kokoro.bench.figures import Level, Spread, spread_if
from wyoming_kokoro.bench.listener import Heard, Wanted
from wyoming_kokoro.bench.notes import Notes
from wyoming_kokoro.bench.plan import Budget, Plan
from wyoming_kokoro.bench.texts import sentences

CHARACTERS = (20, 59)
"""The shortest and the longest sentence: those of a home."""
TOGETHER = 2
"""Sentences in one answer, so that there can be gaps inside it."""
SHOWN_FAULTS = 3


async def measure_levels(crowd: Crowd, plan: Plan, budget: Budget, pace: float, notes: Notes) -> list[Level]:
    """One after the other. `pace` is how many seconds one client's sentence takes."""
    found: list[Level] = []
    texts = sentences(*CHARACTERS)
    for number, clients in enumerate(plan.levels):
        if found and not budget.allows(pace * clients):
            notes.remark(f"{clients} clients were left out: they would take {pace * clients:.0f} s")
            continue
        each = share(plan.levels[number:], pace, budget.left, plan.sentences)
        notes.say(f"clients at once: {clients}, sentences each: {each}")
        found.append(await _level(crowd, clients, each, texts))
        pace = found[-1].seconds / found[-1].sentences
    return found


def share(levels: tuple[int, ...], pace: float, left: float, most: int) -> int:
    """How many sentences each client of the first level says, so that every level that follows can say one each."""
    spare = (left - pace * sum(levels)) / len(levels)
    return max(1, min(most, 1 + int(spare / (pace * levels[0]))))


async def _level(crowd: Crowd, clients: int, each: int, texts: Iterator[str]) -> Level:
    conversations = [list(_answers(each, texts)) for _ in range(clients)]
    return level(clients * each, await crowd.all(conversations))


def level(said: int, answered: list[list[Heard]]) -> Level:
    """From how many sentences were said, and what each client heard."""
    heard = [answer for answers in answered for answer in answers]
    faults = [each.fault for each in heard if each.fault]
    return Level(
        clients=len(answered),
        answers=len(heard),
        complete=len(heard) - len(faults),
        faults=tuple(faults[:SHOWN_FAULTS]),
        sentences=said,
        seconds=max(each.ended for each in heard) - min(each.asked for each in heard),
        audio_s=sum(each.audio_s for each in heard),
        together=_first_audio(answers[0] for answers in answered),
        later=_first_audio(answer for answers in answered for answer in answers[1:]),
        gaps=sum(each.gaps for each in heard),
        gap_s=sum(each.gap_s for each in heard),
    )


def _first_audio(heard: Iterable[Heard]) -> Spread | None:
    return spread_if(each.first - each.asked for each in heard if each.first is not None)


def _answers(count: int, texts: Iterator[str]) -> Iterator[Wanted]:
    while count > 0:
        yield Wanted(" ".join(itertools.islice(texts, min(TOGETHER, count))))
        count -= TOGETHER
