"""The embedded voice: every language speaks, at the right level and speed, whatever the text and the threads."""

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import espeakng_loader
import numpy as np
import pytest
from phonemizer.backend import EspeakBackend
from phonemizer.backend.espeak.wrapper import EspeakWrapper

from wyoming_kokoro.audio import RATE, Samples
from wyoming_kokoro.errors import SynthesisError, VoiceError
from wyoming_kokoro.speech import espeak_ng
from wyoming_kokoro.speech.espeak_ng import EspeakSynthesizer, harmless

SENTENCES = {
    "en-us": "The kitchen light is on. It is twenty two degrees outside.",
    "en-gb": "The kitchen light is on. It is twenty two degrees outside.",
    "es": "La luz de la cocina está encendida. Afuera hay veintidós grados.",
    "fr-fr": "La lumière de la cuisine est allumée. Il fait vingt-deux degrés dehors.",
    "hi": "रसोई की बत्ती जल रही है। बाहर बाईस डिग्री है।",
    "it": "La luce della cucina è accesa. Fuori ci sono ventidue gradi.",
    "pt-br": "A luz da cozinha está acesa. Lá fora estão vinte e dois graus.",
}
LOUD = "WHAT? Stop! Aaaah! Mama! Papa! Hola! Guarda! Andiamo! Boa noite! Bonjour! माँ! पापा! हाँ!"
LENGTH_NOISE = 0.03
"""Lengths of one sentence differed by up to 0.6 % in 40 repetitions; short ones by more."""


@pytest.fixture(scope="module")
def synthesizer() -> EspeakSynthesizer:
    return EspeakSynthesizer()


def decibels(samples: Samples) -> float:
    return float(20 * np.log10(np.sqrt(np.mean(np.square(samples, dtype=np.float64)))))


def pitch(samples: Samples) -> float:
    """Median over the voiced 40 ms frames of the lag with the highest autocorrelation, 60 to 400 Hz."""
    size, shortest, longest = RATE // 25, RATE // 400, RATE // 60
    window = np.hanning(size)
    found = []
    for start in range(0, len(samples) - size, size // 2):
        frame = samples[start : start + size] * window
        correlation = np.correlate(frame, frame, "full")[size - 1 :]
        lag = shortest + int(correlation[shortest:longest].argmax())
        if correlation[0] > 0.1 and correlation[lag] > 0.4 * correlation[0]:
            found.append(RATE / lag)
    return float(np.median(found))


def install(folder: Path, library: Path | None, data: Path | None) -> str:
    """A folder like the wheel's, with links to the given parts; the path of its library."""
    folder.mkdir(parents=True)
    if library:
        (folder / "libespeak-ng.so").symlink_to(library)
    if data:
        (folder / "espeak-ng-data").symlink_to(data)
    return str(folder / "libespeak-ng.so")


LIBRARY, DATA = Path(espeakng_loader.get_library_path()), Path(espeakng_loader.get_data_path())


@pytest.mark.parametrize("female", [False, True])
@pytest.mark.parametrize("language", SENTENCES)
def test_every_language_speaks(synthesizer: EspeakSynthesizer, language: str, female: bool) -> None:
    """Two sentences last 3 to 4.5 s, near -20 dBFS RMS and below full scale, with at most 30 ms of silence around."""
    samples = synthesizer.synthesize(SENTENCES[language], language, female=female)
    assert samples.dtype == np.float32
    assert samples.ndim == 1
    assert 3 < len(samples) / RATE < 4.5
    assert -24 < decibels(samples) < -19
    assert np.abs(samples).max() < 0.9
    loud = np.flatnonzero(np.abs(samples) > 1e-3)
    assert loud[0] < 0.03 * RATE
    assert len(samples) - loud[-1] < 0.03 * RATE


@pytest.mark.parametrize("female", [False, True])
@pytest.mark.parametrize("language", SENTENCES)
def test_exclamations_do_not_clip(synthesizer: EspeakSynthesizer, language: str, female: bool) -> None:
    """What espeak says loudest stays below full scale after resampling."""
    assert np.abs(synthesizer.synthesize(LOUD, language, female=female)).max() < 1


@pytest.mark.parametrize("language", SENTENCES)
def test_female_is_higher(synthesizer: EspeakSynthesizer, language: str) -> None:
    """The median pitch is that of a man and of a woman, about an octave apart."""
    male, female = (pitch(synthesizer.synthesize(SENTENCES[language], language, female=f)) for f in (False, True))
    assert 85 < male < 125
    assert 1.7 < female / male < 2.4


@pytest.mark.parametrize("language", SENTENCES)
def test_speed(synthesizer: EspeakSynthesizer, language: str) -> None:
    """Twice the speed takes half the time, half the speed twice the time; beyond espeak's range nothing breaks."""
    crawl, slow, normal, fast, rush = (
        len(synthesizer.synthesize(SENTENCES[language], language, female=False, speed=speed))
        for speed in (0.01, 0.5, 1, 2, 100)
    )
    assert 1.8 < slow / normal < 2.4
    assert 0.4 < fast / normal < 0.6
    assert slow < crawl < 3 * normal
    assert fast > rush > 0.3 * normal


def test_every_listed_language_has_a_sound(synthesizer: EspeakSynthesizer) -> None:
    """All languages that espeak lists can be spoken, except those whose dictionary the wheel lacks."""
    assert len(synthesizer._identifiers) > 140
    mute = [tag for tag in synthesizer._identifiers if not len(synthesizer.synthesize("1 2 a e i", tag, female=False))]
    assert mute == []


@pytest.mark.parametrize(
    ("language", "identifier"),
    [
        ("en", "gmw/en"),
        ("en-gb", "gmw/en"),
        ("en-us", "gmw/en-US"),
        ("fr", "roa/fr"),
        ("fr-fr", "roa/fr"),
        ("pt", "roa/pt"),
        ("pt-BR", "roa/pt-BR"),
        ("zh", "sit/cmn"),
    ],
)
def test_the_best_voice_is_taken(synthesizer: EspeakSynthesizer, language: str, identifier: str) -> None:
    """Of the voices that list a tag, the one with the best priority speaks it; upper case doesn't matter."""
    assert synthesizer._identifier(language) == identifier


def test_languages_differ(synthesizer: EspeakSynthesizer) -> None:
    """A language isn't left over from the call before: the length is the same whatever was spoken in between."""
    text = "1967, 2024, 7777"
    alone = {tag: len(synthesizer.synthesize(text, tag, female=False)) for tag in ("fr-fr", "en-gb", "hi", "it")}
    again = {tag: len(synthesizer.synthesize(text, tag, female=False)) for tag in reversed(alone)}
    assert again == pytest.approx(alone, rel=LENGTH_NOISE)
    assert alone["en-gb"] > 1.05 * alone["it"] > 1.05 * 1.05 * alone["hi"] > 1.05**3 * alone["fr-fr"]


def test_unknown_language(synthesizer: EspeakSynthesizer) -> None:
    """The error names the nearest language and what a code looks like."""
    with pytest.raises(VoiceError, match=r"no language 'en-uk', did you mean 'en-us'\?.* Use .*such as en-us"):
        synthesizer.synthesize("Hello", "en-uk", female=False)


def test_threads_share_one_instance(synthesizer: EspeakSynthesizer) -> None:
    """Four threads with 25 utterances each get what each utterance gives alone."""
    tags = list(SENTENCES)
    jobs = [("one two three four five " * (1 + n % 5), tags[n % 7], n % 2 == 0) for n in range(25)]

    def length(job: tuple[str, str, bool]) -> int:
        text, language, female = job
        return len(synthesizer.synthesize(text, language, female=female))

    alone = [length(job) for job in jobs]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda _: [length(job) for job in jobs], range(4)))
    assert all(lengths == pytest.approx(alone, rel=LENGTH_NOISE) for lengths in together)


def test_instances_are_independent(synthesizer: EspeakSynthesizer) -> None:
    """A second instance, used at the same time, neither breaks the first nor waits for its lock."""
    second = EspeakSynthesizer()
    alone = len(synthesizer.synthesize(SENTENCES["it"], "it", female=False))
    with second._lock, ThreadPoolExecutor(1) as pool:
        job = pool.submit(synthesizer.synthesize, SENTENCES["it"], "it", female=False)
        assert len(job.result(timeout=30)) == pytest.approx(alone, rel=LENGTH_NOISE)
    with ThreadPoolExecutor(2) as pool:
        speakers = [synthesizer, second] * 20
        jobs = [pool.submit(one.synthesize, SENTENCES["it"], "it", female=False) for one in speakers]
        assert [len(job.result()) for job in jobs] == pytest.approx([alone] * 40, rel=LENGTH_NOISE)


def test_beside_the_phonemizer(synthesizer: EspeakSynthesizer) -> None:
    """The phonemizer, with its copy of the same library in this process, and the synthesis don't disturb each other."""
    EspeakWrapper.set_library(str(LIBRARY))
    EspeakWrapper.set_data_path(str(DATA))
    backends = {
        tag: EspeakBackend(tag, preserve_punctuation=True, with_stress=True) for tag in ("en-us", "fr-fr", "hi")
    }

    def phonemes() -> list[str]:
        return [str(backend.phonemize([SENTENCES[tag]])[0]) for tag, backend in backends.items()]

    before = phonemes()
    alone = {tag: len(synthesizer.synthesize(text, tag, female=True)) for tag, text in SENTENCES.items()}
    done = threading.Event()

    def phonemize_until_done() -> list[list[str]]:
        rounds = [phonemes()]
        while not done.is_set():
            rounds.append(phonemes())
        return rounds

    with ThreadPoolExecutor(1) as pool:
        job = pool.submit(phonemize_until_done)
        try:
            for tag in [*SENTENCES] * 10:
                length = len(synthesizer.synthesize(SENTENCES[tag], tag, female=True))
                assert length == pytest.approx(alone[tag], rel=LENGTH_NOISE)
        finally:
            done.set()
        rounds = job.result(timeout=60)
    assert len(before[0]) > 40
    assert [phonemes(), *rounds] == [before] * (len(rounds) + 1)


@pytest.mark.parametrize(
    "text", ["", " ", "\n\t\n", ".", "...", "…", "?!", "()", "«»", "---", "\0", "\x1b\x7f", "\ud83d"]
)
@pytest.mark.parametrize("female", [False, True])
def test_nothing_to_say(synthesizer: EspeakSynthesizer, text: str, female: bool) -> None:
    """Spaces, pauses and what can't be spoken give no samples and no error."""
    samples = synthesizer.synthesize(text, "en-us", female=female)
    assert samples.shape == (0,)
    assert samples.dtype == np.float32


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("*", 0.3, 2),
        ("Hi.\x00\x01\x02\x1b\ud800\udfff There.", 0.4, 2),
        ("é" * 50, 1, 30),
        ("supercalifragilistic" * 20, 4, 60),
        ("9" * 300, 5, 60),
        ("Good day to you. " * 294, 240, 420),  # 5,000 characters
    ],
)
def test_unusual_text(synthesizer: EspeakSynthesizer, text: str, least: float, most: float) -> None:
    """Controls and long texts are spoken within bounds."""
    assert least < len(synthesizer.synthesize(text, "en-us", female=False)) / RATE < most


@pytest.mark.parametrize("text", ["🎉", "مرحبا بالعالم", "\u202eשלום\u202c", "こんにちは", "नमस्ते"])
def test_other_scripts_are_left_out(synthesizer: EspeakSynthesizer, text: str) -> None:
    """espeak-ng would name their characters at best, and some texts of mixed scripts would be its end."""
    assert not synthesizer.synthesize(text, "en-us", female=False).size
    spoken = synthesizer.synthesize(f"It says {text} here.", "en-us", female=False)
    assert abs(len(spoken) - len(synthesizer.synthesize("It says here.", "en-us", female=False))) < 0.2 * RATE


@pytest.mark.parametrize(("text", "language"), [("नमस्ते", "hi"), ("こんにちは", "ja"), ("你好", "cmn")])
def test_a_language_is_spoken_in_its_own_script(synthesizer: EspeakSynthesizer, text: str, language: str) -> None:
    """That of the voice."""
    assert synthesizer.synthesize(text, language, female=False).size > 0.2 * RATE


@pytest.mark.parametrize(
    ("markup", "spoken"),
    [
        ("[[fu:fu:fu:]]", "fu:fu:fu:"),
        ("<b>hello</b>", "hello"),
        ('<break time="5s"/>', "break time 5s"),
        ("&amp;", "amp"),
    ],
)
def test_markup_is_text(synthesizer: EspeakSynthesizer, markup: str, spoken: str) -> None:
    """espeak's phoneme input and SSML are read out like any other characters."""
    said, inner = (len(synthesizer.synthesize(text, "en-us", female=False)) for text in (markup, spoken))
    assert said > inner > 0


def test_text_does_not_command_the_engine(synthesizer: EspeakSynthesizer) -> None:
    """A text can't change volume, pitch or rate, neither its own nor that of later texts."""
    sentence = SENTENCES["en-gb"]
    before = synthesizer.synthesize(sentence, "en-gb", female=False)
    synthesizer.synthesize("\x01200A\x0190P\x01400S hello", "en-gb", female=False)
    after = synthesizer.synthesize(sentence, "en-gb", female=False)
    assert len(after) == pytest.approx(len(before), rel=LENGTH_NOISE)
    assert decibels(after) == pytest.approx(decibels(before), abs=0.5)
    assert pitch(after) == pytest.approx(pitch(before), rel=0.1)


def test_hyphens_do_not_crash() -> None:
    """Texts that end the process with SIGSEGV in espeak-ng 1.52.0 unless their hyphens are replaced."""
    texts = [
        "---लच्छेद",
        "---नमस्ते",
        "नमस्ते। ---लद",
        '"-लद',
        "(-लद)",
        "…-लद",
        "•-लद",
        "_-लद",
        "ठीक है!-लद",
        "– ---लद",
        "ऽ-लद",
        "ऽऽaलद",
    ]
    program = (
        "import sys\nfrom wyoming_kokoro.speech.espeak_ng import EspeakSynthesizer\n"
        "synthesizer = EspeakSynthesizer()\n"
        "for text in sys.argv[1:]:\n"
        "    for language in 'hi', 'fr-fr':\n"
        "        assert len(synthesizer.synthesize(text, language, female=False)) or language != 'hi'\n"
    )
    subprocess.run([sys.executable, "-c", program, *texts], check=True, timeout=60)


@pytest.mark.parametrize(
    ("text", "replaced"),
    [
        ("well-known, vingt-deux, माता-पिता", None),
        ("-5 degrees, at -12", None),
        ("yes -- no", "yes — no"),
        ("- one\n- two", "— one\n— two"),
        ("(-a) a--b ---5", "(—a) a—b —5"),
        ("ऽ-a (ऽऽ) माऽऽ आऽ", "—a (—) माऽऽ आऽ"),
        ("a\0b\x01c\ud800d\x9fe\tf", "a b c d e\tf"),
        ("naïve 🎉 नमस्ते", "naïve   नमस्ते"),
        ("९-ऴ 9-नमस्ते 9-10", "९—ऴ 9—नमस्ते 9-10"),
    ],
)
def test_harmless(text: str, replaced: str | None) -> None:
    """Only controls, surrogates, hyphens that are neither in a word nor a minus sign, and loose avagrahas change."""
    assert harmless(text, "hi") == (replaced or text)


def test_too_long(synthesizer: EspeakSynthesizer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Speech beyond the limit is stopped, the error doesn't quote the text, and the next call is right again."""
    alone = len(synthesizer.synthesize("Good day to you.", "en-us", female=False))
    monkeypatch.setattr(espeak_ng, "LONGEST_S", 2)
    with pytest.raises(SynthesisError, match=r"A text of 1700 characters .* more than 2 seconds to say") as caught:
        synthesizer.synthesize("Good day to you. " * 100, "en-us", female=False)
    assert "Good" not in str(caught.value)
    recording = synthesizer._speak("Good day to you. " * 100, "gmw/en-US", 175)
    assert recording.count < 3 * espeak_ng.ESPEAK_RATE
    assert len(synthesizer.synthesize("Good day to you.", "en-us", female=False)) == pytest.approx(alone, rel=0.05)


def test_missing_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the library the error names the file and what to reinstall."""
    path = install(tmp_path / "loader", None, DATA)
    monkeypatch.setattr(espeakng_loader, "get_library_path", lambda: path)
    with pytest.raises(SynthesisError, match=r"libespeak-ng\.so is missing.*Reinstall the package espeakng-loader"):
        EspeakSynthesizer()


def test_missing_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the data folder the error names the first file that isn't there."""
    path = install(tmp_path / "loader", LIBRARY, None)
    monkeypatch.setattr(espeakng_loader, "get_library_path", lambda: path)
    with pytest.raises(SynthesisError, match=r"espeak-ng-data/phontab is missing.*Reinstall"):
        EspeakSynthesizer()


def test_unloadable_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that the loader refuses gives the loader's reason, and the hint about folders mounted noexec."""
    (tmp_path / "text").write_text("not a library")
    path = install(tmp_path / "loader", tmp_path / "text", DATA)
    monkeypatch.setattr(espeakng_loader, "get_library_path", lambda: path)
    with pytest.raises(SynthesisError, match=r"A copy of .*loader/libespeak-ng\.so can't be loaded: .*noexec.*TMPDIR"):
        EspeakSynthesizer()


def test_damaged_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Data of another version is refused when the library is initialised."""
    damaged = tmp_path / "data"
    for part in ("phontab", "phonindex", "phondata", "intonations"):
        (damaged / part).parent.mkdir(exist_ok=True)
        (damaged / part).write_bytes(b"\xff" * 64)
    (damaged / "voices").symlink_to(DATA / "voices")
    path = install(tmp_path / "loader", LIBRARY, damaged)
    monkeypatch.setattr(espeakng_loader, "get_library_path", lambda: path)
    with pytest.raises(SynthesisError, match=r"can't use its data in .*espeak-ng-data \(code -?\d+, not 22050\)"):
        EspeakSynthesizer()


@pytest.mark.parametrize("extra", [0, 1])
def test_data_path_length(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, extra: int) -> None:
    """A data path of 159 bytes works; one byte more is refused before espeak turns to another folder."""
    filler = "x" * (espeak_ng.LONGEST_PATH - len(str(tmp_path)) - len("//espeak-ng-data") + extra)
    path = install(tmp_path / filler, LIBRARY, DATA)
    monkeypatch.setattr(espeakng_loader, "get_library_path", lambda: path)
    if not extra:
        assert EspeakSynthesizer().version == "1.52.0"
        return
    with pytest.raises(
        SynthesisError, match=r"at most 159 bytes, but .* has 160\. Install into a folder with a shorter"
    ):
        EspeakSynthesizer()
