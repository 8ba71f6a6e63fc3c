"""SSML over the wire: pauses are silence of their length, rates are speed, whole and streamed."""

from typing import Any

import numpy as np
import pytest
from fakes import SECONDS_PER_CHARACTER, FakeEngine, answers, client_of, pcm, send, served

from wyoming_kokoro.audio import RATE, Samples

WORDS = "one two three"


async def spoken(text: str, form: Any = "ssml", *, streaming: bool = False) -> tuple[FakeEngine, Samples]:
    engine = FakeEngine()
    async with served(engine) as server, client_of(server) as client:
        if streaming:
            pieces = [("synthesize-chunk", {"text": char}) for char in text]
            await send(client, ("synthesize-start", {"text_format": form}), *pieces, ("synthesize-stop", {}))
        else:
            await send(client, ("synthesize", {"text": text, "text_format": form}))
        events = await answers(client, "synthesize-stopped" if streaming else "audio-stop", "error")
    if events[-1].type == "error":
        raise AssertionError(events[-1].data)
    return engine, pcm(events)


def silences(audio: Samples) -> list[float]:
    """Seconds of silence at the start, between, and at the end; not the moments in which the tone crosses zero."""
    loud = np.flatnonzero(np.abs(audio) > 0.001)
    edges = [0, *loud, len(audio)]
    gaps = np.diff(edges)
    return [round(float(gap) / RATE, 1) for gap in gaps if gap > 0.09 * RATE]


@pytest.mark.parametrize("streaming", [False, True])
@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f'<speak><break time="1s"/>{WORDS}</speak>', [1.0]),
        (f'<speak>{WORDS}<break time="700ms"/> {WORDS}</speak>', [0.7]),
        (f'<speak>{WORDS}<break time="1s"/></speak>', [1.0]),
        (f'{WORDS}<break time="1s"/><break time="500ms"/>{WORDS}', [1.5]),
        ('<break time="2s"/>', [2.0]),
        (f'<p>{WORDS}</p><break time="1s"/>', [1.3]),  # with that of the sentence
        (f"<p>{WORDS}</p><p>{WORDS}</p>", [0.3]),
        ("<speak></speak>", [0.1]),
    ],
)
async def test_a_break_is_silence(text: str, found: list[float], streaming: bool) -> None:
    """At the start, in the middle, at the end, and where nothing else is."""
    _, audio = await spoken(text, streaming=streaming)
    assert silences(audio) == found


async def test_a_rate_is_the_speed_of_the_voice() -> None:
    """Over sentences, until it is closed; within what Kokoro can do."""
    speeds: list[float] = []

    class Watched(FakeEngine):
        def synthesize(self, segment: Any) -> Samples:
            speeds.append(segment.voice.speed)
            return super().synthesize(segment)

    text = (
        'This is usual. <prosody rate="150%">This is faster. <prosody rate="2">So is this.</prosody></prosody> No more.'
    )
    async with served(Watched()) as server, client_of(server) as client:
        await send(client, ("synthesize", {"text": text, "text_format": "ssml"}))
        await answers(client, "audio-stop")
    assert speeds == [1.0, 1.5, 2.0, 1.0]


async def test_without_the_format_tags_are_left_out() -> None:
    """It is what Home Assistant sends: plain text."""
    for form in (None, "text"):
        engine, audio = await spoken(f'{WORDS} <break time="1s"/> {WORDS}', form)
        assert [text for text, _ in engine.spoken] == [f"{WORDS} {WORDS}"] and silences(audio) == []
    assert len(audio) == round((2 * len(WORDS) + 1) * SECONDS_PER_CHARACTER * RATE)


@pytest.mark.parametrize(
    ("form", "said"), [("html", "must be text or ssml, got 'html'"), (3, "must be a string, got int")]
)
async def test_another_format_is_an_error(form: Any, said: str) -> None:
    """Read as text, its marks would be spoken."""
    with pytest.raises(AssertionError, match=said):
        await spoken(WORDS, form)
