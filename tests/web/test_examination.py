"""Files and findings."""

from dataclasses import replace
from pathlib import Path

import aiohttp
from fakes import FakeEngine, paged

from wyoming_kokoro import config
from wyoming_kokoro.findings import Finding
from wyoming_kokoro.web.examination import ExaminationHandler


async def test_each_file_has_its_hash_and_what_it_is(tiny_folder: Path) -> None:
    """Our tiny model has the official name, and isn't the official file."""
    model = config.Model(dir=tiny_folder, download=False)
    async with paged(FakeEngine(), model=model) as (_, page), aiohttp.ClientSession(page) as session:
        for _ in range(2):
            async with session.get("/api/files") as answer:
                found = (await answer.json())["files"]
    assert [file["name"] for file in found] == ["kokoro-v1.0.onnx", "voices-v1.0.bin"]
    assert all(file["kind"] == "unknown" and len(file["sha256"]) == 64 and file["size"] for file in found)


async def test_a_missing_file_is_said_to_be_missing(tmp_path: Path) -> None:
    """With the bytes that it will have."""
    model = config.Model(dir=tmp_path)
    async with (
        paged(FakeEngine(), model=model) as (_, page),
        aiohttp.ClientSession(page) as session,
        session.get("/api/files") as answer,
    ):
        found = (await answer.json())["files"]
    assert {file["kind"] for file in found} == {"missing"} and found[0]["wanted"] == 325505369


async def test_doctors_findings_are_told_without_addresses() -> None:
    """As in its own report."""
    finding = Finding("warning", "192.168.1.20 doesn't answer", "nobody hears it", "switch it on")
    async with paged(FakeEngine()) as (house, _):
        handler = ExaminationHandler(replace(house, examine=lambda: [("announcing", finding)]))
        answer = await handler.examine(None)  # type: ignore[arg-type]
    assert answer.text == (
        '{"findings": [{"check": "announcing", "level": "warning", "seen": "(address) doesn\'t answer", '
        '"why": "nobody hears it", "remedy": "switch it on"}]}'
    )
