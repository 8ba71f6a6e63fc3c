"""The model files that a configuration names."""

from collections.abc import Iterator
from pathlib import Path

from wyoming_kokoro import config
from wyoming_kokoro.runtime import models
from wyoming_kokoro.runtime.models import ModelPaths, Verdict


def locate(settings: config.Model) -> ModelPaths | None:
    """The user's own files, or the official ones in the model folder; None if those aren't there.

    Raises:
        ModelError: a file is of a wrong kind, or one of the user's own doesn't exist.
    """
    paths = places(settings)
    if not (settings.path or settings.voices_path) and not models.find(
        settings.dir, settings.release, settings.precision
    ):
        return None
    models.check_kinds(paths, settings.release, settings.precision)
    return paths


def places(settings: config.Model) -> ModelPaths:
    """Where the files are, or would be."""
    model, voices = models.official(settings.release, settings.precision)
    return ModelPaths(settings.path or settings.dir / model.name, settings.voices_path or settings.dir / voices.name)


def official_names(settings: config.Model) -> str:
    """For a remedy: what has to be put into the model folder."""
    return " and ".join(file.name for file in models.official(settings.release, settings.precision))


def verdicts(settings: config.Model, paths: ModelPaths) -> Iterator[tuple[Path, Verdict]]:
    """Each file with what its bytes are."""
    official = models.official(settings.release, settings.precision)
    for path, file in zip((paths.model, paths.voices), official, strict=True):
        yield path, models.verify(path, file)
