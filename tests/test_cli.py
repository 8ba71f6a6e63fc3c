"""The command line, in this process and as a user calls it."""

import asyncio.subprocess
import os
import subprocess
import sys
import wave
from pathlib import Path

import numpy as np
import pytest
from fakes import FakeEngine, served
from tiny_kokoro import decode

from wyoming_kokoro import __version__
from wyoming_kokoro.cli import sinks
from wyoming_kokoro.cli.main import main
from wyoming_kokoro.cli.sinks import UNKNOWN

SHIPPED = Path(__file__).parent.parent / "config" / "wyoming-kokoro.yaml"


pytestmark = pytest.mark.usefixtures("alone")


def heard(path: Path) -> np.ndarray:
    """The samples of a WAV file of the service's format."""
    with wave.open(str(path), "rb") as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (24_000, 1, 2)
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float32) / 32_767


def test_say_writes_real_speech_without_the_model(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """1 to 3 s, not silent, no clipping, quiet edges; and it says who spoke, and why, and how fast."""
    assert main(["say", "The kitchen light is on.", "-o", str(tmp_path / "a.wav")]) == 0
    audio = heard(tmp_path / "a.wav")
    assert 1 < len(audio) / 24_000 < 3
    assert 0.02 < np.sqrt((audio**2).mean()) < 0.5 and np.abs(audio).max() < 0.99
    assert abs(audio[0]) < 0.01 and abs(audio[-1]) < 0.01
    said = capsys.readouterr()
    assert said.out == ""
    assert "espeak-ng speaks: Kokoro's model is not in" in said.err and "wyoming-kokoro download" in said.err
    assert "first audio after" in said.err


def test_say_is_kokoros_where_the_model_is(
    tmp_path: Path, tiny_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The tiny model says the phonemes of the sentence."""
    args = ["say", "Hello.", "--model-dir", str(tiny_folder), "--device", "cpu", "-v", "bf_emma"]
    assert main([*args, "-o", str(tmp_path / "a.wav")]) == 0
    audio = heard(tmp_path / "a.wav")
    assert len(decode(audio)) == len("həlˈQ.")
    assert np.abs(audio).max() == pytest.approx(0.6, abs=0.01)
    assert "Kokoro speaks on cpu" in capsys.readouterr().err


def test_say_reads_standard_input_as_it_comes() -> None:
    """`-` is standard input, and `-o -` standard output: the first audio comes out while the input is still open."""
    process = subprocess.Popen(
        [sys.executable, "-m", "wyoming_kokoro", "say", "-", "-o", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdin and process.stdout
    process.stdin.write(b"The first sentence is here. And the se")
    process.stdin.flush()
    first = process.stdout.read(20_000)
    rest, _ = process.communicate("cond, too: grüße.".encode(), timeout=60)
    assert process.returncode == 0
    assert first.startswith(b"RIFF") and first[40:44] == UNKNOWN.to_bytes(4, "little")
    samples = np.frombuffer(first[44:] + rest, "<i2")
    assert 3 < len(samples) / 24_000 < 8 and samples.any()


async def test_say_as_a_client_has_a_server_speak(tmp_path: Path) -> None:
    """What arrives is what the server made."""
    engine = FakeEngine()
    async with served(engine) as server:
        process = await _start(
            "say", "Hello there.", "--uri", server.uri, "-v", "am_adam", "-o", str(tmp_path / "a.wav")
        )
        assert await process.wait() == 0
    assert engine.spoken == [("Hello there.", "am_adam")]
    assert len(heard(tmp_path / "a.wav")) == round(0.02 * 12 * 24_000)


async def test_an_error_of_the_server_is_an_error_of_say(tmp_path: Path) -> None:
    """With the server's own words and exit code 1; no file with half a sentence is called done."""
    async with served(FakeEngine()) as server:
        process = await _start("say", "Hello.", "--uri", server.uri, "-v", "nobody", "-o", str(tmp_path / "a.wav"))
        _, errors = await process.communicate()
    assert process.returncode == 1
    assert b"error: The server answered: There is no voice 'nobody'" in errors


async def _start(*args: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "wyoming_kokoro", *args, stderr=asyncio.subprocess.PIPE
    )


async def test_health_asks_the_service(tmp_path: Path) -> None:
    """0 and a line if it answers, 1 and a line if nobody is there."""
    async with served(FakeEngine()) as server:
        process = await _start("health", "--uri", server.uri)
        assert await process.wait() == 0
    process = await _start("health", "--uri", server.uri)
    _, errors = await process.communicate()
    assert process.returncode == 1
    assert b"error: Can't reach tcp://127.0.0.1:" in errors


def test_check_passes_the_shipped_file(capsys: pytest.CaptureFixture[str]) -> None:
    """And says so."""
    assert main(["check", str(SHIPPED)]) == 0
    assert capsys.readouterr().out == f"{SHIPPED}: ok\n"


def test_check_names_the_mistake(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One line with its place, exit code 1."""
    (tmp_path / "c.yaml").write_text("voices:\n  defualt: x\n")
    assert main(["check", str(tmp_path / "c.yaml")]) == 1
    error = capsys.readouterr().err
    assert error.startswith(f"error: {tmp_path}/c.yaml:2: voices.defualt: unknown key, did you mean 'default'?")
    assert error.count("\n") == 1


def test_voices_lists_what_can_be_spoken(tiny_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """All of the catalogue without a model, those of the voices file with one; blends with their parts."""
    assert main(["voices"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 54 and "* af_heart       en-US  female  A   also default, marin" in lines
    assert (
        main(
            [
                "voices",
                "-l",
                "en_gb",
                "--model-dir",
                str(tiny_folder),
                "-s",
                "voices.blends={dusk: {bf_emma: 1, am_adam: 1}}",
            ]
        )
        == 0
    )
    lines = capsys.readouterr().out.splitlines()
    assert lines == [
        "* bf_emma        en-GB  female  B-",
        "  dusk           en-GB  female      50% bf_emma + 50% am_adam",
    ]


def test_download_says_what_to_do_when_it_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 1, and how to fetch the files by hand."""
    (tmp_path / "a file").touch()
    assert main(["download", "--model-dir", str(tmp_path / "a file" / "below")]) == 1
    assert capsys.readouterr().err.startswith("error: ")


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["say"], "Missing argument 'TEXT...'"),
        (["nonsense"], "No such command 'nonsense'"),
        (["--nonsense"], "No such option"),
        (["check"], "Missing argument 'FILE'"),
    ],
)
def test_wrong_usage_is_exit_code_2(args: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    """With what is missing or unknown."""
    assert main(args) == 2
    assert said in capsys.readouterr().err


def test_a_bug_is_exit_code_3_with_a_traceback(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """And asks to be reported."""
    monkeypatch.setattr("wyoming_kokoro.cli.voices.locate", lambda settings: 1 // 0)
    assert main(["voices"]) == 3
    assert "please report" in caplog.text and "ZeroDivisionError" in caplog.text


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    """Of the package."""
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"wyoming-kokoro {__version__}\n"


def test_a_file_that_cannot_be_written_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Before anything is spoken."""
    assert main(["say", "Hi.", "-o", str(tmp_path)]) == 1
    assert f"error: Can't write {tmp_path}: Is a directory" in capsys.readouterr().err


def test_without_a_player_say_asks_for_a_file(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On a server without sound."""
    monkeypatch.setattr(sinks, "PLAYERS", (("no-such-player",),))
    assert main(["say", "Hi."]) == 1
    assert (
        "No player is installed (looked for no-such-player). Write a file instead: -o hello.wav"
        in capsys.readouterr().err
    )


def test_a_player_gets_the_raw_audio(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """While it is made, at its rate and channels."""
    script = f"cat > {tmp_path}/played; echo {{rate}} {{channels}} > {tmp_path}/format"
    monkeypatch.setattr(sinks, "PLAYERS", (("sh", "-c", script),))
    assert main(["say", "Hi there."]) == 0
    assert (tmp_path / "format").read_text() == "24000 1\n"
    assert len((tmp_path / "played").read_bytes()) > 24_000


def test_a_player_that_stops_is_one_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Not a traceback."""
    monkeypatch.setattr(sinks, "PLAYERS", (("false",),))
    assert main(["say", "Hi there, this is a long enough text. " * 20]) == 1
    assert "error: The player false failed" in capsys.readouterr().err


def test_a_player_that_fails_is_one_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """It took everything, and played nothing: that is no success."""
    monkeypatch.setattr(sinks, "PLAYERS", (("sh", "-c", "cat > /dev/null; exit 1"),))
    assert main(["say", "Hi."]) == 1
    assert "error: The player sh failed. Write a file instead: -o hello.wav" in capsys.readouterr().err


def test_a_file_is_kept_until_there_is_audio_for_it(tmp_path: Path) -> None:
    """A server that isn't there, or a voice that isn't, doesn't cost what the file held."""
    kept = tmp_path / "kept.wav"
    kept.write_bytes(b"precious")
    assert main(["say", "Hi.", "-o", str(kept), "--uri", "tcp://127.0.0.1:1"]) == 1
    assert main(["say", "Hi.", "-o", str(kept), "-v", "nobody"]) == 1
    assert kept.read_bytes() == b"precious"


def test_an_error_of_say_is_said_once(tmp_path: Path) -> None:
    """This process is its own server: its log doesn't repeat what the command says."""
    command = [sys.executable, "-m", "wyoming_kokoro", "say", "Hi.", "-v", "nobody", "-o", str(tmp_path / "a.wav")]
    ended = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert ended.stderr.count("There is no voice 'nobody'") == 1


def test_nothing_is_reported_to_the_maker_of_onnx_runtime(tmp_path: Path) -> None:
    """Its telemetry is off before it is imported, and it leaves no identifier behind."""
    environ = {**os.environ, "HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    environ.pop("ORT_DISABLE_TELEMETRY", None)
    command = [sys.executable, "-m", "wyoming_kokoro", "say", "Hello.", "-o", str(tmp_path / "a.wav")]
    assert subprocess.run(command, check=False, env=environ, capture_output=True, timeout=60).returncode == 0
    assert [path for path in tmp_path.rglob("*") if "icrosoft" in path.name or "onnxruntime" in path.name] == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_disk_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """As the system says it."""
    assert main(["say", "Hi.", "-o", "/dev/full"]) == 1
    assert "error: Can't write /dev/full: No space left on device" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("shell", "code", "said"),
    [
        ("say Hello there, everybody. -o - | head -c 100 > /dev/null", 1, "error: Can't write -: Broken pipe"),
        ("say - -o /dev/null <&-", 1, "error: Standard input is closed"),
        ("voices | head -1 > /dev/null", None, ""),
        ("serve --uri stdio:// < /dev/null", 1, "error: Standard input is no pipe"),
        ("serve --uri tcp://a..b:1", 1, "error: Can't listen on tcp://a..b:1: "),
        ("health --uri tcp://127.0.0.1:1", 1, "Connection refused"),
    ],
)
def test_odd_surroundings_are_one_line(shell: str, code: int | None, said: str) -> None:
    """Closed and broken pipes, no input, no pipe: never a traceback, never a hang."""
    command = f"set -o pipefail; {sys.executable} -m wyoming_kokoro {shell}"
    ended = subprocess.run(["bash", "-c", command], check=False, capture_output=True, text=True, timeout=60)
    assert "Traceback" not in ended.stderr and "Exception ignored" not in ended.stderr
    assert said in ended.stderr
    assert code is None or ended.returncode == code
