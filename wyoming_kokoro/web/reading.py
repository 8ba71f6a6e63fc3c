"""How a text would be read, for the page."""

import asyncio
from dataclasses import asdict
from functools import cached_property
from http import HTTPStatus

from aiohttp import web

from wyoming_kokoro.errors import LimitError
from wyoming_kokoro.speech.engine import Speaker
from wyoming_kokoro.speech.phonemes import Phonemizer
from wyoming_kokoro.speech.reading import Reader, Reading
from wyoming_kokoro.web.failures import RefusedError
from wyoming_kokoro.web.house import House
from wyoming_kokoro.web.wishes import ReadingWish, wish

MOST = 2_000
"""Characters: more than one looks at, and a tenth of a second of work."""


class ReadingHandler:
    def __init__(self, house: House) -> None:
        self._house = house
        self._one = asyncio.Lock()

    async def read(self, http: web.Request) -> web.Response:
        """POST /api/read: the sentences of a text with their words and phonemes."""
        wanted = await wish(http, ReadingWish)
        if len(wanted.input) > MOST:
            error = LimitError(
                f"{len(wanted.input)} characters, more than the {MOST} that are shown", "Shorten the text"
            )
            raise RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, error, "input")
        async with self._one:
            readings = await asyncio.to_thread(self._read, self._house.speaker(), wanted)
        return web.json_response({"sentences": [asdict(reading) for reading in readings]})

    def _read(self, speaker: Speaker, wanted: ReadingWish) -> list[Reading]:
        voice = speaker.voice(wanted.voice or None, None, None)
        return Reader(voice, speaker.diction, self._phonemizer).read(wanted.input)

    @cached_property
    def _phonemizer(self) -> Phonemizer:
        """Made when it is first needed: each one loads a copy of espeak-ng."""
        return Phonemizer(bopomofo=self._house.settings.model.bopomofo)
