"""RadEval Expert: 208 references, three candidates each, errors listed by one radiologist a row in free text."""

from __future__ import annotations

import math
import re
from pathlib import Path

import numpy as np

from radeval.core.example import Example
from radeval.study.data import Problem, Study
from radeval.study.datasets.rexval import CATEGORIES, error_targets
from radeval.study.datasets.source import Source, read_rows

_FILE = "reader_study_final_with_annotationsv3.csv"
_CANDIDATES = (1, 2, 3)
_KINDS = [*CATEGORIES.values(), "grammar"]
_HEADER = re.compile(r"\s*(?:clinically\s+)?(in)?significant(?:\s+errors?)?\s*:?\s*(.*)$", re.IGNORECASE)
_LINE = re.compile(r"\s*([1-7])\s*[.)]\s*[^:]*:\s*(.*?)\s*$")

SOURCE = Source(
    name="radeval_expert",
    title="RadEval Expert",
    summary="208 references (findings or impressions), 3 candidates each; errors in 7 categories by one radiologist",
    address="https://huggingface.co/datasets/IAMJB/RadEvalExpertDataset",
    terms="card: MIT; rows from MIMIC-CXR stay under its data use agreement",
    files=(_FILE,),
    citation="Xu et al. 2025, RadEval, EMNLP system demonstrations",
)


def load(folder: Path) -> Study:
    """Reads the set; see `load_study`."""
    columns = ("annotator", "type", "ground_truth", "images_path")
    wide = (f"{side}{place}" for place in _CANDIDATES for side in ("prediction", "annotation"))
    rows = read_rows(SOURCE.find(folder, _FILE), SOURCE, (*columns, *wide))
    problems: list[Problem] = []
    examples, counts = [], []
    for number, row in enumerate(rows, 1):
        for place in _CANDIDATES:
            where = f"{row.where}, annotation{place}"
            counts.append(_counts(row[f"annotation{place}"], where, problems))
            examples.append(
                Example(
                    id=f"{number}/{place}",
                    candidate=row[f"prediction{place}"],
                    references=(row["ground_truth"],),
                    system=f"prediction{place}",
                    group=row["images_path"] or f"row {number}",
                    meta={"type": row["type"], "annotator": row["annotator"]},
                )
            )
    return Study(
        name=SOURCE.name,
        title=SOURCE.title,
        examples=tuple(examples),
        targets=error_targets(np.array(counts)[:, None], _KINDS, ("reading",)),
        problems=tuple(problems),
        notes=(
            "One reading a report: no ceiling can be computed. Long and difficult cases collect errors whatever the "
            "candidate, so read the value within study too.",
        ),
    )


def _counts(cell: str, where: str, problems: list[Problem]) -> np.ndarray:
    """Returns the counts of an annotation, shape (categories, 2), the significant ones last; NaN what is not there."""
    counts = np.full((len(_KINDS), 2), np.nan)
    if not cell:
        return counts
    weight: int | None = None
    seen: set[tuple[int, int]] = set()
    for line in cell.splitlines():
        if entry := _LINE.match(line):
            if weight is None:
                problems.append(Problem(where, "a count stands before the line that says whether it is significant"))
                return counts
            place = int(entry[1]) - 1
            category = f"{where}, category {entry[1]}"
            counts[place, weight] = _count(entry[2], category, problems)
            if (place, weight) in seen:
                problems.append(Problem(category, "the category is counted twice; neither count is used"))
                counts[place, weight] = math.nan
            seen.add((place, weight))
        elif header := _HEADER.match(line):
            weight = 0 if header[1] else 1
        elif line.strip():
            problems.append(Problem(where, f"the line of {len(line.strip())} characters is no count"))
    for side, name in ((1, "significant"), (0, "insignificant")):
        if np.isnan(counts[:, side]).all():
            problems.append(Problem(where, f"there are no counts of {name} errors"))
    return counts


def _count(text: str, where: str, problems: list[Problem]) -> float:
    if not text:
        return math.nan
    if not text.isdecimal():
        problems.append(Problem(where, "the count is no whole number"))
        return math.nan
    return float(text)
