"""ReXVal: 50 studies of MIMIC-CXR, four candidates each, errors counted by six radiologists."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from radeval.core.errors import TableFormatError
from radeval.core.example import Context, Example
from radeval.study.data import Problem, Study, Target, empty_ratings
from radeval.study.datasets.source import Row, Source, number, read_rows

_TEXTS = "50_samples_gt_and_candidates.csv"
_ERRORS = "6_valid_raters_per_rater_error_categories.csv"
CANDIDATES = ("radgraph", "bertscore", "s_emb", "bleu")
CATEGORIES = {
    1: "false_finding",
    2: "omitted_finding",
    3: "wrong_location",
    4: "wrong_severity",
    5: "false_comparison",
    6: "omitted_comparison",
}

SOURCE = Source(
    name="rexval",
    title="ReXVal 1.0.0",
    summary="50 studies of MIMIC-CXR, 4 retrieved candidates each; errors in 6 categories counted by 6 radiologists",
    address="https://physionet.org/content/rexval-dataset/1.0.0/",
    terms="PhysioNet credentialed access (training, data use agreement); not to be shared or sent to third parties",
    files=(_TEXTS, _ERRORS),
    citation="Yu et al. 2023, Patterns, doi:10.1016/j.patter.2023.100802; data: doi:10.13026/2fp8-qr71",
)

Key = tuple[str, str, str, int, bool]
"""Study, candidate, rater, category, whether significant."""


def load(folder: Path) -> Study:
    """Reads the set; see `load_study`."""
    texts = read_rows(SOURCE.find(folder, _TEXTS), SOURCE, ("study_id", "gt_report", *CANDIDATES))
    problems: list[Problem] = []
    places = {(str(study), kind): study * len(CANDIDATES) + place
              for study in range(len(texts)) for place, kind in enumerate(CANDIDATES)}  # fmt: skip
    counts = _counts(read_rows(SOURCE.find(folder, _ERRORS), SOURCE, _COLUMNS), places, problems)
    raters = sorted({key[2] for key in counts}, key=lambda name: (len(name), name))
    examples = [
        Example(
            id=f"{number}/{kind}",
            candidate=row[kind],
            references=(row["gt_report"],),
            system=kind,
            group=row["study_id"] or str(number),
            context=Context(modality="cxr"),
        )
        for number, row in enumerate(texts)
        for kind in CANDIDATES
    ]
    return Study(
        name=SOURCE.name,
        title=SOURCE.title,
        examples=tuple(examples),
        targets=_targets(counts, places, raters),
        problems=tuple(problems),
        notes=("Candidates are reports of other studies, each chosen as the nearest by one metric (the system).",),
    )


_COLUMNS = (
    "study_number", "candidate_type", "rater_index", "error_category", "clinically_significant", "num_errors",
)  # fmt: skip
_TRUTHS = {"true": True, "1": True, "1.0": True, "false": False, "0": False, "0.0": False}


def _counts(rows: Sequence[Row], places: dict[tuple[str, str], int], problems: list[Problem]) -> dict[Key, float]:
    """Returns the number of errors by study, candidate, rater, category and significance."""
    _check_numbering(rows, len(places) // len(CANDIDATES))
    counts: dict[Key, float] = {}
    for row in rows:
        category = number(row["error_category"], f"{row.where}, error_category", problems, low=1, high=6, whole=True)
        study = number(row["study_number"], f"{row.where}, study_number", problems, low=0, whole=True)
        significant = _TRUTHS.get(row["clinically_significant"].lower())
        if math.isnan(category) or math.isnan(study) or significant is None or not row["rater_index"]:
            problems.append(Problem(row.where, "the row does not say which errors it counts"))
            continue
        key = (str(int(study)), row["candidate_type"], row["rater_index"], int(category), significant)
        if key[:2] not in places:
            problems.append(Problem(row.where, f"there is no candidate {key[1]!r} of study number {key[0]}"))
        elif key in counts:
            problems.append(Problem(row.where, "these errors are counted twice; neither count is used"))
            counts[key] = math.nan
        else:
            counts[key] = number(row["num_errors"], f"{row.where}, num_errors", problems, low=0, whole=True)
    return counts


def _check_numbering(rows: Sequence[Row], n_studies: int) -> None:
    """Raises where studies are numbered from 1: every count would go to the study before."""
    numbers = {row["study_number"] for row in rows}
    if str(n_studies) in numbers and "0" not in numbers:
        raise TableFormatError(
            f"studies are numbered from 1 to {n_studies}, not from 0 to {n_studies - 1}",
            where=_ERRORS,
            hint=f"study_number is the row of {_TEXTS}, counted from 0, as in the release",
        )


def _targets(counts: dict[Key, float], places: dict[tuple[str, str], int], raters: Sequence[str]) -> tuple[Target, ...]:
    """Returns all, significant and insignificant errors, and each category; NaN wherever a count is missing."""
    cells = np.full((len(places), len(raters), len(CATEGORIES), 2), np.nan)
    rater_places = {name: place for place, name in enumerate(raters)}
    for (study, kind, rater, category, significant), value in counts.items():
        cells[places[study, kind], rater_places[rater], category - 1, int(significant)] = value
    return error_targets(cells, list(CATEGORIES.values()), raters)


def error_targets(cells: np.ndarray, categories: Sequence[str], raters: Sequence[str]) -> tuple[Target, ...]:
    """Returns the targets of counted errors: total, significant, insignificant, then each category.

    A sum is missing where one of its counts is: a blank is never a zero.

    Args:
        cells: Counts, shape (items, raters, categories, 2), the significant ones last.
        categories: Name of each category.
        raters: Name of each rater.
    """
    sums = {
        "total": ("errors of all kinds", cells.sum(axis=(2, 3))),
        "significant": ("clinically significant errors", cells[..., 1].sum(axis=2)),
        "insignificant": ("other errors", cells[..., 0].sum(axis=2)),
    }
    for place, name in enumerate(categories):
        words = name.replace("_", " ")
        sums[name] = (f"errors: {words}", cells[:, :, place].sum(axis=2))
        sums[f"significant_{name}"] = (f"clinically significant errors: {words}", cells[:, :, place, 1])
    width = empty_ratings(len(cells), raters).shape
    return tuple(
        Target(name, summary, "lower", ratings.reshape(width), tuple(raters), count=True)
        for name, (summary, ratings) in sums.items()
    )
