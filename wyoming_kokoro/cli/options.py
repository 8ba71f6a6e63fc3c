"""The options that make a configuration, shared by the commands that need one."""

import functools
import importlib
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from pythonjsonlogger.json import JsonFormatter

from wyoming_kokoro.config import Config
from wyoming_kokoro.config_sources import Origin
from wyoming_kokoro.errors import ConfigError, ModelError
from wyoming_kokoro.runtime import models
from wyoming_kokoro.speech.voices import catalogue, official

LINE = "%(asctime)s %(levelname)s %(message)s"
"""Of the log."""
FOLDER = click.Path(path_type=Path, resolve_path=True)
"""Meant from the current folder, as people expect it on a command line."""
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

    @origin
    @functools.wraps(command)
    def wrapped(*args: Any, origin: Origin, **options: Any) -> Any:
        return command(*args, settings=origin.read(), **options)

    return wrapped


def origin(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the options; the command gets `origin`, an Origin, in their place."""

    @click.option("-c", "--config", "path", type=click.Path(path_type=Path), help="YAML file with the configuration.")
    @click.option("-s", "--set", "pairs", multiple=True, metavar="KEY=VALUE", help="Set any key of the file.")
    @click.option("--engine", metavar="auto|kokoro|espeak", help="Which engine speaks.")
    @click.option("--device", metavar="auto|cpu|cuda[:N]", help="What Kokoro runs on.")
    @click.option("--model-dir", type=FOLDER, metavar="DIR", help="Folder of the model files.")
    @click.option("--log-level", metavar="debug|info|warning|error", help="How much is logged.")
    @functools.wraps(command)
    def wrapped(*args: Any, path: Path | None, pairs: tuple[str, ...], **options: Any) -> Any:
        flags = {key: options.pop(name) for name, key in FLAGS.items() if name in options}
        given = {key: str(value) for key, value in flags.items() if value is not None}
        return command(*args, origin=Origin(path, given | dict(_pair(pair) for pair in pairs), _check), **options)

    return wrapped


def load(path: Path) -> Config:
    return Origin(path, {}, _check).read()


def _check(settings: Config) -> None:
    """What the types of the configuration can't say. Voices of the user's own are known only when they are loaded."""
    try:
        models.official(settings.model.release, settings.model.precision)
    except ModelError as error:
        raise ConfigError(error.message, error.remedy, ("model", "precision")) from None
    if settings.model.voices_path is None:
        catalogue(settings.voices, official(settings.model.release))
    if settings.text.lexicon:  # knowing Kokoro's alphabet takes an import of ONNX Runtime
        importlib.import_module("wyoming_kokoro.speech.diction").diction(settings.text)


def start_logging(level: str, form: str = "text") -> None:
    """Lines on stderr, as text or JSON: stdout may be the protocol or audio."""
    logging.getLogger("zeroconf").setLevel(logging.CRITICAL)  # what it can't do, discovery says in one line
    logging.getLogger("watchfiles").setLevel(logging.WARNING)  # it tells of every file that changes, the log included
    handler = logging.StreamHandler()
    handler.setFormatter(_json() if form == "json" else logging.Formatter(LINE, "%Y-%m-%d %H:%M:%S"))
    logging.basicConfig(level=level.upper(), handlers=[handler])


def _json() -> logging.Formatter:
    """One object a line, also for a traceback."""
    names = {"asctime": "time", "levelname": "level", "name": "logger"}
    fields = ["asctime", "levelname", "name", "message"]
    return JsonFormatter(fields, rename_fields=names, datefmt="%Y-%m-%dT%H:%M:%S%z", json_ensure_ascii=False)


def _pair(pair: str) -> tuple[str, str]:
    key, equals, value = pair.partition("=")
    if not equals:
        raise click.BadParameter(f"{pair!r} is not KEY=VALUE", param_hint="--set")
    return key, value
