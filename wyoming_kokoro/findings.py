"""What an examination found: one fact each, why it matters, and what mends it."""

from dataclasses import dataclass
from typing import Literal

Level = Literal["ok", "note", "warning", "error"]
"""error: the service doesn't work as configured. warning: it works, but less well than it could."""


@dataclass(frozen=True)
class Finding:
    level: Level
    seen: str
    """What is there, without a final full stop."""
    why: str = ""
    """What comes of it; empty where `seen` says all."""
    remedy: str = ""
    """What to do, as a command where there is one."""
