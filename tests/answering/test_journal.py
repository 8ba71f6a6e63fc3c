"""What is noted of requests over a real connection."""

import asyncio

import pytest
from fakes import FakeEngine, answers, client_of, send, served

from wyoming_kokoro.answering.journal import LAST, GoneError, Journal
from wyoming_kokoro.errors import SynthesisError, VoiceError


async def test_a_spoken_request_leaves_its_times() -> None:
    """First audio, inference of each sentence, seconds of audio, and no word of what was said."""
    journal = Journal()
    async with served(FakeEngine(), journal=journal) as server, client_of(server) as client:
        await send(client, ("synthesize", {"text": "The first sentence is here. And the second one, too."}))
        await answers(client, "audio-stop")
        assert journal.connections["wyoming"] == 1
    assert journal.requests == {("wyoming", "fake", "spoken"): 1} and not journal.errors
    [entry] = journal.last
    assert entry.outcome == "spoken" and entry.voice == "af_heart" and entry.text == ""
    assert entry.characters == len("The first sentence is here.And the second one, too.")
    assert entry.first_audio is not None and journal.first_audio["fake"].count == 1
    assert journal.inference["fake"].count == journal.real_time_factor["fake"].count == 2
    assert journal.audio["fake"] == round(entry.audio * 1000) > 1000
    assert journal.accepted["wyoming"] == 1


async def test_texts_are_kept_where_they_are_to_be_shown() -> None:
    """Only then."""
    journal = Journal(show_text=True)
    async with served(FakeEngine(), journal=journal) as server, client_of(server) as client:
        await send(client, ("synthesize", {"text": "Shown to the owner."}))
        await answers(client, "audio-stop")
    assert journal.last[0].text == "Shown to the owner."


@pytest.mark.parametrize(
    ("text", "voice", "code"), [("boom", None, "synthesis-failed"), ("Hi.", "nobody", "voice-not-found")]
)
async def test_errors_are_counted_by_their_code(text: str, voice: str | None, code: str) -> None:
    """The one that the client was answered."""
    journal = Journal()
    async with served(FakeEngine(), journal=journal) as server, client_of(server) as client:
        await send(client, ("synthesize", {"text": text, "voice": {"name": voice}}))
        await answers(client, "error")
    assert journal.errors == {code: 1}


async def test_a_listener_who_leaves_is_counted_as_cancelled() -> None:
    """However it ended."""
    journal, engine = Journal(), FakeEngine("Held.")
    async with served(engine, journal=journal) as server:
        client = client_of(server)
        await client.connect()
        await send(client, ("synthesize", {"text": "Held."}))
        await engine.begun()
        assert journal.last[0].outcome == "speaking"
        assert client._writer
        client._writer.transport.abort()
        while not journal.requests:
            await asyncio.sleep(0.005)
        engine.release("Held.")
    assert journal.requests == {("wyoming", "fake", "cancelled"): 1}


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (VoiceError("no"), "voice-not-found"),
        (ExceptionGroup("all", [SynthesisError("no")]), "synthesis-failed"),
        (ExceptionGroup("all", [GoneError()]), "cancelled"),
        (asyncio.CancelledError(), "cancelled"),
        (OSError(24, "Too many open files"), "resources"),
        (ZeroDivisionError(), "failed"),
    ],
)
def test_each_way_to_end_has_an_outcome(error: BaseException, outcome: str) -> None:
    """What raised it is told by the code of its error; a bug is no cancellation."""
    journal = Journal()
    with pytest.raises(type(error)), journal.request("http", "af_heart", "fake"):
        raise error
    assert journal.requests == {("http", "fake", outcome): 1}


def test_only_the_last_are_remembered_and_only_audible_gaps_count() -> None:
    """All that is kept is bounded."""
    journal = Journal()
    for _ in range(LAST + 5):
        with journal.request("http", "af_heart", "fake") as entry:
            journal.late(entry, 0.001)
    assert len(journal.last) == LAST and journal.gaps == 0
    journal.late(entry, 0.5)
    assert (journal.gaps, journal.gap_s, entry.gaps) == (1, 0.5, 1)
