"""Tries one built image: script/image_checks.py LANE ROOT IMAGE.json (script/image-test runs it, as root).

ROOT is where the image is mounted, IMAGE.json what buildah says about it. Commands run in ROOT as Docker runs them with
docker-compose.yml: read-only, with /tmp a tmpfs, /data a volume, and the image's user and environment, without any
capability; and as process 1, as Docker does without compose's `init`.
"""

import array
import json
import math
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import time
import wave
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tiny_kokoro import write_files

from wyoming_kokoro import __version__

SHORT = 60.0
"""Seconds for any command here, and for the service to start: many times what they take."""

GRACE = 10.0
"""Seconds in which the service ends when it is told to: server.grace."""

TEXT = "Hello from the container, which may write nowhere but to its volume."

ENTER = """
set -eu
mount --bind "$ROOT" "$ROOT"
mount --bind "$DATA" "$ROOT/data"
mount --bind /dev "$ROOT/dev"
mount -t tmpfs -o nosuid,nodev,size=64m,mode=1777 tmpfs "$ROOT/dev/shm"
mount -t proc proc "$ROOT/proc"
mount -t tmpfs -o exec,nosuid,nodev,size=64m,mode=1777 tmpfs "$ROOT/tmp"
mount -o remount,bind,ro "$ROOT"
exec chroot "$ROOT" setpriv --reuid "${USERS%:*}" --regid "${USERS#*:}" --clear-groups \
  --no-new-privs --bounding-set=-all --inh-caps=-all -- "$@"
"""

CONFINED = """
import os, pathlib
status = pathlib.Path("/proc/self/status").read_text()
assert (os.getuid(), os.getgid(), os.getgroups()) == (10001, 10001, []), (os.getuid(), os.getgid(), os.getgroups())
assert "CapEff:\\t0000000000000000" in status and "CapBnd:\\t0000000000000000" in status and "NoNewPrivs:\\t1" in status
for path in ("/x", "/app/x", "/config/x", "/etc/x", "/var/tmp/x"):
    try:
        pathlib.Path(path).touch()
    except OSError as error:
        assert error.errno == 30, error
    else:
        raise AssertionError(path)
for path in ("/data/x", "/tmp/x"):
    pathlib.Path(path).touch()
    pathlib.Path(path).unlink()
"""
"""errno 30 is 'Read-only file system': a mere lack of permission would be 13."""

PACKAGES = """
from importlib.metadata import distributions, version
import onnxruntime
names = [found.metadata["Name"].lower() for found in distributions()]
assert "pip" not in names
print(*sorted(name for name in names if name.startswith(("onnxruntime", "phonemizer"))),
      onnxruntime.__version__, version("wyoming-kokoro"), *onnxruntime.get_available_providers())
"""

PRELOAD = """
import ctypes, pathlib, onnxruntime
onnxruntime.preload_dlls(directory="")
capi = pathlib.Path(onnxruntime.__file__).parent / "capi"
for name in ("shared", "cuda"):
    try:
        ctypes.CDLL(str(capi / f"libonnxruntime_providers_{name}.so"), ctypes.RTLD_GLOBAL)
        print(name, "loads")
    except OSError as error:
        print(name, "lacks", error)
"""

MISSING = """
cd /app/lib/python3.*/site-packages
export LD_LIBRARY_PATH=$(echo "$PWD"/nvidia/*/lib | sed 's/ /:/g')
ldd onnxruntime/capi/libonnxruntime_providers_cuda.so | sed -n 's/=> not found//p'
"""
"""The libraries that the provider needs, directly or not, and that neither the wheels nor the system have."""


@dataclass
class Image:
    root: Path
    config: dict[str, Any]
    data: Path
    environment: dict[str, str] = field(default_factory=dict)
    """Set on top of the image's own."""

    def start(self, *command: str, **extra: Any) -> "subprocess.Popen[str]":
        own = dict(pair.split("=", 1) for pair in self.config["Env"])
        variables = [f"{name}={value}" for name, value in (own | self.environment).items()]
        enter = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", ENTER, "sh"]
        inside = ["env", "--ignore-environment", f"--chdir={self.config['WorkingDir']}", *variables, *command]
        outer = os.environ | {"ROOT": str(self.root), "DATA": str(self.data), "USERS": self.config["User"]}
        return subprocess.Popen([*enter, *inside], env=outer, text=True, stdin=subprocess.DEVNULL, **extra)

    def run(self, *command: str, status: int = 0) -> str:
        """What the command prints; it has to end with `status`."""
        process = self.start(*command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        printed, _ = process.communicate(timeout=SHORT)
        expect(process.returncode == status, f"{shlex.join(command)[:100]}: {process.returncode}\n{printed}")
        return printed

    def kokoro(self, *arguments: str, status: int = 0) -> str:
        return self.run(*self.config["Entrypoint"], *arguments, status=status)

    def health(self) -> list[str]:
        command: list[str]
        kind, *command = self.config["Healthcheck"]["Test"]
        expect(kind == "CMD", f"the health check is {kind}")
        return command


def main(lane: str, root: Path, description: Path) -> None:
    config = json.loads(description.read_text())["Docker"]["config"]
    with tempfile.TemporaryDirectory() as folder:
        os.chown(folder, 10001, 10001)
        image = Image(root, config, Path(folder))
        check_config(config, lane)
        image.run("python3", "-c", CONFINED)
        say("runs as 10001:10001 without capabilities, can write to /data and /tmp, to / not: read-only file system")
        check_packages(image, lane)
        if lane != "cpu":
            check_libraries(image, lane)
        check_service(image)
        check_kokoro(image)
        check_gpu_wanted(image)


def check_config(config: dict[str, Any], lane: str) -> None:
    """Docker's view of the image: docker inspect shows the same."""
    environment = dict(pair.split("=", 1) for pair in config["Env"])
    labels = {name.removeprefix("org.opencontainers.image."): value for name, value in config["Labels"].items()}
    expect(config["User"] == "10001:10001", f"user {config['User']}")
    expect(config["Entrypoint"] == ["wyoming-kokoro"] and config["Cmd"] == ["serve"], "entry point")
    expect(config["Healthcheck"]["Test"] == ["CMD", "wyoming-kokoro", "health"], "health check")
    expect(config["StopSignal"] == "SIGTERM", "stop signal")
    expect(set(config["Volumes"]) == {"/data"} and set(config["ExposedPorts"]) == {"10210/tcp"}, "volume and port")
    expect(environment["KOKORO_IMAGE_LANE"] == lane and not environment["LD_LIBRARY_PATH"], "environment")
    expect(labels["version"] == __version__ and {"title", "description", "licenses"} <= labels.keys(), "labels")
    say("user, entry point, health check, stop signal, volume, port, environment and labels are in the image")


def check_packages(image: Image, lane: str) -> None:
    expect(image.kokoro("--version") == f"wyoming-kokoro {__version__}\n", "version")
    printed = image.run("python3", "-c", PACKAGES).split()
    wanted = "onnxruntime" if lane == "cpu" else "onnxruntime-gpu"
    expect(printed[:2] == [wanted, "phonemizer-fork"] and printed[3] == __version__, f"packages {printed}")
    expect(("CUDAExecutionProvider" in printed) == (lane != "cpu"), f"providers {printed}")
    drivers = [str(path) for path in image.root.rglob("libcuda.so*")]
    expect(not drivers, f"a driver of its own: {drivers}")
    say(f"one ONNX Runtime: {' '.join(printed)}; no libcuda.so")


def check_libraries(image: Image, lane: str) -> None:
    """The provider has all it needs; some look for the driver, which isn't here, as they are loaded, others later."""
    missing = image.run("sh", "-c", MISSING).split()
    loaded = image.run("python3", "-c", PRELOAD).splitlines()
    lacking = [line for line in loaded if " lacks " in line and "libcuda.so.1:" not in line]
    expect(set(missing) <= {"libcuda.so.1"} and not lacking, f"missing {missing}, {loaded}")
    expect("cuda loads" in loaded or missing == ["libcuda.so.1"], f"missing {missing}, {loaded}")
    say(f"all libraries of {lane} are there but {' '.join(missing) or 'none'}; after preload_dlls: {', '.join(loaded)}")


def check_service(image: Image) -> None:
    """Starts, is healthy, speaks, stops when told to, all by the image's own commands, and with no network needed."""
    uri = f"tcp://127.0.0.1:{free_port()}"
    image.environment |= {
        "WYOMING_KOKORO_SERVER__URI": uri,
        "WYOMING_KOKORO_DISCOVERY__ENABLED": "false",
        "WYOMING_KOKORO_MODEL__DOWNLOAD": "false",
    }
    service = image.start(*image.config["Entrypoint"], *image.config["Cmd"])
    try:
        say(f"healthy: {wait_until_healthy(image, service)}")
        image.kokoro("say", "--uri", uri, "--output", "/data/hello.wav", TEXT)
        say(f"speaks: {measure(image.data / 'hello.wav')}")
        started = time.monotonic()
        os.kill(first_process(service), getattr(signal, image.config["StopSignal"]))
        status = service.wait(timeout=GRACE)
        expect(status == 0, f"the service ended with {status}")
        say(f"stopped by {image.config['StopSignal']} as process 1 in {time.monotonic() - started:.1f} s, exit code 0")
    finally:
        service.kill()  # and with it, by --kill-child, what runs inside
    image.run(*image.health(), status=1)
    say("unhealthy once it is stopped")


def wait_until_healthy(image: Image, service: "subprocess.Popen[str]") -> str:
    deadline = time.monotonic() + SHORT
    while time.monotonic() < deadline:
        expect(service.poll() is None, "the service is still running")
        asked = image.start(*image.health(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        printed, _ = asked.communicate(timeout=SHORT)
        if asked.returncode == 0:
            return printed.strip()
        time.sleep(0.5)
    raise SystemExit(f"FAIL not healthy after {SHORT} s")


def check_kokoro(image: Image) -> None:
    """ONNX Runtime and the phonemizer, which loads a library from /tmp, with a tiny model in the volume."""
    write_files(image.data)
    image.kokoro("say", "--engine", "kokoro", "--device", "cpu", "--output", "/data/tiny.wav", TEXT)
    say(f"speaks with a tiny model, too: {measure(image.data / 'tiny.wav')}")
    process = image.start(*image.config["Entrypoint"], "doctor", stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    printed, _ = process.communicate(timeout=SHORT)
    print(printed)
    expect(process.returncode in (0, 1), f"doctor ended with {process.returncode}")


def check_gpu_wanted(image: Image) -> None:
    """docker-compose.gpu.yml where there is no GPU: the service says so and ends, it doesn't fall back to the CPU."""
    image.environment["WYOMING_KOKORO_DEVICE__PREFER"] = "cuda"
    printed = image.kokoro(*image.config["Cmd"], status=1)
    expect(bool(re.search(r"^error: .*device\.prefer is cuda", printed, re.MULTILINE)), printed)
    say(f"asked for a GPU it ends: {printed.splitlines()[-1]}")


def measure(path: Path) -> str:
    """Duration and loudness of speech, which has to be plausible."""
    with wave.open(str(path)) as file:
        form = (file.getnchannels(), file.getsampwidth(), file.getframerate())
        samples = array.array("h", file.readframes(file.getnframes()))
    seconds, rms = len(samples) / form[2], math.sqrt(sum(sample * sample for sample in samples) / len(samples))
    expect(form == (1, 2, 24000) and 2 < seconds < 15 and 500 < rms < 20000, f"{form}, {seconds} s, RMS {rms}")
    return f"{seconds:.1f} s, RMS {rms:.0f}, 24 kHz, 16 bit, mono"


def first_process(service: "subprocess.Popen[str]") -> int:
    """The number out here of the process that is number 1 in there."""
    return int(Path(f"/proc/{service.pid}/task/{service.pid}/children").read_text().split()[0])


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def expect(true: bool, what: str) -> None:
    if not true:
        raise SystemExit(f"FAIL {what}")


def say(line: str) -> None:
    print(f"ok   {line}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
