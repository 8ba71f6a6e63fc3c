"""The text of one answer: read lazily, in slices; flushed in its pauses; tiny sentences together."""

import asyncio
from collections.abc import Iterable

import pytest
from wyoming.tts import SynthesizeVoice

from wyoming_kokoro.answering.request import SLICE, Request

LONG = " ".join(f"Here is sentence number {number} of a long text." for number in range(400))


def request(*pieces: str, flush_after: float = 0.0) -> Request:
    made = Request(SynthesizeVoice(), streaming=True, flush_after=flush_after)
    for piece in pieces:
        made.feed(piece)
    return made


async def passages(made: Request) -> list[list[str]]:
    return [passage async for passage in made.passages()]


@pytest.mark.parametrize("pieces", [[LONG], list(LONG), [LONG[at : at + 700] for at in range(0, len(LONG), 700)]])
async def test_no_text_is_lost_however_it_comes(pieces: Iterable[str]) -> None:
    """Whole, in single characters or in pieces: the same sentences."""
    made = request(*pieces)
    made.finish()
    found = await passages(made)
    assert " ".join(sentence for passage in found for sentence in passage) == LONG
    assert len(found) == 400


async def test_a_text_is_read_as_it_is_spoken() -> None:
    """A sentence costs reading it and a slice or two more, not the whole text; and all of it is counted as waiting."""
    made = request(LONG)
    assert made.waiting == len(LONG) and made._unread == len(LONG)
    spoken = made.passages()
    first = await anext(spoken)
    assert made._unread >= len(LONG) - 2 * SLICE
    spaces = 2 * SLICE // 40
    assert len(LONG) - spaces <= made.waiting <= len(LONG)
    before = made.waiting
    assert first == ["Here is sentence number 0 of a long text."]
    await anext(spoken)
    assert made.waiting == before - len(first[0])


async def test_nothing_waits_at_the_end() -> None:
    """What is spoken no longer counts."""
    made = request("Here is a sentence. Here is another one. ", "", "And here is a third.")
    made.finish()
    assert len(await passages(made)) == 3
    assert made.waiting == 0


@pytest.mark.parametrize("text", ["", "  \n "])
async def test_a_text_without_sentences_ends(text: str) -> None:
    """There is nothing to wait for."""
    made = request(text)
    made.finish()
    assert await passages(made) == []


async def test_a_pause_lets_a_finished_sentence_go() -> None:
    """While the text is still open, and nothing proves that the sentence has ended."""
    made = request("Let me check that.", flush_after=0.01)
    spoken = made.passages()
    async with asyncio.timeout(20):
        assert await anext(spoken) == ["Let me check that."]
    made.feed(" It is on now.")
    made.finish()
    assert [passage async for passage in spoken] == [["It is on now."]]


async def test_a_pause_before_the_text_was_looked_at_counts() -> None:
    """The pause began with the last piece of text, not with the end of the sentence that was spoken meanwhile."""
    made = request("Let me check that.", flush_after=1000.0)
    made._latest -= 2000.0
    made.feed("")  # which some assistants send while they think
    async with asyncio.timeout(20):
        assert await anext(made.passages()) == ["Let me check that."]


@pytest.mark.parametrize(("text", "flush_after"), [("Let me check that.", 0.0), ("It is 3 p", 0.001), ("", 0.001)])
async def test_no_pause_flushes_what_is_not_finished(text: str, flush_after: float) -> None:
    """Nor anything where it is switched off; and then there is no timer either."""
    made = request(text, flush_after=flush_after)
    waiting = asyncio.ensure_future(anext(made.passages()))
    if flush_after and text:
        while not made._is_flushed:  # the pause has come
            await asyncio.sleep(0.001)
    for _ in range(20):
        await asyncio.sleep(0)
    assert not waiting.done()
    assert made._flush_at() is None
    made.finish()
    assert await asyncio.gather(waiting, return_exceptions=True) if not text else await waiting == [text]


async def test_tiny_sentences_that_wait_are_spoken_together() -> None:
    """Kokoro sounds worse on them; but none waits for text that isn't there yet."""
    made = request("Yes. The kitchen light is on. And the door is locked. Good. ")
    made.finish()
    assert await passages(made) == [["Yes.", "The kitchen light is on."], ["And the door is locked.", "Good."]]
    made = request("Yes. The")
    spoken = made.passages()
    assert await anext(spoken) == ["Yes."]
    made.finish()
    assert [passage async for passage in spoken] == [["The"]]


async def test_text_that_comes_as_the_pause_ends_is_read_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """What looked finished wasn't."""
    made = request("It is half past 3. ", flush_after=0.1)
    made._keep(made._splitter.feed(made._slice()))

    async def both() -> None:
        made.feed("5 was never said.")
        raise TimeoutError  # in the same moment

    monkeypatch.setattr(made._news, "wait", both)
    await made._wait()
    assert not made._sentences and not made._is_flushed
