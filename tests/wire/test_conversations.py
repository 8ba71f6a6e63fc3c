"""Conversations as a model of the protocol makes them up: what may be said in any order, and what must be answered."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, cast

from fakes import FakeEngine, served
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from wyoming.event import Event, read_event, write_event

from wyoming_kokoro import config

TEXTS = st.sampled_from(("All is well. ", "The light is on now. It is warm. ", "Nobody is at home. ", "", "Morning"))
VOICES = st.sampled_from((None, {}, {"name": "bf_emma"}, {"language": "en-GB"}, {"name": "am_adam", "speaker": None}))
PAYLOADS = st.sampled_from((None, b"", b"\x00\x01" * 100))
BAD = st.sampled_from(
    (
        ("synthesize", {"text": 5}),
        ("synthesize", {}),
        ("synthesize", {"text": "Hello.", "voice": "bf_emma"}),
        ("synthesize", {"text": "Hello.", "text_format": "html"}),
        ("synthesize-start", {"voice": {"name": ["bf_emma"]}}),
        ("ping", {"text": ["now"]}),
    )
)


@contextmanager
def serving(engine: FakeEngine) -> Iterator[int]:
    """In a thread of its own, as the machine below can't wait. Gives the port."""
    loop = asyncio.new_event_loop()
    stopping, port = asyncio.Event(), threading.Event()
    found: list[int] = []

    async def serve() -> None:
        async with served(engine, config.Server(uri="tcp://127.0.0.1:0", grace=1)) as server:
            found.append(int(server.uri.rpartition(":")[2]))
            port.set()
            await stopping.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    assert port.wait(20)
    try:
        yield found[0]
    finally:
        loop.call_soon_threadsafe(stopping.set)
        thread.join(20)
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()


class Conversation(RuleBasedStateMachine):
    """One client. What it says is kept as what it must be answered; at its end all answers are compared."""

    def __init__(self) -> None:
        super().__init__()
        self.engine = FakeEngine()
        self._server = serving(self.engine)
        self._socket = socket.create_connection(("127.0.0.1", self._server.__enter__()), timeout=20)
        self._stream = cast("BinaryIO", self._socket.makefile("rwb"))
        self.now: list[tuple[str, object]] = []
        """Answers of the reading side, in order."""
        self.spoken: list[tuple[str, bool]] = []
        """Requests in order: their text, and whether it is streamed."""
        self.streaming = False
        self.failed = ""
        """The code of the error that must end it."""

    def say(self, kind: str, data: dict[str, object] | None = None, payload: bytes | None = None) -> None:
        write_event(Event(kind, data or {}, payload), self._stream)

    @initialize()
    def is_described(self) -> None:
        self.describe()

    @precondition(lambda self: not self.failed)
    @rule()
    def describe(self) -> None:
        self.say("describe")
        self.now.append(("info", None))

    @precondition(lambda self: not self.failed)
    @rule(text=st.none() | st.text(max_size=20))
    def ping(self, text: str | None) -> None:
        self.say("ping", {"text": text})
        self.now.append(("pong", text))

    @precondition(lambda self: not self.failed)
    @rule(kind=st.sampled_from(("transcribe", "audio-chunk", "run-pipeline", "")), payload=PAYLOADS)
    def something_else(self, kind: str, payload: bytes | None) -> None:
        """Ignored, with its payload."""
        self.say(kind, {"rate": 16_000}, payload)

    @precondition(lambda self: not self.failed)
    @rule(text=TEXTS, voice=VOICES, payload=PAYLOADS)
    def synthesize(self, text: str, voice: object, payload: bytes | None) -> None:
        """Ignored while a text is streamed: it is the same text again."""
        self.say("synthesize", {"text": text, "voice": voice}, payload)
        if not self.streaming:
            self.spoken.append((text, False))

    @precondition(lambda self: not self.failed)
    @rule(voice=VOICES)
    def start(self, voice: object) -> None:
        """One that was begun before ends by that."""
        self.say("synthesize-start", {"voice": voice})
        self.spoken.append(("", True))
        self.streaming = True

    @precondition(lambda self: not self.failed)
    @rule(text=TEXTS)
    def chunk(self, text: str) -> None:
        self.say("synthesize-chunk", {"text": text})
        if self.streaming:
            self.spoken[-1] = (self.spoken[-1][0] + text, True)
        else:
            self.failed = "protocol"

    @precondition(lambda self: not self.failed)
    @rule()
    def stop(self) -> None:
        self.say("synthesize-stop")
        self.failed = "" if self.streaming else "protocol"
        self.streaming = False

    @precondition(lambda self: not self.failed)
    @rule(event=BAD)
    def nonsense(self, event: tuple[str, dict[str, object]]) -> None:
        self.say(*event)
        if event[0] != "synthesize" or not self.streaming:
            self.failed = "protocol"

    @precondition(lambda self: self.failed)
    @rule(event=BAD)
    def nobody_listens(self, event: tuple[str, dict[str, object]]) -> None:
        """After the error nothing is answered any more."""
        self.say(*event)

    def teardown(self) -> None:
        try:
            if self.streaming and not self.failed:
                self.stop()
            self._socket.shutdown(socket.SHUT_WR)
            events = list(iter(lambda: read_event(self._stream), None))
            self._check(events)
        finally:
            self._stream.close()
            self._socket.close()
            self._server.__exit__(None, None, None)

    def _check(self, events: list[Event]) -> None:
        # a half-closed client is asked by two further pongs whether it is still there
        told = [(event.type, event.data.get("text")) for event in events if event.type in ("info", "pong")]
        assert told[: len(self.now)] == self.now and set(told[len(self.now) :]) <= {("pong", None)}
        heard = [event.type for event in events if event.type not in ("info", "pong", "audio-chunk", "error")]
        wanted = [kind for _, streamed in self.spoken for kind in self._answer(streamed)]
        said = " ".join(text for text, _ in self.engine.spoken).split()
        words = " ".join(text for text, _ in self.spoken).split()
        if self.failed:
            assert events[-1].type == "error" and events[-1].data["code"] == self.failed
            assert heard == wanted[: len(heard)] and said == words[: len(said)]
        else:
            assert heard == wanted and said == words

    @staticmethod
    def _answer(streamed: bool) -> tuple[str, ...]:
        return ("audio-start", "audio-stop", *(("synthesize-stopped",) if streamed else ()))


TestConversation = Conversation.TestCase
TestConversation.__doc__ = "Whatever is said in whatever order is answered whole and in order, or an error ends it."
