"""What many tests need: a configuration without network, the tiny model, an engine, a served socket."""

from pathlib import Path

import pytest
from tiny_kokoro import write_files

from wyoming_kokoro import config
from wyoming_kokoro.config import Config


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model folder with the tiny model under the official names."""
    folder = tmp_path_factory.mktemp("model")
    write_files(folder)
    return folder


@pytest.fixture
def settings(tmp_path: Path) -> Config:
    """Loopback, no discovery, no download, an empty model folder."""
    return Config(
        server=config.Server(uri="tcp://127.0.0.1:0", grace=2),
        discovery=config.Discovery(enabled=False),
        device=config.Device(prefer="cpu"),
        model=config.Model(dir=tmp_path / "models", download=False),
    )
