"""Long texts: does the sound ever run out, and does a word of somebody else come through?"""

import asyncio
import itertools

from wyoming_kokoro.bench.crowd import Crowd
from wyoming_kokoro.bench.figures import Interruption, ReadOut, spread
from wyoming_kokoro.bench.listener import Wanted
from wyoming_kokoro.bench.notes import Notes
from wyoming_kokoro.bench.plan import Budget, Plan
from wyoming_kokoro.bench.recorder import Recorder, Run
from wyoming_kokoro.bench.texts import sentences
from wyoming_kokoro.errors import SynthesisError

CHARACTERS = (30, 69)
"""The shortest and the longest sentence."""
LONG = 5_000
"""Characters of the read-out that is interrupted."""
WORDS = ("Yes.", "Twelve.", "Tomorrow.", "No.", "Certainly.")
"""One for each interruption, of ever-new length."""
STEP_S = 0.4
"""Each interruption comes so much later after the first audio of the read-out than the one before."""
QUIET_S, LONGEST_QUIET_S = 0.2, 120.0
"""The device is quiet when nothing has run for this long; what it is at is waited for no longer."""


async def read_out(crowd: Crowd, plan: Plan, notes: Notes) -> ReadOut:
    """Raises ServerError where the answer isn't whole."""
    notes.say(f"{plan.read_out} sentences, one listener")
    text = " ".join(itertools.islice(sentences(*CHARACTERS), plan.read_out))
    heard = await crowd.one(Wanted(text))
    seconds = heard.ended - heard.asked
    return ReadOut(plan.read_out, len(text), heard.waited(), seconds, heard.audio_s, heard.gaps, heard.gap_s)


async def interruption(crowd: Crowd, plan: Plan, budget: Budget, recorder: Recorder, notes: Notes) -> Interruption:
    """Raises ServerError where the word isn't answered."""
    text = long_text()
    waited: list[float] = []
    segments: list[int] = []
    while len(waited) < plan.interruptions and (not waited or budget.left):
        notes.say(f"a word during a read-out of {len(text)} characters, {len(waited) + 1} of {plan.interruptions}")
        heard = await crowd.interrupt(text, WORDS[len(waited) % len(WORDS)], STEP_S * len(waited))
        waited.append(heard.waited())
        await settled(recorder)
        segments.append(before_word(recorder.between(heard.asked)))
    return Interruption(len(text), spread(waited), tuple(segments))


def long_text() -> str:
    """Whole sentences, LONG characters or a little less."""
    text = ""
    for each in sentences(*CHARACTERS):
        if len(text) + len(each) >= LONG:
            break
        text = f"{text} {each}".lstrip()
    return text


def before_word(runs: list[Run]) -> int:
    """How many began before that of the word, which is the shortest, among those that began after it was asked for.

    Raises:
        SynthesisError: there are none.
    """
    if not runs:
        raise SynthesisError("The word was answered without an inference", "Run `wyoming-kokoro doctor`")
    return runs.index(min(runs, key=lambda run: len(run.ids)))


async def settled(recorder: Recorder) -> None:
    """Returns when nobody's audio is made any more: what a listener who left had in work is finished."""
    for _ in range(round(LONGEST_QUIET_S / QUIET_S)):
        begun = recorder.begun
        await asyncio.sleep(QUIET_S)
        if recorder.running == 0 and recorder.begun == begun:
            return
