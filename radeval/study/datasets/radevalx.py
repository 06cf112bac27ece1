"""RadEvalX: 100 reports of the Open-i collection by one model, errors counted by two radiologists in consensus."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from radeval.core.errors import ColumnError
from radeval.core.example import Context, Example
from radeval.io.wording import columns_there
from radeval.study.data import Problem, Study
from radeval.study.datasets.rexval import CATEGORIES, error_targets
from radeval.study.datasets.source import Row, Source, number, read_rows

_SIGNIFICANT = "RadEval_clinically_significant_errors.csv"
_INSIGNIFICANT = "RadEval-clinically_insignificant_errors.csv"
_TEXTS = "metrcis_scores_m2tr.csv"
_PUBLISHED = "radiology-report-generation-models-evaluation-dataset-for-chest-x-rays-radevalx-1.0.0"
_COLUMNS = ("one", "two", "three", "four", "five", "six", "seven", "eight")
_KINDS = [*CATEGORIES.values(), "partial_error", "other_error"]
# The candidates' column is named for the model; a merged form that others use calls it candidate_report.
_CANDIDATE = ("M2Tr-Generation", "candidate_report")

SOURCE = Source(
    name="radevalx",
    title="RadEvalX 1.0.0",
    summary="100 reports of Open-i chest films by one model (M2Tr); errors in 8 categories by 2 radiologists together",
    address="https://physionet.org/content/rad-eval-x/1.0.0/",
    terms="CC BY-NC-SA 4.0, open on PhysioNet",
    files=(_SIGNIFICANT, _INSIGNIFICANT, _TEXTS),
    citation="RadEvalX 1.0.0, PhysioNet; method: arXiv 2311.16764",
)


def load(folder: Path) -> Study:
    """Reads the set; see `load_study`."""
    problems: list[Problem] = []
    sheets = [
        read_rows(SOURCE.find(folder, name, f"{_PUBLISHED}/{name}"), SOURCE, ("report_id", *_COLUMNS))
        for name in (_INSIGNIFICANT, _SIGNIFICANT)
    ]
    rows_of_texts = read_rows(SOURCE.find(folder, _TEXTS, f"{_PUBLISHED}/{_TEXTS}"), SOURCE, ("ground_truth",))
    texts = _texts(rows_of_texts, folder, problems)
    by_id = [_by_id(rows, problems) for rows in sheets]
    names = [name for name in by_id[1] if name in texts]
    problems += [Problem(row.where, "there is no text of this report") for name, row in by_id[1].items()
                 if name not in texts]  # fmt: skip
    cells = np.full((len(names), 1, len(_COLUMNS), 2), np.nan)
    for weight, rows in enumerate(by_id):
        for item, name in enumerate(names):
            if name not in rows:
                problems.append(Problem(SOURCE.files[1 - weight], f"there is no row for report {name}"))
                continue
            for place, column in enumerate(_COLUMNS):
                where = f"{rows[name].where}, {column}"
                cells[item, 0, place, weight] = number(rows[name][column], where, problems, low=0)
    examples = tuple(
        Example(id=name, candidate=texts[name][1], references=(texts[name][0],), system="m2tr",
                context=Context(modality="cxr"))
        for name in names
    )  # fmt: skip
    return Study(
        name=SOURCE.name,
        title=SOURCE.title,
        examples=examples,
        targets=error_targets(cells, _KINDS, ("consensus",)),
        problems=tuple(problems),
        notes=(
            "The release does not say whether a blank cell means no error: blanks are missing, so that a sum with one "
            "is missing too.",
            "Reports were chosen for abnormal findings and by RadCliQ; one consensus reading, so there is no ceiling.",
        ),
    )


def _by_id(rows: list[Row], problems: list[Problem]) -> dict[str, Row]:
    found: dict[str, Row] = {}
    for row in rows:
        if not row["report_id"] or row["report_id"] in found:
            problems.append(Problem(row.where, "the report_id is blank or there twice; the row is not used"))
        else:
            found[row["report_id"]] = row
    return found


def _texts(rows: list[Row], folder: Path, problems: list[Problem]) -> dict[str, tuple[str, str]]:
    """Returns reference and candidate of each report."""
    columns = rows[0].cells
    candidate = next((name for name in _CANDIDATE if name in columns), None)
    key = next((name for name in ("report_id", "study_id", "id") if name in columns), None)
    if candidate is None or key is None:
        raise ColumnError(
            "the texts of RadEvalX lack the candidates or their ids; " + columns_there(columns),
            where=str(folder / _TEXTS),
            hint=f"expected are report_id, ground_truth and {' or '.join(_CANDIDATE)}",
        )
    found: dict[str, tuple[str, str]] = {}
    for row in rows:
        if not row[key] or row[key] in found:
            problems.append(Problem(row.where, f"the {key} is blank or there twice; the row is not used"))
        else:
            found[row[key]] = (row["ground_truth"], row[candidate])
    return found
