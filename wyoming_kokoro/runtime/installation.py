"""How this program was installed, and so which command changes that."""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from wyoming_kokoro.runtime.lanes import LANES

IMAGE_LANE = "KOKORO_IMAGE_LANE"
"""Set by the Dockerfile."""
EXTRAS = ("ja", "zh")
"""Front ends of languages that are packages of their own, which any lane can have: Japanese, Chinese."""
STAMP = "wyoming-kokoro-stamp.json"
"""Left in an environment by script/run."""
COMPOSE = "docker compose"
COMPOSE_WITH_GPU = "docker compose -f docker-compose.yml -f docker-compose.gpu.yml"


@dataclass(frozen=True)
class Installation:
    kind: Literal["image", "checkout", "packages"]

    @property
    def program(self) -> str:
        """What a command of this program begins with."""
        if self.kind == "image":
            return "docker compose exec wyoming-kokoro wyoming-kokoro"
        return "script/run" if self.kind == "checkout" else "wyoming-kokoro"

    def again(self) -> str:
        """The command that installs what was installed, with nothing left of what is there."""
        if self.kind == "image":
            return f"{COMPOSE} build --no-cache && {COMPOSE} up -d"
        if self.kind == "checkout":
            return "rm -rf .venv && script/run"
        return "install the packages of requirements/*.txt into a new virtual environment"

    def afresh(self, lane: str) -> str:
        """The command that installs a lane with nothing left of what is there."""
        if self.kind == "image":
            compose = COMPOSE if lane == "cpu" else COMPOSE_WITH_GPU
            return f"set LANE={lane} in .env, then {compose} build --no-cache && {compose} up -d"
        if self.kind == "checkout":
            return f"rm -rf .venv && LANE={lane} script/run"
        pip = "pip install --no-deps"
        return f"in the source folder, with a new virtual environment: {pip} -r requirements/{lane}.txt && {pip} ."

    def with_extras(self, extras: Sequence[str]) -> str:
        """The command after which these extras, and no others, are there."""
        names = " ".join(extras)
        if self.kind == "image":
            return f"set EXTRAS={names} in .env, then {COMPOSE} build && {COMPOSE} up -d"
        if self.kind == "checkout":
            return f'EXTRAS="{names}" script/run'
        files = " ".join(f"-r requirements/{name}.txt" for name in extras)
        return f"in the source folder: pip install --no-deps {files}"

    def with_gpu(self) -> str:
        """The command that gives a container the GPU."""
        return f"{COMPOSE_WITH_GPU} up -d" if self.kind == "image" else "start the container with --gpus all"


def installation() -> Installation:
    if os.environ.get(IMAGE_LANE) in LANES:
        return Installation("image")
    return Installation("checkout" if (Path(sys.prefix) / STAMP).exists() else "packages")
