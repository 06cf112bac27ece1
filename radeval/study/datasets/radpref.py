"""RadPref: two candidates a study, rated from 1 to 5 by three radiologists, with their errors."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from radeval.core.errors import TableFormatError
from radeval.core.example import Context, Example
from radeval.io import cells
from radeval.io.wording import quoted
from radeval.study.data import Problem, Study, Target, empty_ratings
from radeval.study.datasets.source import Source, number, read_json

_CASES = "preference_data.json"
_RATINGS = "user_{}.json"
_CANDIDATES = ("C1", "C2")
_FIELDS = ("id", "ground_truth_report", "C1_report", "C2_report", "C1_source", "C2_source")
_SIGNIFICANT = {"urgent": True, "actionable_not_urgent": True, "not_actionable_not_urgent": False,
                "benign_expected": False}  # fmt: skip
_COUNTED = {
    "errors": "errors of all kinds",
    "significant": "urgent or actionable errors, or attributes marked significant",
    "insignificant": "other errors",
    "false": "findings that the reference does not have",
    "missing": "findings left out",
    "attribute": "findings with a wrong attribute",
}

SOURCE = Source(
    name="radpref",
    title="RadPref",
    summary="100 studies, 2 candidates each by different models; ratings from 1 to 5 and errors by 3 radiologists",
    address="https://github.com/rajpurkarlab/CRIMSON (folder RadPref)",
    terms="repository: MIT; report texts derive from ReXGradient-160K (non-commercial research)",
    files=(_CASES, "radiologist_annotations/user_1.json", "user_2.json", "user_3.json"),
    citation="CRIMSON, arXiv 2603.06183",
)


def load(folder: Path) -> Study:
    """Reads the set; see `load_study`."""
    path = SOURCE.find(folder, _CASES, f"RadPref/{_CASES}")
    cases = read_json(path)
    if not isinstance(cases, list) or not all(isinstance(one, dict) for one in cases):
        raise TableFormatError(
            "this is not RadPref's list of cases", where=str(path), hint=f"each has {', '.join(_FIELDS)}"
        )
    problems: list[Problem] = []
    usable: dict[str, Mapping[str, Any]] = {}
    for place, one in enumerate(cases, 1):
        where = f"{path.name}, case {place}"
        if not _is_case(one, where, problems):
            continue
        if one["id"] in usable:
            problems.append(Problem(where, "the id is there twice; the case is not used"))
        usable.setdefault(one["id"], one)
    examples = tuple(_example(case, kind) for case in usable.values() for kind in _CANDIDATES)
    annotations = _annotations(path.parent)
    targets = _targets(examples, annotations, problems)
    return Study(
        name=SOURCE.name,
        title=SOURCE.title,
        examples=examples,
        targets=targets,
        problems=tuple(problems),
        notes=("Which model wrote a report tells much of its rating: read the value within system too.",),
    )


def _is_case(case: Mapping[str, Any], where: str, problems: list[Problem]) -> bool:
    lacking = [name for name in _FIELDS if not isinstance(case.get(name), str)]
    if lacking:
        problems.append(Problem(where, f"the case has no {', '.join(lacking)}; it is not used"))
    return not lacking


def _example(case: Mapping[str, Any], kind: str) -> Example:
    return Example(
        id=f"{case['id']}/{kind}",
        candidate=case[f"{kind}_report"],
        references=(case["ground_truth_report"],),
        system=case[f"{kind}_source"],
        group=case["id"],
        context=Context(
            age=cells.age(case.get("PatientAge")),
            sex=cells.sex(case.get("PatientSex")),
            indication=cells.text(case.get("Indication")),
            comparison=cells.text(case.get("Comparison")),
            modality=cells.lower(case.get("StudyDescription")),
        ),
    )


def _annotations(folder: Path) -> dict[str, dict[str, Any]]:
    """Returns what each rater wrote, by the rater's name."""
    places = [one for one in (folder / "radiologist_annotations", folder) if one.is_dir()]
    found: dict[str, dict[str, Any]] = {}
    for place in places:
        for path in sorted(place.glob(_RATINGS.format("*"))):
            name = re.sub(r"^user_|\.json$", "", path.name)
            content = read_json(path)
            if not isinstance(content, dict) or not isinstance(content.get("annotations"), dict):
                raise TableFormatError(
                    "this is not a rater's file of RadPref", where=str(path), hint="it has user_id and annotations"
                )
            found.setdefault(name, content["annotations"])
    if not found:
        raise SOURCE.lacks(folder, [f"radiologist_annotations/{_RATINGS.format(1)}", _RATINGS.format(1)])
    return found


def _targets(
    examples: tuple[Example, ...], annotations: Mapping[str, Mapping[str, Any]], problems: list[Problem]
) -> tuple[Target, ...]:
    raters = tuple(annotations)
    ratings = empty_ratings(len(examples), raters)
    counts = {name: empty_ratings(len(examples), raters) for name in _COUNTED}
    for column, (rater, cases) in enumerate(annotations.items()):
        for row, example in enumerate(examples):
            kind = example.id.rpartition("/")[2]
            case = cases.get(example.group)
            where = f"{_RATINGS.format(rater)}, {quoted(example.group, 24)}, {kind}"
            entry = case.get(kind) if isinstance(case, dict) else None
            if not isinstance(entry, dict):
                continue
            ratings[row, column] = number(entry.get("rating"), f"{where}, rating", problems, low=1, high=5)
            for name, value in _errors(entry, where, problems).items():
                counts[name][row, column] = value
    rating = Target("rating", "overall rating, 5 the best", "higher", ratings, raters)
    return (
        rating,
        *(Target(name, _COUNTED[name], "lower", counts[name], raters, count=True) for name in _COUNTED),
    )


def _errors(entry: Mapping[str, Any], where: str, problems: list[Problem]) -> dict[str, float]:
    """Returns the counts of a rater's errors on one report."""
    found, missing = (_listed(entry.get(name)) for name in ("finding_errors", "missing_findings"))
    if found is None or missing is None:
        problems.append(Problem(where, "the errors are not listed; the rater's counts are missing here"))
        return {}
    counts = dict.fromkeys(_COUNTED, 0.0)
    for kind, error in [*((str(one.get("error_type")), one) for one in found),
                        *(("missing", one) for one in missing)]:  # fmt: skip
        significant = _is_significant(error)
        counts["errors"] += 1
        if kind not in ("false", "attribute", "missing"):
            problems.append(Problem(where, f"{quoted(kind)} is no kind of error"))
            counts |= dict.fromkeys(("false", "attribute"), math.nan)
        else:
            counts[kind] += 1
        if significant is None:
            problems.append(Problem(where, "an error's significance is not told"))
            counts |= dict.fromkeys(("significant", "insignificant"), math.nan)
        else:
            counts["significant" if significant else "insignificant"] += 1
    return counts


def _listed(errors: object) -> list[dict[str, Any]] | None:
    """Returns the errors of a JSON object of them by number, None where it is none."""
    if not isinstance(errors, dict) or not all(isinstance(one, dict) for one in errors.values()):
        return None
    return list(errors.values())


def _is_significant(error: Mapping[str, Any]) -> bool | None:
    attributes = error.get("attributes")
    if isinstance(attributes, dict) and attributes and set(attributes.values()) <= {"significant", "negligible"}:
        return "significant" in attributes.values()
    return _SIGNIFICANT.get(str(error.get("clinical_significance")))
