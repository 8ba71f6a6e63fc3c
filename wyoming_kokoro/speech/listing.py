"""Voices for machines."""

from wyoming_kokoro.speech.catalogue import Catalogue
from wyoming_kokoro.speech.voice import Voice


def facts(voice: Voice, catalogue: Catalogue) -> dict[str, object]:
    """What is known of a voice of this catalogue, as JSON can say it."""
    return {
        "name": voice.name,
        "title": voice.title,
        "language": voice.language.tag,
        "gender": "female" if voice.female else "male",
        "grade": voice.grade or None,
        "speed": voice.speed,
        "gain": voice.gain,
        "styles": dict(voice.styles),
        "default": voice.default,
        "aliases": catalogue.aliases_of(voice),
    }
