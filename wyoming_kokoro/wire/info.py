"""Who speaks now, as Wyoming's info answer."""

from wyoming.info import Attribution, Info, TtsProgram, TtsVoice

from wyoming_kokoro import __version__
from wyoming_kokoro.privacy import public
from wyoming_kokoro.speech.engine import Speaker
from wyoming_kokoro.speech.voices import Voice

PROGRAM = "kokoro"
"""Part of Home Assistant's unique id, and the title of its entry: never change it."""

MODEL = Attribution(name="hexgrad", url="https://huggingface.co/hexgrad/Kokoro-82M")
EMBEDDED = Attribution(name="espeak-ng", url="https://github.com/espeak-ng/espeak-ng")


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
