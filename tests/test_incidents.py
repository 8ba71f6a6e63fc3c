"""The incidents of a real site, one test for each: provoked in the running program, or shown to be impossible.

The numbers are those of its log: a Kokoro container on eight Tesla V100 with driver 535.274.02. What can't be provoked
without its hardware is asked of the real checks with facts of such a machine.
"""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import espeakng_loader
import numpy as np
import onnxruntime
import phonemizer
import pytest
from machines import CUDA12_BUILD, CUDA13_BUILD, V100, facts, linux
from tiny_kokoro import write_model

from wyoming_kokoro import config
from wyoming_kokoro.config import Config
from wyoming_kokoro.doctor import examination, files, machine, network
from wyoming_kokoro.doctor.examination import attempt, checks
from wyoming_kokoro.doctor.report import lines
from wyoming_kokoro.errors import DeviceError
from wyoming_kokoro.findings import Finding
from wyoming_kokoro.runtime import driver, lanes, session
from wyoming_kokoro.runtime import facts as facts_module
from wyoming_kokoro.runtime.devices import Device
from wyoming_kokoro.runtime.driver import NOT_FOUND, Gpu
from wyoming_kokoro.runtime.engines import Engines
from wyoming_kokoro.runtime.installation import Installation
from wyoming_kokoro.runtime.packages import Package
from wyoming_kokoro.speech.engine import render
from wyoming_kokoro.text.phrases import plainly
from wyoming_kokoro.wire.addresses import Adapter

ROOT = Path(__file__).parent.parent
DOCKERFILE = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
WAIT = 60
"""Seconds after which a program that should have ended fails its test."""
DRIVER, LIBRARY = "535.274.02", "/usr/lib/x86_64-linux-gnu/libcuda.so.535.274.02"
EIGHT = linux((12, 2), *[Gpu(V100.name, V100.capability, 32768)] * 8, driver=DRIVER, library=LIBRARY, cards=8)
"""The machine of the log."""

HIDE = """\
import os, sys
class Hide:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == os.environ["HIDDEN"]:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Hide())
"""
"""A sitecustomize.py that takes one package away, as an installation without dependencies does."""


@pytest.fixture
def told(tmp_path: Path) -> Callable[..., "subprocess.CompletedProcess[str]"]:
    """Runs the program as a user does, on loopback, with an empty model folder and nothing of this machine's own."""

    def run(*args: str, path: Path | None = None, **environment: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            command(*args),
            env=surroundings(tmp_path, path) | environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=WAIT,
        )

    return run


def command(*args: str) -> list[str]:
    return [sys.executable, "-m", "wyoming_kokoro", *args]


def surroundings(folder: Path, path: Path | None = None) -> dict[str, str]:
    """The environment of the program; `path` goes before everything that is installed."""
    own = ("WYOMING_KOKORO", "LD_LIBRARY_PATH", "CUDA_", "KOKORO_")
    return {name: value for name, value in os.environ.items() if not name.startswith(own)} | {
        "PYTHONPATH": f"{path}:{ROOT}" if path else str(ROOT),
        "WYOMING_KOKORO_SERVER__URI": "tcp://127.0.0.1:0",
        "WYOMING_KOKORO_DISCOVERY__ENABLED": "false",
        "WYOMING_KOKORO_MODEL__DOWNLOAD": "false",
        "WYOMING_KOKORO_MODEL__DIR": str(folder / "models"),
    }


@contextmanager
def serving(environment: Mapping[str, str], *args: str) -> Iterator["subprocess.Popen[str]"]:
    """The service, which is stopped at the end; one that says nothing fails its test."""
    with subprocess.Popen(command("serve", *args), env=environment, stderr=subprocess.PIPE, text=True) as service:
        watch = threading.Timer(WAIT, service.kill)
        watch.start()
        try:
            yield service
            service.send_signal(signal.SIGTERM)
            service.communicate()
        finally:
            service.kill()
            watch.cancel()


def error_line(done: "subprocess.CompletedProcess[str]") -> str:
    """The only line of a program that ended as it should when it can't go on."""
    assert (done.returncode, done.stdout) == (1, ""), done.stderr
    [line] = done.stderr.splitlines()
    assert line.startswith("error: ")
    return line


def shown(findings: Iterator[Finding] | list[Finding]) -> str:
    """As doctor prints them."""
    return "\n".join(map(lines, findings))


def checked(name: str, settings: Config, found: facts_module.Facts | None = None) -> str:
    """What doctor prints of one of its checks."""
    [check] = [check for check in checks(settings, found or facts(EIGHT, CUDA12_BUILD)) if check.name == name]
    return shown(attempt(check))


def add_distribution(folder: Path, name: str, version: str = "", record: str = "") -> None:
    """What an installer leaves of a package; without a version what an interrupted one leaves."""
    info = folder / f"{name.replace('-', '_')}-{version or 0}.dist-info"
    info.mkdir(parents=True)
    (info / "RECORD").write_text(record)
    if version:
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")


def copied_package(folder: Path, package: Any) -> Path:
    """An installed package, to be changed; `folder` then goes before the installed one."""
    source = Path(package.__file__).parent
    return Path(shutil.copytree(source, folder / source.name, ignore=shutil.ignore_patterns("*.so", "espeak-ng-data")))


def given(instruction: str) -> list[str]:
    return re.findall(rf"^{instruction} +(.*)$", DOCKERFILE, re.MULTILINE)


def test_1_copy_of_two_programs_from_another_image() -> None:
    """Inconsistent graph state: no COPY has two sources, and none takes anything but from a stage of our own."""
    stages = re.findall(r"^FROM .* AS (\w+)", DOCKERFILE, re.MULTILINE)
    assert given("COPY")
    for arguments in given("COPY"):
        assert len([word for word in arguments.split() if not word.startswith("--")]) == 2
        assert set(re.findall(r"--from=(\S+)", arguments)) <= set(stages)


@pytest.mark.parametrize(
    "code",
    ["def load() -> float:\n    return start_time - 1.0\n", 'def main() -> None:\n    logger.info("loaded")\n'],
)
def test_2a_2b_a_name_that_does_not_exist(code: str) -> None:
    """NameError at run time: the project's own linter ends with an error at each such name, tested path or not."""
    linter = str(Path(sys.executable).parent / "ruff")
    stdin = ["check", "--stdin-filename", "wyoming_kokoro/service.py", "-"]
    done = subprocess.run([linter, *stdin], input=code, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "F821" in done.stdout


async def test_2c_speech_before_the_model_is_loaded(settings: Config, tiny_folder: Path) -> None:
    """'NoneType' has no attribute 'create': who speaks is there, and speaks, from the first moment; later Kokoro."""
    model = settings.model.model_copy(update={"dir": tiny_folder})
    engines = Engines(settings.model_copy(update={"model": model}))
    for name, wait in (("espeak", False), ("kokoro", True)):
        await engines.start(wait=wait)
        speaker = engines.speaker
        assert speaker.engine.name == name
        [segment] = speaker.engine.segments(plainly("Good morning."), speaker.catalogue.default)
        assert np.abs(render(speaker.engine, segment)).max() > 0.05


def test_3_a_build_that_asks_for_a_geographic_area() -> None:
    """tzdata asks nothing: apt is told so in each stage that calls it, and the time zone is set."""
    stages = re.split(r"^FROM ", DOCKERFILE, flags=re.MULTILINE)[1:]
    calling = [stage for stage in stages if "apt-get install" in stage]
    assert calling
    for stage in calling:
        assert stage.index("ARG DEBIAN_FRONTEND=noninteractive") < stage.index("apt-get install -y")
    assert re.search(r"^ENV .*\bTZ=Etc/UTC\b", DOCKERFILE, re.MULTILINE)


MEANINGS = {
    803: ("another libcuda.so.1 hides the running driver's", "take {} out of LD_LIBRARY_PATH"),
    804: ("a CUDA compatibility library hides the driver's", "take {} out of LD_LIBRARY_PATH"),
    35: ("the driver is too old for this build of ONNX Runtime", "install NVIDIA's driver 525 or newer"),
    100: ("the driver shows no GPU (CUDA_VISIBLE_DEVICES hides some or all, if set)", ""),
}
"""By CUDA's errors: what doctor and the log say of it, and what is to be done."""


@pytest.fixture(params=MEANINGS)
def cuda(request: pytest.FixtureRequest, fake_libcuda: Path) -> tuple[dict[str, str], str, str]:
    """An image's compat folder before the driver's, or another fault: its environment, the reason, the remedy."""
    meaning, remedy = MEANINGS[request.param]
    environment = {"LD_LIBRARY_PATH": str(fake_libcuda), "FAKE_CUINIT": str(request.param)}
    return environment, f"CUDA error {request.param}: {meaning}", remedy.format(fake_libcuda)


def test_4_1_4_2_errors_of_cuda_in_doctor(
    cuda: tuple[dict[str, str], str, str], told: Callable[..., "subprocess.CompletedProcess[str]"], fake_libcuda: Path
) -> None:
    """803 and its relatives: one finding with the meaning, what comes of it, and what to do; the file is named."""
    environment, reason, remedy = cuda
    done = told("doctor", **environment)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("warning  device.prefer") == done.stdout.count("CUDA error") == 1
    head, why, what = done.stdout[done.stdout.index("warning  device.prefer") :].splitlines()[:3]
    assert head.startswith(f"warning  device.prefer is auto, so Kokoro runs on cpu: {reason}")
    assert why.strip() == "Kokoro runs on the CPU, several times slower"
    assert what.strip().startswith(f"-> {remedy}") and len(what.strip()) > 20
    assert f"{fake_libcuda}/libcuda.so.1 is for CUDA 12.2" in done.stdout


def test_4_1_4_2_errors_of_cuda_at_start(
    cuda: tuple[dict[str, str], str, str], told: Callable[..., "subprocess.CompletedProcess[str]"]
) -> None:
    """Who asks for the GPU gets exit code 1 and one line with reason and remedy, and no traceback."""
    environment, reason, remedy = cuda
    line = error_line(told("serve", "--device", "cuda", **environment))
    assert line.startswith(f"error: device.prefer is cuda, but {reason}")
    assert f". To mend it: {remedy}" in line


def test_4_1_4_2_errors_of_cuda_where_the_cpu_may_speak(
    cuda: tuple[dict[str, str], str, str], tmp_path: Path, tiny_folder: Path
) -> None:
    """One warning with reason and remedy; then it serves on the CPU, and says so."""
    environment, reason, remedy = cuda
    environment = surroundings(tmp_path) | environment | {"WYOMING_KOKORO_MODEL__DIR": str(tiny_folder)}
    logged: list[str] = []
    with serving(environment) as service:
        assert service.stderr
        for line in service.stderr:
            logged.append(line)
            if " INFO Kokoro speaks on cpu (" in line:
                break
    assert service.returncode == 0
    [warning] = [line for line in logged if " WARNING " in line and "CUDA" in line]
    assert f"Kokoro will run on the CPU: {reason}" in warning and f". To mend it: {remedy}" in warning
    assert any(" listens on tcp://127.0.0.1:" in line for line in logged)
    assert not any("Traceback" in line or " ERROR " in line for line in logged)


@pytest.fixture(scope="module")
def tampered(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What doctor prints where package managers have overwritten what they found, and one was interrupted."""
    folder = tmp_path_factory.mktemp("tampered")
    add_distribution(folder, "onnxruntime-gpu", "1.26.0", "onnxruntime/__init__.py,sha256=any,7\n")
    add_distribution(folder, "phonemizer", "3.3.0", "phonemizer/__init__.py,sha256=any,7\n")
    add_distribution(folder, "numpy", "1.26.4")
    add_distribution(folder, "kokoro-onnx")
    add_distribution(folder, "wyoming", "1.10.2", "wyoming/gone.py,sha256=any,7\nwyoming/lost.py,sha256=any,7\n")
    done = subprocess.run(
        command("doctor"), env=surroundings(folder, folder), capture_output=True, text=True, check=False, timeout=WAIT
    )
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("error: The service doesn't work as configured: 5 of ")
    return done.stdout


def test_4_3_two_builds_of_onnxruntime_in_one_folder(tampered: str) -> None:
    """The CPU wheel over the GPU wheel, "only Azure and CPU": one finding that names both, with the command."""
    assert tampered.count("onnxruntime-gpu 1.26.0") == 1
    owner = Package("onnxruntime", onnxruntime.__version__)
    assert f"error    {owner} and onnxruntime-gpu 1.26.0 are installed over each other, in the folder" in tampered


def test_4_3_a_gpu_without_a_build_for_it() -> None:
    """Where the overwritten build has no CUDA left, the device says it, too, and names the lane for a V100."""
    both = (Package("onnxruntime", "1.31.1"), Package("onnxruntime-gpu", "1.26.0"))
    found = facts(EIGHT, replace(CUDA12_BUILD, owners=both, cuda=None, providers=("CPUExecutionProvider",)))
    said = shown(machine.device("auto", found))
    assert said.startswith("warning  device.prefer is auto, so Kokoro runs on cpu: the installed onnxruntime is built")
    assert "-> rm -rf .venv && LANE=cuda12 script/run" in said
    assert "LANE=cuda12 script/run" in shown(machine.packages(found))


@pytest.mark.parametrize("lane", lanes.LANES)
def test_4_4_an_installer_that_upgrades_by_itself(lane: str) -> None:
    """1.17.0 at build, 1.23.2 at run: every package of a lane is pinned and hashed, onnxruntime is there once."""
    text = (ROOT / "requirements" / f"{lane}.txt").read_text()
    requirements = re.findall(r"^(?![ #])(\S+)", text, re.MULTILINE)
    assert all(re.fullmatch(r"[a-z0-9-]+==[^*]+", requirement) for requirement in requirements)
    assert len(re.split(r"\n(?=\S)", text.strip())) == len(requirements) <= text.count("--hash=sha256:")
    assert len([name for name in requirements if name.startswith("onnxruntime")]) == 1
    assert "--require-hashes --no-deps" in DOCKERFILE


def test_4_4_another_version_than_the_installed_one() -> None:
    """Overwritten all the same, or hidden by a second copy: named with both versions."""
    said = shown(machine.packages(facts(EIGHT, replace(CUDA12_BUILD, version="1.23.2"), python_path=True)))
    assert said.startswith("error    onnxruntime-gpu 1.26.0 is installed, but onnxruntime 1.23.2 is imported")
    assert "-> unset PYTHONPATH; if that doesn't help: rm -rf .venv && LANE=cuda12 script/run" in said


def test_4_5_a_numpy_that_does_not_fit(tampered: str) -> None:
    """_ARRAY_API not found: named with the versions that fit."""
    assert "error    numpy 1.26.4 is too old\n         ONNX Runtime is built for NumPy 2.0 or newer\n" in tampered


def test_4_5_an_onnxruntime_that_is_built_for_numpy_1(tmp_path: Path) -> None:
    """Its import fails without a word, after NumPy's page on stderr: one finding, and the page stays away."""
    package = tmp_path / "onnxruntime"
    package.mkdir()
    page = "print('A module that was compiled using NumPy 1.x', file=sys.stderr)"
    (package / "__init__.py").write_text(f"import sys\n{page}\nraise ImportError")
    ask = "from wyoming_kokoro.runtime import facts; print(facts.gather().trouble)"
    environment = surroundings(tmp_path, tmp_path)
    done = subprocess.run([sys.executable, "-c", ask], env=environment, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("onnxruntime can't be imported: its native code doesn't load\n", "")

    old = replace(CUDA12_BUILD, owners=(Package("onnxruntime-gpu", "1.17.0"),), version="1.17.0")
    assert "error    onnxruntime-gpu 1.17.0 is older than 1.21\n" in shown(machine.packages(facts(EIGHT, old)))


HIDDEN = ["espeakng_loader", "phonemizer", "joblib", "dlinfo"]


@pytest.fixture
def without(tmp_path: Path) -> Path:
    """Goes before everything that is installed: a package that HIDDEN names is away."""
    (tmp_path / "sitecustomize.py").write_text(HIDE)
    return tmp_path


@pytest.mark.parametrize("name", HIDDEN)
def test_4_6_to_4_9_a_module_that_nobody_installed(
    name: str, told: Callable[..., "subprocess.CompletedProcess[str]"], without: Path
) -> None:
    """One line where the program starts, instead of a traceback."""
    line = error_line(told("say", "hello", "-o", str(without / "a.wav"), path=without, HIDDEN=name))
    assert f"No module named '{name}'" in line and re.search("script/run|wyoming-kokoro doctor", line)


@pytest.mark.parametrize("name", HIDDEN)
def test_4_6_to_4_9_in_doctor(
    name: str, told: Callable[..., "subprocess.CompletedProcess[str]"], without: Path
) -> None:
    """A finding beside all the others, with the command that installs everything."""
    done = told("doctor", path=without, HIDDEN=name)
    assert done.returncode == 1
    owner = "espeakng_loader" if name == "espeakng_loader" else "phonemizer"
    assert f"error    {owner} can't be imported: No module named '{name}'\n" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_4_6_to_4_9_every_module_is_in_the_lane() -> None:
    """What was missing then is locked in each lane; colorlog is no longer anybody's."""
    for lane in lanes.LANES:
        text = (ROOT / "requirements" / f"{lane}.txt").read_text()
        for name in ("espeakng-loader", "phonemizer-fork", "joblib", "dlinfo", "kokoro-onnx"):
            assert re.search(rf"^{name}==", text, re.MULTILINE), (lane, name)


def test_4_10_docker_hub_is_out_of_reach() -> None:
    """The only image is an argument, and so is the index of the packages: a site takes them from where it can."""
    assert {arguments.split()[0] for arguments in given("FROM")} == {"${BASE_IMAGE}", "base"}
    assert "PYPI_INDEX=" in " ".join(given("ARG"))
    for name in ("BASE_IMAGE", "PYPI_INDEX"):
        assert f"${{{name}:-" in (ROOT / "docker-compose.yml").read_text()


def test_4_11_tensorrt_is_never_tried(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """libnvinfer.so.10: ONNX Runtime is handed the CUDA provider and the CPU's, although the build has TensorRT."""
    handed: list[Any] = []

    def note(_self: object, _path: str, _options: object, *, providers: list[Any], **_others: object) -> None:
        handed.extend(providers)
        raise session.NATIVE_ERRORS[0]("CUDA failure 100")

    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: list(CUDA12_BUILD.providers))
    monkeypatch.setattr(onnxruntime, "preload_dlls", lambda directory: None)
    monkeypatch.setattr(session.Session, "__init__", note)
    with pytest.raises(DeviceError, match="CUDA error 100: the driver shows no GPU"):
        session.open_session(write_model(tmp_path / "m.onnx"), Device("cuda"), config.Device())
    assert [name if isinstance(name, str) else name[0] for name in handed] == [facts_module.CUDA, facts_module.CPU]


def test_4_11_a_compat_folder_on_the_search_path(
    tmp_path: Path, fake_libcuda: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The library in it is the one that is loaded: doctor names it, its version and the running driver's."""
    compat = tmp_path / "cuda-12.4" / "compat"
    compat.mkdir(parents=True)
    shutil.copy(fake_libcuda / "libcuda.so.1", compat / "libcuda.so.550.54.15")
    (compat / "libcuda.so.1").symlink_to("libcuda.so.550.54.15")
    (tmp_path / "version").write_text(f"NVRM version: NVIDIA UNIX x86_64 Kernel Module  {DRIVER}  Wed Aug 13\n")
    monkeypatch.setattr(driver, "KERNEL_DRIVER", tmp_path / "version")
    monkeypatch.setenv("LD_LIBRARY_PATH", f"{compat}")
    monkeypatch.setenv("FAKE_CUINIT", "803")

    gathered = facts_module.gather()
    found = replace(gathered, build=CUDA12_BUILD)
    assert shown(machine.device("auto", found)).endswith(
        f"-> take {compat} (550.54.15, the running driver is {DRIVER}) out of LD_LIBRARY_PATH and /etc/ld.so.conf.d; "
        "if it is the driver's own, restart the machine"
    )
    said = shown(machine.driver(found))
    assert said.startswith(f"warning  LD_LIBRARY_PATH leads to {compat}/libcuda.so.550.54.15\n")
    assert "-> unset LD_LIBRARY_PATH" in said
    assert f"note     NVIDIA driver {DRIVER}, {compat}/libcuda.so.550.54.15 is for CUDA 12.2" in said


def test_4_11_an_error_of_cuda_while_the_session_is_made(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """ONNX Runtime raises a bare RuntimeError where CUDA fails before the provider starts (seen with 1.26 and 1.31)."""

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError(
            "/onnxruntime_src/cuda_execution_provider_info.cc:60 static onnxruntime::CUDAExecutionProviderInfo "
            '[ONNXRuntimeError] : 1 : FAIL : Failed to parse provider option "device_id": CUDA failure 803: system has'
        )

    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: list(CUDA12_BUILD.providers))
    monkeypatch.setattr(onnxruntime, "preload_dlls", lambda directory: None)
    monkeypatch.setattr(session.Session, "__init__", fail)
    with pytest.raises(DeviceError, match="^cuda:0 can't be used: CUDA error 803: another libcuda.so.1 hides"):
        session.open_session(write_model(tmp_path / "m.onnx"), Device("cuda"), config.Device())


@pytest.fixture
def models(tmp_path: Path, tiny_folder: Path) -> Path:
    """The model folder of the program, with a model in it."""
    return Path(shutil.copytree(tiny_folder, tmp_path / "models"))


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b'{"af": [[0.1, 0.2]]}', "a JSON text"),
        (b"\x80\x04\x95" + bytes(64), "a Python pickle, which is not opened because it could run any program"),
    ],
)
def test_4_12_voices_json(
    content: bytes, kind: str, told: Callable[..., "subprocess.CompletedProcess[str]"], models: Path
) -> None:
    """UnpicklingError: the file is told by its bytes, and never unpickled; the program speaks all the same."""
    voices = models / "voices-v1.0.bin"
    voices.write_bytes(content)
    done = told("say", "hello", "-o", str(models / "a.wav"))
    assert done.returncode == 0
    line = done.stderr.splitlines()[0]
    assert line.startswith(f"espeak-ng speaks: {voices} is {kind}; Kokoro v1.1 fp32 needs voices-v1.0.bin (28 MB). ")
    assert "run `wyoming-kokoro download`" in line
    assert (models / "a.wav").stat().st_size > 10_000


def test_4_13_a_second_phonemizer(tampered: str) -> None:
    """No attribute 'set_data_path': the fork has two owners, or another one is in its place."""
    assert "error    phonemizer 3.3.0 and phonemizer-fork 3.3.2 are installed over each other, in the" in tampered
    assert tampered.count("phonemizer 3.3.0") == 1
    found = facts(EIGHT, CUDA12_BUILD, phonemizer=(Package("phonemizer", "3.3.0"),))
    said = shown(machine.packages(found))
    assert said.startswith("error    phonemizer 3.3.0 is installed in place of phonemizer-fork\n")
    assert "-> rm -rf .venv && LANE=cuda12 script/run" in said


def test_4_13_a_phonemizer_without_the_forks_patch(
    told: Callable[..., "subprocess.CompletedProcess[str]"], tmp_path: Path, models: Path
) -> None:
    """One line where it is used."""
    wrapper = copied_package(tmp_path, phonemizer) / "backend" / "espeak" / "wrapper.py"
    wrapper.write_text(wrapper.read_text().replace("def set_data_path", "def no_data_path"))
    done = told("say", "hello", "-o", str(tmp_path / "a.wav"), "--engine", "kokoro", path=tmp_path)
    assert "phonemizer-fork" in error_line(done)


def test_now_an_onnxruntime_for_cuda_11() -> None:
    """libcublas.so.11: a build that no lane has is named, and the lane that fits the machine; nothing crashes."""
    found = facts(EIGHT, replace(CUDA12_BUILD, cuda=(11, 8)))
    said = checked("packages", Config(), found)
    assert said.startswith("error    onnxruntime 1.26.0 is built for CUDA 11.8\n")
    assert said.endswith("-> rm -rf .venv && LANE=cuda12 script/run")
    assert "the installed onnxruntime is not built for CUDA 12 or 13" in checked("device", Config(), found)


@pytest.mark.parametrize("library", ["libcublas.so.12", "libcublasLt.so.12", "libcudnn.so.9"])
def test_now_a_library_that_is_missing(library: str) -> None:
    """Named with its package, whichever it is."""
    needed = lanes.LIBRARIES["cuda12"]
    said = checked("packages", Config(), facts(EIGHT, CUDA12_BUILD, libraries=frozenset(needed) - {library}))
    assert said.startswith(f"warning  missing or damaged: {library} (from {needed[library]})\n")
    assert said.endswith("-> rm -rf .venv && LANE=cuda12 script/run")


def test_now_the_machine_of_the_log_is_served() -> None:
    """Eight V100 and driver 535.274.02: lane cuda12, all of them usable, nothing to mend."""
    found = facts(EIGHT, CUDA12_BUILD)
    assert lanes.choose(EIGHT).lane == "cuda12"
    said = shown([*machine.packages(found), *machine.driver(found), *machine.device("cuda", found)])
    assert all(line.startswith("ok ") for line in said.splitlines())
    assert said.count("Tesla V100-SXM2-16GB (compute capability 7.0), 32768 MiB") == 8
    assert f"NVIDIA driver {DRIVER}, {LIBRARY} is for CUDA 12.2" in said


@pytest.mark.parametrize(
    ("cuda", "gpu", "reason", "lane"),
    [
        ((12, 2), Gpu("NVIDIA H200", (9, 0)), "the CUDA 13 build needs driver 580 or newer", "cuda12"),
        ((13, 0), V100, "the CUDA 13 build has no code for Tesla V100-SXM2-16GB (compute capability 7.0): ", "cuda12"),
        ((13, 0), Gpu("NVIDIA B200", (10, 0)), "the CUDA 13 build has no code for NVIDIA B200", "cuda12"),
    ],
)
@pytest.mark.parametrize(("prefer", "level"), [("cuda", "error"), ("auto", "warning")])
def test_a_build_that_does_not_fit(
    cuda: tuple[int, int], gpu: Gpu, reason: str, lane: str, prefer: str, level: str
) -> None:
    """Driver too old for it, GPU too old, GPU too new: why, and the lane that fits."""
    said = shown(machine.device(prefer, facts(linux(cuda, gpu), CUDA13_BUILD)))
    assert said.startswith(f"{level:9}device.prefer is {prefer}") and reason in said
    assert said.endswith(f"         -> rm -rf .venv && LANE={lane} script/run")


def test_a_damaged_installation(tampered: str) -> None:
    """An interrupted installer, and files that somebody removed: a finding for each package."""
    assert "error    kokoro-onnx is not installed\n" in tampered
    assert "error    wyoming 1.10.2 is damaged: 2 files are missing or replaced, such as wyoming/lost.py\n" in tampered


def test_espeak_is_missing(
    told: Callable[..., "subprocess.CompletedProcess[str]"], tmp_path: Path, models: Path
) -> None:
    """Its library is gone from the package: the file and the package are named, at start and in doctor."""
    copied_package(tmp_path, espeakng_loader)
    line = error_line(told("say", "hello", "-o", str(tmp_path / "a.wav"), path=tmp_path))
    assert "libespeak-ng.so is missing" in line and "Reinstall the package espeakng-loader" in line
    done = told("doctor", path=tmp_path)
    assert done.returncode == 1
    [number] = [index for index, line in enumerate(done.stdout.splitlines()) if line.startswith("error ")]
    assert "libespeak-ng.so is missing" in done.stdout.splitlines()[number]


def test_a_temporary_folder_without_execution(tmp_path: Path) -> None:
    """Docker's default for a tmpfs: the folder, what comes of it, and both remedies."""
    unshare = shutil.which("unshare")
    mount = 'mount -t tmpfs -o noexec none "$TMPDIR" || exit 99; exec "$@"'
    if sys.platform != "linux" or os.geteuid() or unshare is None:
        pytest.skip("needs root on Linux, to mount a folder for itself")
    noexec = tmp_path / "noexec"
    noexec.mkdir()
    done = subprocess.run(
        [unshare, "-m", "sh", "-c", mount, "sh", *command("doctor")],
        env=surroundings(tmp_path) | {"TMPDIR": str(noexec)},
        capture_output=True,
        text=True,
        check=False,
        timeout=WAIT,
    )
    if done.returncode not in (0, 1):
        pytest.skip(f"this machine doesn't let root mount: {done.stderr}")
    assert f"error    {noexec} is mounted noexec\n         espeak-ng's library is loaded from a copy" in done.stdout
    assert "-> export TMPDIR=/another/folder; in a container: tmpfs: /tmp:exec" in done.stdout


def test_no_temporary_folder(monkeypatch: pytest.MonkeyPatch, settings: Config) -> None:
    """A read-only container without a tmpfs."""

    def none() -> str:
        raise FileNotFoundError("No usable temporary directory found")

    monkeypatch.setattr(tempfile, "gettempdir", none)
    said = checked("libraries", settings)
    assert said.startswith("error    no folder for temporary files can be written to\n") and "tmpfs" in said


def test_a_truncated_model(told: Callable[..., "subprocess.CompletedProcess[str]"], models: Path) -> None:
    """A copy that broke off: doctor names the file and says to fetch it again; nothing crashes."""
    model = models / "kokoro-v1.0.onnx"
    model.write_bytes(model.read_bytes()[:-300])
    done = told("doctor", "--device", "cpu")
    assert done.returncode == 1
    assert f"error    espeak-ng speaks: {model} can't be loaded: " in done.stdout
    assert "the copy may be incomplete: delete it and fetch it again" in done.stdout


def test_a_model_folder_that_cannot_be_written_to(settings: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command makes that folder the service's own, never one above it."""
    monkeypatch.setattr(files, "is_writable", lambda folder: False)
    said = checked("folder", settings)
    wanted, own = settings.model.dir, f"{os.getuid()}:{os.getgid()}"
    assert said.startswith(f"warning  {wanted.parent} can't be written to\n")
    assert said.endswith(f"-> sudo mkdir -p {wanted} && sudo chown -R {own} {wanted}, or set model.dir")
    wanted.mkdir()
    assert checked("folder", settings).endswith(f"-> sudo chown -R {own} {wanted}, or set model.dir")


def test_a_port_that_is_taken(told: Callable[..., "subprocess.CompletedProcess[str]"]) -> None:
    """By another program: at start one line, in doctor the command that shows which one."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        uri = f"tcp://127.0.0.1:{other.getsockname()[1]}"
        line = error_line(told("serve", "--engine", "espeak", "--uri", uri))
        doctor = told("doctor", WYOMING_KOKORO_SERVER__URI=uri)
    assert "in use" in line
    assert f"error    port {uri.rpartition(':')[2]} is taken by another program" in doctor.stdout
    assert "shows which one; stop it, or take another port: --set server.uri=tcp://127.0.0.1:" in doctor.stdout


def test_multicast_that_is_blocked(settings: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    """Home Assistant won't discover the service: why, and what to do instead."""
    monkeypatch.setattr(network, "heard", lambda source, patience: False)
    monkeypatch.setattr(network, "behind_bridge", lambda here, in_container: False)
    monkeypatch.setattr(network, "adapters", lambda: [Adapter("eth0", ("192.0.2.7",))])
    announced = config.Discovery(enabled=True, addresses=("192.0.2.7",))
    said = checked("announcing", settings.model_copy(update={"discovery": announced}))
    assert said.startswith("warning  multicast DNS is blocked at 192.0.2.7: what this machine sends doesn't come back")
    assert "add the integration Wyoming Protocol there by hand" in said and "-> let UDP port 5353 through" in said


def test_a_container_without_its_gpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The cards are on the bus, and there is no driver: how to start the container with them."""
    card = tmp_path / "devices" / "0000:15:00.0"
    card.mkdir(parents=True)
    (card / "vendor").write_text("0x10de\n")
    (card / "class").write_text("0x030200\n")
    (tmp_path / ".dockerenv").touch()
    monkeypatch.setattr(driver, "PCI_DEVICES", card.parent)
    monkeypatch.setattr(facts_module, "MARKS", (tmp_path / ".dockerenv",))
    monkeypatch.setattr(driver, "query_in_child", lambda stopped: {"trouble": "no NVIDIA driver", "code": NOT_FOUND})
    monkeypatch.setenv("KOKORO_IMAGE_LANE", "cuda12")

    found = facts_module.gather()
    assert found.installation == Installation("image")
    said = shown(machine.device("cuda", found))
    assert said.startswith("error    device.prefer is cuda, but no NVIDIA driver\n")
    assert said.endswith(
        "-> docker compose -f docker-compose.yml -f docker-compose.gpu.yml up -d "
        "(the host needs the NVIDIA Container Toolkit)"
    )


def test_every_finding_in_json_has_what_a_bug_report_needs(
    told: Callable[..., "subprocess.CompletedProcess[str]"], fake_libcuda: Path
) -> None:
    """The log's own last check was a grep: this is one command with everything."""
    done = told("doctor", "--json", LD_LIBRARY_PATH=str(fake_libcuda), FAKE_CUINIT="803")
    found = json.loads(done.stdout)["findings"]
    seen = {finding["check"]: finding["seen"] for finding in found}
    assert f"onnxruntime {onnxruntime.__version__}" in seen["packages"] and "Provider" in seen["packages"]
    assert "CUDA error 803" in seen["device"]
    assert {check.name for check in examination.checks(Config(), facts(EIGHT, CUDA12_BUILD))} >= set(seen)
