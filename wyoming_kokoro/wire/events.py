"""Events to bytes, and what the events of a client have in them, over the event type of the `wyoming` library."""

import json
from typing import Any

from wyoming.event import Event, Eventable
from wyoming.tts import SynthesizeTextFormat, SynthesizeVoice

from wyoming_kokoro.errors import LimitError, ProtocolError

MAX_NAME = 500
"""Characters of a voice, a language, a speaker and what a ping says. A blend of ten voices has two hundred."""


def encode(event: Event) -> bytes:
    """One event as it goes over the wire. ASCII only, so that echoed text with lone surrogates can't fail."""
    data = json.dumps(event.data).encode() if event.data else b""
    header: dict[str, Any] = {"type": event.type}
    if data:
        header["data_length"] = len(data)
    if event.payload:
        header["payload_length"] = len(event.payload)
    return json.dumps(header).encode() + b"\n" + data + (event.payload or b"")


def encode_all(*events: Eventable) -> bytes:
    return b"".join(encode(event.event()) for event in events)


def text_of(event: Event) -> str:
    """The text of a synthesize or synthesize-chunk event, however long. Raises ProtocolError."""
    text = event.data.get("text")
    if isinstance(text, str):
        return text
    raise _no_string(event, "text", text)


def echo_of(event: Event) -> str | None:
    """What is to be said back to a ping. Raises ProtocolError, LimitError."""
    return _short_string(event, event.data, "text")


def voice_of(event: Event) -> SynthesizeVoice:
    """The voice that an event asks for; everything None where it names none. Raises ProtocolError, LimitError."""
    voice = event.data.get("voice") or {}
    if not isinstance(voice, dict):
        raise ProtocolError(f"{event.type}: voice must be an object, got {type(voice).__name__}")
    name, language, speaker = (_short_string(event, voice, key) or None for key in ("name", "language", "speaker"))
    return SynthesizeVoice(name, language, speaker)


def is_ssml(event: Event) -> bool:
    """Whether the text of a synthesize or synthesize-start event is mark-up. Raises ProtocolError."""
    form = _short_string(event, event.data, "text_format") or SynthesizeTextFormat.TEXT.value
    if form not in {known.value for known in SynthesizeTextFormat}:
        raise ProtocolError(f"{event.type}: text_format must be text or ssml, got {form[:20]!r}")
    return form == SynthesizeTextFormat.SSML.value


def _short_string(event: Event, data: dict[str, Any], key: str) -> str | None:
    """None where it is left out."""
    value = data.get(key)
    if value is None:
        return None
    if not isinstance(value, str):
        raise _no_string(event, key, value)
    if len(value) > MAX_NAME:
        raise LimitError(f"{event.type}: {key} has {len(value)} characters, more than {MAX_NAME}")
    return value


def _no_string(event: Event, key: str, value: object) -> ProtocolError:
    # what people say stays out of errors, and so out of the log
    return ProtocolError(f"{event.type}: {key} must be a string, got {type(value).__name__}")
