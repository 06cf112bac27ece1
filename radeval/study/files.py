"""The files of a study: what held-out ids a user names, and the results that are written."""

from __future__ import annotations

from pathlib import Path

from radeval.core.errors import EmptyTableError, OutputError
from radeval.io import cells
from radeval.io.columns import ID_NAMES
from radeval.io.files import open_text
from radeval.io.tables import read_table
from radeval.study.datasets.custom import column
from radeval.study.figures import write_figures
from radeval.study.results import StudyResult, write_csv, write_differences

STUDY_FILE, CSV_FILE, DIFFERENCES_FILE = "study.json", "study.csv", "differences.csv"
_TABLES = (".csv", ".tsv", ".jsonl", ".parquet")


def read_ids(path: Path) -> frozenset[str]:
    """Returns the ids in a file: the id column of a table, or one id a line.

    Raises:
        InputError: The file cannot be read, or holds none.
    """
    if path.suffix.lower() in _TABLES:
        table = read_table(path)
        found = [cells.plain(cell) for cell in table.columns[column(table, ID_NAMES, needed=True)]]
    else:
        found = [line.strip() for line in open_text(path)]
    ids = frozenset(one for one in found if one)
    if not ids:
        raise EmptyTableError("the file holds no ids", where=str(path), hint="one id a line")
    return ids


def check_folder(folder: Path, overwrite: bool) -> None:
    """Raises where a study cannot be written to a folder, before time is spent on it.

    Raises:
        OutputError: The folder holds a study already, or is a file.
    """
    if folder.exists() and not folder.is_dir():
        raise OutputError("this is a file, not a folder", where=str(folder), hint="name a folder, which may be new")
    if (folder / STUDY_FILE).exists() and not overwrite:
        raise OutputError(
            "this folder holds a study already", where=str(folder), hint="use --overwrite, or another folder"
        )


def write_study(result: StudyResult, folder: Path, *, figures: bool) -> list[Path]:
    """Writes a study: study.csv, differences.csv, the figures, and last study.json, which marks it as complete.

    Args:
        result: The study.
        folder: Where to; made if it is not there.
        figures: Whether to draw.

    Raises:
        OutputError: The folder cannot be written.
        MissingExtraError: There is no matplotlib.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / STUDY_FILE).unlink(missing_ok=True)
        with (folder / CSV_FILE).open("w", encoding="utf-8", newline="") as file:
            write_csv(result, file)
        with (folder / DIFFERENCES_FILE).open("w", encoding="utf-8", newline="") as file:
            write_differences(result, file)
        drawn = write_figures(result, folder) if figures else []
        (folder / STUDY_FILE).write_text(result.to_json() + "\n", encoding="utf-8")
    except OSError as error:
        raise OutputError(
            f"the study cannot be written: {error.strerror or error}", where=str(folder), hint="name another folder"
        ) from error
    return [folder / CSV_FILE, folder / DIFFERENCES_FILE, *drawn, folder / STUDY_FILE]
