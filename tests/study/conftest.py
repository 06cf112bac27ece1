"""Data sets in the exact formats of the published ones, with sentences of our own."""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from radeval.core.example import Example
from radeval.study.data import Study, Target

_FINDINGS = ("pleural effusion", "pneumothorax", "pulmonary edema", "cardiomegaly", "consolidation", "a nodule")


def report(present) -> str:
    """Returns a report that states these findings and denies the others."""
    said = [f"There is {name} on the right." for name in present]
    return " ".join([*said, *(f"No {name.removeprefix('a ')}." for name in _FINDINGS if name not in present)])


def write_csv(path: Path, rows) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


CANDIDATES = ("radgraph", "bertscore", "s_emb", "bleu")


@pytest.fixture
def rexval(tmp_path: Path) -> Callable[..., Path]:
    """Writes a ReXVal of six studies and two raters; rows of counts can be changed before."""

    def write(change=lambda rows: rows) -> Path:
        rng = random.Random(0)
        texts, counts = [["study_id", "gt_report", *CANDIDATES]], []
        for study in range(6):
            truth = rng.sample(_FINDINGS, 2)
            errors = [place + rng.randint(0, 1) for place in range(4)]
            made = [truth[: max(0, 2 - n)] + [one for one in _FINDINGS if one not in truth][: max(0, n - 2)]
                    for n in errors]  # fmt: skip
            texts.append([f"s{study}", report(truth), *map(report, made)])
            for place, kind in enumerate(CANDIDATES):
                for rater in (0, 1):
                    for category in range(1, 7):
                        for significant in (True, False):
                            n = errors[place] + rater if category == 2 and significant else 0
                            counts.append([study, kind, rater, category, significant, n])
        # An index as pandas writes it, without a name.
        texts = [["" if not place else place - 1, *row] for place, row in enumerate(texts)]
        names = ["study_number", "candidate_type", "rater_index", "error_category", "clinically_significant",
                 "num_errors"]  # fmt: skip
        write_csv(tmp_path / "50_samples_gt_and_candidates.csv", texts)
        write_csv(tmp_path / "6_valid_raters_per_rater_error_categories.csv", [names, *change(counts)])
        return tmp_path

    return write


@pytest.fixture
def radpref(tmp_path: Path) -> Callable[..., Path]:
    """Writes a RadPref of twelve studies, published or flat."""

    def write(flat: bool = True, change=lambda users: None) -> Path:
        rng = random.Random(1)
        cases, users = [], [{"user_id": str(one), "annotations": {}} for one in (1, 2, 3)]
        for number in range(12):
            truth = rng.sample(_FINDINGS, 2)
            wrong = [rng.randint(0, 2), rng.randint(0, 2)]
            cases.append({
                "id": f"case{number}", "ground_truth_report": report(truth), "ground_truth_findings": truth,
                "C1_report": report(truth[wrong[0] :]), "C2_report": report(truth[wrong[1] :]),
                "C1_findings": [], "C2_findings": [], "C1_source": "gpt", "C2_source": "medgemma",
                "PatientAge": "072Y", "PatientSex": "F", "Indication": "Cough.", "Comparison": "",
                "StudyDescription": "DG CHEST 2V",
            })  # fmt: skip
            for place, user in enumerate(users):
                user["annotations"][f"case{number}"] = {
                    kind: {
                        "rating": max(1, 5 - 2 * n - (place == 2 and number % 3 == 0)),
                        "rating_explanation": "",
                        "finding_errors": {},
                        "missing_findings": {str(i): {"clinical_significance": "actionable_not_urgent"}
                                             for i in range(n)},
                    }
                    for kind, n in zip(("C1", "C2"), wrong, strict=True)
                }  # fmt: skip
        change(users)
        root = tmp_path if flat else tmp_path / "RadPref"
        place = root if flat else root / "radiologist_annotations"
        place.mkdir(parents=True, exist_ok=True)
        (root / "preference_data.json").write_text(json.dumps(cases), encoding="utf-8")
        for user in users:
            (place / f"user_{user['user_id']}.json").write_text(json.dumps(user), encoding="utf-8")
        return tmp_path

    return write


@pytest.fixture(scope="session")
def simulated() -> Callable[..., Study]:
    """Makes a study whose ratings follow from numbers alone."""

    def make(n_groups: int = 30, raters: int = 3, seed: int = 0, noise: float = 1.0) -> tuple[Study, np.ndarray]:
        rng = np.random.default_rng(seed)
        quality = rng.normal(size=2 * n_groups)
        ratings = np.round(2 * quality[:, None] + noise * rng.normal(size=(len(quality), raters)))
        examples = tuple(
            Example(id=f"{number}", candidate="", references=("",), system="ab"[number % 2], group=f"g{number // 2}")
            for number in range(len(quality))
        )
        names = tuple(f"r{one}" for one in range(raters))
        target = Target("rating", "simulated", "higher", ratings, names)
        return Study(name="sim", title="Sim", examples=examples, targets=(target,), has_texts=False), quality

    return make


@pytest.fixture
def study_csv() -> Callable[..., None]:
    """Writes rows to a CSV file."""
    return write_csv
