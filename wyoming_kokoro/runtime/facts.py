"""Everything that decides whether Kokoro can run, and on what: gathered once, judged elsewhere."""

import contextlib
import importlib
import io
import os
import platform
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

from wyoming_kokoro.runtime import driver, packages
from wyoming_kokoro.runtime.driver import Machine, Version
from wyoming_kokoro.runtime.installation import Installation, installation
from wyoming_kokoro.runtime.packages import Package

CUDA, CPU = "CUDAExecutionProvider", "CPUExecutionProvider"
"""ONNX Runtime's names of the two providers that are used here."""
BINDINGS = "onnxruntime.capi.onnxruntime_pybind11_state"
"""ONNX Runtime's own module: a folder that an uninstallation left empty imports as onnxruntime, too."""
MARKS = (Path("/.dockerenv"), Path("/run/.containerenv"))
"""Docker and Podman leave one in each container."""
OVERLAID = re.compile(r"lib(cuda|cudnn\w*|cublas\w*|cudart)\.so(\.\d+)*$")
"""What a folder in LD_LIBRARY_PATH must not hold: it goes before the driver's library, and before the wheels' own."""
OTHERS = ("kokoro-onnx", "numpy", "wyoming", "zeroconf", "espeakng-loader")
"""Packages whose files are looked at, and whose versions are told."""
MODULES = (
    *("numpy", "soxr", BINDINGS, "espeakng_loader", "phonemizer.backend", "kokoro_onnx"),
    *("wyoming", "zeroconf", "ifaddr", "aiohttp", "prometheus_client", "urllib3", "filelock"),
)
"""What the service imports, in an order in which the first that fails is the cause: they bring all other packages."""
UNUSABLE = (ImportError, OSError, AttributeError, SyntaxError, ValueError, RuntimeError, TypeError, NameError)
"""What importing a damaged package ends with."""


@dataclass(frozen=True)
class Build:
    """The installed ONNX Runtime."""

    owners: tuple[Package, ...]
    """More than one is a damaged installation."""
    version: str = ""
    """What the import says: that differs from the owner's where files were overwritten."""
    cuda: Version | None = None
    """The CUDA that it is built for."""
    providers: tuple[str, ...] = ()
    """What was compiled in: that says nothing about what works."""

    @property
    def lane(self) -> str:
        return f"cuda{self.cuda[0]}" if self.cuda else "cpu"


@dataclass(frozen=True)
class Facts:
    machine: Machine
    build: Build
    trouble: str = ""
    """Which module can't be imported, and why; empty if all can."""
    libraries: frozenset[str] = frozenset()
    """CUDA libraries that NVIDIA's wheels give, such as libcublas.so.12."""
    phonemizer: tuple[Package, ...] = ()
    """The owners of the folder phonemizer."""
    others: tuple[Package, ...] = ()
    overlaid: tuple[Path, ...] = ()
    """The driver's or CUDA's libraries in folders of LD_LIBRARY_PATH."""
    container: bool = False
    python_path: bool = False
    """Whether PYTHONPATH brings packages from elsewhere."""
    installation: Installation = field(default_factory=lambda: Installation("packages"))
    python: str = ""
    glibc: str = ""
    """Empty on systems without it."""


def gather(stopped: threading.Event | None = None) -> Facts:
    """Takes a second; as long as the driver does, which isn't waited for once `stopped` is set."""
    return Facts(
        machine=driver.gather(stopped),
        trouble=unimportable(),
        build=build(),
        libraries=frozenset(packages.libraries()),
        phonemizer=packages.owners("phonemizer"),
        others=packages.installed(*OTHERS),
        overlaid=tuple(overlaid(os.environ.get("LD_LIBRARY_PATH", ""))),
        container=in_container(),
        python_path=bool(os.environ.get("PYTHONPATH")),
        installation=installation(),
        python=platform.python_version(),
        glibc=platform.libc_ver()[1],
    )


def in_container() -> bool:
    return any(mark.exists() for mark in MARKS)


def imported(name: str) -> ModuleType:
    """The module, without the page that NumPy prints of one that is built for another NumPy."""
    with contextlib.redirect_stderr(io.StringIO()):
        return importlib.import_module(name)


def unimportable() -> str:
    for name in MODULES:
        try:
            imported(name)
        except UNUSABLE as error:
            reason = str(error).partition("\n")[0] or "its native code doesn't load"
            return f"{name.partition('.')[0]} can't be imported: {reason}"
    return ""


def build() -> Build:
    owners = packages.owners("onnxruntime")
    try:
        onnxruntime = imported("onnxruntime")
        providers, version = onnxruntime.get_available_providers(), onnxruntime.__version__
    except UNUSABLE:
        return Build(owners)
    return Build(owners, version, cuda_version(), tuple(providers))


def cuda_version() -> Version | None:
    """None for a CPU build, and for an ONNX Runtime that is so old that it doesn't tell."""
    try:
        info = imported("onnxruntime.capi.build_and_package_info")
    except ImportError:
        return None
    version = getattr(info, "cuda_version", "")
    return packages.numbers(version) if version else None


def overlaid(search_path: str) -> Iterator[Path]:
    """The libraries in the folders of LD_LIBRARY_PATH that hide others."""
    for folder in dict.fromkeys(filter(None, search_path.split(":"))):
        found = (path.resolve() for path in Path(folder).glob("lib*.so*") if OVERLAID.match(path.name))
        yield from sorted(dict.fromkeys(found))
