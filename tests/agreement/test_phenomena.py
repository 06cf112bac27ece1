"""Phenomena that public data is poor in: the order of two candidates as a radiologist stated it beforehand."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

import radeval

FOLDER = Path(__file__).parent / "phenomena"
EQUAL_WITHIN = 0.01


def known_failures() -> dict[str, str]:
    """Returns the reason of each case that is expected to fail, by its id."""
    lines = (FOLDER / "known_failures.txt").read_text(encoding="utf-8").splitlines()
    return dict(line.split(": ", 1) for line in lines if line)


def cases() -> dict[str, dict[str, Any]]:
    """Returns all cases by "domain/id"."""
    found = {}
    for file in sorted(FOLDER.glob("*.toml")):
        for case in tomllib.loads(file.read_text(encoding="utf-8"))["case"]:
            name = f"{file.stem}/{case['id']}"
            assert name not in found, f"{name} stands twice"
            found[name] = case
    return found


CASES = cases()
FAILURES = known_failures()


def expected_to_fail(name: str) -> list[pytest.MarkDecorator]:
    """Returns the mark of a known failure: a failed assertion, not an error, and no pass."""
    return [pytest.mark.xfail(raises=AssertionError, reason=FAILURES[name], strict=True)] if name in FAILURES else []


@pytest.fixture(scope="module")
def metric():
    return radeval.load_metric("weighted_findings", n_boot=0)


@pytest.mark.parametrize(
    "case",
    [pytest.param(case, id=name, marks=expected_to_fail(name)) for name, case in CASES.items()],
)
def test_order_is_a_radiologists(metric, case):
    candidates = case.get("equal") or [case["better"], case["worse"]]
    found = metric(candidates, [case["reference"]] * 2, contexts=[case.get("context")] * 2)["weighted_findings"].scores
    assert list(found.status) == ["ok", "ok"], found.reasons
    first, second = found.value.tolist()
    if "equal" in case:
        assert abs(first - second) < EQUAL_WITHIN, case["why"]
    else:
        assert first > second, case["why"]


def test_known_failures_are_cases():
    assert sorted(FAILURES.keys() - CASES.keys()) == []
