"""Who speaks now, as Wyoming's info answer."""

from wyoming.info import Attribution, Info, TtsProgram, TtsVoice

from wyoming_kokoro import __version__
from wyoming_kokoro.privacy import public
from wyoming_kokoro.speech.engine import Speaker
from wyoming_kokoro.speech.voices import Catalogue, Voice
from wyoming_kokoro.wire.events import encode_all

PROGRAM = "kokoro"
"""Part of Home Assistant's unique id, and the title of its entry: never change it."""

MODEL = Attribution(name="hexgrad", url="https://huggingface.co/hexgrad/Kokoro-82M")
EMBEDDED = Attribution(name="espeak-ng", url="https://github.com/espeak-ng/espeak-ng")


class Introduction:
    """The info event as it goes over the wire, made anew only when another speaks: some clients ask every second."""

    def __init__(self) -> None:
        self._shown: tuple[str, str, Catalogue] | None = None
        self._encoded = b""

    def of(self, speaker: Speaker) -> bytes:
        shown = (speaker.engine.name, speaker.note, speaker.catalogue)  # not the speaker: Kokoro makes one each time
        if shown != self._shown:
            self._shown, self._encoded = shown, encode_all(describe(speaker))
        return self._encoded


def describe(speaker: Speaker) -> Info:
    """What Home Assistant shows and needs: it breaks on voices without attribution or languages."""
    source = MODEL if speaker.engine.name == "kokoro" else EMBEDDED
    program = TtsProgram(
        name=PROGRAM,
        description=f"Kokoro text-to-speech. {public(speaker.note)}",
        attribution=source,
        installed=True,
        version=__version__,
        voices=[_voice(voice) for voice in speaker.catalogue.voices],
        supports_synthesize_streaming=True,
    )
    return Info(tts=[program])


def _voice(voice: Voice) -> TtsVoice:
    return TtsVoice(
        name=voice.name,
        description=voice.title,
        attribution=MODEL,
        installed=True,
        version=None,
        languages=[voice.language.tag],
    )
