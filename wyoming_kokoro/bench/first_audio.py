"""The time to the first audio of one listener, beside the floor and the plain library, round by round."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from wyoming_kokoro.bench.bare import Bare, Inferred
from wyoming_kokoro.bench.crowd import Crowd
from wyoming_kokoro.bench.figures import FirstAudio, spread, spread_if
from wyoming_kokoro.bench.listener import TOKENS_PER_S, Heard, Wanted
from wyoming_kokoro.bench.notes import Notes
from wyoming_kokoro.bench.peers import Peer
from wyoming_kokoro.bench.plan import Budget, Plan
from wyoming_kokoro.bench.recorder import Recorder, Run
from wyoming_kokoro.bench.texts import sentences

SHORT, LONG, NEXT = (25, 54), (186, 215), (60, 89)
"""Characters of the sentences: the shortest and the longest of each kind. NEXT follows in a streamed text."""

TYPING = 1 / (3.5 * TOKENS_PER_S)
"""Seconds in which a character of streamed text comes: a token has about four."""


@dataclass
class Case:
    """One kind of text, and what was measured of it so far."""

    name: str
    texts: Iterator[str]
    longest: int
    """Characters of the whole text."""
    then: Iterator[str] | None = None
    """Of the sentence that comes after the first, where the text is streamed."""
    heard: list[Heard] = field(default_factory=list)
    sentences: list[str] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    floor: list[Inferred] = field(default_factory=list)
    create: list[Inferred] = field(default_factory=list)
    stream: list[Inferred] = field(default_factory=list)

    def figures(self) -> FirstAudio:
        """Of what was measured at least once."""
        return FirstAudio(
            text=self.name,
            characters=tuple(map(len, self.sentences)),
            ours=spread(heard.waited() for heard in self.heard),
            from_start=spread(heard.waited(from_start=True) for heard in self.heard) if self.then else None,
            first_run=spread_if(run.seconds for run in self.runs),
            added=None if self.then else spread_if(added(self.heard, self.runs)),
            floor=spread_if(each.seconds for each in self.floor),
            create=spread_if(each.seconds for each in self.create),
            create_stream=spread_if(each.seconds for each in self.stream),
            rtf=None if self.then else spread_if((each.ended - each.asked) / each.audio_s for each in self.heard),
            create_rtf=spread_if(each.seconds / each.audio_s for each in self.create),
        )


def added(heard: Sequence[Heard], runs: Sequence[Run]) -> Iterator[float]:
    """What everything outside the session run costs: front end, scheduling, PCM, wire."""
    return (answer.waited() - run.seconds for answer, run in zip(heard, runs, strict=False))


@dataclass(frozen=True)
class Contest:
    """The contenders of a round. None is for those that aren't there."""

    crowd: Crowd
    recorder: Recorder
    floor: Bare | None
    library: Peer | None
    create_stream: bool = True

    def cost(self, case: Case, pace: float) -> float:
        """Seconds for a round, at a pace of so many for a character."""
        if case.then:
            return case.longest * max(pace, TYPING)
        spoken = 1 + (self.floor is not None) + (1 + self.create_stream) * (self.library is not None)
        return case.longest * pace * spoken

    async def round(self, whole: Sequence[Case], streamed: Sequence[Case]) -> None:
        """Nobody gets the same length twice in a row where there is more than one kind of text."""
        for case in whole:
            text = next(case.texts)
            await self._ours(case, text, Wanted(text))
            await self._floor(case)
            await self._library(case.create, create=text)
        for case in whole:
            if self.create_stream:
                await self._library(case.stream, stream=case.sentences[-1])
        for case in streamed:
            text = next(case.texts)
            await self._ours(case, text, Wanted(f"{text} {next(case.then or case.texts)}", len(text)))

    async def _ours(self, case: Case, sentence: str, wanted: Wanted) -> None:
        """Raises ServerError where the answer isn't whole."""
        heard = await self.crowd.one(wanted)
        heard.waited()
        case.heard.append(heard)
        case.sentences.append(sentence)
        if self.recorder.session:
            case.runs.append(self.recorder.first(heard.asked, heard.ended))

    async def _floor(self, case: Case) -> None:
        """The whole sentence in one, but for its last token: the session has just had its length."""
        if self.floor:
            runs = self.recorder.between(case.heard[-1].asked, case.heard[-1].ended)
            ids = [token for run in runs for token in run.ids][:-1]
            case.floor.append(await asyncio.to_thread(self.floor.infer, ids))

    async def _library(self, into: list[Inferred], **job: str) -> None:
        if self.library and (measured := await self.library.measure(**job)):
            into.append(measured)


async def measure_first_audio(
    contest: Contest, plan: Plan, budget: Budget, whole: Budget, pace: float, notes: Notes
) -> list[FirstAudio]:
    """`pace` is in seconds per character.

    `whole` is the time for all of the benchmark: a kind of text that doesn't fit even there is left out. One isn't.
    """
    cases = _cases()
    for number in range(plan.rounds):
        costs = [(case, contest.cost(case, pace)) for case in cases]
        fitting = _fitting(costs, (budget if number else whole).left) or ([] if number else cases[:1])
        if not fitting:
            break
        notes.say(f"first audio, round {number + 1} of at most {plan.rounds}")
        await contest.round([case for case in fitting if not case.then], [case for case in fitting if case.then])
    if missing := "; ".join(case.name for case in cases if not case.heard):
        notes.remark(f"first audio was left out of these texts, there was no time for them: {missing}")
    return [case.figures() for case in cases if case.heard]


def _cases() -> list[Case]:
    """Each with texts of its own: their lengths never come twice in a run."""
    return [
        Case("short", sentences(*SHORT), SHORT[1]),
        Case("long", sentences(*LONG), LONG[1]),
        Case("short, streamed", sentences(*SHORT), SHORT[1] + NEXT[1], sentences(*NEXT)),
        Case("long, streamed", sentences(*LONG), LONG[1] + NEXT[1], sentences(*NEXT)),
    ]


def _fitting(costs: Sequence[tuple[Case, float]], left: float) -> list[Case]:
    """Those for which there are seconds left after the ones before."""
    fitting = []
    for case, seconds in costs:
        if seconds <= left:
            fitting.append(case)
            left -= seconds
    return fitting
