"""Errors as JSON in the shape that OpenAI's clients read."""

import logging
from http import HTTPStatus

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from wyoming_kokoro.answering.journal import Journal
from wyoming_kokoro.errors import KokoroError, ProtocolError

log = logging.getLogger(__name__)

STATUS = {
    "voice-not-found": HTTPStatus.BAD_REQUEST,
    "protocol": HTTPStatus.BAD_REQUEST,
    "forbidden": HTTPStatus.FORBIDDEN,
    "limit": HTTPStatus.TOO_MANY_REQUESTS,
    "stopping": HTTPStatus.SERVICE_UNAVAILABLE,
    "resources": HTTPStatus.SERVICE_UNAVAILABLE,
    "device": HTTPStatus.SERVICE_UNAVAILABLE,
}
"""By the code of the error; every other one is ours: 500."""
RETRY_S = "5"
"""When those may try again who are told that there is no room."""


class RefusedError(Exception):
    """An error with the status that fits it, where its code alone doesn't tell that."""

    def __init__(self, status: HTTPStatus, error: KokoroError, param: str | None = None) -> None:
        super().__init__(str(error))
        self.status = status
        self.error = error
        self.param = param
        """The field of the request that is wrong."""


def failures(journal: Journal) -> Middleware:
    """Answers what handlers raise, and counts it."""

    @web.middleware
    async def answer(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except RefusedError as refusal:
            return _answered(journal, refusal)
        except KokoroError as error:
            status = STATUS.get(error.code, HTTPStatus.INTERNAL_SERVER_ERROR)
            param = "voice" if error.code == "voice-not-found" else None
            return _answered(journal, RefusedError(status, error, param))
        except web.HTTPRequestEntityTooLarge as error:
            limit = ProtocolError(f"The request is larger than {error.text}", "Send a shorter text")
            return _answered(journal, RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, limit))

    return answer


def _answered(journal: Journal, refusal: RefusedError) -> web.Response:
    log.warning("answered an error over HTTP: %s", refusal.error)
    journal.errors[refusal.error.code] += 1
    headers = {"Retry-After": RETRY_S} if refusal.status in (429, 503) else {}
    if refusal.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    kind = "server_error" if refusal.status >= 500 else "invalid_request_error"
    body = {"message": str(refusal.error), "type": kind, "param": refusal.param, "code": refusal.error.code}
    return web.json_response({"error": body}, status=refusal.status, headers=headers)
