"""Builds one environment for script/setup.py: a virtual environment, the locked packages, a link to this checkout."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from wyoming_kokoro.errors import KokoroError

ROOT = Path(__file__).resolve().parent.parent

PYTHON = os.path.realpath(sys.executable)
"""The interpreter itself, also where the Python of an activated environment runs this."""

PIP_NEEDED = (22, 3)
"""The first pip that knows --python."""

LOCKED = ("--require-hashes", "--no-deps", "--ignore-requires-python")
"""Only the lock decides. It was tried on every Python that fits: misaki says that it isn't for 3.13, and is."""

NO_WHEELS = "jieba,unidic-lite"
"""Packages of the extras that exist as source only; both are pure Python and data."""

LARGE = 20.0
"""Downloads of so many MB are announced: they are what one waits for."""

SHOWN = 12
"""Lines of pip's output shown when it fails: its errors and the lines that explain them."""

NOISE = re.compile(r"\s*(Collecting|Downloading|Using cached|Looking in|Expected +or) ")
"""Left out of those: pip prints one 'Expected or' line for every hash of a file that doesn't match."""

NETWORK = "Check the network, the proxy (HTTPS_PROXY) and the package mirror (PIP_INDEX_URL, pip.conf), then run again"
HINTS = {
    "Retrying (": NETWORK,
    "Could not fetch URL": NETWORK,
    "DO NOT MATCH THE HASHES": "A mirror, a proxy or pip's cache (pip cache purge) gave another file than was locked",
    "No matching distribution": "The package mirror (PIP_INDEX_URL, pip.conf) lacks that file, or it was never built "
    "for this system: Linux with glibc 2.28 or newer, or macOS 14 on arm64, is needed",
    "No space left": "Free some disk space (TMPDIR names the folder where pip unpacks), then run again",
}
"""What to do, by a part of pip's output; the first that fits."""

LAUNCHER = """\
#!/bin/sh
'''exec' {python} "$0" "$@"
' '''
import sys

from wyoming_kokoro.__main__ import main

sys.exit(main())
"""
"""Shell and Python at once, because a #! line can't hold a path with spaces."""


def build(env: Path, requirements: Path, extras: list[Path], lock: int) -> None:
    """From scratch, whatever was there before. `lock` is a descriptor that pip keeps open while it writes."""
    remove(env)
    create(env)
    install(env, requirements, lock)
    if extras:
        install_extras(env, extras, lock)
    link_project(env)


def remove(env: Path) -> None:
    if env.is_symlink():
        env.unlink()
    elif env.exists():
        shutil.rmtree(env)


def create(env: Path) -> None:
    """Without pip, because Debian's Python can't put one in unless python3-venv is installed."""
    made = run(PYTHON, "-m", "venv", "--without-pip", str(env))
    if made.returncode:
        raise KokoroError(f"{PYTHON} can't make an environment: {made.stdout.strip()}", "Run: apt install python3-venv")


def install(env: Path, requirements: Path, lock: int) -> None:
    """Installs exactly the locked files, with the index, mirror and certificates that pip is set up for here."""
    options = [*LOCKED, "--no-user", "--only-binary=:all:", f"--requirement={requirements}"]
    run_pip(env, ["install", *options], requirements.name, lock)


def install_extras(env: Path, extras: list[Path], lock: int) -> None:
    """The same for packages some of which have no wheels: the locked tools of another environment make these."""
    with tempfile.TemporaryDirectory(prefix="extras-", dir=env) as folder:
        tools, wheels = Path(folder, "tools"), Path(folder, "wheels")
        create(tools)
        install(tools, ROOT / "requirements" / "build.txt", lock)
        options = [*LOCKED, "--only-binary=:all:", f"--no-binary={NO_WHEELS}", "--no-build-isolation", "--use-pep517"]
        options += [f"--wheel-dir={wheels}", *(f"--requirement={file}" for file in extras)]
        names = " and ".join(file.name for file in extras)
        run_pip(tools, ["wheel", *options], names, lock)
        made = map(str, sorted(wheels.iterdir()))
        run_pip(env, ["install", "--no-user", "--no-deps", "--no-index", *made], names, lock)


def run_pip(env: Path, arguments: list[str], what: str, lock: int) -> None:
    command = [*find_pip(env / "bin" / "python"), *arguments, "--no-input", "--progress-bar=off"]
    output = []
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env=clean_environment(),
        pass_fds=(lock,),  # should this process be killed alone, pip goes on, and must be waited for
    ) as pip:
        for line in pip.stdout or ():
            announce(line)
            output.append(line.rstrip())
    if pip.returncode:
        shown = [line for line in output if not NOISE.match(line)][-SHOWN:]
        print(*shown, sep="\n", file=sys.stderr)
        hints = (hint for part, hint in HINTS.items() if part in "\n".join(output))
        raise KokoroError(f"pip couldn't install requirements/{what}", next(hints, NETWORK))


def find_pip(python: Path) -> list[str]:
    """The command that is pip for the new environment: the outer Python's, else one of its own."""
    for outer in dict.fromkeys((PYTHON, sys.executable)):
        found = re.match(r"(\d+)\.(\d+)", run(outer, "-Pc", "import pip; print(pip.__version__)").stdout)
        if found and tuple(map(int, found.groups())) >= PIP_NEEDED:
            return [outer, "-P", "-m", "pip", "--python", str(python)]
    if run(str(python), "-m", "ensurepip").returncode == 0:
        return [str(python), "-P", "-m", "pip"]
    raise KokoroError(
        f"{PYTHON} has neither pip 22.3 (or newer) nor ensurepip",
        "Run: apt install python3-venv python3-pip, or: dnf install python3-pip",
    )


def clean_environment() -> dict[str, str]:
    """Without what would put packages elsewhere, or make pip believe that one is installed already."""
    elsewhere = {"PYTHONPATH", "PYTHONHOME", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT"}
    return {name: value for name, value in os.environ.items() if name not in elsewhere}


def announce(line: str) -> None:
    found = re.match(r"\s*Downloading (?:\S*/)?([^/\s]+?)-\d\S* \((\d+\.\d) MB\)", line)
    if found and float(found[2]) >= LARGE:
        say(f"downloading {found[1]} ({float(found[2]):.0f} MB)")


def run(*command: str) -> "subprocess.CompletedProcess[str]":
    """The exit status, and everything that was printed as `stdout`."""
    out, nothing = subprocess.PIPE, subprocess.DEVNULL
    env = clean_environment()
    return subprocess.run(command, check=False, stdin=nothing, stdout=out, stderr=subprocess.STDOUT, text=True, env=env)


def link_project(env: Path) -> None:
    """The project itself isn't built: the environment points at this checkout."""
    version = "python{}.{}".format(*sys.version_info[:2])
    (env / "lib" / version / "site-packages" / "wyoming-kokoro.pth").write_bytes(os.fsencode(ROOT) + b"\n")
    launcher = env / "bin" / "wyoming-kokoro"
    launcher.write_text(LAUNCHER.format(python=shlex.quote(str(env / "bin" / "python"))))
    launcher.chmod(0o755)


def starts(env: Path) -> bool:
    try:
        return run(str(env / "bin" / "python"), "-ISc", "").returncode == 0
    except OSError:
        return False


def say(line: str) -> None:
    print(f"set-up: {line}", file=sys.stderr, flush=True)
