"""The options that make a configuration, shared by the commands that need one."""

import functools
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from wyoming_kokoro import config_sources
from wyoming_kokoro.config import Config
from wyoming_kokoro.errors import ConfigError, ModelError
from wyoming_kokoro.runtime import models
from wyoming_kokoro.speech.voices import catalogue

FLAGS = {
    "uri": "server.uri",
    "engine": "engine",
    "device": "device.prefer",
    "model_dir": "model.dir",
    "log_level": "log.level",
}
"""Options with a name of their own, and the keys that they set."""


def configuration(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the options; the command gets `settings`, a Config, in their place."""

    @click.option("-c", "--config", "path", type=click.Path(path_type=Path), help="YAML file with the configuration.")
    @click.option("-s", "--set", "pairs", multiple=True, metavar="KEY=VALUE", help="Set any key of the file.")
    @click.option("--engine", metavar="auto|kokoro|espeak", help="Which engine speaks.")
    @click.option("--device", metavar="auto|cpu|cuda[:N]", help="What Kokoro runs on.")
    @click.option("--model-dir", metavar="DIR", help="Folder of the model files.")
    @click.option("--log-level", metavar="debug|info|warning|error", help="How much is logged.")
    @functools.wraps(command)
    def wrapped(*args: Any, path: Path | None, pairs: tuple[str, ...], **options: Any) -> Any:
        flags = {key: options.pop(name) for name, key in FLAGS.items() if name in options}
        given = {key: value for key, value in flags.items() if value is not None}
        settings = load(path, given | dict(_pair(pair) for pair in pairs))
        return command(*args, settings=settings, **options)

    return wrapped


def load(path: Path | None, flags: dict[str, str]) -> Config:
    return config_sources.load(path, flags, _check)


def _check(settings: Config) -> None:
    """What the types of the configuration can't say. Voices of the user's own are known only when they are loaded."""
    try:
        models.official(settings.model.release, settings.model.precision)
    except ModelError as error:
        raise ConfigError(error.message, error.remedy, ("model", "precision")) from None
    if settings.model.release != "v1.1-zh" and settings.model.voices_path is None:
        catalogue(settings.voices)


def start_logging(level: str) -> None:
    """Lines on stderr: stdout may be the protocol or audio."""
    form = "%(asctime)s %(levelname)s %(message)s"
    logging.getLogger("zeroconf").setLevel(logging.CRITICAL)  # what it can't do, discovery says in one line
    logging.basicConfig(level=level.upper(), format=form, datefmt="%Y-%m-%d %H:%M:%S")


def _pair(pair: str) -> tuple[str, str]:
    key, equals, value = pair.partition("=")
    if not equals:
        raise click.BadParameter(f"{pair!r} is not KEY=VALUE", param_hint="--set")
    return key, value
