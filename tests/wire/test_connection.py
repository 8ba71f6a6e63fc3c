"""One client at a real socket, driven by the wyoming library's own client."""

import asyncio
import logging
import socket
from dataclasses import replace

import pytest
from fakes import SECONDS_PER_CHARACTER, FakeEngine, answers, client_of, pcm, send, served
from wyoming.event import Event, async_read_event

from wyoming_kokoro import config
from wyoming_kokoro.answering.journal import GoneError
from wyoming_kokoro.audio import RATE
from wyoming_kokoro.errors import LimitError
from wyoming_kokoro.speech.engine import Segment
from wyoming_kokoro.wire.connection import _reason
from wyoming_kokoro.wire.events import encode

PAUSE = 0.25


def kinds(events: list[Event]) -> list[str]:
    """The types of the events, runs of audio chunks as one."""
    found = [event.type for event in events]
    return [kind for i, kind in enumerate(found) if kind != "audio-chunk" or found[i - 1] != "audio-chunk"]


def sound(*texts: str) -> int:
    """How many samples the texts and the pauses between them take."""
    return round((sum(map(len, texts)) * SECONDS_PER_CHARACTER + PAUSE * (len(texts) - 1)) * RATE)


async def test_a_whole_text_is_answered_start_chunks_stop() -> None:
    """A plain synthesize gets one audio-start, chunks of at most 4,096 samples in one format, and one audio-stop."""
    engine = FakeEngine()
    async with served(engine) as server, client_of(server) as client:
        await send(client, ("synthesize", {"text": "Here is the first one. Here is the second one."}))
        events = await answers(client, "audio-stop")
    assert kinds(events) == ["audio-start", "audio-chunk", "audio-stop"]
    assert len(pcm(events)) == sound("Here is the first one.", "Here is the second one.")
    chunks = [event for event in events if event.type == "audio-chunk"]
    assert {(c.data["rate"], c.data["width"], c.data["channels"]) for c in chunks} == {(24_000, 2, 1)}
    assert max(len(chunk.payload or b"") for chunk in chunks) == 2 * 4096
    stamps = [chunk.data["timestamp"] for chunk in chunks]
    assert stamps == sorted(stamps) and events[-1].data["timestamp"] == 1000 * len(pcm(events)) // RATE
    assert engine.spoken == [("Here is the first one.", "af_heart"), ("Here is the second one.", "af_heart")]


async def test_streamed_text_is_answered_as_one_stream() -> None:
    """Streaming ends with synthesize-stopped, and the whole text that Home Assistant repeats isn't said twice."""
    engine = FakeEngine()
    async with served(engine) as server, client_of(server) as client:
        await send(
            client,
            ("synthesize-start", {"voice": {"name": "bf_emma"}}),
            ("synthesize-chunk", {"text": "The light is on now. The light "}),
            ("synthesize-chunk", {"text": "is off again."}),
            ("synthesize", {"text": "The light is on now. The light is off again.", "voice": {"name": "bf_emma"}}),
            ("synthesize-stop", {}),
        )
        events = await answers(client, "synthesize-stopped")
    assert kinds(events) == ["audio-start", "audio-chunk", "audio-stop", "synthesize-stopped"]
    assert engine.spoken == [("The light is on now.", "bf_emma"), ("The light is off again.", "bf_emma")]


async def test_the_first_sentence_is_heard_before_the_second_is_made() -> None:
    """Audio of a sentence leaves while the next one is still being synthesized, and while text still comes in."""
    engine = FakeEngine("The second is held.")
    async with served(engine) as server, client_of(server) as client:
        await send(
            client, ("synthesize-start", {}), ("synthesize-chunk", {"text": "This is the first. The second is held. A"})
        )
        received = 0
        while received < sound("This is the first."):
            event = await client.read_event()
            assert event is not None
            received += len(event.payload or b"") // 2
        engine.release("The second is held.")
        await send(client, ("synthesize-chunk", {"text": " third."}), ("synthesize-stop", {}))
        events = await answers(client, "synthesize-stopped")
    assert received + len(pcm(events)) == sound("This is the first.", "The second is held.", "A third.")


async def test_describe_and_ping_are_answered_during_synthesis() -> None:
    """Neither waits for the engine, not even on the connection that is being spoken to."""
    engine = FakeEngine("Held for long.")
    async with served(engine) as server, client_of(server) as client, client_of(server) as other:
        await send(client, ("synthesize", {"text": "Held for long."}), ("describe", {}), ("ping", {"text": "now"}))
        events = await answers(client, "pong")
        assert kinds(events) == ["info", "pong"] and events[1].data == {"text": "now"}
        await send(other, ("describe", {}))
        assert kinds(await answers(other, "info")) == ["info"]
        engine.release("Held for long.")
        assert kinds(await answers(client, "audio-stop"))[-1] == "audio-stop"


@pytest.mark.parametrize("text", ["", "   \n ", "🎉🙂", "...", "—"])
async def test_nothing_to_say_is_a_tenth_of_a_second_of_silence(text: str) -> None:
    """Home Assistant fails on an answer without audio, so there is a little between a right start and end."""
    async with served(FakeEngine()) as server, client_of(server) as client:
        await send(client, ("synthesize", {"text": text}))
        plain = await answers(client, "audio-stop")
        await send(client, ("synthesize-start", {}), ("synthesize-chunk", {"text": text}), ("synthesize-stop", {}))
        streamed = await answers(client, "synthesize-stopped")
    for events in (plain, streamed):
        assert len(pcm(events)) == RATE // 10
        assert not pcm(events).any()


async def test_requests_on_one_connection_are_answered_in_order() -> None:
    """Pipelined requests, plain and streamed, are complete and in their order; streaming leaves nothing behind."""
    engine = FakeEngine()
    async with served(engine) as server, client_of(server) as client:
        await send(
            client,
            ("synthesize-start", {}),
            ("synthesize-chunk", {"text": "One."}),
            ("synthesize-stop", {}),
            ("synthesize", {"text": "Two."}),
            ("synthesize", {"text": "Three."}),
        )
        events = [event for _ in range(3) for event in await answers(client, "audio-stop")]
    assert [text for text, _ in engine.spoken] == ["One.", "Two.", "Three."]
    assert kinds(events) == [
        *("audio-start", "audio-chunk", "audio-stop", "synthesize-stopped"),
        *("audio-start", "audio-chunk", "audio-stop") * 2,
    ]


@pytest.mark.parametrize(
    ("voice", "spoken_by"),
    [
        (None, "af_heart"),
        ({}, "af_heart"),
        ({"name": "am_adam"}, "am_adam"),
        ({"language": "en"}, "af_heart"),
        ({"language": "en_gb"}, "bf_emma"),
        ({"language": "FR-fr"}, "ff_siwis"),
        ({"name": "af_bella", "speaker": "am_puck"}, "am_puck"),
        ({"name": "af_bella", "speaker": "no_such_speaker"}, "af_bella"),
        ({"speaker": "am_puck"}, "am_puck"),
    ],
)
async def test_a_voice_is_found_by_name_language_or_speaker(voice: object, spoken_by: str) -> None:
    """Whatever a client names, the voice that it means speaks."""
    engine = FakeEngine()
    async with served(engine) as server, client_of(server) as client:
        await send(client, ("synthesize", {"text": "Hello.", "voice": voice}))
        await answers(client, "audio-stop")
    assert engine.spoken == [("Hello.", spoken_by)]


@pytest.mark.parametrize(
    ("voice", "said"),
    [
        ({"name": "bf_ema"}, "did you mean 'bf_emma'?"),
        ({"name": "../../etc/passwd"}, "There is no voice '../../etc/passwd'"),
        ({"language": "xx"}, "There are voices for en-US"),
        ({"speaker": "nobody"}, "There is no voice 'nobody'"),
    ],
)
async def test_an_unknown_voice_is_an_error_and_the_end(voice: object, said: str) -> None:
    """The error names the nearest and what exists, no audio comes before it, and the connection is closed."""
    async with served(FakeEngine()) as server, client_of(server) as client:
        await send(client, ("synthesize", {"text": "Hello.", "voice": voice}))
        [error] = await answers(client)
    assert error.type == "error"
    assert error.data["code"] == "voice-not-found"
    assert said in error.data["text"]


async def test_an_error_arrives_even_if_the_client_still_sends() -> None:
    """Closing over unread bytes would reset the connection, and take the error back before it is read."""
    async with served(FakeEngine()) as server, client_of(server) as client:
        await send(client, ("synthesize", {"text": "Hello.", "voice": {"name": "nobody"}}))
        await send(client, *[("synthesize-chunk", {"text": "More and more. " * 200})] * 300)
        [error] = await answers(client)
    assert error.data["code"] == "voice-not-found"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("This much is fine. Then comes a boom. And still more.", "synthesis-failed"),
        ("This much is fine. Then comes a bug. And still more.", "failed"),
        ("This much is fine. Then there are no files. And still more.", "resources"),
        ("This much is fine. Then there is no memory. And still more.", "resources"),
    ],
)
async def test_a_failing_engine_is_an_error_for_this_client_only(
    text: str, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    """What was said stays, an error event follows, the stream ends; the next client is served as before."""
    caplog.set_level(logging.CRITICAL, "wyoming_kokoro.wire.connection")
    async with served(FakeEngine()) as server:
        async with client_of(server) as client:
            await send(client, ("synthesize", {"text": text}))
            events = await answers(client)
        assert kinds(events) == ["audio-start", "audio-chunk", "error"] and events[-1].data["code"] == code
        async with client_of(server) as client:
            await send(client, ("synthesize", {"text": "Still here."}))
            assert kinds(await answers(client, "audio-stop"))[-1] == "audio-stop"


async def test_a_sentence_that_cannot_be_said_costs_only_itself() -> None:
    """A line in another script: the others are spoken, the stream ends as it should."""
    engine = FakeEngine()
    async with served(engine) as server, client_of(server) as client:
        await send(client, ("synthesize", {"text": "Something before it. Here is nothing to say. Something after it."}))
        events = await answers(client, "audio-stop")
    assert len(pcm(events)) == sound("Something before it.", "Something after it.")
    assert [text for text, _ in engine.spoken] == [
        "Something before it.",
        "Here is nothing to say.",
        "Something after it.",
    ]


class InParts(FakeEngine):
    """Makes long sentences in parts of about a hundred characters, without a pause between them."""

    def __init__(self, *held: str) -> None:
        super().__init__(*held)
        self.leads: list[float] = []

    def split(self, segment: Segment, lead: float) -> tuple[Segment, Segment | None]:
        self.leads.append(lead)
        end = segment.content.find(" ", 100)
        if end < 0:
            return segment, None
        part, rest = segment.content[:end], segment.content[end + 1 :]
        return replace(segment, content=part, pause=0.0), replace(segment, content=rest)


async def test_a_sentence_in_parts_is_heard_whole() -> None:
    """In order, with the pauses that its parts have; how long a part may be is asked with what is still to be heard."""
    engine = InParts()
    text = "There are many words in this sentence " * 8 + "and here it ends."
    async with served(engine) as server, client_of(server) as client:
        await send(client, ("synthesize", {"text": f"{text} And here is a short one."}))
        events = await answers(client, "audio-stop")
    parts = [text for text, _ in engine.spoken]
    assert " ".join(parts) == f"{text} And here is a short one." and len(parts) == 5
    heard = sum(map(len, parts)) * SECONDS_PER_CHARACTER + PAUSE  # before the second sentence only
    assert len(pcm(events)) == pytest.approx(heard * RATE, abs=len(parts))
    assert engine.leads[0] == 0.0 and all(lead > 0 for lead in engine.leads[1:])


async def test_a_newcomer_need_not_wait_for_the_rest_of_a_sentence() -> None:
    """Its parts are asked for one by one, each with its own deadline."""
    text = "There are many words in this sentence " * 8 + "and here it ends."
    first = text[: text.find(" ", 100)]
    engine = InParts(first)
    async with served(engine) as server, client_of(server) as long, client_of(server) as short:
        await send(long, ("synthesize", {"text": text}))
        await engine.begun()
        await send(short, ("synthesize", {"text": "Now."}), ("ping", {}))
        await answers(short, "pong")
        reading = asyncio.create_task(answers(long, "audio-stop"))
        engine.release(first)
        await answers(short, "audio-stop")
        await reading
    said = [text for text, _ in engine.spoken]
    assert said.index("Now.") <= 2 < len(said) - 1


async def test_a_pause_in_the_text_does_not_silence_a_finished_sentence() -> None:
    """An assistant that says "Let me check." and then calls a tool is heard at once."""
    async with (
        served(FakeEngine(), text=config.Text(flush_after=0.01)) as server,
        client_of(server) as client,
    ):
        await send(client, ("synthesize-start", {}), ("synthesize-chunk", {"text": "Let me check that."}))
        heard = await answers(client, "audio-chunk")
        await send(client, ("synthesize-chunk", {"text": " It is twenty degrees."}), ("synthesize-stop", {}))
        heard += await answers(client, "synthesize-stopped")
    assert len(pcm(heard)) == sound("Let me check that.", "It is twenty degrees.")


async def test_the_most_urgent_listener_is_served_first() -> None:
    """A newcomer's first word goes before the later sentences of a long answer; nobody is starved."""
    engine = FakeEngine("The first is held.")
    async with served(engine) as server, client_of(server) as long, client_of(server) as short:
        text = "The first is held. " + " ".join(f"Sentence number {n} of many." for n in range(8))
        await send(long, ("synthesize", {"text": text}))
        await engine.begun()
        reading = asyncio.create_task(answers(long, "audio-stop"))
        await send(short, ("synthesize", {"text": "Now."}), ("ping", {}))
        await answers(short, "pong")
        engine.release("The first is held.")
        await answers(short, "audio-stop")
        await reading
    said = [text for text, _ in engine.spoken]
    assert said.index("Now.") <= 2
    assert len(said) == 10


async def test_no_more_is_made_ahead_than_one_segment() -> None:
    """A client that doesn't read has one segment in writing, one ready and one being made: work isn't wasted on it."""
    engine = FakeEngine()
    long = [f"{n}{' and so on' * 80}." for n in "abcdefghjklm"]
    async with served(engine) as server, client_of(server) as client, client_of(server) as other:
        await send(client, ("synthesize", {"text": "\n\n".join(long)}))
        await answers(client, "audio-start")
        for _ in range(3):  # whatever the first may have made ahead is made by then
            await send(other, ("synthesize", {"text": "Meanwhile."}))
            await answers(other, "audio-stop")
        made = [text for text, _ in engine.spoken if text != "Meanwhile."]
        assert len(made) < 12
        assert len(pcm(await answers(client, "audio-stop"))) == sound(*[text.strip() for text in long])


async def test_a_client_that_takes_nothing_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    """After the time without progress its connection ends, and nothing of it is kept."""
    monkeypatch.setattr("wyoming_kokoro.wire.line.SEND_TIMEOUT_S", 0.1)
    monkeypatch.setattr("wyoming_kokoro.wire.server.CLOSE_S", 0.1)
    async with served(FakeEngine()) as server, client_of(server) as client:
        await send(client, ("synthesize", {"text": "Nobody reads this. " * 500}))
        await answers(client, "audio-start")
        async with asyncio.timeout(20):
            while server._connections:
                await asyncio.sleep(0.01)


async def test_too_many_waiting_requests_are_an_error() -> None:
    """A bound on what one connection can queue, even without text."""
    engine = FakeEngine("Held.")
    async with served(engine) as server, client_of(server) as client:
        await send(client, ("synthesize", {"text": "Held."}), *[("synthesize", {"text": ""})] * 64)
        events = await answers(client)
        engine.release("Held.")
    assert events[-1].type == "error" and "More than 64 requests" in events[-1].data["text"]


async def test_a_client_that_leaves_costs_no_more_work() -> None:
    """Its sentences that aren't begun are dropped, and the others are served."""
    engine = FakeEngine("Held sentence one.")
    async with served(engine) as server, client_of(server) as other:
        async with client_of(server) as client:
            await send(client, ("synthesize-start", {}))
            await send(client, ("synthesize-chunk", {"text": "Held sentence one. Never two. Never three. Never"}))
            await engine.begun()
        await send(other, ("synthesize", {"text": "For the other."}))
        while len(server._connections) > 1:  # until the service has seen the end of the stream
            await asyncio.sleep(0.005)
        engine.release("Held sentence one.")
        await answers(other, "audio-stop")
    assert [text for text, _ in engine.spoken] == ["Held sentence one.", "For the other."]


async def half_closed(content: bytes) -> bytes:
    """All that is answered to a client that sends this and nothing more, and stays."""
    async with served(FakeEngine()) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(server.uri.rpartition(":")[2]))
        writer.write(content)
        writer.write_eof()
        answer = await reader.read()
        writer.close()
        await writer.wait_closed()
    return answer


async def test_a_half_closed_connection_still_gets_its_audio() -> None:
    """A client may say that it sends nothing more and wait for its answer."""
    content = await half_closed(b'{"type": "synthesize", "data": {"text": "Hello there."}}\n')
    assert content.count(b'"audio-start"') == 1 and content.endswith(b'"timestamp": 240}')


async def test_a_stream_that_ends_inside_a_text_is_an_error() -> None:
    """Half-closed before synthesize-stop: who still listens learns why there is no more."""
    begun = b'{"type": "synthesize-start"}\n{"type": "synthesize-chunk", "data": {"text": "Hello. A"}}\n'
    content = await half_closed(begun)
    assert b"The stream ended inside a text. Send synthesize-stop" in content.rpartition(b'"type": "error"')[2]


async def test_a_client_that_closes_behind_its_request_costs_no_work() -> None:
    """It has sent a whole request and closed: nobody hears the answer, so nobody waits behind it."""
    engine = FakeEngine("Held for another.")
    async with served(engine) as server, client_of(server) as other:
        await send(other, ("synthesize", {"text": "Held for another."}))
        await engine.begun()
        for n in range(5):
            async with client_of(server) as client:
                await send(client, ("synthesize", {"text": f"Nobody waits for this, {n}."}))
        async with asyncio.timeout(20):
            while len(server._connections) > 1:
                await asyncio.sleep(0.005)
        engine.release("Held for another.")
        await answers(other, "audio-stop")
    assert [text for text, _ in engine.spoken] == ["Held for another."]


async def test_too_much_waiting_text_is_an_error_at_once() -> None:
    """Memory per connection is bounded: past the limit there is an error that names it."""
    engine = FakeEngine("Held.")
    limits = config.Server(uri="tcp://127.0.0.1:0", max_text=200, grace=2)
    async with served(engine, limits) as server, client_of(server) as client:
        await send(client, ("synthesize-start", {}), *(("synthesize-chunk", {"text": "Held. " * 5}) for _ in range(8)))
        events = await answers(client)
        engine.release("Held.")
    assert events[-1].type == "error"
    assert "server.max_text allows (200)" in events[-1].data["text"]


async def test_too_much_text_on_all_connections_is_an_error_at_once() -> None:
    """Each of the clients is within its own limit; what was spoken, and those who left, no longer count."""
    engine = FakeEngine("Held.")
    limits = config.Server(uri="tcp://127.0.0.1:0", max_text=1000, max_queue=60, grace=2)  # 1,000 characters
    async with served(engine, limits) as server, client_of(server) as first, client_of(server) as second:
        await send(first, ("synthesize", {"text": "Held. " + "More. " * 150}), ("ping", {}))
        await answers(first, "pong")
        await send(second, ("synthesize", {"text": "Too much. " * 20}))
        [error] = await answers(second)
        assert error.data["code"] == "limit"
        assert "66 s of speech would wait on all connections, more than server.max_queue allows" in error.data["text"]
        engine.release("Held.")
        await answers(first, "audio-stop")
        assert server._shared.backlog.characters == 0
        async with client_of(server) as third:
            await send(third, ("synthesize", {"text": "Not too much any more. " * 30}))
            assert (await answers(third, "audio-stop"))[-1].type == "audio-stop"


@pytest.mark.parametrize("streaming", [False, True])
async def test_a_silent_connection_is_closed_after_its_time(streaming: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also one that began a text and never goes on with it; not one that waits for an answer, however long."""
    monkeypatch.setattr("wyoming_kokoro.wire.connection.PAUSE_S", 0.05)
    engine = FakeEngine("Held.")
    limits = config.Server(uri="tcp://127.0.0.1:0", grace=2).model_copy(update={"idle_timeout": 0.1})
    async with served(engine, limits) as server, client_of(server) as busy, client_of(server) as idle:
        await send(busy, ("synthesize", {"text": "Held."}))
        await send(idle, ("synthesize-start", {})) if streaming else None
        [error] = await answers(idle)
        assert error.data == {"code": "timeout", "text": error.data["text"]}
        assert error.data["text"].startswith("Nothing came for 0.1 s")
        engine.release("Held.")
        assert (await answers(busy, "audio-stop"))[-1].type == "audio-stop"


async def test_the_silence_after_an_answer_is_measured_from_its_end() -> None:
    """Not from when the client last said something, which may be as long ago as the answer is long."""
    engine = FakeEngine("Held.")
    limits = config.Server(uri="tcp://127.0.0.1:0", grace=2).model_copy(update={"idle_timeout": 0.4})
    async with served(engine, limits) as server, client_of(server) as client:
        await send(client, ("synthesize", {"text": "Held."}))
        await asyncio.sleep(0.35)
        engine.release("Held.")
        await answers(client, "audio-stop")
        await asyncio.sleep(0.2)
        await send(client, ("ping", {}))
        assert (await answers(client, "pong", "error"))[0].type == "pong"


async def test_an_error_is_heard_in_real_time_even_if_the_client_still_sends(monkeypatch: pytest.MonkeyPatch) -> None:
    """It stands behind the sound that waits in the kernel; closing before that is taken would lose both."""
    monkeypatch.setattr("wyoming_kokoro.wire.connection.LINGER_S", 0.05)
    limits = config.Server(uri="tcp://127.0.0.1:0", grace=2, max_text=4000)
    async with served(FakeEngine(), limits) as server:
        with socket.socket() as connected:
            connected.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16 * 1024)
            connected.connect(("127.0.0.1", int(server.uri.rpartition(":")[2])))
            reader, writer = await asyncio.open_connection(sock=connected)
            writer.write(encode(Event("synthesize-start", {})))
            writer.write(encode(Event("synthesize-chunk", {"text": "Here is what takes its time to hear. " * 100})))
            heard: list[str] = []
            while event := await async_read_event(reader):
                heard.append(event.type)
                if len(heard) == 2:
                    writer.write(encode(Event("synthesize-chunk", {"text": "This is too much. " * 100})))
                if len(heard) < 40:
                    await asyncio.sleep(0.02)
                    writer.write(encode(Event("synthesize-chunk", {"text": "And still more."})))
            writer.close()
    assert heard[-1] == "error" and "audio-chunk" in heard


async def test_what_goes_wrong_twice_at_once_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    """A bug goes first, who has left is told nothing, and what the client can mend goes before what it can't."""
    mine, gone, theirs, bug = LimitError("too much"), GoneError("left"), OSError(24, "no files"), ZeroDivisionError()
    assert _reason([theirs, mine]) is mine
    assert _reason([mine, gone]) is None
    assert str(_reason([theirs])).startswith("The machine ran short while it spoke: no files")
    assert not [record for record in caplog.records if record.levelno > logging.WARNING]
    assert str(_reason([gone, bug])).startswith("Internal error")
    assert [bool(record.exc_info) for record in caplog.records if record.levelno > logging.WARNING] == [True]


async def test_a_slow_event_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """It has one deadline; those who are spoken to meanwhile don't notice."""
    monkeypatch.setattr("wyoming_kokoro.wire.reader.EVENT_S", 0.1)
    async with served(FakeEngine()) as server, client_of(server) as other:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(server.uri.rpartition(":")[2]))
        writer.write(b'{"type": "syn')
        await send(other, ("synthesize", {"text": "Here is somebody who is served meanwhile."}))
        assert (await answers(other, "audio-stop"))[-1].type == "audio-stop"
        assert b'"code": "timeout"' in await reader.read()
        writer.close()
        await writer.wait_closed()


async def test_long_texts_pass_while_they_are_spoken() -> None:
    """The limit is on what waits, not on what a stream says in all."""
    limits = config.Server(uri="tcp://127.0.0.1:0", max_text=200, grace=2)
    engine = FakeEngine()
    async with served(engine, limits) as server, client_of(server) as client:
        hearing = asyncio.create_task(answers(client, "synthesize-stopped"))
        await send(client, ("synthesize-start", {}))
        for count in range(20):
            await send(client, ("synthesize-chunk", {"text": "Here are forty characters, more or less. "}))
            while len(engine.spoken) < count:
                await asyncio.sleep(0.001)
        await send(client, ("synthesize-stop", {}))
        events = await hearing
    assert len(engine.spoken) == 20
    assert kinds(events)[-2:] == ["audio-stop", "synthesize-stopped"]


@pytest.mark.parametrize("misuse", ["synthesize-chunk", "synthesize-stop"])
async def test_text_without_a_start_is_an_error(misuse: str) -> None:
    """A chunk or a stop that belongs to no stream is answered, not ignored for ever."""
    async with served(FakeEngine()) as server, client_of(server) as client:
        await send(client, (misuse, {"text": "Hello."}))
        [error] = await answers(client)
    assert error.type == "error" and error.data["code"] == "protocol"


async def test_unknown_events_are_ignored() -> None:
    """As Wyoming asks: other programs may say things that are none of our business."""
    async with served(FakeEngine()) as server, client_of(server) as client:
        await send(client, ("transcribe", {}), ("satellite-connected", {"x": 1}), ("ping", {}))
        assert kinds(await answers(client, "pong")) == ["pong"]
