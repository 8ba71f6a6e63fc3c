"""Listening, refusing, closing in order."""

import asyncio
import contextlib
import socket
from pathlib import Path

import pytest
from fakes import FakeEngine, answers, client_of, pcm, send, served
from wyoming.client import AsyncClient
from wyoming.event import async_read_event

from wyoming_kokoro import config
from wyoming_kokoro.errors import ServerError


async def test_a_port_in_use_is_one_line_with_a_remedy() -> None:
    """Who holds the address, and what to do."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        uri = f"tcp://127.0.0.1:{other.getsockname()[1]}"
        with pytest.raises(ServerError) as caught:
            async with served(FakeEngine(), config.Server(uri=uri)):
                pass
    assert str(caught.value).startswith(f"Can't listen on {uri}: ")
    assert "change server.uri" in str(caught.value)


async def test_an_address_of_another_machine_is_one_line() -> None:
    """Nobody can listen on an address that isn't here."""
    with pytest.raises(ServerError, match="0.0.0.0 listens on all"):
        async with served(FakeEngine(), config.Server(uri="tcp://192.0.2.1:10210")):
            pass


@pytest.mark.parametrize(
    ("host", "bound"),
    [("127.0.0.1", "127.0.0.1"), ("localhost", "127.0.0.1"), ("[::1]", "::1"), ("127.0.0.2", "127.0.0.2")],
)
async def test_it_knows_where_it_is_reached(host: str, bound: str) -> None:
    """The address that a name stands for, and the port that was free."""
    async with served(FakeEngine(), config.Server(uri=f"tcp://{host}:0")) as server:
        assert server.bound
        assert server.bound[0] in (bound, "::1" if host == "localhost" else bound)
        assert server.uri == f"tcp://{host}:{server.bound[1]}"


async def test_a_unix_socket_is_served_and_a_living_one_is_not_taken(tmp_path: Path) -> None:
    """A stale socket file is replaced; the socket of a service that listens stays its own."""
    limits = config.Server(uri=f"unix://{tmp_path}/kokoro.sock")
    for _ in range(2):  # the first leaves its file behind, or asyncio removes it
        async with served(FakeEngine(), limits), AsyncClient.from_uri(limits.uri, read_timeout=10) as client:
            with pytest.raises(ServerError, match="Another program listens there"):
                async with served(FakeEngine(), limits):
                    pass
            await send(client, ("synthesize", {"text": "Hello."}))
            assert pcm(await answers(client, "audio-stop")).any()
    with socket.socket(socket.AF_UNIX) as stale:
        Path(tmp_path, "kokoro.sock").unlink(missing_ok=True)
        stale.bind(f"{tmp_path}/kokoro.sock")
    async with served(FakeEngine(), limits), AsyncClient.from_uri(limits.uri, read_timeout=10) as client:
        await send(client, ("ping", {}))
        assert (await answers(client, "pong"))[0].type == "pong"


async def test_one_connection_too_many_is_answered_an_error() -> None:
    """Where all are being answered: not a hang but an error with the limit's name, then the end; they go on."""
    engine = FakeEngine("Held.")
    limits = config.Server(uri="tcp://127.0.0.1:0", max_connections=2, grace=2)
    async with served(engine, limits) as server, client_of(server) as first, client_of(server) as second:
        for client in (first, second):
            await send(client, ("synthesize", {"text": "Held."}), ("ping", {}))
            await answers(client, "pong")
        async with client_of(server) as third:
            [error] = await answers(third)
        assert (error.type, error.data["code"]) == ("error", "limit")
        assert "server.max_connections" in error.data["text"]
        engine.release("Held.")
        for client in (first, second):
            assert (await answers(client, "audio-stop"))[-1].type == "audio-stop"


async def test_a_socket_that_another_service_has_taken_over_stays_its_own(tmp_path: Path) -> None:
    """Its file has the same name, and whoever ends must not take it away."""
    limits = config.Server(uri=f"unix://{tmp_path}/kokoro.sock", grace=2)
    async with served(FakeEngine(), limits):
        Path(tmp_path, "kokoro.sock").unlink()
        async with contextlib.AsyncExitStack() as other:
            await other.enter_async_context(served(FakeEngine(), limits))
            successor = other.pop_all()
    async with successor, AsyncClient.from_uri(limits.uri, read_timeout=10) as client:
        await send(client, ("ping", {}))
        assert (await answers(client, "pong"))[0].type == "pong"


async def test_a_newcomer_takes_the_place_of_the_one_that_is_idle_for_longest(monkeypatch: pytest.MonkeyPatch) -> None:
    """People who keep a connection open don't keep others out; one that is being answered keeps its place."""
    monkeypatch.setattr("wyoming_kokoro.wire.connection.FRESH_S", 0)
    engine = FakeEngine("Held.")
    limits = config.Server(uri="tcp://127.0.0.1:0", max_connections=3, grace=2)
    async with served(engine, limits) as server, client_of(server) as busy, client_of(server) as idle:
        await send(busy, ("synthesize", {"text": "Held."}), ("ping", {}))
        await answers(busy, "pong")
        async with client_of(server) as fresh, client_of(server) as newcomer:
            for client in (fresh, newcomer):
                await send(client, ("describe", {}))
            assert [event.type for event in await answers(idle)] == ["error"]
            for client in (fresh, newcomer):
                assert (await answers(client, "info"))[-1].type == "info"
        engine.release("Held.")
        assert (await answers(busy, "audio-stop"))[-1].type == "audio-stop"


async def test_who_is_not_allowed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """And isn't served; a health check on the machine itself needs no entry in the list."""
    limits = config.Server(uri="tcp://127.0.0.1:0", allow=("192.0.2.0/24",), grace=2)
    async with served(FakeEngine(), limits) as server:
        async with client_of(server) as client:
            await send(client, ("ping", {}))
            assert (await answers(client, "pong"))[0].type == "pong"
        monkeypatch.setattr("wyoming_kokoro.wire.server.plain", lambda shown: "198.51.100.7")
        async with client_of(server) as client:
            await send(client, ("ping", {}))
            [error] = await answers(client)
        assert error.data == {"code": "forbidden", "text": "198.51.100.7 may not connect. Add it to server.allow"}


async def test_one_address_cannot_take_all_places() -> None:
    """Another one is served while it has its fill."""
    engine = FakeEngine("Held.")
    limits = config.Server(uri="tcp://0.0.0.0:0", max_per_address=1, grace=2)
    async with served(engine, limits) as server:
        port = int(server.uri.rpartition(":")[2])
        writers: list[asyncio.StreamWriter] = []
        for address in ("127.0.0.2", "127.0.0.2", "127.0.0.3"):
            reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(address, 0))
            writer.write(b'{"type": "synthesize", "data": {"text": "Held."}}\n{"type": "ping"}\n')
            event = await async_read_event(reader)
            assert event and event.type == ("error" if len(writers) == 1 else "pong")
            writers.append(writer)
        engine.release("Held.")
        for writer in writers:
            writer.transport.abort()


async def test_a_request_under_way_is_not_taken_for_idleness() -> None:
    """Those who have just connected keep their places, until they say what they want: the newcomer is told."""
    limits = config.Server(uri="tcp://127.0.0.1:0", max_connections=1, grace=2)
    async with served(FakeEngine(), limits) as server, client_of(server) as first:
        while not server._connections:
            await asyncio.sleep(0.001)
        async with client_of(server) as second:
            [error] = await answers(second)
        assert error.data["code"] == "limit"
        await send(first, ("synthesize", {"text": "Here it is."}))
        assert (await answers(first, "audio-stop"))[-1].type == "audio-stop"


async def test_a_flood_of_connections_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refused ones that don't read why are kept for a moment only so many at a time, the newest; another address isn't
    kept out by them, and those who are served go on."""
    monkeypatch.setattr("wyoming_kokoro.wire.server.LEAVING", 5)
    monkeypatch.setattr("wyoming_kokoro.wire.connection.LINGER_S", 20.0)
    engine = FakeEngine("Held.")
    limits = config.Server(uri="tcp://0.0.0.0:0", max_per_address=1, grace=2)
    async with served(engine, limits) as server, client_of(server) as busy:
        await send(busy, ("synthesize", {"text": "Held."}), ("ping", {}))
        await answers(busy, "pong")
        port, most = int(server.uri.rpartition(":")[2]), 0
        crowd = []
        for _ in range(50):
            crowd.append(await asyncio.open_connection("127.0.0.1", port, local_addr=("127.0.0.1", 0)))
            await asyncio.sleep(0.001)
            most = max(most, len(server._connections))
        assert most <= 1 + 5 + 2
        reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=("127.0.0.9", 0))
        crowd.append((reader, writer))
        writer.write(b'{"type": "ping"}\n')
        event = await async_read_event(reader)
        assert event and event.type == "pong"
        engine.release("Held.")
        assert (await answers(busy, "audio-stop"))[-1].type == "audio-stop"
        for _, writer in crowd:
            writer.transport.abort()
        await asyncio.gather(*(writer.wait_closed() for _, writer in crowd), return_exceptions=True)


async def test_closing_lets_answers_finish_within_the_grace() -> None:
    """What is being spoken is spoken to its end, an idle connection is closed at once, nobody new is let in."""
    engine = FakeEngine("Held until closing.")
    async with served(engine) as server:
        async with client_of(server) as client, client_of(server) as idle:
            await send(idle, ("ping", {}))
            await answers(idle, "pong")
            await send(client, ("synthesize", {"text": "Held until closing."}))
            await engine.begun()
            closing = asyncio.create_task(server.close(grace=10))
            assert await answers(idle) == []
            engine.release("Held until closing.")
            events = await answers(client)
            await closing
        with pytest.raises(ConnectionRefusedError):
            await client_of(server).connect()
    assert events[-1].type == "audio-stop"


async def test_closing_ends_what_takes_longer_with_an_error() -> None:
    """After the grace the client learns why, and the service ends."""
    engine = FakeEngine("Held beyond.")
    async with served(engine) as server, client_of(server) as client:
        await send(client, ("synthesize", {"text": "Held beyond."}))
        await engine.begun()
        await server.close(grace=0.05)
        events = await answers(client)
        engine.release("Held beyond.")
    assert [event.type for event in events] == ["error"]
    assert "being stopped" in events[0].data["text"]


async def test_a_client_that_does_not_read_cannot_hold_up_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither its answer nor the error can be flushed: it is cut off."""
    monkeypatch.setattr("wyoming_kokoro.wire.server.FAREWELL_S", 0.1)
    monkeypatch.setattr("wyoming_kokoro.wire.server.CLOSE_S", 0.1)
    async with served(FakeEngine()) as server, client_of(server) as client:
        await send(client, ("synthesize", {"text": "Nobody listens to this. " * 400}))
        await answers(client, "audio-start")
        async with asyncio.timeout(20):  # far less than what a client may take that pauses in mid-answer
            await server.close(grace=0.1)
        assert not server._connections


async def test_bad_bytes_cost_one_connection_and_no_traceback(caplog: pytest.LogCaptureFixture) -> None:
    """An error event with a stable code, one log line, and the next client is served."""
    async with served(FakeEngine()) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(server.uri.rpartition(":")[2]))
        writer.write(b"GET / HTTP/1.1\r\n\r\n")
        content = await reader.read()
        writer.close()
        await writer.wait_closed()
        assert b'"error"' in content and b'"protocol"' in content
        async with client_of(server) as client:
            await send(client, ("ping", {}))
            assert (await answers(client, "pong"))[0].type == "pong"
    assert len(caplog.records) == 1 and caplog.records[0].exc_info is None


async def test_a_connection_that_is_cut_off_leaves_no_trace(caplog: pytest.LogCaptureFixture) -> None:
    """A reset in mid-answer is no warning, no traceback, and leaves no connection behind."""
    async with served(FakeEngine()) as server:
        client = client_of(server)
        await client.connect()
        await send(client, ("synthesize", {"text": "A rather long sentence, to be cut off in the middle. " * 40}))
        await answers(client, "audio-chunk")
        assert client._writer
        client._writer.transport.abort()
        while server._connections:
            await asyncio.sleep(0.005)
    assert [record for record in caplog.records if record.levelname != "INFO"] == []
