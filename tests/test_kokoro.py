"""The Kokoro engine on a tiny real ONNX model, whose audio is read back to the tokens."""

import pickle
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from kokoro_onnx.tokenizer import Tokenizer
from tiny_kokoro import VOICES, decode, write_model, write_voices

from wyoming_kokoro import config
from wyoming_kokoro.audio import RATE, Samples
from wyoming_kokoro.errors import ModelError, SynthesisError
from wyoming_kokoro.runtime.devices import Device
from wyoming_kokoro.runtime.session import open_session
from wyoming_kokoro.speech.engine import Segment, render
from wyoming_kokoro.speech.kokoro import KokoroEngine, read_styles
from wyoming_kokoro.speech.languages import BY_LETTER
from wyoming_kokoro.speech.pacing import SHORTEST
from wyoming_kokoro.speech.phonemes import Phonemizer
from wyoming_kokoro.speech.voices import Voice, catalogue
from wyoming_kokoro.text.phrases import plainly

LAYOUTS: dict[str, dict[str, Any]] = {
    "v1.0": {"tokens": "tokens"},
    "v1.1": {"tokens": "input_ids", "timed": True},
    "bare": {"tokens": "input_ids"},
}
SENTENCE = "The kitchen light is on."


def engine_of(folder: Path, pauses: config.Text | None = None, **model: Any) -> KokoroEngine:
    path = write_model(folder / "model.onnx", **model)
    session = open_session(path, Device("cpu"), config.Device(threads=1))
    return KokoroEngine(session, write_voices(folder / "voices.bin"), Phonemizer(), pauses or config.Text())


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> KokoroEngine:
    return engine_of(tmp_path_factory.mktemp("kokoro"), tokens="input_ids", timed=True)


def voice(engine: KokoroEngine, name: str = "af_heart", settings: config.Voices | None = None) -> Voice:
    return catalogue(settings or config.Voices(), engine.voices).choose(name, None)


def spoken(engine: KokoroEngine, text: str, voice: Voice) -> Samples:
    [segment] = engine.segments(plainly(text), voice)
    return render(engine, segment)


def tokens(phonemes: str) -> list[int]:
    return [int(token) for token in Tokenizer().tokenize(phonemes)]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_both_input_layouts_say_the_phonemes_in_order(tmp_path: Path, layout: str) -> None:
    """With and without durations: the audio is that of the tokens of the sentence, none lost, none twice."""
    engine = engine_of(tmp_path, **LAYOUTS[layout])
    audio = spoken(engine, SENTENCE, voice(engine))
    assert decode(audio) == tokens("ðə kˈɪʧᵊn lˈIt ɪz ˌɔn.")


def test_speed_shortens_the_speech(engine: KokoroEngine) -> None:
    """Twice as fast takes about half as long, and says the same."""
    normal = spoken(engine, SENTENCE, voice(engine))
    fast = spoken(engine, SENTENCE, voice(engine, settings=config.Voices(speed=2.0)))
    assert decode(fast, speed=2.0) == decode(normal)
    assert 0.4 < len(fast) / len(normal) < 0.65


def test_each_voice_speaks_in_its_own_style(engine: KokoroEngine) -> None:
    """The tiny model's loudness is the style's: each voice has its own."""
    for name, amplitude in VOICES.items():
        assert np.abs(spoken(engine, "Hello.", voice(engine, name))).max() == pytest.approx(amplitude, abs=0.01)


def test_a_blend_is_the_weighted_mean_of_its_styles(engine: KokoroEngine) -> None:
    """0.3 and 0.6 in the shares 1 and 3 make 0.525."""
    settings = config.Voices.model_validate({"blends": {"evening": {"af_heart": 1, "bf_emma": 3}}})
    audio = spoken(engine, "Hello.", voice(engine, "evening", settings))
    assert np.abs(audio).max() == pytest.approx(0.25 * 0.30 + 0.75 * 0.60, abs=0.01)


def test_gain_makes_a_voice_louder(engine: KokoroEngine) -> None:
    """6 dB double the amplitude."""
    louder = config.Voices(settings={"am_adam": config.VoiceSettings(gain=6.0206)})
    audio = spoken(engine, "Hello.", voice(engine, "am_adam", louder))
    assert np.abs(audio).max() == pytest.approx(0.4, abs=0.01)


def test_the_language_of_the_voice_makes_the_phonemes(engine: KokoroEngine) -> None:
    """The same word in Spanish and in English."""
    [spanish] = engine.segments(plainly("radio"), voice(engine, "ef_dora"))
    [english] = engine.segments(plainly("radio"), voice(engine, "af_heart"))
    assert spanish.content == "rˈaðjo" and english.content == "ɹˈAdiO"


def test_long_texts_are_cut_into_what_the_model_takes(engine: KokoroEngine) -> None:
    """At most 510 phonemes each, at a mark where there is one, nothing lost, clause pauses between."""
    text = ", ".join(["one hundred and twenty-seven thousand"] * 40) + "."
    segments = engine.segments(plainly(text), voice(engine))
    assert len(segments) > 2
    assert all(len(segment.content) <= 510 for segment in segments)
    whole = Phonemizer().phonemes(text, BY_LETTER["a"])
    assert " ".join(segment.content for segment in segments) == whole
    assert [segment.pause for segment in segments] == [0.1] * (len(segments) - 1) + [0.25]


CLAUSES = "The kitchen light is on, the heating is on as well, and the front door is still open tonight."


def test_nothing_is_cut_before_the_speed_is_known(tmp_path: Path) -> None:
    """Nor is anything that this device makes within the target."""
    engine = engine_of(tmp_path)
    [segment] = engine.segments(plainly(CLAUSES), voice(engine))
    assert engine.split(segment, 0.0) == (segment, None)
    engine.synthesize(segment)  # the tiny model takes a few milliseconds
    assert engine.split(segment, 0.0) == (segment, None)


def test_a_sentence_that_takes_too_long_is_made_in_parts(tmp_path: Path) -> None:
    """Behind a clause with the pause of a clause, behind a word with none; all of it is said, in order."""
    engine = engine_of(tmp_path, config.Text(first_audio_target=1e-9), tokens="input_ids", timed=True)
    [segment] = engine.segments(plainly(CLAUSES), voice(engine))
    whole = engine.synthesize(segment)
    rest: Segment | None = segment
    parts = []
    while rest:
        part, rest = engine.split(rest, 0.0)
        parts.append(part)
    assert " ".join(part.content for part in parts) == segment.content
    assert len(parts) > 2 and all(len(part.content) >= SHORTEST - 1 for part in parts)
    for part in parts[:-1]:
        assert part.pause == (0.1 if part.content.endswith(",") else 0.0)
    assert {part.pause for part in parts[:-1]} == {0.1, 0.0} and parts[-1].pause == segment.pause == 0.25
    said = [token for part in parts for token in decode(engine.synthesize(part))]
    space = tokens(" ")
    assert [token for token in said if token not in space] == [token for token in decode(whole) if token not in space]


def test_marks_alone_are_no_part(tmp_path: Path) -> None:
    """They may be silence, which would be an error and end the answer."""
    engine = engine_of(tmp_path, config.Text(first_audio_target=1e-9))
    [segment] = engine.segments(plainly(CLAUSES), voice(engine))
    engine.synthesize(segment)
    marks = replace(segment, content="ɡˈʊd mˈɔːɹnɪŋ," + " —" * 30)
    assert engine.split(marks, 0.0) == (marks, None)


def test_a_sentence_without_a_mark_is_followed_by_the_pause_of_a_sentence(engine: KokoroEngine) -> None:
    """A line of a list or a heading."""
    assert [segment.pause for segment in engine.segments(plainly("Milk and bread"), voice(engine))] == [0.25]


@pytest.mark.parametrize("text", ["", "…", "( )", "—!"])
def test_nothing_to_say_makes_no_segment(engine: KokoroEngine, text: str) -> None:
    """Marks alone are not speech."""
    assert engine.segments(plainly(text), voice(engine)) == []


def test_pauses_between_clauses_are_as_configured(tmp_path: Path) -> None:
    """With a model that tells durations, silence is inserted at a comma."""
    lengths = []
    for number, pause in enumerate((0.0, 0.5)):
        (folder := tmp_path / str(number)).mkdir()
        engine = engine_of(folder, config.Text(clause_pause=pause, sentence_pause=0), tokens="input_ids", timed=True)
        lengths.append(len(spoken(engine, "On, off.", voice(engine))))
    assert 0.3 < (lengths[1] - lengths[0]) / RATE <= 0.55


@pytest.mark.parametrize(("gain", "kind"), [(float("nan"), "(no|NaN) audio"), (0.0, "silent"), (1e-6, "silent")])
def test_nan_and_silence_are_errors_and_not_speech(tmp_path: Path, gain: float, kind: str) -> None:
    """A broken model is never a silent success; the text isn't in the message."""
    engine = engine_of(tmp_path, gain=gain)
    with pytest.raises(SynthesisError, match=kind) as caught:
        spoken(engine, SENTENCE, voice(engine))
    assert "kitchen" not in str(caught.value)


def test_the_voices_file_is_read_once(tmp_path: Path) -> None:
    """Each look-up in the file costs half a millisecond; and somebody may replace it while we run."""
    engine = engine_of(tmp_path)
    (tmp_path / "voices.bin").unlink()
    assert decode(spoken(engine, "Hello.", voice(engine, "bf_emma")))


def test_a_pickle_is_never_loaded(tmp_path: Path) -> None:
    """Neither as a file nor as an array inside one: nothing in a voices file is executed."""
    hit = tmp_path / "hit"

    class Attack:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return Path.touch, (str(hit),)

    (tmp_path / "a.bin").write_bytes(pickle.dumps(Attack()))
    with (tmp_path / "b.bin").open("wb") as file:
        np.savez(file, af_heart=np.array([Attack()], dtype=object))
    for name in ("a.bin", "b.bin"):
        with pytest.raises(ModelError, match="is not a voices file"):
            read_styles(tmp_path / name)
    assert not hit.exists()


@pytest.mark.parametrize("content", [b"", b'{"af_heart": [0.1]}', b"PK\x03\x04 broken", b"<html>"])
def test_another_file_in_place_of_the_voices_is_named(tmp_path: Path, content: bytes) -> None:
    """One line with the file and what is needed."""
    (tmp_path / "voices.json").write_bytes(content)
    with pytest.raises(ModelError, match=r"voices.json is not a voices file.*voices-v1.0.bin") as caught:
        read_styles(tmp_path / "voices.json")
    assert "\n" not in str(caught.value)


def test_styles_of_a_wrong_shape_are_named(tmp_path: Path) -> None:
    """An npz of something else."""
    with (tmp_path / "v.bin").open("wb") as file:
        np.savez(file, af_heart=np.zeros((510, 128), np.float32))
    with pytest.raises(ModelError, match=r"af_heart has the shape \(510, 128\), not \(510, 1, 256\)"):
        read_styles(tmp_path / "v.bin")
