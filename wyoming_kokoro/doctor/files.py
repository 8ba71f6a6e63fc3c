"""Checks of the model files and of the folders that the service needs."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from wyoming_kokoro.config import Config
from wyoming_kokoro.errors import ModelError
from wyoming_kokoro.findings import Finding
from wyoming_kokoro.runtime.configured import locate, official_names, verdicts
from wyoming_kokoro.runtime.models import official

NO_KOKORO = "Kokoro doesn't speak; the embedded voice does, unless engine is kokoro"
NO_COPY = "espeak-ng's library is loaded from a copy in there: without it nothing can be spoken"
ROOM_MB = 20
"""What a download wants beside the files."""


def model(settings: Config) -> Iterator[Finding]:
    """The two files: there, of the right kind, and what their bytes are."""
    try:
        paths = locate(settings.model)
    except ModelError as error:
        yield Finding("error", error.message, NO_KOKORO, error.remedy)
        return
    if paths is None:
        remedy = f"wyoming-kokoro download, or put {official_names(settings.model)} there"
        yield Finding("warning", f"Kokoro's model is not in {settings.model.dir}", NO_KOKORO, remedy)
        return
    for path, verdict in verdicts(settings.model, paths):
        yield Finding("ok" if verdict.kind == "official" else "note", f"{path}: {verdict.note}")


def folder(settings: Config) -> Iterator[Finding]:
    """Whether the model can be fetched into its folder."""
    wanted = settings.model.dir
    existing = next(parent for parent in (wanted, *wanted.parents) if parent.exists())
    if not existing.is_dir():
        remedy = f"mv {existing} {existing}.old, or set model.dir"
        yield Finding("warning", f"{existing} is a file, not a folder", "the model can't be fetched into it", remedy)
        return
    if not is_writable(existing):
        own = f"sudo chown -R {os.getuid()}:{os.getgid()} {wanted}"  # never of a folder above it
        remedy = f"{own if existing == wanted else f'sudo mkdir -p {wanted} && {own}'}, or set model.dir"
        yield Finding("warning", f"{existing} can't be written to", "the model can't be fetched into it", remedy)
        return
    free = os.statvfs(existing)
    megabytes = free.f_bavail * free.f_frsize // 10**6
    needed = sum(file.size for file in official(settings.model.release, settings.model.precision)) // 10**6
    if megabytes < needed + ROOM_MB and locate(settings.model) is None:
        why = f"the model takes {needed} MB"
        yield Finding("warning", f"{existing} has {megabytes} MB free", why, "free some space, or set model.dir")


def is_writable(folder: Path) -> bool:
    """Tried, because permissions don't tell: root may write anywhere but on a read-only file system."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def libraries() -> Iterator[Finding]:
    """The folder for temporary files, to which espeak-ng's library is copied, lets it be loaded."""
    remedy = "export TMPDIR=/another/folder; in a container: tmpfs: /tmp:exec"
    try:
        temporary = tempfile.gettempdir()
    except FileNotFoundError:
        yield Finding("error", "no folder for temporary files can be written to", NO_COPY, remedy)
        return
    if os.statvfs(temporary).f_flag & getattr(os, "ST_NOEXEC", 0):
        yield Finding("error", f"{temporary} is mounted noexec", NO_COPY, remedy)
