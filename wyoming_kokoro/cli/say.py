"""`wyoming-kokoro say`: speak a text, in this process or by a server."""

import asyncio
import codecs
import contextlib
import logging
import os
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable

import click
from wyoming.audio import AudioChunk
from wyoming.tts import SynthesizeVoice

from wyoming_kokoro import config
from wyoming_kokoro.cli.options import configuration, start_logging
from wyoming_kokoro.cli.show import reader, show
from wyoming_kokoro.cli.sinks import Sink, open_sink
from wyoming_kokoro.config import Config
from wyoming_kokoro.errors import KokoroError, ServerError
from wyoming_kokoro.runtime.engines import Engines
from wyoming_kokoro.runtime.scheduler import Scheduler
from wyoming_kokoro.wire.client import Wish, connected, speak
from wyoming_kokoro.wire.discovery import browse
from wyoming_kokoro.wire.server import serving

DISCOVERY_S = 5.0
"""How long `--discover` listens for answers."""
LONGEST = 1_000_000
"""Characters that may wait here: nobody else does, and a book is to be read from a pipe."""
AHEAD = 16
"""Blocks that are read before they are passed on."""
BLOCK = 4096
"""Bytes of standard input that are passed on at once; what is there goes at once, however little."""


@click.command()
@click.argument("text", nargs=-1, required=True)
@click.option("-o", "--output", metavar="FILE", help="Write a WAV file (- for standard output) instead of playing.")
@click.option("-v", "--voice", help="Voice, such as bf_emma; see `wyoming-kokoro voices`.")
@click.option("-l", "--language", help="Language, such as en-GB, if no voice is given.")
@click.option("--uri", "remote", metavar="URI", help="Have the Wyoming server at URI speak instead of this process.")
@click.option("--discover", is_flag=True, help="Have the first server found on the network speak.")
@click.option("--ssml", is_flag=True, help="TEXT is SSML.")
@click.option("--show", "shown", is_flag=True, help="Don't speak: print sentences, words and phonemes.")
@click.option("--json", "as_json", is_flag=True, help="With --show, print JSON: an object for each text.")
@configuration
def say(
    settings: Config,
    text: tuple[str, ...],
    output: str | None,
    voice: str | None,
    language: str | None,
    remote: str | None,
    discover: bool,
    ssml: bool,
    shown: bool,
    as_json: bool,
) -> None:
    """Speak TEXT, or standard input as it comes if TEXT is -. Figures go to stderr.

    With --show and - every line of standard input is a text of its own; one that is a JSON string is decoded.
    """
    if shown and (output or remote or discover):
        raise click.UsageError("--show speaks nothing: --output, --uri and --discover don't go with it")
    if shown:
        start_logging("warning")
        show(reader(settings, voice, language, ssml=ssml), " ".join(text), as_json=as_json)
        return
    if as_json:
        raise click.UsageError("--json goes with --show")
    quiet = settings.log.level == "info"
    start_logging("warning" if quiet else settings.log.level)
    if quiet:  # what this process answers to itself is said once, as the error of this command
        logging.getLogger("wyoming_kokoro.wire").setLevel(logging.ERROR)
    with contextlib.closing(open_sink(output)) as sink:
        spoken = _Spoken(sink)
        wish = Wish(SynthesizeVoice(voice, language), ssml)
        asyncio.run(_say(settings, remote, discover, " ".join(text), wish, spoken))
    click.echo(f"{spoken.figures()}{f', written to {output}' if output else ''}", err=True)


class _Spoken:
    """Takes the chunks to where they should go, and keeps the figures."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._asked = time.monotonic()
        self._first = 0.0
        self._seconds = 0.0

    def ask(self) -> None:
        """From now on the listener waits."""
        self._asked = time.monotonic()

    def take(self, chunk: AudioChunk) -> None:
        self._first = self._first or time.monotonic() - self._asked
        self._seconds += chunk.seconds
        self._sink.write(chunk)

    def figures(self) -> str:
        took = time.monotonic() - self._asked
        return f"first audio after {self._first:.3f} s, {self._seconds:.2f} s of audio in {took:.2f} s"


async def _say(settings: Config, remote: str | None, discover: bool, text: str, wish: Wish, spoken: _Spoken) -> None:
    async with contextlib.AsyncExitStack() as stack:
        there = await _find() if discover else remote
        here = "" if there else await stack.enter_async_context(_in_process(settings))
        client = await stack.enter_async_context(connected(there or here))
        spoken.ask()
        await speak(client, _standard_input() if text == "-" else _whole(text), wish, spoken.take)


async def _find() -> str:
    found = await browse(DISCOVERY_S)
    if not found:
        raise ServerError("No Wyoming server answered on this network", "Give its address: --uri tcp://HOST:PORT")
    click.echo(f"{found[0].name} at {found[0].uri}", err=True)
    return found[0].uri


@contextlib.asynccontextmanager
async def _in_process(settings: Config) -> AsyncIterator[str]:
    """The service itself, for this one text: what is heard here is what a client on the network hears."""
    engines = Engines(settings)
    await engines.start(wait=True)
    click.echo(engines.speaker.note, err=True)
    here = config.Server(uri="tcp://127.0.0.1:0", max_text=LONGEST, max_queue=LONGEST)
    with contextlib.closing(Scheduler()) as scheduler:
        async with serving(here, lambda: engines.speaker, scheduler) as server:
            yield server.uri


async def _whole(text: str) -> AsyncIterator[str]:
    yield text


async def _standard_input() -> AsyncIterator[str]:
    """Text as it arrives; a character may be split over two reads."""
    if sys.stdin is None:
        raise KokoroError("Standard input is closed", "Give the text as arguments")
    blocks: asyncio.Queue[bytes] = asyncio.Queue()
    free = threading.Semaphore(AHEAD)
    loop = asyncio.get_running_loop()

    def put(block: bytes) -> None:
        loop.call_soon_threadsafe(blocks.put_nowait, block)

    # a thread that nobody waits for: after an error elsewhere, an input that stays open must not keep the program
    threading.Thread(target=_read_blocks, args=(sys.stdin.fileno(), free, put), daemon=True).start()
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    while block := await blocks.get():
        free.release()
        yield decoder.decode(block)
    yield decoder.decode(b"", final=True)


def _read_blocks(descriptor: int, free: threading.Semaphore, put: Callable[[bytes], None]) -> None:
    with contextlib.suppress(RuntimeError):  # the loop has ended
        try:
            while block := os.read(descriptor, BLOCK):
                free.acquire()
                put(block)
        except OSError as error:
            click.echo(f"standard input can't be read further: {error.strerror}", err=True)
        put(b"")
