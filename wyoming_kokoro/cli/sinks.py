"""Where spoken audio goes: a WAV file, standard output, or the loudspeaker by a player that is installed."""

import contextlib
import io
import shutil
import struct
import subprocess
import sys
from collections.abc import Iterator
from typing import Protocol

from wyoming.audio import AudioChunk

from wyoming_kokoro.errors import KokoroError

PLAYERS = (
    ("pw-cat", "--playback", "--raw", "--format=s16", "--rate={rate}", "--channels={channels}", "-"),
    ("paplay", "--raw", "--format=s16le", "--rate={rate}", "--channels={channels}"),
    ("aplay", "-q", "-t", "raw", "-f", "S16_LE", "-r", "{rate}", "-c", "{channels}"),
    ("play", "-q", "-t", "raw", "-e", "signed", "-b", "16", "-r", "{rate}", "-c", "{channels}", "-"),
    ("ffplay", "-loglevel", "error", "-nodisp", "-autoexit", "-f", "s16le", "-ar", "{rate}", "-i", "-"),
)
"""Programs that play raw 16-bit PCM from standard input while it still comes."""

UNKNOWN = 0x7FFFFF00
"""Bytes of audio in a WAV header before the length is known; players read to the end all the same."""


class Sink(Protocol):
    def write(self, chunk: AudioChunk) -> None: ...

    def close(self) -> None: ...


def open_sink(output: str | None) -> Sink:
    """Raises KokoroError where nothing here can play. A file is opened, and emptied, when the first audio is there."""
    return _Player() if output is None else _Wave(output)


class _Wave:
    """A WAV file. Its header gets the length in the end, but in a pipe, which can't be sought.

    Nothing is buffered: what can't be written is an error at once, and not one more when the program ends.
    """

    def __init__(self, output: str) -> None:
        self._output = output
        self._file: io.FileIO | None = None
        self._format: AudioChunk | None = None
        self._length = 0

    def write(self, chunk: AudioChunk) -> None:
        with _written(self._output):
            if self._file is None or self._format is None:
                piped = self._output == "-"
                self._file = io.FileIO(sys.stdout.fileno() if piped else self._output, "wb", closefd=not piped)
                self._format = chunk
                _put(self._file, _header(chunk, UNKNOWN))
            self._length += len(chunk.audio)
            _put(self._file, chunk.audio)

    def close(self) -> None:
        if self._file and self._format:
            with _written(self._output), self._file:
                if self._file.seekable():
                    self._file.seek(0)
                    _put(self._file, _header(self._format, self._length))


def _put(file: io.FileIO, content: bytes) -> None:
    """A raw file may take less than it is given."""
    rest = memoryview(content)
    while rest:
        rest = rest[file.write(rest) :]


@contextlib.contextmanager
def _written(output: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise KokoroError(f"Can't write {output}: {error.strerror}", "Choose another file with -o") from None


def _header(of: AudioChunk, length: int) -> bytes:
    """The RIFF header of PCM audio; wave's own writer needs a file that can be sought."""
    block = of.width * of.channels
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, of.channels, of.rate, of.rate * block, block, 8 * of.width)
    return struct.pack("<4sI4s", b"RIFF", 36 + length, b"WAVE") + form + struct.pack("<4sI", b"data", length)


class _Player:
    def __init__(self) -> None:
        found = next((player for player in PLAYERS if shutil.which(player[0])), None)
        if found is None:
            names = ", ".join(player[0] for player in PLAYERS)
            raise KokoroError(f"No player is installed (looked for {names})", "Write a file instead: -o hello.wav")
        self._command = found
        self._process: subprocess.Popen[bytes] | None = None

    def write(self, chunk: AudioChunk) -> None:
        if self._process is None:
            command = [part.format(rate=chunk.rate, channels=chunk.channels) for part in self._command]
            self._process = subprocess.Popen(command, stdin=subprocess.PIPE)
        try:
            if self._process.stdin:
                self._process.stdin.write(chunk.audio)
        except BrokenPipeError:
            raise self._failed() from None

    def close(self) -> None:
        if self._process:
            with contextlib.suppress(BrokenPipeError):
                self._process.communicate()
            if self._process.returncode:
                raise self._failed()

    def _failed(self) -> KokoroError:
        return KokoroError(f"The player {self._command[0]} failed", "Write a file instead: -o hello.wav")
