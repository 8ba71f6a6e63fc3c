"""The voices for the page and for OpenAI's clients and front ends."""

from aiohttp import web

from wyoming_kokoro.speech.listing import facts
from wyoming_kokoro.web.house import House

MODEL = "kokoro"


class VoicesHandler:
    def __init__(self, house: House) -> None:
        self._house = house

    async def voices(self, _: web.Request) -> web.Response:
        """GET /v1/audio/voices: `id` and `name` are what front ends read, the rest is what is known of a voice."""
        catalogue = self._house.speaker().catalogue
        listed = [
            {"id": voice.name, **facts(voice, catalogue), "language_name": voice.language.name}
            for voice in catalogue.voices
        ]
        return web.json_response({"voices": listed, "default": catalogue.default.name})

    async def models(self, _: web.Request) -> web.Response:
        """GET /v1/models and /v1/audio/models: there is one."""
        model = {"id": MODEL, "name": MODEL, "object": "model", "created": 0, "owned_by": "hexgrad"}
        return web.json_response({"object": "list", "data": [model], "models": [model]})
