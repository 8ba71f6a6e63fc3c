"""Which voice a request means."""

import re
from dataclasses import dataclass
from functools import cached_property

from wyoming_kokoro.errors import VoiceError
from wyoming_kokoro.speech.blends import SHOWN, blend, is_blend, no_voice
from wyoming_kokoro.speech.languages import is_spoken, match_tag, missing
from wyoming_kokoro.speech.official import language_of
from wyoming_kokoro.speech.voice import Voice

PIPER = re.compile(r"([a-z]{2,3}_[A-Z]{2})-\w+-(x_low|low|medium|high)", re.ASCII)
"""Piper's names, such as en_US-lessac-medium: many an assistant was set up with one before it came to us."""


@dataclass(frozen=True)
class Catalogue:
    """The voices that can really be spoken here, in the order of their names, and the one for requests without any."""

    voices: tuple[Voice, ...]
    default: Voice
    aliases: tuple[tuple[str, str], ...] = ()
    """Other names, and the names of the voices that they mean."""
    speed: float = 1.0
    gain: float = 0.0
    """Of blends that a request makes up."""

    def choose(self, name: str | None, language: str | None, speaker: str | None = None) -> Voice:
        """The voice that a request means. The name decides; a speaker counts only where it means a voice, too.

        Raises:
            VoiceError: no voice has that name or language; names the nearest and what exists.
        """
        named = self._named(name) if name else None
        if speaker:
            try:
                return self._named(speaker)
            except VoiceError:
                if not named:
                    raise
        return named or (self._speaks(language) if language else self.default)

    @cached_property
    def names(self) -> dict[str, Voice]:
        """All voices by what they are called, aliases included."""
        voices = {voice.name: voice for voice in self.voices}
        return voices | {alias: voices[name] for alias, name in self.aliases}

    def aliases_of(self, voice: Voice) -> list[str]:
        return [alias for alias, name in self.aliases if name == voice.name]

    def _named(self, name: str) -> Voice:
        if name in self.names:
            return self.names[name]
        if is_blend(name):
            return blend(name, self.names, self.speed, self.gain)
        if match := PIPER.fullmatch(name):
            raise VoiceError(
                f"{name[:SHOWN]!r} is a voice of Piper{self._instead(match[1])}", "Map it in voices.aliases"
            )
        language = language_of(name)
        if language and not is_spoken(language):
            raise VoiceError(f"{name[:SHOWN]!r} can't be spoken: {missing(language)}")
        raise no_voice(name, self.names)

    def _instead(self, language: str) -> str:
        try:
            return f"; for that language there is {self._speaks(language).name!r}"
        except VoiceError as error:
            return f". {error.message}"

    def _speaks(self, language: str) -> Voice:
        home = self.default.language
        voices = sorted(self.voices, key=lambda voice: (voice.language != home, not voice.default))
        tag = match_tag(language, list(dict.fromkeys(voice.language.tag for voice in voices)))
        return next(voice for voice in voices if voice.language.tag == tag)
