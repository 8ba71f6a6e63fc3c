"""What somebody at the page costs those who listen by Wyoming: each beside the same without, round by round."""

from wyoming_kokoro.bench.crowd import Crowd
from wyoming_kokoro.bench.figures import Page, spread
from wyoming_kokoro.bench.listener import Wanted
from wyoming_kokoro.bench.notes import Notes
from wyoming_kokoro.bench.plan import Budget, Plan
from wyoming_kokoro.bench.readout import STEP_S, WORDS, long_text, settled
from wyoming_kokoro.bench.recorder import Recorder


async def measure_page(crowd: Crowd, page: str, plan: Plan, budget: Budget, recorder: Recorder, notes: Notes) -> Page:
    """Raises ServerError where an answer isn't whole."""
    text = long_text()
    alone: list[float] = []
    watched: list[float] = []
    read_out: list[float] = []
    streamed: list[float] = []
    described: list[float] = []
    looks = 0
    while len(alone) < plan.visits and (not alone or budget.left):
        number = len(alone)
        notes.say(f"a word while somebody is at the page, {number + 1} of {plan.visits}")
        word, after = WORDS[number % len(WORDS)], STEP_S * (number % len(WORDS))
        alone.append((await crowd.one(Wanted(word))).waited())
        at_page = await crowd.visit(page, word, STEP_S)
        watched.append(at_page.heard.waited())
        read_out.append((await crowd.interrupt(text, word, after)).waited())
        await settled(recorder)
        listening = await crowd.visit(page, word, after, text)
        streamed.append(listening.heard.waited())
        await settled(recorder)
        described += [at_page.described, listening.described]
        looks += at_page.looks + listening.looks
    return Page(spread(alone), spread(watched), spread(read_out), spread(streamed), spread(described), looks)
