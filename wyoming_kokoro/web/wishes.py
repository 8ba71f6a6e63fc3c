"""What is asked for over HTTP: JSON, checked once."""

from http import HTTPStatus
from typing import Annotated, Any, Literal, TypeVar

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from wyoming_kokoro import config
from wyoming_kokoro.errors import ProtocolError
from wyoming_kokoro.web.failures import RefusedError
from wyoming_kokoro.wire.events import MAX_NAME

Text = Annotated[str, Field(min_length=1)]
Name = Annotated[str, Field(max_length=MAX_NAME)]


class _Wish(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)


class SpeechWish(_Wish):
    """The body of OpenAI's POST /v1/audio/speech, and what is ours: language and gain."""

    input: Text
    model: Name = ""
    """There is one: whatever is asked for."""
    voice: Name = ""
    response_format: Literal["mp3", "opus", "flac", "wav", "pcm"] = "mp3"
    speed: Annotated[float, Field(ge=0.25, le=4)] = 1.0
    """On top of the voice's own; beyond what Kokoro can, its bounds hold."""
    stream_format: Literal["audio"] = "audio"
    language: Name = ""
    gain: config.Gain = 0.0
    """Decibels, on top of the voice's own."""


class ReadingWish(_Wish):
    input: Text
    voice: Name = ""


Wish = TypeVar("Wish", bound=_Wish)


async def wish(request: web.Request, kind: type[Wish]) -> Wish:
    """The body of the request. Raises RefusedError."""
    if request.content_type != "application/json":  # one that a form of another site can't send
        error = ProtocolError(
            f"The body is {request.content_type}, expected JSON", "Send Content-Type: application/json"
        )
        raise RefusedError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, error)
    try:
        return kind.model_validate_json(await request.read())
    except ValidationError as error:
        raise _refusal(error.errors(include_url=False)[0]) from None


def _refusal(details: Any) -> RefusedError:
    """Names the field, and never what was to be said."""
    param = ".".join(map(str, details["loc"])) or None
    message = "it is empty" if details["type"] == "string_too_short" else details["msg"].removeprefix("Input ")
    shown = f", not {details['input']!r:.60}" if param not in (None, "input") and details["type"] != "missing" else ""
    error = ProtocolError(f"{param}: {message}{shown}" if param else f"The body can't be used: {message}")
    return RefusedError(HTTPStatus.BAD_REQUEST, error, param)
