"""Finds the files that travel with the package."""

from __future__ import annotations

from pathlib import Path

from radeval.core.errors import FileAccessError

_PACKAGE = Path(__file__).resolve().parent.parent


def prompts_folder(override: str | Path | None = None) -> Path:
    """Returns the folder of the judge prompts.

    The copy inside the installed package, else the folder beside the package in a checkout.

    Args:
        override: The user's own folder.

    Raises:
        FileAccessError: The override is not a folder, or the installation is incomplete.
    """
    if override is not None:
        folder = Path(override)
        if not folder.is_dir():
            raise FileAccessError("there is no such folder of prompts", where=str(folder))
        return folder
    for folder in (_PACKAGE / "prompts", _PACKAGE.parent / "prompts"):
        if folder.is_dir():
            return folder
    raise FileAccessError(
        "the prompts are missing from this installation", where=str(_PACKAGE), hint="install radeval-judge again"
    )
