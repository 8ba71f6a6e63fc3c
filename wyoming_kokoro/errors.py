"""What can go wrong, as far as a user can cause or mend it.

    KokoroError                 every expected failure: one line for the log, one for the remedy
     +-- ConfigError            the configuration: file, key, value, what is allowed
     +-- DeviceError            the device that was asked for isn't really there
     |    +-- DeviceLostError   it was, and can't be used any more
     +-- ModelError             a model or voices file is missing, damaged or of a wrong kind
     |    +-- DownloadError     no mirror gave the file
     +-- VoiceError             a voice or language that nobody here can speak
     +-- SynthesisError         the engine gave no usable audio
     |    +-- UnspeakableError  there is nothing that it could say
     |    +-- DeviceMemoryError it doesn't fit into the device's memory
     |    +-- HungError         it doesn't come to an end
     +-- ResourceError          the machine has no more memory, files or disk
     +-- ProtocolError          a peer sent what is not Wyoming
     +-- LimitError             a peer asks for more than one may
     +-- SlowError              a peer doesn't go on
     |    +-- IdleError         it says nothing at all
     +-- ForbiddenError         a peer that isn't in server.allow
     +-- StoppingError          the service is being stopped
     +-- ServerError            the service can't listen, or a server can't be reached
     +-- StoppedError           whoever asked for it doesn't wait for it any more

Anything else that is raised is a bug.
"""

import traceback
from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from typing import TypeVar

Failure = TypeVar("Failure", bound=BaseException)


class KokoroError(Exception):
    """An expected failure: `message` says what was seen and what was expected, `remedy` what to do."""

    code = "failed"
    """The stable code of a Wyoming `error` event."""
    exit_code = 1
    """Of the program, where this ends it."""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        end = "" if self.message.endswith("?") else "."
        return f"{self.message}{end} {self.remedy}" if self.remedy else self.message


class ConfigError(KokoroError):
    """`key` is the path of the key that is wrong, where there is one, such as ("voices", "default")."""

    code = "config"

    def __init__(self, message: str, remedy: str = "", key: Sequence[str] = ()) -> None:
        super().__init__(f"{'.'.join(key)}: {message}" if key else message, remedy)
        self.key = tuple(key)


class DeviceError(KokoroError):
    code = "device"


class DeviceLostError(DeviceError):
    """A restart mends it, which a supervisor can tell by the exit code."""

    exit_code = 4


class ModelError(KokoroError):
    code = "model"


class DownloadError(ModelError):
    code = "download"


class VoiceError(KokoroError):
    code = "voice-not-found"


class SynthesisError(KokoroError):
    code = "synthesis-failed"


class UnspeakableError(SynthesisError):
    """There is nothing in a sentence that the engine can say, such as the letters of another script."""


class DeviceMemoryError(SynthesisError):
    """A shorter sentence, or the same one on another device, may fit."""


class HungError(SynthesisError):
    """An inference didn't end in the time that it may take."""

    code = "hung"


class ResourceError(KokoroError):
    code = "resources"


class ProtocolError(KokoroError):
    code = "protocol"


class LimitError(KokoroError):
    code = "limit"


class SlowError(KokoroError):
    code = "timeout"


class IdleError(SlowError):
    """A connection on which nothing is said, and nothing is to be answered."""


class ForbiddenError(KokoroError):
    code = "forbidden"


class StoppingError(KokoroError):
    code = "stopping"


class ServerError(KokoroError):
    code = "server"


class StoppedError(KokoroError):
    """Long work was given up because the caller asked to stop."""


def nearest(word: str, known: Iterable[str]) -> str:
    """`, did you mean 'X'?` for the known word that is spelled most alike, else nothing."""
    by_lower = {name.lower(): name for name in known}
    found = get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    return f", did you mean '{by_lower[found[0]]}'?" if found else ""


def exhausted(error: Exception) -> ResourceError:
    """Of an OSError or a MemoryError while something was spoken."""
    reason = (error.strerror if isinstance(error, OSError) else "no memory") or str(error)
    return ResourceError(f"The machine ran short while it spoke: {reason}", "Look at its memory, disk and open files")


def leaves(group: BaseExceptionGroup[Failure]) -> Iterator[Failure]:
    """What was raised, in a group or in groups of groups."""
    for error in group.exceptions:
        if isinstance(error, BaseExceptionGroup):
            yield from leaves(error)
        else:
            yield error


def first_of(group: BaseExceptionGroup[Failure]) -> Failure:
    """The first exception inside a group, or inside a group of groups."""
    return next(leaves(group))


def forget(error: BaseException) -> None:
    """Empties the frames that it came through: they hold it and each other, with all that was being worked on, until
    the garbage collector finds them."""
    for inner in error.exceptions if isinstance(error, BaseExceptionGroup) else ():
        forget(inner)
    for behind in (error.__cause__, error.__context__):
        if behind:
            forget(behind)
    traceback.clear_frames(error.__traceback__)
