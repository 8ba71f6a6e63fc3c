"""The benchmark: its parts one by one, and once as a whole with the tiny model."""

import itertools
import json
import math
import re
import subprocess
import sys
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest
from fakes import FakeEngine, served

from wyoming_kokoro import config
from wyoming_kokoro.bench import memory, plot, report
from wyoming_kokoro.bench.bare import Bare, Inferred, Voice
from wyoming_kokoro.bench.crowd import crowd
from wyoming_kokoro.bench.figures import (
    FirstAudio,
    Inference,
    Interruption,
    Level,
    Machine,
    Memory,
    Page,
    ReadOut,
    Report,
    spread,
    spread_if,
)
from wyoming_kokoro.bench.inference import Row, Sessions, excerpt, measure_inference, offset, predicted
from wyoming_kokoro.bench.jobs import worker
from wyoming_kokoro.bench.levels import level, share
from wyoming_kokoro.bench.listener import Heard, Wanted
from wyoming_kokoro.bench.machine import changed
from wyoming_kokoro.bench.notes import Notes
from wyoming_kokoro.bench.peers import NAMES, only_on, peer
from wyoming_kokoro.bench.plan import QUICK, Budget, Plan
from wyoming_kokoro.bench.player import Playback, play
from wyoming_kokoro.bench.readout import LONG, before_word, long_text
from wyoming_kokoro.bench.recorder import Run, recording
from wyoming_kokoro.bench.tables import Table, decimal, milliseconds, percent, times
from wyoming_kokoro.bench.texts import lengths, sentence, sentences, tokens
from wyoming_kokoro.bench.visitor import visit
from wyoming_kokoro.cli.main import main
from wyoming_kokoro.config import Config
from wyoming_kokoro.errors import KokoroError, ServerError, SynthesisError
from wyoming_kokoro.runtime.devices import Device
from wyoming_kokoro.runtime.models import ModelPaths
from wyoming_kokoro.runtime.session import Session, open_session
from wyoming_kokoro.text.sentences import SentenceSplitter

ON = Machine(
    cpu="A CPU",
    cores=2,
    memory_mib=24_000,
    system="Linux 6 x86_64",
    gpu="A GPU",
    driver="580.1",
    python="3.11.7",
    program="0.1.0",
    onnxruntime="1.31.1",
    lane="cuda13",
    library="0.6.1",
    model="kokoro.onnx, a model",
    speaks="Kokoro speaks on cuda:0",
    settings={"device.prefer": "cuda"},
)
SHORT = FirstAudio(
    text="short",
    characters=(30, 40, 50),
    ours=spread((0.031, 0.040, 0.035)),
    from_start=None,
    first_run=spread((0.030, 0.038, 0.033)),
    added=spread((0.001, 0.002, 0.002)),
    floor=spread((0.030, 0.038, 0.032)),
    create=spread((0.95, 0.96, 0.97)),
    create_stream=spread((0.95, 0.96, 0.98)),
    rtf=spread((0.01, 0.01, 0.01)),
    create_rtf=spread((0.3, 0.3, 0.3)),
)
LONG_TEXT = replace(SHORT, text="long", characters=(190, 200, 210), create=spread((2.1, 2.2, 2.3)))
STREAMED = FirstAudio("short, streamed", (33,), spread([-0.2]), spread([1.5]), None, None, None, None, None, None, None)
REPORT = Report(
    machine=ON,
    began="2026-11-24T00:00:00+00:00",
    seconds=123.4,
    first_audio=(SHORT, LONG_TEXT, STREAMED),
    inference=tuple(
        Inference(
            count,
            count / 10,
            spread((count / 4000 + 0.02, count / 4000 + 0.03)),
            spread((0.2, 0.3)),
            spread((0.95, 1.3)) if count < 500 else None,
        )
        for count in (30, 60, 120, 250, 500)
    ),
    levels=tuple(
        Level(count, count, count, (), count, 1.0, 150 * count**0.4, spread((0.05, 0.06 * count)), None, 0, 0.0)
        for count in (1, 2, 4, 8, 16, 32)
    ),
    read_out=ReadOut(10, 500, 0.03, 1.0, 45.0, 0, 0.0),
    interruption=Interruption(4990, spread((0.05, 0.06)), (0, 1)),
    memory=Memory(700.0, 2400.0, 800.0, 3000.0, 650.0, None),
    remarks=("64 clients were left out",),
    page=Page(
        spread((0.02, 0.03)), spread((0.02, 0.03)), spread((0.05, 0.06)), spread((0.05, 0.06)), spread((0.001,)), 12
    ),
)


pytestmark = pytest.mark.usefixtures("alone")


@pytest.mark.parametrize("length", [15, 16, 31, 200, 509])
def test_a_sentence_has_the_length_that_is_asked_for(length: int) -> None:
    """Wherever in the passage it begins; and it is one sentence, for the service's own splitter, too."""
    for start in range(130):
        text = sentence(length, start)
        assert len(text) == length
        splitter = SentenceSplitter()
        assert splitter.feed(text) + splitter.flush() == [text]


@pytest.mark.parametrize(("shortest", "longest"), [(25, 54), (186, 215), (20, 59), (7, 7), (7, 8)])
def test_no_length_comes_again_before_all_others_did(shortest: int, longest: int) -> None:
    """And then they come in the same order, so that none follows itself."""
    count = longest - shortest + 1
    found = list(itertools.islice(lengths(shortest, longest), 2 * count))
    assert sorted(found[:count]) == list(range(shortest, longest + 1))
    assert found[count:] == found[:count]


def test_sentences_are_of_ever_new_length_and_words() -> None:
    """As many as a run takes of one kind."""
    found = list(itertools.islice(sentences(25, 54), 30))
    assert len(set(map(len, found))) == 30 and len({text[:12] for text in found}) > 20


def test_streamed_text_is_the_text() -> None:
    """Cut into pieces as small as a language model's, and nothing is lost."""
    text = sentence(200)
    assert "".join(tokens(text)) == text
    assert 3 < len(text) / len(tokens(text)) < 5
    assert max(map(len, tokens(text))) <= 7


@pytest.mark.parametrize(
    ("arrivals", "heard"),
    [
        ([], Playback(None, 0, 0, 0)),
        ([(5, 1)], Playback(5, 1, 0, 0)),
        ([(5, 1), (5, 1), (7, 1)], Playback(5, 3, 0, 0)),  # in the very moment in which it would have run out
        ([(5, 1), (6.5, 1), (7.5, 1)], Playback(5, 3, 1, 0.5)),  # playback starts again with the late one
        ([(5, 1), (8, 2), (9, 1), (13, 1)], Playback(5, 5, 2, 4)),  # 6 to 8, and 11 to 13
    ],
)
def test_a_gap_is_where_the_sound_has_run_out(arrivals: list[tuple[float, float]], heard: Playback) -> None:
    """Counted, and measured to the next chunk."""
    assert play(arrivals) == heard


def heard(**given: object) -> Heard:
    """A whole answer, but for what is given."""
    plain = {"characters": 100, "asked": 10.0, "complete": 10.0, "first": 10.5, "ended": 12.0}
    sound = {"audio_s": 6.0, "gaps": 0, "gap_s": 0.0, "stopped": True, "error": ""}
    return Heard(**{**plain, **sound, **given})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({}, ""),
        ({"stopped": False}, "the answer has no end"),
        ({"error": "it left", "stopped": False}, "it left"),
        ({"audio_s": 1.0}, "1.0 s of audio for 100 characters"),
        ({"audio_s": 60.0}, "60.0 s of audio for 100 characters"),
    ],
)
def test_an_answer_is_whole_with_its_end_and_its_audio(given: dict[str, object], fault: str) -> None:
    """A half one is no measurement."""
    answer = heard(**given)
    assert answer.fault == fault
    if fault:
        with pytest.raises(ServerError, match=re.escape(fault)):
            answer.waited()


def test_streamed_text_is_waited_for_from_its_whole_first_sentence() -> None:
    """And from its first piece, which is told, too."""
    answer = heard(complete=10.4)
    assert answer.waited() == pytest.approx(0.1)
    assert answer.waited(from_start=True) == pytest.approx(0.5)


def test_a_level_counts_what_its_clients_heard() -> None:
    """From the first question to the last end; an answer that isn't whole is counted and named."""
    second = heard(asked=10.5, first=11.5, ended=15, gaps=2, gap_s=0.7)
    found = level(4, [[heard(), second], [heard(audio_s=0.1)]])
    assert (found.answers, found.complete, found.faults) == (3, 2, ("0.1 s of audio for 100 characters",))
    assert (found.seconds, found.gaps, found.gap_s) == (5, 2, 0.7)
    assert found.throughput == pytest.approx(12.1 / 5)
    assert found.together and found.together.values == (0.5, 0.5)
    assert found.later and found.later.values == (1.0,)


@pytest.mark.parametrize(
    ("left", "most", "said"),
    [(0, 12, 1), (63, 12, 1), (69, 12, 2), (1e6, 12, 12), (1e6, 3, 3)],
)
def test_every_level_gets_a_sentence_before_one_gets_more(left: float, most: int, said: int) -> None:
    """63 clients in all, a second each."""
    assert share((1, 2, 4, 8, 16, 32), 1.0, left, most) == said


def test_a_budget_is_what_is_left() -> None:
    """And a share of it is of what is left now."""
    now = [100.0]
    budget = Budget(60, lambda: now[0])
    part = budget.share(0.5)
    assert budget.allows(60) and not budget.allows(60.1) and part.left == 30
    now[0] = 140
    assert (budget.left, part.left, budget.share(0.5).left) == (20, 0, 10)


def test_the_quick_plan_measures_less() -> None:
    """In every way."""
    plain = Plan()
    assert QUICK.minutes < plain.minutes and QUICK.rounds < plain.rounds and QUICK.read_out < plain.read_out
    assert set(QUICK.levels) < set(plain.levels) and set(QUICK.tokens) < set(plain.tokens)


def test_a_spread_is_median_p95_and_worst() -> None:
    """Between two values p95 is in proportion; of nothing there is none."""
    found = spread([0.3, 0.1, 0.2])
    assert (found.median, found.p95, found.worst, found.values) == (0.2, 0.29, 0.3, (0.3, 0.1, 0.2))
    assert spread_if([]) is None


def test_inference_has_a_new_length_in_each_round() -> None:
    """As many tokens as wanted or a few more or less, never as many as before; too few are repeated."""
    assert [offset(number) for number in range(5)] == [0, 1, -1, 2, -2]
    assert len({offset(number) for number in range(Plan().rounds)}) == Plan().rounds
    assert excerpt([1, 2, 3], 5, 1) == [2, 3, 1, 2, 3]


def test_the_time_for_more_tokens_is_foreseen() -> None:
    """In proportion to the next fewer, until it is known."""
    shorter, longer = Row(100, [Inferred(2.0, 10.0)], library=[Inferred(1.0, 10.0)]), Row(200)
    assert predicted(shorter, None) == 3
    assert predicted(longer, shorter) == 6
    longer.ours.append(Inferred(1.0, 20.0))
    assert predicted(longer, shorter) == 1


async def test_what_there_is_no_time_for_is_left_out(tiny_folder: Path) -> None:
    """The fewest tokens are always measured, once; nobody guesses that more of them cost nothing."""
    session = open_session(tiny_folder / "kokoro-v1.0.onnx", Device("cpu"), config.Device())
    sessions = Sessions(Bare(session, tiny_folder / "voices-v1.0.bin", Voice("af_heart", "en-us", 1.0)), None, None)
    notes = Notes(lambda line: None)
    found = await measure_inference(sessions, range(4, 40), Plan(rounds=3), Budget(0), notes)
    assert [(row.tokens, len(row.ours.values)) for row in found] == [(30, 1)]
    assert notes.remarks == ["inference of 60, 120, 250, 500 tokens was left out: there was no time for it"]


def test_what_came_before_a_word_is_counted() -> None:
    """The word's own inference is the shortest. Without any, something is wrong."""
    runs = [Run(number, number + 1, tuple(range(count))) for number, count in enumerate((60, 50, 4, 70))]
    assert before_word(runs) == 2
    assert before_word(runs[2:]) == 0
    with pytest.raises(SynthesisError):
        before_word([])


def test_the_read_out_that_is_interrupted_is_long() -> None:
    """Whole sentences."""
    assert LONG - 100 < len(long_text()) <= LONG and long_text().endswith(".")


@pytest.mark.parametrize(
    ("device", "visible", "number"),
    [
        (Device("cuda", 1), None, "1"),
        (Device("cuda", 1), "2,5", "5"),
        (Device("cuda"), "", "0"),
        (Device("cpu"), "", None),
    ],
)
def test_the_plain_library_is_told_its_device(
    device: Device, visible: str | None, number: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By variables: the GPU is counted among those that are visible here."""
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    if visible is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    assert only_on(device).get("CUDA_VISIBLE_DEVICES") == number
    assert only_on(device)["ONNX_PROVIDER"] == f"{device.kind.upper()}ExecutionProvider"


def test_settings_are_told_where_they_are_not_the_defaults() -> None:
    """Of those that bear on speed; folders tell who the user is."""
    settings = Config.model_validate(
        {"device": {"threads": 3}, "server": {"max_text": 500}, "model": {"dir": "/home/me"}}
    )
    assert dict(changed(settings)) == {"device.threads": "3"}


def test_without_nvidia_smi_nothing_is_known_of_the_gpu(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nor where it answers what it can't tell."""
    monkeypatch.setenv("PATH", str(tmp_path))
    assert memory.gpus_used_mib() is None and memory.gpu_mib(1234) is None
    program = tmp_path / "nvidia-smi"
    program.write_text('#!/bin/sh\ncase $1 in *apps*) echo "1234, 500"; echo "1234, 20"; echo "9, [N/A]";; esac\n')
    program.chmod(0o755)
    assert memory.gpus_used_mib() is None
    assert (memory.gpu_mib(1234), memory.gpu_mib(9), memory.gpu_mib(77)) == (520, None, None)


def test_this_process_holds_memory() -> None:
    """Python with NumPy: tens of MiB, in the right unit."""
    assert 20 < memory.peak_mib() < 100_000


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (milliseconds(None), "-"),
        (milliseconds(0.0123), "12.3"),
        (milliseconds(1.2345), "1,234"),
        (milliseconds(-0.25), "-250"),
        (decimal(1234.5, 1), "1,234.5"),
        (times(2.0, 1.0), "2.00x"),
        (times(25.0, 1.0), "25.0x"),
        (times(None, 1.0), "-"),
        (times(1.0, 0.0), "-"),
        (percent(0.05, 1.0), "5.0%"),
    ],
)
def test_figures_have_as_many_digits_as_they_mean(shown: str, expected: str) -> None:
    """And a dash where there is none."""
    assert shown == expected


def test_a_table_is_aligned_and_is_markdown() -> None:
    """The first column to the left, figures to the right."""
    table = Table("Title", ("what", "ms"), [("a", "1"), ("longer", "1,000")], "Read it so.")
    assert table.text().splitlines() == [
        "Title",
        "Read it so.",
        "what       ms",
        "-" * 13,
        "a           1",
        "longer  1,000",
    ]
    assert table.markdown().splitlines()[-3:] == ["|---|---:|", "| a | 1 |", "| longer | 1,000 |"]


def test_a_report_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    """Every value, so that tables and pictures can be made later and elsewhere."""
    file = tmp_path / "r.json"
    file.write_text(report.document(REPORT))
    assert report.read(file) == REPORT


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("nonsense", "is no report: it: Invalid JSON"),
        ("{}", "is no report: machine: Field required"),
        (report.document(replace(REPORT, format=99)), "is a report of format 99, expected 1"),
    ],
)
def test_another_file_is_no_report(content: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One line, with what is expected; exit code 1."""
    (tmp_path / "r.json").write_text(content)
    assert main(["bench", "--from", str(tmp_path / "r.json")]) == 1
    errors = capsys.readouterr().err
    assert said in errors and "wyoming-kokoro bench --json" in errors and errors.count("\n") == 1


@pytest.mark.parametrize("show", [report.text, report.markdown])
def test_tables_show_every_figure(show: "type[str]") -> None:
    """Each case, level and number of tokens, with its ratios; and what was left out."""
    shown = show(REPORT)
    for figure in (
        "A GPU, driver 580.1",
        "short, streamed",
        "-200",
        "27.4x",
        "32 of 32",
        "700 MiB, 2,400 MiB on the GPU",
    ):
        assert figure in shown
    assert "64 clients were left out" in shown and "0, 1" in shown


def test_an_empty_report_is_shown_too() -> None:
    """espeak-ng has no model, and little time leaves things out."""
    bare = replace(
        REPORT, first_audio=(STREAMED,), inference=(), levels=(), read_out=None, interruption=None, memory=None
    )
    assert "short, streamed" in report.text(bare) and "library" not in report.markdown(bare).partition("###")[2]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("p.gif", "A plot can't be written as 'p.gif'. End its name with .png or .svg"),
        ("no/p.png", "There is no folder"),
    ],
)
def test_a_plot_that_cannot_be_is_said_first(
    name: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before minutes are spent on measuring."""
    assert main(["bench", "--plot", str(tmp_path / name)]) == 1
    assert capsys.readouterr().err.startswith(f"error: {said}")


def test_without_matplotlib_there_is_no_plot(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """It is an extra: what to install is said."""
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(KokoroError, match="pip install matplotlib"):
        plot.check(tmp_path / "p.png")


@pytest.mark.skipif(find_spec("matplotlib") is None, reason="matplotlib is an extra")
@pytest.mark.parametrize("shown", [REPORT, replace(REPORT, first_audio=(), inference=(), levels=REPORT.levels[:1])])
def test_a_plot_is_drawn(shown: Report, tmp_path: Path) -> None:
    """As a picture with a panel for each kind of figure, and the same bytes each time."""
    for name, mark in (("p.png", b"\x89PNG"), ("p.svg", b"<?xml")):
        plot.check(tmp_path / name)
        plot.draw(shown, tmp_path / name)
        assert (tmp_path / name).read_bytes().startswith(mark)
    first = (tmp_path / "p.svg").read_bytes()
    plot.draw(shown, tmp_path / "p.svg")
    assert (tmp_path / "p.svg").read_bytes() == first


async def test_listeners_of_another_process_hear_what_is_spoken() -> None:
    """Several at once, whole and streamed; the audio is as long as the text."""
    first, second = "This is the first sentence here.", "And that is another one."
    engine = FakeEngine()
    async with served(engine) as server, crowd(server.uri) as listeners:
        wanted = [[Wanted(first), Wanted(second)], [Wanted(f"{first} {second}", len(first))]]
        [[one, two], [streamed]] = await listeners.all(wanted)
    assert not (one.fault or two.fault or streamed.fault)
    assert one.audio_s == pytest.approx(0.02 * len(first), abs=0.01)
    assert one.ended <= two.asked and one.waited() > 0
    assert streamed.asked < streamed.complete < streamed.ended and streamed.audio_s > one.audio_s
    assert len(engine.spoken) == 4


async def test_a_word_is_heard_in_the_middle_of_a_read_out() -> None:
    """And its answer is whole, whatever comes of the read-out."""
    engine = FakeEngine()
    async with served(engine) as server, crowd(server.uri) as listeners:
        answer = await listeners.interrupt(long_text(), "Yes, please.", 0.0)
    assert not answer.fault
    spoken = [text for text, _ in engine.spoken]
    assert spoken.index("Yes, please.") > 0 and spoken[0] in long_text()


async def test_an_answer_that_fails_is_a_fault_not_a_hang() -> None:
    """Of that client only."""
    async with served(FakeEngine()) as server, crowd(server.uri) as listeners:
        [[failed], [fine]] = await listeners.all([[Wanted("boom goes this one.")], [Wanted("Everything is fine.")]])
    assert failed.fault.startswith("The service answered an error: ") and not fine.fault


async def test_a_service_that_is_not_there_is_an_error() -> None:
    """In the words of the client."""
    async with crowd("tcp://127.0.0.1:1") as listeners:
        with pytest.raises(KokoroError, match="Can't reach tcp://127.0.0.1:1"):
            await listeners.one(Wanted("Hello."))


def test_each_inference_is_recorded_while_it_is_wanted(tiny_folder: Path) -> None:
    """With its tokens and moments, in the order in which they began; afterwards sessions are as before."""
    plain = Session.run
    with recording() as recorder:
        session = open_session(tiny_folder / "kokoro-v1.0.onnx", Device("cpu"), config.Device())
        bare = Bare(session, tiny_folder / "voices-v1.0.bin", Voice("af_heart", "en-us", 1.0))
        inferred = [bare.infer(ids) for ids in ([5, 6, 7], [8, 9])]
    assert Session.run is plain
    bare.infer([5])
    first, second = recorder.between(0)
    assert (first.ids, second.ids) == ((5, 6, 7), (8, 9))
    assert first.began <= first.ended <= second.began and recorder.first(0, second.ended) == first
    assert (recorder.begun, recorder.running, recorder.session) == (2, 0, session)
    assert [each.audio_s for each in inferred] == [(4 + 5 + 3 + 4 + 4) / 40, (4 + 5 + 3 + 4) / 40]
    with pytest.raises(SynthesisError):
        recorder.first(second.ended, math.inf)


@pytest.mark.parametrize("kind", ["library", "exported"])
async def test_a_peer_that_fails_is_left_out(kind: str, settings: Config, tmp_path: Path) -> None:
    """Its reason is among the remarks, once, and the benchmark goes on."""
    notes, nowhere = Notes(lambda line: None), ModelPaths(tmp_path / "none.onnx", tmp_path / "none.bin")
    async with peer(kind, settings, nowhere, Voice("af_heart", "en-us", 1.0), Device("cpu"), notes) as opened:
        assert await opened.measure(infer=[5, 6]) is None and await opened.peak_mib() is None
    [remark] = notes.remarks
    assert remark.startswith(f"left out: {NAMES[kind]}: ") and "none." in remark


@pytest.mark.parametrize(("kind", "job"), [("library", "create"), ("library", "stream"), ("exported", "infer")])
async def test_peers_speak_the_original_model(kind: str, job: str, settings: Config, tiny_folder: Path) -> None:
    """Each in a process of its own."""
    notes, paths = (
        Notes(lambda line: None),
        ModelPaths(tiny_folder / "kokoro-v1.0.onnx", tiny_folder / "voices-v1.0.bin"),
    )
    async with peer(kind, settings, paths, Voice("af_heart", "en-us", 1.0), Device("cpu"), notes) as opened:
        measured = await opened.measure(**{job: [5, 6] if job == "infer" else "Hello there."})
        assert await opened.peak_mib() is not None
    assert measured and measured.seconds > 0 and measured.audio_s > 0.3 and notes.remarks == []


async def test_a_process_that_crashes_is_an_error() -> None:
    """With its last words."""
    async with worker("wyoming_kokoro.bench.nothing", "The process") as process:
        with pytest.raises(KokoroError, match=r"The process ended: .*No module named wyoming_kokoro.bench.nothing"):
            await process.do({})


def test_a_quick_benchmark_of_the_tiny_model(tiny_folder: Path, tmp_path: Path) -> None:
    """Everything is measured, each with a new length; the tables come from the JSON."""
    command = [sys.executable, "-m", "wyoming_kokoro", "bench", "--quick", "--minutes", "0.2", "--json"]
    options = ["--device", "cpu", "--model-dir", str(tiny_folder)]
    ended = subprocess.run([*command, *options], check=False, capture_output=True, text=True, timeout=120)
    assert ended.returncode == 0, ended.stderr
    assert "loading the plain library" in ended.stderr
    (tmp_path / "r.json").write_text(ended.stdout)
    found = report.read(tmp_path / "r.json")
    assert found.levels[0].clients == 1
    assert all(level.complete == level.answers > 0 for level in found.levels)
    short = found.first_audio[0]
    assert short.text == "short" and short.added and short.floor and short.create and short.first_run
    assert len(set(short.characters)) == len(short.characters)
    assert all(
        math.isclose(ours - run, rest, abs_tol=1e-5)
        for ours, run, rest in zip(short.ours.values, short.first_run.values, short.added.values, strict=True)
    )
    assert min(short.added.values) > 0
    assert found.inference[0].tokens == QUICK.tokens[0] and found.inference[0].library
    assert found.interruption and len(found.interruption.segments) == 1
    assert found.page and found.page.looks >= 2 and found.page.described.worst < 1
    assert len(found.page.alone.values) == len(found.page.streamed.values) == 1
    assert found.memory and found.memory.speaking > 20 and found.memory.library
    assert str(tiny_folder) not in ended.stdout
    assert json.loads(ended.stdout)["format"] == 1


def test_without_a_model_what_there_is_is_measured(capsys: pytest.CaptureFixture[str]) -> None:
    """And it is said what isn't."""
    assert main(["bench", "--quick", "--minutes", "0.02", "--engine", "espeak"]) == 0
    said = capsys.readouterr()
    assert "espeak has no model: no floor, inference, plain library and interruption" in said.out
    assert "Clients at once" in said.out and "Bare inference" not in said.out
    assert "during the same over HTTP, with status and metrics" in said.out


async def test_a_page_that_does_not_answer_is_an_error() -> None:
    """Not a visit that took no time."""
    async with served(FakeEngine()) as server:
        with pytest.raises(ServerError, match="The page gave no answer: "):
            await visit(server.uri, "http://127.0.0.1:1", "Yes.", 0.0)


def test_a_device_that_is_not_there_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 1, as for every command."""
    assert main(["bench", "--engine", "kokoro"]) == 1
    assert "error: Kokoro's model is not in" in capsys.readouterr().err


def test_two_forms_at_once_are_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2."""
    assert main(["bench", "--json", "--markdown"]) == 2
    assert "--json and --markdown exclude each other" in capsys.readouterr().err
