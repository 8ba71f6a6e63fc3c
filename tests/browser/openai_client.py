"""The official client of OpenAI at the speech endpoint: openai_client.py http://HOST:PORT"""

import io
import sys
import wave

import openai
from openai import OpenAI


def main(address: str) -> None:
    client = OpenAI(base_url=f"{address}/v1", api_key="none is asked for", max_retries=0)
    assert [model.id for model in client.models.list()] == ["kokoro"]
    wanted = {"model": "tts-1", "voice": "alloy", "input": "The kitchen light is on. And the door is locked."}
    begins = {"mp3": b"\xff\xf3", "opus": b"OggS", "flac": b"fLaC", "wav": b"RIFF", "pcm": b""}
    for form, magic in begins.items():
        content = client.audio.speech.create(**wanted, response_format=form).read()
        assert content.startswith(magic) and len(content) > 10_000, (form, len(content))
    with client.audio.speech.with_streaming_response.create(**wanted, response_format="wav") as answer:
        parts = list(answer.iter_bytes(4096))
    with wave.open(io.BytesIO(b"".join(parts))) as sound:
        assert (sound.getframerate(), sound.getnchannels(), sound.getsampwidth()) == (24_000, 1, 2)
    assert len(parts) > 10
    assert refused(client, {**wanted, "voice": "nobody"}) == ("voice-not-found", "voice")
    print("ok  the openai client speaks, streams and understands errors")


def refused(client: OpenAI, wanted: dict[str, str]) -> tuple[str | None, str | None]:
    """Code and field of the error; None where there was none."""
    try:
        client.audio.speech.create(**wanted)
    except openai.BadRequestError as error:
        return error.code, error.param
    return None, None


if __name__ == "__main__":
    main(sys.argv[1])
