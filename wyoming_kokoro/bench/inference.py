"""Bare session runs by number of tokens: the model as this program loads it, as it was exported, and the library's."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from wyoming_kokoro.bench.bare import Bare, Inferred
from wyoming_kokoro.bench.figures import Inference, spread, spread_if
from wyoming_kokoro.bench.notes import Notes
from wyoming_kokoro.bench.peers import Peer
from wyoming_kokoro.bench.plan import Budget, Plan


@dataclass
class Row:
    tokens: int
    ours: list[Inferred] = field(default_factory=list)
    exported: list[Inferred] = field(default_factory=list)
    library: list[Inferred] = field(default_factory=list)

    @property
    def cost(self) -> float:
        """Seconds that the last of each took."""
        return sum(each[-1].seconds for each in (self.ours, self.exported, self.library) if each)

    def figures(self) -> Inference:
        """Of what was measured at least once."""
        return Inference(
            tokens=self.tokens,
            audio_s=median([each.audio_s for each in self.ours]),
            ours=spread(each.seconds for each in self.ours),
            exported=spread_if(each.seconds for each in self.exported),
            library=spread_if(each.seconds for each in self.library),
        )


@dataclass(frozen=True)
class Sessions:
    ours: Bare
    exported: Peer | None
    library: Peer | None

    async def round(self, row: Row, ids: Sequence[int]) -> None:
        row.ours.append(await asyncio.to_thread(self.ours.infer, ids))
        for peer, into in ((self.exported, row.exported), (self.library, row.library)):
            if peer and (measured := await peer.measure(infer=list(ids))):
                into.append(measured)


async def measure_inference(
    sessions: Sessions, spoken: Sequence[int], plan: Plan, budget: Budget, notes: Notes
) -> list[Inference]:
    """`spoken` are tokens of real sentences, which are repeated if they are too few."""
    rows = [Row(tokens) for tokens in plan.tokens]
    for number in range(plan.rounds):
        shorter: Row | None = None
        for row in rows:
            if budget.allows(predicted(row, shorter)):
                notes.say(f"inference of {row.tokens} tokens, round {number + 1} of at most {plan.rounds}")
                await sessions.round(row, excerpt(spoken, row.tokens + offset(number), number))
            shorter = row if row.ours else shorter
    if missing := ", ".join(str(row.tokens) for row in rows if not row.ours):
        notes.remark(f"inference of {missing} tokens was left out: there was no time for it")
    return [row.figures() for row in rows if row.ours]


def predicted(row: Row, shorter: Row | None) -> float:
    """Seconds for a round: as the last one, or in proportion to that of fewer tokens."""
    if row.ours or not shorter:
        return row.cost
    return shorter.cost * row.tokens / shorter.tokens


def offset(number: int) -> int:
    """0, 1, -1, 2, -2, ...: no round has the length of another."""
    return (number + 1) // 2 * (1 if number % 2 else -1)


def excerpt(spoken: Sequence[int], length: int, start: int) -> list[int]:
    """So many tokens from position `start` on, again from the beginning where they end."""
    return [spoken[(start + position) % len(spoken)] for position in range(length)]
