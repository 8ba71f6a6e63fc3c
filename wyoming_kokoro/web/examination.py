"""The model's files and doctor's findings: what takes its time to look at."""

import asyncio
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from aiohttp import web

from wyoming_kokoro import config
from wyoming_kokoro.errors import ModelError
from wyoming_kokoro.privacy import public, without_addresses
from wyoming_kokoro.runtime import models
from wyoming_kokoro.runtime.configured import places
from wyoming_kokoro.runtime.fingerprints import fingerprint
from wyoming_kokoro.runtime.models import ModelFile
from wyoming_kokoro.web.house import House


class ExaminationHandler:
    def __init__(self, house: House) -> None:
        self._house = house
        self._one = asyncio.Lock()
        """Held while something is examined: nobody may make the machine do it several times at once."""
        self._seen: dict[tuple[str, int, int], dict[str, Any]] = {}

    async def files(self, _: web.Request) -> web.Response:
        """GET /api/files: each file of the model, and whether its bytes are the official ones."""
        async with self._one:
            found = await asyncio.to_thread(lambda: list(self._files(self._house.settings.model)))
        return web.json_response({"files": found})

    async def examine(self, _: web.Request) -> web.Response:
        """POST /api/doctor: its findings, but for those that a service can't have of itself while it speaks."""
        async with self._one:
            found = await asyncio.to_thread(self._house.examine)
        findings = [
            {"check": check, **{key: without_addresses(public(value)) for key, value in asdict(finding).items()}}
            for check, finding in found
        ]
        return web.json_response({"findings": findings})

    def _files(self, settings: config.Model) -> Iterator[dict[str, Any]]:
        paths, official = places(settings), models.official(settings.release, settings.precision)
        for path, file in zip((paths.model, paths.voices), official, strict=True):
            yield {"name": path.name, "wanted": file.size, **self._verdict(path, file)}

    def _verdict(self, path: Path, file: ModelFile) -> dict[str, Any]:
        """Read once: a folder that can't be written keeps no fingerprints."""
        try:
            state = path.stat()
            key = (str(path), state.st_size, state.st_mtime_ns)
            if key not in self._seen:
                verdict = models.verify(path, file)
                facts = {"kind": verdict.kind, "note": public(verdict.note), "sha256": fingerprint(path)}
                self._seen = {**self._seen, key: {"size": state.st_size, **facts}}
            return self._seen[key]
        except OSError:
            return {"size": 0, "kind": "missing", "note": "not here"}
        except ModelError as error:
            return {"size": 0, "kind": "unreadable", "note": public(error.message)}
