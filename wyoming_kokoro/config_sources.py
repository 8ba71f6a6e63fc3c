"""YAML file, environment and flags, in rising order, into one validated `Config`.

A value that can't be used is named by where it stands: file and line, variable or flag, then the key.
"""

import os
import re
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from wyoming_kokoro.config import Config, VoiceSettings
from wyoming_kokoro.errors import ConfigError, nearest

ENV_PREFIX = "WYOMING_KOKORO_"
CONFIG_VARIABLE = "WYOMING_KOKORO_CONFIG"
"""Names the file; every other variable with the prefix is a key, its parts joined by two underscores."""

FOREIGN = re.compile("(SERVICE|PORT)(_|$)")
"""Kubernetes sets WYOMING_KOKORO_PORT and the like for a Service of this name: no keys of ours."""

MAX_FILE = 1024 * 1024
"""Bytes. A configuration is a few kilobytes; a larger file is some other file."""

REASONS = {
    **dict.fromkeys(("model_type", "dict_type"), "expected keys with their values below it"),
    "tuple_type": "expected a list, such as [one, two]",
    "path_type": "expected a path",
}
"""In place of pydantic's own words, which are of Python's types."""

BAD_YAML = (yaml.YAMLError, ValueError, RecursionError, LookupError, TypeError, AttributeError)
"""Also 2024-02-30, bytes that are no UTF-8, a mapping that holds itself, and a tag that doesn't fit, as in !!int ""."""

Key = tuple[str, ...]


class _Loader(yaml.SafeLoader):
    """Takes keys as they are written: a word of the lexicon may be `no`, a date or 10:05."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        for key, _ in node.value if isinstance(node, yaml.MappingNode) else ():
            if isinstance(key, yaml.ScalarNode) and key.tag != "tag:yaml.org,2002:merge":
                key.tag = "tag:yaml.org,2002:str"
        return super().construct_mapping(node, deep)


@dataclass(frozen=True)
class Source:
    """One origin of values: `values` as nested mappings, `place` says where a key stands in it."""

    values: dict[str, Any]
    place: Callable[[Key], str]


@dataclass(frozen=True)
class Origin:
    """Where a configuration comes from, to be read as often as it changes."""

    path: Path | None
    flags: Mapping[str, str]
    check: Callable[[Config], object]

    def read(self) -> Config:
        """Raises ConfigError."""
        return load(self.path, self.flags, self.check)

    def files(self, settings: Config) -> frozenset[Path]:
        """What the configuration was read from."""
        lexicon = settings.text.lexicon
        named = (_named(self.path, os.environ), lexicon if isinstance(lexicon, Path) else None)
        return frozenset(path for path in named if path)


def load(
    path: Path | None,
    flags: Mapping[str, str],
    check: Callable[[Config], object],
    environ: Mapping[str, str] = os.environ,
) -> Config:
    """The configuration from `path` (None: defaults), `environ` and `flags` (dotted key -> YAML text).

    `check` looks at what types can't say, such as the names of voices; its ConfigError gets the place of its key.

    Raises:
        ConfigError: one line for each value that can't be used.
    """
    path = _named(path, environ)
    sources = [from_file(path)] if path else []
    sources += [from_environment(environ), from_flags(flags)]
    values: dict[str, Any] = {"model": {}}  # validated even if nobody sets a key of it, for the user's home
    for source in sources:
        values = _merge(values, source.values)
    try:
        config = Config.model_validate(values, context=path.parent if path else None)
        check(config)
    except ValidationError as error:
        lines = dict.fromkeys(_explain(details, sources) for details in error.errors())
        raise ConfigError("\n".join(lines)) from None
    except ConfigError as error:
        raise ConfigError(_placed(error.key, error.message, sources), error.remedy) from None
    return config


def _named(path: Path | None, environ: Mapping[str, str]) -> Path | None:
    return path or (Path(environ[CONFIG_VARIABLE]) if environ.get(CONFIG_VARIABLE) else None)


def from_file(path: Path) -> Source:
    """A YAML file. Raises ConfigError if it can't be read, isn't YAML, or says the same key twice."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_FILE + 1)
        if len(content) > MAX_FILE:
            raise ConfigError(f"{path}: larger than {MAX_FILE} bytes", "Is this the configuration file?")
        keys = list(_keys(yaml.compose(content, Loader=yaml.SafeLoader)))
        values = yaml.load(content, Loader=_Loader)  # noqa: S506 - a safe one
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}", "Check --config or WYOMING_KOKORO_CONFIG") from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise ConfigError(f"{path}:{mark.line + 1 if mark else 1}: not valid YAML: {error.problem}") from None
    except BAD_YAML as error:
        raise ConfigError(f"{path}: not valid YAML: {' '.join(str(error).split())}") from None
    if values is not None and not isinstance(values, dict):
        raise ConfigError(f"{path}: expected sections such as 'server:', found {type(values).__name__}")
    lines: dict[Key, int] = {}
    for key, line in keys:
        if key in lines:
            raise ConfigError(f"{path}:{line}: {'.'.join(key)}: stands here and in line {lines[key]}", "Remove one")
        lines[key] = line
    # a section whose keys are all commented out is None, and means its defaults
    filled = {key: value for key, value in (values or {}).items() if value is not None}
    return Source(filled, lambda key: f"{path}:{_line(lines, key)}")


def from_environment(environ: Mapping[str, str]) -> Source:
    """`WYOMING_KOKORO_SERVER__URI=...` sets `server.uri`; values are read as YAML."""
    values: dict[str, Any] = {}
    for name, text in environ.items():
        key = name.removeprefix(ENV_PREFIX)
        if key != name != CONFIG_VARIABLE and not FOREIGN.match(key):
            _put(values, tuple(key.lower().split("__")), _scalar(text, name), name)
    return Source(values, lambda key: ENV_PREFIX + "__".join(key).upper())


def from_flags(flags: Mapping[str, str]) -> Source:
    """`server.uri` -> text; values are read as YAML."""
    values: dict[str, Any] = {}
    for name, text in flags.items():
        _put(values, tuple(name.split(".")), _scalar(text, name), f"--set {name}")
    return Source(values, lambda _: "command line")


def _scalar(text: str, place: str) -> Any:
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - a safe one
    except BAD_YAML as error:
        raise ConfigError(f"{place}: {text!r} is not a YAML value: {' '.join(str(error).split())}") from None


def _put(values: dict[str, Any], key: Key, value: Any, place: str) -> None:
    *sections, last = key
    for section in sections:
        values = values.setdefault(section, {})
        if not isinstance(values, dict):
            raise ConfigError(f"{place}: {section} is set both as a value and as a section", "Keep one of them")
    values[last] = value


def _merge(below: Any, above: Any) -> Any:
    if not (isinstance(below, dict) and isinstance(above, dict)):
        return above
    return {**below, **{key: _merge(below.get(key), value) for key, value in above.items()}}


def _keys(node: yaml.Node | None, above: Key = ()) -> Iterator[tuple[Key, int]]:
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            key = (*above, str(name.value))
            yield key, name.start_mark.line + 1
            yield from _keys(value, key)


def _line(lines: Mapping[Key, int], key: Key) -> int:
    """The line of the key, or of the nearest section around it."""
    while key and key not in lines:
        key = key[:-1]
    return lines.get(key, 1)


def _explain(details: ErrorDetails, sources: Sequence[Source]) -> str:
    location = tuple(str(part) for part in details["loc"] if part != "[key]")
    return _placed(location, f"{'.'.join(location)}: {_fault(location, details)}", sources)


def _placed(key: Key, message: str, sources: Sequence[Source]) -> str:
    """The message behind the place where the key was set last; without one where only the default is to blame."""
    place = next((source.place(key) for source in reversed(sources) if key and _has(source.values, key)), "")
    return f"{place}: {message}" if place else message


def _fault(location: Key, details: ErrorDetails) -> str:
    if details["type"] == "extra_forbidden":
        allowed = _allowed(location[:-1])
        return f"unknown key{nearest(location[-1], allowed)} (allowed: {', '.join(allowed)})"
    reason = REASONS.get(details["type"]) or details["msg"].removeprefix("Value error, ").removeprefix("Input ")
    value = details["input"]
    choices = re.findall("'(.+?)'", str(details.get("ctx", {}).get("expected", "")))
    return f"{value!r} can't be used: {reason}" + (nearest(value, choices) if isinstance(value, str) else "")


def _allowed(section: Key) -> list[str]:
    model: type[BaseModel] = Config
    for name in section:
        annotation = model.model_fields[name].annotation if name in model.model_fields else None
        if not (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
            return list(VoiceSettings.model_fields)  # the one section under a key of the user's: voices.settings.NAME
        model = annotation
    return list(model.model_fields)


def _has(values: Any, location: Key) -> bool:
    for part in location:
        if isinstance(values, list):
            return True
        if not isinstance(values, dict) or part not in {str(key) for key in values}:
            return False
        values = next(value for key, value in values.items() if str(key) == part)
    return True
