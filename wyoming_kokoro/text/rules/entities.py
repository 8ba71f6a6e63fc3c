"""Names of Home Assistant's entities, and other words in snake case."""

import re

from wyoming_kokoro.text.rules.language import Language
from wyoming_kokoro.text.rules.patterns import BEGIN, END, any_of
from wyoming_kokoro.text.rules.rule import Rule

_DOMAINS = (
    "ai_task alarm_control_panel alert assist_satellite automation binary_sensor button calendar camera climate "
    "conversation counter cover date datetime device_tracker event fan geo_location group homeassistant humidifier "
    "image image_processing input_boolean input_button input_datetime input_number input_select input_text lawn_mower "
    "light lock media_player notify number person plant proximity remote scene schedule script select sensor siren stt "
    "sun switch tag text time timer todo tts update vacuum valve wake_word water_heater weather zone"
)
_ENTITY = re.compile(rf"{BEGIN}(?:{any_of(_DOMAINS.split())})\.[a-z0-9][a-z0-9_]*(?![\w-]|\.\w)")
_SNAKE = re.compile(r"(?<=[^\W_])_+(?=[^\W_])")
_OBJECT = re.compile(
    rf"{BEGIN}(?:[a-z]{{2,40}}_\w{{1,60}}\.[a-z]\w{{1,60}}|[a-z]{{2,40}}\.[a-z]{{1,40}}_\w{{1,60}}){END}"
)
"""Of other integrations: known by the underscore."""


_FILES = (
    "yaml yml json toml ini conf cfg xml html htm css js ts py cpp rs php sh exe dll md rst txt log csv sql db sqlite "
    "pdf docx xlsx pptx odt zip gz tar tgz xz iso img deb rpm apk jpg jpeg png gif bmp svg webp mp3 mp4 wav flac ogg "
    "opus m4a aac avi mkv mov webm onnx"
)
"""Ends of names of files, after which a full stop is no pause: none is a word that a sentence begins with."""
_SUFFIX = re.compile(rf"(?<=[^\W_])\.(?=(?:{any_of(_FILES.split())})(?![\w-]))")


def entities(language: Language) -> tuple[Rule, ...]:
    """The words of an entity's name are in any language, mostly English: they are only taken apart."""

    def apart(match: re.Match[str]) -> str:
        return " ".join(match[0].replace(".", " ").replace("_", " ").split())

    return (
        Rule("entities", _ENTITY, apart),
        Rule("entities", _OBJECT, apart),
        Rule("entities", _SNAKE, lambda _: " "),
        *([Rule("entities", _SUFFIX, lambda _: f" {language.dot} ")] if language.dot else []),
    )
