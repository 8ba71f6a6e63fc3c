"""Speech by the espeak-ng library in the wheel espeakng-loader: the voice that is there before any model.

Measured with espeak-ng 1.52.0 (espeakng-loader 0.2.4), two sentences each in en-us, en-gb, es, fr-fr, hi, it, pt-br:

* Voices. The plain voice is male, median pitch 98 to 103 Hz. The variant f3 is the female one, 203 to 216 Hz: of f1 to
  f5 it has the most even level over these languages (within 1.5 dB) and the highest pitch.
* Level. After GAIN the RMS is -22.9 to -20.1 dBFS, the peak at most -1.6 dBFS. In espeak itself loud exclamations
  reach full scale; GAIN keeps what the resampler adds to them (at most 0.11 dB) below it.
* Silence. 0 to 13 ms before the speech, 0 to 17 ms after it (7 for most male sentences). The female voice has a faint
  echo that is cut off at up to -30 dBFS: fade the edges.
* Time. 1 to 3 ms per second of speech. Repeated, a text's length varies by up to 0.6 %: there is a noise source inside.

Nothing in here logs or repeats the text: what people say is theirs.
"""

import ctypes as c
import os
import re
import shutil
import threading
from pathlib import Path
from tempfile import TemporaryDirectory

import espeakng_loader
import numpy as np
import soxr

from wyoming_kokoro.audio import RATE, Samples, is_silent
from wyoming_kokoro.errors import SynthesisError, VoiceError, nearest

ESPEAK_RATE = 22_050
"""Samples per second of every voice in the wheel."""
QUALITY = "HQ"
"""soxr's 20-bit recipe. The faster ones save nothing that can be measured at this ratio."""
GAIN = 0.95
"""Room for the overshoot of the resampler; espeak's own level is about the -20 dBFS that we want."""
FEMALE = "f3"
"""The file in espeak-ng-data/voices/!v that is put on top of a language for a female voice."""
NORMAL_WPM, SLOWEST_WPM, FASTEST_WPM = 175, 80, 450
"""Words per minute: espeak's normal rate and its range. Speeds beyond 0.46 to 2.57 are cut to that range."""
LONGEST_S = 720
"""Speech per call: 5,000 characters of English at the lowest rate take 622 s. A limit in characters wouldn't bound the
memory (190 MiB for 720 s, most of it while resampling): a letter that espeak can only describe takes up to 3 s."""
LONGEST_PATH = 159
"""Bytes. With a longer data path espeak silently uses the folder of the machine that it was built on."""
MUTE = frozenset({"fo", "kaa", "xex"})
"""Listed by espeak, but the wheel has no dictionary for them, and they would be silent."""

REINSTALL = "Reinstall the package espeakng-loader"
EXECUTABLE = (
    "If the temporary folder is mounted noexec (as Docker's --tmpfs is without :exec), set TMPDIR to one that is not. "
    f"Otherwise: {REINSTALL.lower()}"
)

_SYNCHRONOUS = 2
_DONT_EXIT = 0x8000
_UTF8 = 1  # and neither SSML (0x10) nor [[phonemes]] (0x100): the text is plain
_RATE_PARAMETER = 1

_READ = (
    "\t\n -~\xa0-\u02ff"  # Latin, and the International Phonetic Alphabet
    "\u0370-\u052f\u1e00-\u1fff"  # Greek, Cyrillic, Latin with accents
    "\u2000-\u206f\u20a0-\u20bf"  # punctuation, currencies
)
_EAST_ASIAN = "\u3000-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uff00-\uff9f"
_OWN_SCRIPTS = {"hi": "\u0900-\u097f", "ja": _EAST_ASIAN, "cmn": _EAST_ASIAN}
_UNREAD = {language: re.compile(f"[^{_READ}{script}]") for language, script in {**_OWN_SCRIPTS, "": ""}.items()}
_MARKS = "\u0300-\u036f\u0900-\u0963\u0971-\u0dff"  # vowel signs and accents: parts of words that \w leaves out
_LOOSE = re.compile(rf"-{{2,}}|(?<![^\W_])(?<![{_MARKS}])(?:-(?!\d)|ऽ[ऽ-]*)|(?<=\d)-(?=[\u0900-\u0dff])")


class _Voice(c.Structure):
    """espeak_VOICE of speak_lib.h. `languages`: priority byte, tag, NUL, and so on, ended by a priority of 0."""

    _fields_ = (
        ("name", c.c_char_p),
        ("languages", c.c_void_p),
        ("identifier", c.c_char_p),
        ("gender", c.c_ubyte),
        ("age", c.c_ubyte),
        ("variant", c.c_ubyte),
        ("reserved", c.c_ubyte),
        ("score", c.c_int),
        ("spare", c.c_void_p),
    )


_Callback = c.CFUNCTYPE(c.c_int, c.c_void_p, c.c_int, c.c_void_p)


class _Recording:
    """What espeak hands out during one call: 16-bit mono at ESPEAK_RATE."""

    def __init__(self) -> None:
        self.chunks: list[bytes] = []
        self.count = 0

    @property
    def too_long(self) -> bool:
        return self.count > LONGEST_S * ESPEAK_RATE

    def add(self, samples: int | None, count: int, _events: int | None) -> int:
        """espeak's t_espeak_callback: 0 to go on, 1 to stop."""
        if samples and count > 0:
            self.chunks.append(c.string_at(samples, 2 * count))
            self.count += count
        return int(self.too_long)


class EspeakSynthesizer:
    """One espeak-ng of its own. Calls from several threads take turns: the library keeps everything in globals.

    `version` is the library's, such as "1.52.0".
    """

    version: str

    def __init__(self) -> None:
        """Load the library (about 10 ms). Raises SynthesisError that names the file when that isn't possible."""
        path = Path(espeakng_loader.get_library_path())
        data = path.parent / "espeak-ng-data"
        _require(path, data / "phontab", data / "voices" / "!v" / FEMALE)
        self._lock = threading.Lock()
        self._library = _open_copy(path)
        _initialise(self._library, data)
        self._identifiers = _identifiers(self._library)
        self.version = (self._library.espeak_Info(None) or b"").decode()

    def synthesize(self, text: str, language: str, *, female: bool, speed: float = 1.0) -> Samples:
        """`text` spoken: float32, mono, at audio.RATE; empty if there is nothing to say (spaces, most punctuation).

        `language` is an espeak code such as en-us, fr-fr or de. `text` is plain: markup in it is read out, control
        characters and lone surrogates count as spaces. Raises VoiceError for an unknown language, and SynthesisError
        if the engine fails or if the speech would be longer than LONGEST_S.
        """
        voice = self._identifier(language) + (f"+{FEMALE}" if female else "")
        words_per_minute = round(min(FASTEST_WPM, max(SLOWEST_WPM, NORMAL_WPM * speed)))
        with self._lock:
            recording = self._speak(harmless(text, language), voice, words_per_minute)
        if recording.too_long:
            problem = f"A text of {len(text)} characters takes espeak-ng more than {LONGEST_S} seconds to say"
            raise SynthesisError(problem, "Send shorter texts")
        if not recording.count:
            raise SynthesisError(f"espeak-ng gave no samples for a text of {len(text)} characters", REINSTALL)
        return _resampled(b"".join(recording.chunks))

    def _identifier(self, language: str) -> str:
        try:
            return self._identifiers[language.lower()]
        except KeyError:
            problem = f"espeak-ng has no language '{language}'{nearest(language, self._identifiers)}"
            raise VoiceError(problem, "Use one of its codes, such as en-us, fr-fr or de") from None

    def _speak(self, text: str, voice: str, words_per_minute: int) -> _Recording:
        library, recording = self._library, _Recording()
        callback = _Callback(recording.add)  # this name keeps it alive while espeak calls it
        library.espeak_SetSynthCallback(callback)
        _check(library.espeak_SetVoiceByName(voice.encode()), f"set the voice {voice}")
        _check(library.espeak_SetParameter(_RATE_PARAMETER, words_per_minute, 0), f"set the rate {words_per_minute}")
        encoded = text.encode() + b"\0"
        code = library.espeak_Synth(encoded, len(encoded), 0, 0, 0, _UTF8, None, None)
        _check(code, f"speak a text of {len(text)} characters")
        return recording


def harmless(text: str, language: str, *, hyphen: str = "—") -> str:
    """`text` without what commands or crashes espeak-ng, in its synthesis and in its phonemizer alike.

    * `speakable` says what of it is left.
    * U+0001 starts commands: "\\x01200A" doubles the volume, and that outlives the call. NUL ends the text.
    * A hyphen that neither joins words nor is a minus sign becomes `hyphen` (the dash makes a pause), and so
      does the silent avagraha (ऽ) where no letter is before it. In the languages of India, and in every language that
      meets their letters, '(-नमस्ते', '---नमस्ते' and 'ऽ-नमस्ते' make 1.52.0 count vowels below its stack: SIGSEGV
      (https://github.com/espeak-ng/espeak-ng/issues/831).
    """
    return _LOOSE.sub(hyphen, speakable(text, language))


def speakable(text: str, language: str) -> str:
    """`text` with a space for each control character, lone surrogate, and character of a script that no language here
    is written in: enough for all but Hindi.

    Of other scripts espeak-ng names at best the characters, and mixed ones end its process: 'ｧ̮-晴ഫ' in English,
    '⓻-ႄ罋' in Hindi.
    """
    return _UNREAD.get(language, _UNREAD[""]).sub(" ", text)


def _require(*files: Path) -> None:
    for file in files:
        if not file.is_file():
            raise SynthesisError(f"{file} is missing, the embedded voice needs it", REINSTALL)


def _open_copy(path: Path) -> c.CDLL:
    """The library at `path` with globals of its own.

    A second dlopen of one file gives the same globals again, and initialising those twice breaks the first user; the
    phonemizer makes its copies for the same reason. The copy's file isn't needed once it is mapped.
    """
    try:
        with TemporaryDirectory(prefix="wyoming-kokoro-", ignore_cleanup_errors=True) as folder:
            library = c.CDLL(shutil.copy(path, folder))
    except OSError as error:
        raise SynthesisError(f"A copy of {path} can't be loaded: {error}", EXECUTABLE) from None
    library.espeak_Initialize.argtypes = [c.c_int, c.c_int, c.c_char_p, c.c_int]
    library.espeak_Info.argtypes, library.espeak_Info.restype = [c.c_void_p], c.c_char_p
    library.espeak_ListVoices.argtypes = [c.c_void_p]
    library.espeak_ListVoices.restype = c.POINTER(c.POINTER(_Voice))
    library.espeak_SetSynthCallback.argtypes, library.espeak_SetSynthCallback.restype = [_Callback], None
    library.espeak_SetVoiceByName.argtypes = [c.c_char_p]
    library.espeak_SetParameter.argtypes = [c.c_int, c.c_int, c.c_int]
    library.espeak_Synth.argtypes = [c.c_char_p, c.c_size_t, *[c.c_uint] * 4, c.c_void_p, c.c_void_p]
    return library


def _initialise(library: c.CDLL, data: Path) -> None:
    encoded = os.fsencode(data)
    if len(encoded) > LONGEST_PATH:
        problem = f"espeak-ng reads data paths of at most {LONGEST_PATH} bytes, but {data} has {len(encoded)}"
        raise SynthesisError(problem, "Install into a folder with a shorter path")
    rate = library.espeak_Initialize(_SYNCHRONOUS, 0, encoded, _DONT_EXIT)
    if rate != ESPEAK_RATE:
        raise SynthesisError(f"espeak-ng can't use its data in {data} (code {rate}, not {ESPEAK_RATE})", REINSTALL)


def _identifiers(library: c.CDLL) -> dict[str, str]:
    """Language tag in lower case -> identifier of the voice that puts that tag first, such as "fr-fr" -> "roa/fr".

    Only identifiers are safe names: espeak_SetVoiceByName("fr-fr") doesn't find the voice and leaves the last one on.
    """
    best: dict[str, tuple[int, str]] = {}
    for voice in _listed(library):
        for priority, tag in _languages(voice.languages):
            if tag not in MUTE and (tag not in best or priority < best[tag][0]):
                best[tag] = priority, voice.identifier.decode()
    return {tag: identifier for tag, (_, identifier) in best.items()}


def _listed(library: c.CDLL) -> list[_Voice]:
    pointers = library.espeak_ListVoices(None)
    voices: list[_Voice] = []
    while pointers[len(voices)]:
        voices.append(pointers[len(voices)].contents)
    return voices


def _languages(address: int) -> list[tuple[int, str]]:
    """(priority, tag) pairs; the lower the priority's number, the better the voice fits the tag."""
    found = []
    while priority := c.string_at(address, 1)[0]:
        tag = c.string_at(address + 1)
        found.append((priority, tag.decode().lower()))
        address += len(tag) + 2
    return found


def _check(code: int, action: str) -> None:
    if code:
        raise SynthesisError(f"espeak-ng failed to {action} (code {code})", REINSTALL)


def _resampled(pcm: bytes) -> Samples:
    samples = np.frombuffer(pcm, np.int16).astype(np.float32)
    samples *= GAIN / 32_768
    if is_silent(samples):
        return samples[:0]
    resampled: Samples = soxr.resample(samples, ESPEAK_RATE, RATE, quality=QUALITY)
    return resampled
