"""Setting up an environment, by really doing it: an empty or tiny requirement file in a copy of the checkout."""

import ast
import fcntl
import hashlib
import importlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from wyoming_kokoro.errors import KokoroError
from wyoming_kokoro.runtime import driver, lanes
from wyoming_kokoro.runtime.installation import EXTRAS

ROOT = Path(__file__).parent.parent
COPIED = ["script", "wyoming_kokoro/__init__.py", "wyoming_kokoro/errors.py"]
COPIED += ["wyoming_kokoro/runtime/__init__.py", "wyoming_kokoro/runtime/driver.py", "wyoming_kokoro/runtime/lanes.py"]
COPIED += ["wyoming_kokoro/runtime/installation.py"]
STAND_IN = """\
import sys

import tiny


def main():
    print(tiny.WORD, sys.argv[1:])
    return 7


if __name__ == "__main__":
    raise SystemExit(main())
"""
BACKEND = """\
import zipfile


def build_wheel(folder, config_settings=None, metadata_directory=None):
    with zipfile.ZipFile(f"{folder}/jieba-1.0-py3-none-any.whl", "w") as file:
        file.writestr("jieba.py", "")
        file.writestr("jieba-1.0.dist-info/METADATA", "Metadata-Version: 2.1\\nName: jieba\\nVersion: 1.0\\n")
        file.writestr("jieba-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        file.writestr("jieba-1.0.dist-info/RECORD", "")
    return "jieba-1.0-py3-none-any.whl"
"""
WAIT = 60
"""Seconds after which a child that should have ended fails the test."""

needs_cuda_builds = pytest.mark.skipif(
    not driver.Machine(sys.platform, os.uname().machine).has_cuda_builds, reason="CUDA lanes are for Linux on x86_64"
)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """What the set-up needs of the project, with nothing to install, at a path with a space."""
    root = tmp_path / "a checkout"
    for name in COPIED:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copyfile
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        copy(ROOT / name, root / name)
    for script in (root / "script").iterdir():
        shutil.copymode(ROOT / "script" / script.name, script)
    (root / "requirements").mkdir()
    for name in (*lanes.LANES, *EXTRAS, "dev", "build"):
        (root / "requirements" / f"{name}.txt").touch()
    return root


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    """A package `tiny` that needs nothing."""
    path = tmp_path / "wheels" / "tiny-1.0-py3-none-any.whl"
    path.parent.mkdir()
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("tiny.py", "WORD = 'tiny'\n")
        file.writestr("tiny-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n")
        file.writestr("tiny-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        file.writestr("tiny-1.0.dist-info/RECORD", "")
    return path


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Any:
    """script/setup.py as a module, for what can't be made to happen from outside."""
    monkeypatch.setattr(sys, "path", [str(ROOT / "script"), *sys.path])
    return importlib.import_module("setup")


def settings(**changes: str) -> dict[str, str]:
    """This process's environment without what steers the set-up or pip, and with `changes`."""
    steering = ("PIP_", "LANE", "EXTRAS", "PYTHON", "CUDA_", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith(steering)}
    return kept | {"PIP_CONFIG_FILE": os.devnull, "PIP_NO_CACHE_DIR": "1", "PYTHON": sys.executable} | changes


def set_up(checkout: Path, purpose: str = "run", **changes: str) -> "subprocess.CompletedProcess[str]":
    """Runs script/setup.py without any package index."""
    command = [sys.executable, str(checkout / "script/setup.py"), purpose]
    changes = {"PIP_NO_INDEX": "1"} | changes
    return subprocess.run(command, env=settings(**changes), capture_output=True, text=True, check=False, timeout=WAIT)


def require(checkout: Path, wheel: Path, digest: str = "") -> None:
    digest = digest or hashlib.sha256(wheel.read_bytes()).hexdigest()
    (checkout / "requirements/cpu.txt").write_text(f"tiny==1.0 --hash=sha256:{digest}\n")


def stamp(checkout: Path) -> Path:
    return checkout / ".venv/wyoming-kokoro-stamp.json"


def mark(checkout: Path) -> Path:
    """A file in the environment that only goes when the environment is removed."""
    path = checkout / ".venv/mark"
    path.touch()
    return path


def test_first_and_second_run(checkout: Path) -> None:
    """The first run builds and says how on stderr; the second finds everything done and is silent."""
    first = set_up(checkout, LANE="cpu")
    assert (first.returncode, first.stdout) == (0, ""), first.stderr
    lines = first.stderr.splitlines()
    assert len(lines) == 3
    assert "there is none yet" in lines[0]
    assert "lane cpu" in lines[1]
    assert "LANE asks for it" in lines[1]
    assert lines[2].startswith("set-up: ready in ")
    kept = mark(checkout)

    second = set_up(checkout, LANE="cpu")

    assert (second.returncode, second.stdout, second.stderr) == (0, "", "")
    assert kept.exists()


def test_run_end_to_end(checkout: Path, wheel: Path, tmp_path: Path) -> None:
    """script/run installs, then becomes the program: its arguments, its output alone on stdout, its exit status."""
    require(checkout, wheel)
    (checkout / "wyoming_kokoro/__main__.py").write_text(STAND_IN)
    (tmp_path / "tiny.py").write_text("raise SystemExit('the current folder hides a module')")
    link = tmp_path / "kokoro"
    link.symlink_to(checkout / "script/run")
    env = settings(LANE="cpu", PIP_NO_INDEX="1", PIP_FIND_LINKS=str(wheel.parent))

    started = [link, checkout / ".venv/bin/wyoming-kokoro"]
    for command in started:
        done = subprocess.run(
            [command, "say", "two words"],
            cwd=tmp_path,
            env=env,
            capture_output=True,
            text=True,
            timeout=WAIT,
            check=False,
        )
        assert (done.returncode, done.stdout) == (7, "tiny ['say', 'two words']\n"), done.stderr


def test_run_uses_the_configuration_of_the_checkout(checkout: Path, tmp_path: Path) -> None:
    """Wherever it is called from; the variable names another file, and without the file there is none."""
    (checkout / "wyoming_kokoro/__main__.py").write_text("import os\nprint(os.environ.get('WYOMING_KOKORO_CONFIG'))")
    (checkout / "config").mkdir(exist_ok=True)
    shipped = checkout / "config/wyoming-kokoro.yaml"

    def used(**changes: str) -> str:
        env = settings(LANE="cpu", PIP_NO_INDEX="1", **changes)
        done = subprocess.run(
            [checkout / "script/run"], cwd=tmp_path, env=env, capture_output=True, text=True, timeout=WAIT, check=False
        )
        return done.stdout.strip()

    shipped.touch()
    assert used() == str(shipped)
    assert used(WYOMING_KOKORO_CONFIG="/mine.yaml") == "/mine.yaml"
    shipped.unlink()
    assert used() == "None"


def test_half_finished_set_up_is_repaired(checkout: Path) -> None:
    """Without a whole stamp the environment is not trusted, whatever else it holds."""
    (checkout / ".venv").mkdir()
    kept = mark(checkout)
    stamp(checkout).write_text('{"place": "')

    again = set_up(checkout, LANE="cpu")

    assert "its last set-up didn't finish" in again.stderr
    assert not kept.exists()
    assert set_up(checkout, LANE="cpu").stderr == ""


@pytest.mark.parametrize(
    ("part", "reason"),
    [
        ("place", "the checkout was moved from before"),
        ("lane", "its lane was before"),
        ("extras", "its extras were before"),
        ("python", "it was made by Python before"),
        ("requirements", "the locked requirements have changed"),
        ("setup", "the set-up script has changed"),
    ],
)
def test_every_change_is_named(part: str, reason: str, script: Any, tmp_path: Path) -> None:
    """An environment that was made from something else is found out, and said so."""
    wanted = script.make_stamp(tmp_path, "cpu", "")
    script.write_stamp(tmp_path, wanted | {part: "before"})

    assert script.find_fault(tmp_path, wanted) == reason


def test_environment_whose_python_is_gone(script: Any, tmp_path: Path) -> None:
    """A right stamp is not enough: the environment's Python must start."""
    wanted = script.make_stamp(tmp_path, "cpu", "")
    script.write_stamp(tmp_path, wanted)

    assert script.find_fault(tmp_path, wanted) == "its Python no longer starts"


@needs_cuda_builds
def test_lane_change_starts_from_nothing(checkout: Path) -> None:
    """Nothing of the old lane is left when another is asked for."""
    set_up(checkout, LANE="cpu")
    kept = mark(checkout)

    changed = set_up(checkout, LANE="cuda12")

    assert "its lane was cpu" in changed.stderr
    assert not kept.exists()


def test_cuda_lane_stays_while_the_driver_is_away(checkout: Path) -> None:
    """A driver that can't be reached for now doesn't cost the installed CUDA packages, and it is said once."""
    set_up(checkout, LANE="cpu")
    kept = mark(checkout)
    stamp(checkout).write_text(
        json.dumps(json.loads(stamp(checkout).read_text()) | {"lane": "cuda12", "driver": "other"})
    )

    first = set_up(checkout, CUDA_VISIBLE_DEVICES="")
    second = set_up(checkout, CUDA_VISIBLE_DEVICES="")

    assert "cuda12 stays installed" in first.stderr
    assert (second.returncode, second.stderr) == (0, "")
    assert kept.exists()


def test_an_asked_lane_is_kept(checkout: Path) -> None:
    """Gigabytes are not thrown away because LANE stood before one command only; `auto` looks at the machine again."""
    set_up(checkout, LANE="cpu")
    kept = mark(checkout)
    stamp(checkout).write_text(json.dumps(json.loads(stamp(checkout).read_text()) | {"lane": "cuda13"}))

    again = set_up(checkout)
    assert (again.returncode, again.stderr) == (0, "") and kept.exists()

    anew = set_up(checkout, LANE="auto", CUDA_VISIBLE_DEVICES="")
    assert "its lane was cuda13" in anew.stderr or "cuda13 stays installed" in anew.stderr


def test_extras_are_kept(checkout: Path, wheel: Path) -> None:
    """EXTRAS adds to the lane what it names, stays without being said again, and `none` takes it away."""
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    (checkout / "requirements/ja.txt").write_text(f"tiny==1.0 --hash=sha256:{digest}\n")
    installed = checkout / ".venv/lib/python{}.{}/site-packages/tiny.py".format(*sys.version_info)

    first = set_up(checkout, LANE="cpu", EXTRAS="ja", PIP_FIND_LINKS=str(wheel.parent))
    assert first.returncode == 0 and "set-up: extra ja (260 MB more)\n" in first.stderr, first.stderr
    assert installed.exists() and json.loads(stamp(checkout).read_text())["extras"] == "ja"
    of_venv = {".gitignore", "bin", "include", "lib", "lib64", "pyvenv.cfg"}  # .gitignore: Python 3.13 and newer
    assert {path.name for path in (checkout / ".venv").iterdir()} <= of_venv | {stamp(checkout).name}
    assert set_up(checkout).stderr == set_up(checkout, EXTRAS="ja").stderr == ""

    without = set_up(checkout, EXTRAS="none")
    assert "its extras were ja" in without.stderr and not installed.exists()
    assert set_up(checkout).stderr == ""


def test_an_extra_without_a_wheel(checkout: Path, tmp_path: Path) -> None:
    """Of the packages that exist as source only a wheel is made, by tools that don't stay; of no other package."""
    source = tmp_path / "sources" / "jieba-1.0"
    source.mkdir(parents=True)
    (source / "pyproject.toml").write_text(
        '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
    )
    (source / "backend.py").write_text(BACKEND)
    (source / "PKG-INFO").write_text("Metadata-Version: 2.1\nName: jieba\nVersion: 1.0\n")
    archive = Path(shutil.make_archive(str(source), "gztar", source.parent, source.name))
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    asked = {"LANE": "cpu", "EXTRAS": "zh", "PIP_FIND_LINKS": str(archive.parent)}

    (checkout / "requirements/zh.txt").write_text(f"jieba==1.0 --hash=sha256:{digest}\n")
    made = set_up(checkout, **asked)
    assert made.returncode == 0, made.stderr
    assert (checkout / ".venv/lib/python{}.{}/site-packages/jieba.py".format(*sys.version_info)).exists()

    archive.rename(archive.parent / "other-1.0.tar.gz")
    (checkout / "requirements/zh.txt").write_text(f"other==1.0 --hash=sha256:{digest}\n")
    refused = set_up(checkout, **asked)
    assert refused.returncode == 1 and "pip couldn't install requirements/zh.txt" in refused.stderr


def test_unknown_extra(checkout: Path) -> None:
    """A wrong EXTRAS gets one line and builds nothing."""
    done = set_up(checkout, LANE="cpu", EXTRAS="ja,jp")

    assert (done.returncode, done.stderr) == (1, 'set-up: EXTRAS: jp is none of ja, zh, none. Such as EXTRAS="ja zh"\n')
    assert not (checkout / ".venv").exists()


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("cuda31", "LANE=cuda31 is none of cpu, cuda12, cuda13, did you mean 'cuda13'?"),
        ("gpu", "LANE=gpu is none of cpu, cuda12, cuda13. Without LANE it is chosen for this machine"),
    ],
)
def test_unknown_lane(asked: str, answer: str, checkout: Path) -> None:
    """A wrong LANE gets one line and builds nothing."""
    done = set_up(checkout, LANE=asked)

    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"set-up: {answer}\n")
    assert not (checkout / ".venv").exists()


def test_cuda_lane_on_another_system(script: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """CUDA can't be asked for where no CUDA build exists."""
    monkeypatch.setattr(sys, "platform", "darwin")

    with pytest.raises(KokoroError, match=r"^LANE=cuda12 needs Linux on x86_64, this is darwin on .*Use LANE=cpu$"):
        script.asked_lane("cuda12")


def test_failing_pip(checkout: Path, wheel: Path) -> None:
    """What pip couldn't get is shown with what to do; nothing half-done is taken as done, and the next run mends it."""
    require(checkout, wheel)

    failed = set_up(checkout, LANE="cpu")

    assert failed.returncode == 1
    assert "No matching distribution found for tiny==1.0" in failed.stderr
    last = failed.stderr.splitlines()[-1]
    assert last.startswith("set-up: pip couldn't install requirements/cpu.txt. ")
    assert "PIP_INDEX_URL" in last
    assert not stamp(checkout).exists()
    assert set_up(checkout, LANE="cpu", PIP_FIND_LINKS=str(wheel.parent)).returncode == 0
    assert stamp(checkout).exists()


def test_file_with_another_hash(checkout: Path, wheel: Path) -> None:
    """A file that isn't the locked one is refused."""
    require(checkout, wheel, digest="0" * 64)

    refused = set_up(checkout, LANE="cpu", PIP_FIND_LINKS=str(wheel.parent))

    assert refused.returncode == 1
    assert "DO NOT MATCH THE HASHES" in refused.stderr
    assert "gave another file than was locked" in refused.stderr.splitlines()[-1]
    assert not stamp(checkout).exists()


def test_requirement_without_hash(checkout: Path, wheel: Path) -> None:
    """A requirement that nobody locked is refused even if pip finds it."""
    (checkout / "requirements/cpu.txt").write_text("tiny==1.0\n")

    assert set_up(checkout, LANE="cpu", PIP_FIND_LINKS=str(wheel.parent)).returncode == 1
    assert not stamp(checkout).exists()


@contextmanager
def started(checkout: Path, **changes: str) -> Iterator["subprocess.Popen[str]"]:
    """A set-up that runs beside the test, in a process group of its own."""
    command = [sys.executable, str(checkout / "script/setup.py"), "run"]
    with subprocess.Popen(
        command, env=settings(LANE="cpu", **changes), stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as child:
        try:
            yield child
        finally:
            if child.poll() is None:
                os.killpg(child.pid, signal.SIGKILL)


def test_interrupted_download(checkout: Path, wheel: Path) -> None:
    """Ctrl-C while pip waits for a server: one line, exit status 130, and the next run starts again."""
    require(checkout, wheel)
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(WAIT)
        index = f"http://127.0.0.1:{server.getsockname()[1]}/simple"
        with started(checkout, PIP_INDEX_URL=index) as child:
            connection, _ = server.accept()
            with connection:
                os.killpg(child.pid, signal.SIGINT)
                _, errors = child.communicate(timeout=WAIT)

    assert child.returncode == 130
    assert errors.splitlines()[2:] == ["set-up: interrupted; the next run builds the environment anew"]
    assert not stamp(checkout).exists()
    mended = set_up(checkout, LANE="cpu", PIP_FIND_LINKS=str(wheel.parent))
    assert (mended.returncode, "didn't finish" in mended.stderr) == (0, True)


def test_two_at_once(checkout: Path) -> None:
    """The second set-up says that it waits, and then finds the first one's work done."""
    set_up(checkout, LANE="cpu")
    done = stamp(checkout).rename(checkout / "stamp")
    with (checkout / ".venv.lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with started(checkout) as child:
            assert child.stderr
            assert child.stderr.readline() == "set-up: another set-up of .venv is running; waiting for it\n"
            done.rename(stamp(checkout))
            fcntl.flock(lock, fcntl.LOCK_UN)
            assert child.communicate(timeout=WAIT)[1] == ""
            assert child.returncode == 0


def test_development_environment(checkout: Path, wheel: Path) -> None:
    """`dev` builds .venv-dev from its own file, with every extra, and doesn't care for LANE and EXTRAS."""
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    (checkout / "requirements/zh.txt").write_text(f"tiny==1.0 --hash=sha256:{digest}\n")

    done = set_up(checkout, "dev", LANE="nonsense", EXTRAS="none", PIP_FIND_LINKS=str(wheel.parent))

    assert done.returncode == 0, done.stderr
    assert (checkout / ".venv-dev/lib/python{}.{}/site-packages/tiny.py".format(*sys.version_info)).exists()
    assert not (checkout / ".venv").exists()


def test_wrong_usage(checkout: Path) -> None:
    """Anything but run or dev is a usage error."""
    assert set_up(checkout, "all").returncode == 2


def test_old_python_is_told(checkout: Path) -> None:
    """A Python that is too old gets as far as saying which one is needed."""
    source = (checkout / "script/setup.py").read_text()
    ast.parse(source, feature_version=(3, 7))
    program = "import runpy, sys; sys.version_info = (3, 9, 2); runpy.run_path(sys.argv[1], run_name='__main__')"

    told = subprocess.run(
        [sys.executable, "-c", program, checkout / "script/setup.py"], capture_output=True, text=True, check=False
    )

    assert told.returncode == 1
    assert told.stderr.startswith("Python 3.11 to 3.13 is needed, this is 3.9: install one ")
    assert len(told.stderr.splitlines()) == 1


def test_interpreter_is_found_by_running(checkout: Path, tmp_path: Path) -> None:
    """Names on PATH that fail when run, as pyenv's shims do, are passed over."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("python3.13", "python3.12", "python3.11"):
        (folder / name).write_text("#!/bin/sh\necho not installed >&2\nexit 127\n")
    (folder / "python3").write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    for path in folder.iterdir():
        path.chmod(0o755)
    env = settings(PATH=f"{folder}:{os.environ['PATH']}")
    del env["PYTHON"]

    found = subprocess.run(
        [checkout / "script/python", "-c", "print('found')"], env=env, capture_output=True, text=True, check=False
    )

    assert (found.returncode, found.stdout, found.stderr) == (0, "found\n", "")


def test_no_interpreter(checkout: Path) -> None:
    """If none fits, one line says what was tried and what to do."""
    env = settings(PYTHON="/nowhere/python")
    none = subprocess.run([checkout / "script/python", "-V"], env=env, capture_output=True, text=True, check=False)

    assert none.returncode == 1
    assert none.stderr.startswith("Python 3.11 to 3.13 is needed, tried /nowhere/python: install one ")
    assert len(none.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("outer", "expected"),
    [
        ("23.0.1", ["-P", "-m", "pip", "--python", "/env/bin/python"]),
        ("22.2", ["/env/bin/python", "-P", "-m", "pip"]),
        ("no module named pip", ["/env/bin/python", "-P", "-m", "pip"]),
    ],
)
def test_pip_is_found(outer: str, expected: list[str], script: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The outer Python's pip is used if it can install elsewhere, else the environment gets one of its own."""
    monkeypatch.setattr(script.builder, "run", lambda *command: subprocess.CompletedProcess(command, 0, stdout=outer))

    assert script.builder.find_pip(Path("/env/bin/python"))[-len(expected) :] == expected


def test_no_pip_at_all(script: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without pip and ensurepip, the packages to install are named."""
    monkeypatch.setattr(script.builder, "run", lambda *command: subprocess.CompletedProcess(command, 1, stdout="none"))

    with pytest.raises(KokoroError, match="Run: apt install python3-venv python3-pip, or: dnf install python3-pip"):
        script.builder.find_pip(Path("/env/bin/python"))
