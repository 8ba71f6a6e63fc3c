"""What several files of tests need: a configuration without network, the tiny model, a mirror of model files."""

import logging
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from machines import make_libcuda
from model_server import Server, serving, without_proxies
from tiny_kokoro import write_files

from wyoming_kokoro import config
from wyoming_kokoro.config import Config


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model folder with the tiny model under the official names."""
    folder = tmp_path_factory.mktemp("model")
    write_files(folder)
    return folder


@pytest.fixture(scope="session")
def fake_libcuda(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a driver's library that does what FAKE_* variables say."""
    return make_libcuda(tmp_path_factory.mktemp("libcuda"))


@pytest.fixture
def settings(tmp_path: Path) -> Config:
    """Loopback, no discovery, no download, an empty model folder."""
    return Config(
        server=config.Server(uri="tcp://127.0.0.1:0", grace=2),
        discovery=config.Discovery(enabled=False),
        device=config.Device(prefer="cpu"),
        model=config.Model(dir=tmp_path / "models", download=False, prepare=False),
    )


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """An HTTP server of model files, for the modules that download."""
    without_proxies(monkeypatch)
    with serving() as server:
        yield server


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """No configuration, model or network of the machine that the tests run on; log levels as before."""
    monkeypatch.delenv("WYOMING_KOKORO_CONFIG", raising=False)
    monkeypatch.setenv("WYOMING_KOKORO_MODEL__DIR", str(tmp_path / "models"))
    monkeypatch.setenv("WYOMING_KOKORO_MODEL__DOWNLOAD", "false")
    yield
    logging.getLogger("wyoming_kokoro.wire").setLevel(logging.NOTSET)


hypothesis.settings.register_profile("suite", derandomize=True, database=None, deadline=None, max_examples=60)
hypothesis.settings.register_profile("long", database=None, deadline=None, max_examples=2000, print_blob=True)
hypothesis.settings.load_profile("suite")
