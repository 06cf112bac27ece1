"""RaTE-Eval, task 2: paragraphs of reports with a rating of how well they agree."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

from radeval.core.example import Example
from radeval.study.data import Problem, Study, Target
from radeval.study.datasets.source import Source, number, read_rows

_FILE = "rate_test.csv"

SOURCE = Source(
    name="rate_eval",
    title="RaTE-Eval, task 2 (paragraphs, test)",
    summary="370 pairs of report paragraphs of several modalities, each with one mean rating from 0 to 5",
    address="https://huggingface.co/datasets/Angelakeke/RaTE-Eval",
    terms="card: CC BY 4.0; see there for the sources of the texts",
    files=(f"Task2_paragraph_rate/{_FILE}",),
    citation="Zhao et al. 2024, RaTEScore, EMNLP",
)


def load(folder: Path) -> Study:
    """Reads the set; see `load_study`."""
    path = SOURCE.find(folder, f"Task2_paragraph_rate/{_FILE}", _FILE)
    rows = read_rows(path, SOURCE, ("gt_report", "similar_report", "Score"))
    problems: list[Problem] = []
    ratings = [number(row["Score"], f"{row.where}, Score", problems, low=0, high=5) for row in rows]
    examples = tuple(
        Example(
            id=str(place),
            candidate=row["similar_report"],
            references=(row["gt_report"],),
            # No study is named: pairs with one reference are of one study.
            group=hashlib.sha256(row["gt_report"].encode()).hexdigest()[:12],
        )
        for place, row in enumerate(rows, 1)
    )
    rating = Target(
        "rating", "agreement of two paragraphs, 5 the best", "higher", np.array(ratings)[:, None], ("mean",)
    )
    return Study(
        name=SOURCE.name,
        title=SOURCE.title,
        examples=examples,
        targets=(rating,),
        problems=tuple(problems),
        notes=("One mean rating a pair is released: no ceiling can be computed.",),
    )
