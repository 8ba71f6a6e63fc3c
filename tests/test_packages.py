"""What is installed, read from real folders; and the facts that are gathered from it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from wyoming_kokoro.runtime import facts, packages
from wyoming_kokoro.runtime.facts import CPU, OTHERS, overlaid, unimportable
from wyoming_kokoro.runtime.packages import Package, installed, libraries, numbers, owners

ROOT = Path(__file__).parent.parent
CONTENT = "whole"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder that packages are looked for in."""
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    return tmp_path


def install(site: Path, name: str, version: str, files: Iterable[str], *, metadata: bool = True) -> None:
    """As an installer does: the files, over whatever is there, and the list of them with their sizes."""
    info = site / f"{name.replace('-', '_')}-{version}.dist-info"
    info.mkdir(parents=True)
    lines = [f"{info.name}/RECORD,,"]
    for file in files:
        (site / file).parent.mkdir(parents=True, exist_ok=True)
        (site / file).write_text(CONTENT)
        lines.append(f"{file},sha256=any,{len(CONTENT)}")
    (info / "RECORD").write_text("\n".join(lines))
    if metadata:
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")


def run(code: str, **environment: str) -> str:
    """What a new interpreter prints: it must end well and say nothing else."""
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_one_owner(site: Path) -> None:
    """Whatever way its name is written in."""
    install(site, "onnxruntime_GPU", "1.26.0", ["onnxruntime/__init__.py"])
    assert owners("onnxruntime") == (Package("onnxruntime-gpu", "1.26.0"),)
    assert str(owners("onnxruntime")[0]) == "onnxruntime-gpu 1.26.0"


def test_two_owners_of_one_folder(site: Path) -> None:
    """The second overwrote what the first brought: both are there by their names, and one is damaged."""
    install(site, "onnxruntime-gpu", "1.26.0", ["onnxruntime/__init__.py", "onnxruntime/capi/cuda.so"])
    install(site, "onnxruntime", "1.31.1", ["onnxruntime/__init__.py"])
    (site / "onnxruntime/__init__.py").write_text("the other's")
    (site / "onnxruntime_gpu-1.26.0.dist-info/RECORD").write_text("onnxruntime/__init__.py,sha256=any,5\n")
    (site / "onnxruntime-1.31.1.dist-info/RECORD").write_text("onnxruntime/__init__.py,sha256=any,11\n")

    assert owners("onnxruntime") == (
        Package("onnxruntime", "1.31.1"),
        Package("onnxruntime-gpu", "1.26.0", ("onnxruntime/__init__.py",)),
    )


def test_a_folder_of_its_own_is_no_second_owner(site: Path) -> None:
    """onnxruntime-extensions only sounds like it; without a list of its files nobody can say that."""
    install(site, "onnxruntime", "1.31.1", ["onnxruntime/__init__.py"])
    install(site, "onnxruntime-extensions", "0.14.0", ["onnxruntime_extensions/__init__.py"])
    assert [package.name for package in owners("onnxruntime")] == ["onnxruntime"]

    (site / "onnxruntime_extensions-0.14.0.dist-info/RECORD").unlink()
    assert [package.name for package in owners("onnxruntime")] == ["onnxruntime", "onnxruntime-extensions"]


def test_the_first_of_two_folders_counts(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As it does for `import`."""
    install(site / "system", "onnxruntime", "1.20.0", ["onnxruntime/__init__.py"])
    install(site / "own", "onnxruntime", "1.31.1", ["onnxruntime/__init__.py"])
    monkeypatch.setattr(sys, "path", [str(site / "own"), str(site / "system")])
    assert owners("onnxruntime") == (Package("onnxruntime", "1.31.1"),)


def test_no_owner(site: Path) -> None:
    """Nothing installed, or only what an uninstallation left."""
    (site / "onnxruntime/capi").mkdir(parents=True)
    assert owners("onnxruntime") == ()


def test_missing_and_replaced_files_are_damage(site: Path) -> None:
    """A file that is gone, and one of another size; what Python compiled itself doesn't count."""
    install(site, "numpy", "2.4.6", ["numpy/__init__.py", "numpy/core.so", "numpy/a.py", "numpy/__pycache__/a.pyc"])
    assert installed("numpy") == (Package("numpy", "2.4.6"),)

    (site / "numpy/core.so").unlink()
    (site / "numpy/a.py").write_text("of another size")
    (site / "numpy/__pycache__/a.pyc").unlink()
    assert installed("numpy") == (Package("numpy", "2.4.6", ("numpy/core.so", "numpy/a.py")),)


def test_a_package_without_its_metadata(site: Path) -> None:
    """Half of an uninstallation: it has neither name nor version, and doesn't break the look at the others."""
    install(site, "numpy", "2.4.6", ["numpy/__init__.py"], metadata=False)
    install(site, "onnxruntime", "1.31.1", ["onnxruntime/__init__.py"], metadata=False)
    install(site, "onnxruntime-gpu", "1.26.0", ["onnxruntime/__init__.py"])

    assert owners("onnxruntime") == (Package("onnxruntime-gpu", "1.26.0"),)
    assert installed("numpy", "kokoro-onnx") == (Package("numpy", ""), Package("kokoro-onnx", ""))
    assert libraries() == {}


def test_libraries_of_nvidias_wheels(site: Path) -> None:
    """Those that are there, whole; neither headers nor other packages' libraries."""
    folder = "nvidia/cublas/lib"
    files = [f"{folder}/libcublas.so.12", f"{folder}/libcublasLt.so.12", "nvidia/cublas/include/cublas.h"]
    install(site, "nvidia-cublas-cu12", "12.8.4.1", files)
    install(site, "soxr", "1.1.0", ["soxr/libsoxr.so.0"])
    assert libraries() == {name: site / folder / name for name in ("libcublas.so.12", "libcublasLt.so.12")}

    (site / folder / "libcublas.so.12").unlink()
    (site / folder / "libcublasLt.so.12").write_text("cut")
    assert libraries() == {}


@pytest.mark.parametrize(
    ("version", "expected"),
    [("1.26.0", (1, 26)), ("2.5rc1", (2, 5)), ("2", (2, 0)), ("", (0, 0)), ("12.8", (12, 8))],
)
def test_numbers_of_a_version(version: str, expected: tuple[int, int]) -> None:
    """Whatever somebody's build calls itself."""
    assert numbers(version) == expected


def test_the_installed_environment_is_whole() -> None:
    """What these tests run with has one owner for each folder, and all its files."""
    for folder in ("onnxruntime", "phonemizer"):
        [owner] = owners(folder)
        assert owner.damaged == ()
    for package in installed(*OTHERS):
        assert package.version and not package.damaged
    assert unimportable() == ""


def test_gather_on_this_machine() -> None:
    """Facts from everywhere, and of one world: what is installed is what is imported."""
    found = facts.gather()

    assert found.build.version == found.build.owners[0].version
    assert CPU in found.build.providers and found.build.lane == "cpu"
    assert [package.name for package in found.phonemizer] == ["phonemizer-fork"]
    assert [package.name for package in found.others] == list(OTHERS)
    assert found.python == sys.version.split()[0]
    assert found.trouble == ""


def test_the_search_path_for_libraries(tmp_path: Path) -> None:
    """The driver's and CUDA's in its folders, each folder once; no others, and none of folders that don't exist."""
    compat, other = tmp_path / "compat", tmp_path / "other"
    for folder, names in ((compat, ("libcuda.so.1", "libcuda.so.535.54.03", "libfoo.so")), (other, ("libcudnn.so.9",))):
        folder.mkdir()
        for name in names:
            (folder / name).touch()
    (other / "libcudnn_ops.so.9").touch()
    (other / "libcublasLt.so.12").touch()
    (other / "libcudart_static.a").touch()
    path = f":{compat}:{tmp_path}/none:{other}:{compat}"

    assert [found.name for found in overlaid(path)] == [
        "libcuda.so.1",
        "libcuda.so.535.54.03",
        "libcublasLt.so.12",
        "libcudnn.so.9",
        "libcudnn_ops.so.9",
    ]
    assert list(overlaid("")) == []


BROKEN = {
    "a library that is missing": (
        "raise ImportError('libfoo.so.1: cannot open shared object file\\nand more')",
        "onnxruntime can't be imported: libfoo.so.1: cannot open shared object file",
    ),
    "NumPy's page and an error without words": (
        "import sys; print('A module that was compiled', file=sys.stderr); raise ImportError",
        "onnxruntime can't be imported: its native code doesn't load",
    ),
    "a folder that an uninstallation left": (
        "",
        "onnxruntime can't be imported: No module named 'onnxruntime.capi'",
    ),
}


@pytest.mark.parametrize("code", BROKEN)
def test_an_onnxruntime_that_cannot_be_imported(code: str, tmp_path: Path) -> None:
    """One line of the reason, nothing of the module's own noise, and facts all the same."""
    source, told = BROKEN[code]
    package = tmp_path / "onnxruntime"
    package.mkdir()
    (package / "__init__.py").write_text(source)
    ask = "import json; from wyoming_kokoro.runtime import facts; found = facts.build(); "
    ask += "print(json.dumps([facts.unimportable(), found.version, found.providers, len(found.owners)]))"

    assert json.loads(run(ask, PYTHONPATH=f"{tmp_path}:{ROOT}")) == [told, "", [], 1]


def test_an_onnxruntime_that_does_not_tell_its_cuda(tmp_path: Path) -> None:
    """As 1.18: its version and its providers are facts, too."""
    package = tmp_path / "onnxruntime"
    (package / "capi").mkdir(parents=True)
    (package / "capi/__init__.py").touch()
    (package / "__init__.py").write_text("__version__ = '1.18.1'\ndef get_available_providers(): return ['CUDA']")
    ask = "from wyoming_kokoro.runtime import facts; found = facts.build(); "
    ask += "print(found.version, found.providers, found.cuda, found.lane)"

    assert run(ask, PYTHONPATH=f"{tmp_path}:{ROOT}") == "1.18.1 ('CUDA',) None cpu\n"


def test_the_first_missing_module_is_the_cause(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not those that need it."""
    monkeypatch.setattr(facts, "MODULES", ("json", "no_such_module", "no_other"))
    assert unimportable() == "no_such_module can't be imported: No module named 'no_such_module'"


def test_packages_know_nothing_of_the_rest() -> None:
    """The look at the installation must work where the installation doesn't: standard library only."""
    names = "print([name for name in ('numpy', 'onnxruntime', 'pydantic', 'click') if name in sys.modules])"
    assert run(f"import sys, {packages.__name__}; {names}", PYTHONPATH=str(ROOT)) == "[]\n"
