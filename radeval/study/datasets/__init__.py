"""The data sets that studies can run on: one adapter a set, found by name in the table below."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from radeval.core.errors import UsageError, did_you_mean
from radeval.study.data import Study, with_usable_texts
from radeval.study.datasets.source import Source

DATASETS = ("rexval", "radevalx", "radeval_expert", "rate_eval", "radpref")
"""Names of the data sets, each a module here with a `SOURCE` and a `load`."""


def sources() -> dict[str, Source]:
    """Returns what there is to know of each data set, by name."""
    return {name: import_module(f"{__name__}.{name}").SOURCE for name in DATASETS}


def load_study(name: str, folder: str | Path) -> Study:
    """Reads a data set from a folder.

    Args:
        name: Its name, one of `DATASETS`.
        folder: Its published folder, or a flat one with its files.

    Raises:
        UsageError: No data set has this name.
        InputError: The folder does not hold it; the error says what was expected.
    """
    if name not in DATASETS:
        raise UsageError(f"no data set is called {name!r}", hint=did_you_mean(name, [*DATASETS, "custom"]))
    return with_usable_texts(import_module(f"{__name__}.{name}").load(Path(folder)))
