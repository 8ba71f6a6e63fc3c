"""The committed requirement files: hashed, complete, and what pyproject.toml asks for."""

import re
import tomllib
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
LANES = ("cpu", "cuda12", "cuda13")
FILES = (*LANES, "dev")
EXTRAS = ("ja", "zh")
LOCKED = re.compile(r"(?P<name>[a-z0-9][a-z0-9-]*)==(?P<version>[^\s;]+)( ; (?P<marker>[^\\]+?))? \\$")
HASH = re.compile(r"    --hash=sha256:[0-9a-f]{64}( \\)?$")
LEFT_OUT = {("kokoro-onnx", "onnxruntime"), ("kokoro-onnx", "phonemizer"), ("num2words", "docopt")}
"""Dependencies that [[tool.uv.dependency-metadata]] takes out, for the reasons that stand there."""

PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())


def text(file: str) -> str:
    return (ROOT / "requirements" / f"{file}.txt").read_text()


def locked(file: str) -> dict[str, str]:
    """Name and version of everything in one file."""
    return {found["name"]: found["version"] for found in map(LOCKED.match, text(file).splitlines()) if found}


def direct(file: str) -> list[Requirement]:
    """What pyproject.toml asks for in one file."""
    project = PROJECT["project"]
    extra = project["optional-dependencies"]["cpu" if file == "dev" else file]
    tools = PROJECT["dependency-groups"]["dev"] if file == "dev" else []
    return [Requirement(line) for line in (*project["dependencies"], *extra, *tools)]


@pytest.mark.parametrize("file", FILES)
def test_direct_dependencies_are_locked_as_asked(file: str) -> None:
    """A pin in pyproject.toml is that version in the file, and a range holds the locked version."""
    versions = locked(file)

    for wanted in direct(file):
        assert wanted.specifier.contains(versions[canonicalize_name(wanted.name)]), wanted


@pytest.mark.parametrize("file", FILES)
def test_one_owner_for_each_folder(file: str) -> None:
    """One ONNX Runtime, and the fork as the only phonemizer: two would unpack over each other."""
    names = locked(file)

    assert [name for name in names if name.startswith("onnxruntime")] == [
        "onnxruntime-gpu" if file.startswith("cuda") else "onnxruntime"
    ]
    assert [name for name in names if name.startswith("phonemizer")] == ["phonemizer-fork"]


@pytest.mark.parametrize("file", [*FILES, *EXTRAS, "build"])
def test_every_line_is_a_hashed_pin(file: str) -> None:
    """Nothing but pins, their hashes and comments: no address, no option, no range."""
    blocks = re.split(r"\n(?=\S)", text(file).strip("\n"))

    assert len(blocks) == len(locked(file))
    for block in blocks:
        head, *rest = block.split("\n")
        hashes = [line for line in rest if not line.startswith("    #")]
        assert LOCKED.match(head), head
        assert hashes, head
        assert all(map(HASH.match, hashes)), block
    assert not re.search(r"https?:|file:|index-url|find-links|trusted-host", text(file))


@pytest.mark.parametrize("file", ["cpu", "dev"])
def test_nothing_is_missing_or_left_over(file: str) -> None:
    """The file holds what pyproject.toml and then each installed package ask for, in versions that fit, and no more."""
    versions = locked(file)
    waiting, reached = direct(file), set[tuple[str, str]]()
    while waiting:
        wanted = waiting.pop()
        name = canonicalize_name(wanted.name)
        assert wanted.specifier.contains(versions[name], prereleases=True), wanted
        for extra in ("", *wanted.extras):
            if (name, extra) not in reached:
                reached.add((name, extra))
                waiting += needs(name, extra)

    assert {name for name, _ in reached} == set(versions)


@pytest.mark.parametrize("extra", EXTRAS)
def test_an_extra_adds_to_any_lane(extra: str) -> None:
    """Its file has what the extra asks for, what that needs, and nothing that a lane or another extra brings, too."""
    versions = locked(extra)
    wanted = [Requirement(line) for line in PROJECT["project"]["optional-dependencies"][extra]]
    needed = {canonicalize_name(need.name) for name in versions for need in needs(name, "")}

    assert all(each.specifier.contains(versions[canonicalize_name(each.name)]) for each in wanted)
    assert set(versions) == {canonicalize_name(each.name) for each in wanted} | needed
    for other in {*FILES, *EXTRAS} - {extra}:
        assert not versions.keys() & locked(other).keys()


def needs(name: str, extra: str) -> list[Requirement]:
    """What one installed package, with one of its extras, asks for on this machine."""
    asked = map(Requirement, distribution(name).requires or ())
    here = [need for need in asked if need.marker is None or need.marker.evaluate({"extra": extra})]
    return [need for need in here if (name, canonicalize_name(need.name)) not in LEFT_OUT]


@pytest.mark.parametrize(("file", "name"), [(file, name) for file in ("dev", *EXTRAS) for name in sorted(locked(file))])
def test_installed_as_locked(file: str, name: str) -> None:
    """The tests run with the locked versions, so what they prove holds for these."""
    assert distribution(name).version == locked(file)[name]


def test_development_adds_to_the_cpu_lane() -> None:
    """What is tested is what runs: the same versions and more."""
    assert locked("cpu").items() <= locked("dev").items()


@pytest.mark.parametrize("lane", ["cuda12", "cuda13"])
def test_lanes_differ_in_the_runtime_only(lane: str) -> None:
    """Beside ONNX Runtime, what it needs, and what prepares the model, a CUDA lane is the cpu lane."""
    cpu, cuda = locked("cpu"), locked(lane)
    added = {name for name in cuda.keys() - cpu.keys() if not name.startswith("nvidia-")}

    assert cpu.keys() - cuda.keys() == {"onnxruntime"}
    assert added == {"onnxruntime-gpu", "onnx", "ml-dtypes"}
    assert {name: cuda[name] for name in cpu.keys() & cuda.keys()}.items() <= cpu.items()


def test_replaced_metadata_is_of_the_pinned_version() -> None:
    """Corrected metadata counts for one version only: with any other, what it takes out would come."""
    replaced = {entry["name"]: entry["version"] for entry in PROJECT["tool"]["uv"]["dependency-metadata"]}

    assert set(replaced) == {package for package, _ in LEFT_OUT}
    for package, version in replaced.items():
        assert version == locked("cpu")[package]
        assert f"{package}=={version}" in PROJECT["project"]["dependencies"]


def test_python_range_is_the_set_up_scripts_range() -> None:
    """The scripts look for the Pythons that pyproject.toml allows."""
    assert PROJECT["project"]["requires-python"] == ">=3.11,<3.14"
    for script in ("python", "setup.py"):
        assert "not (3, 11) <= sys.version_info[:2] <= (3, 13)" in (ROOT / "script" / script).read_text()
