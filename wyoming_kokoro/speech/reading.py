"""How a text is read, sentence by sentence, without speaking it."""

from dataclasses import dataclass

from wyoming_kokoro.speech.alphabet import known
from wyoming_kokoro.speech.phonemes import Phonemizer
from wyoming_kokoro.speech.transcription import transcribe
from wyoming_kokoro.speech.voice import Voice
from wyoming_kokoro.text.normalize import Diction
from wyoming_kokoro.text.paragraphs import Paragraphs
from wyoming_kokoro.text.phrases import Phrase
from wyoming_kokoro.text.sentences import SentenceSplitter


@dataclass(frozen=True)
class Reading:
    """One sentence."""

    text: str
    """As it was written."""
    words: str
    phonemes: str
    """Kokoro's."""
    language: str
    """BCP-47."""


class Reader:
    """Reads texts as the service does for a request with this voice."""

    def __init__(self, voice: Voice, diction: Diction, phonemizer: Phonemizer, *, ssml: bool = False) -> None:
        self._voice = voice
        self._diction = diction
        self._phonemizer = phonemizer
        self._ssml = ssml

    def read(self, text: str) -> list[Reading]:
        """Raises SynthesisError."""
        splitter = SentenceSplitter()
        normalizer = self._diction.normalizer(self._voice.language.tag, ssml=self._ssml)
        paragraphs = Paragraphs()
        whole = paragraphs.feed(text) + paragraphs.rest() if self._ssml else text
        sentences = [*splitter.feed(whole), *splitter.flush()]
        readings = [self._reading(sentence, normalizer.read([sentence])) for sentence in sentences]
        if rest := normalizer.rest():
            readings.append(self._reading("", rest))
        return readings

    def _reading(self, sentence: str, phrases: list[Phrase]) -> Reading:
        language = self._voice.language
        words = " ".join(" ".join(phrase.words for phrase in phrases).split())
        phonemes = " ".join(transcribe(phrase.spans, language, self._phonemizer) for phrase in phrases)
        # the model of v1.1-zh has a vocabulary of its own
        return Reading(sentence, words, phonemes if self._phonemizer.bopomofo else known(phonemes), language.tag)
