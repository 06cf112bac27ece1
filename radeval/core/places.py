"""Where files of radeval's own lie on this machine."""

from __future__ import annotations

import os
from pathlib import Path


def cache_home() -> Path:
    """Returns the folder under which programs keep what they can make again."""
    return Path(os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA") or Path.home() / ".cache")


def own_cache() -> Path:
    """Returns our own part of it."""
    return cache_home() / "radeval"
