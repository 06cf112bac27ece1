"""The most frequent errors of a run: grouped by finding, significant ones only, with examples."""

from __future__ import annotations

import pytest

import radeval
from radeval.metrics.judge.summary import frequent_errors

CANDIDATES = ["Scoliosis.", "Scoliosis.", "Scoliosis. Right pneumothorax.", "Left lower lobe consolidation."]
REFERENCES = [
    "Scoliosis. Left pleural effusion.",
    "Scoliosis. Large right effusion. Calcified granuloma.",
    "Scoliosis. Cardiomegaly.",
    "Right lower lobe consolidation.",
]


@pytest.mark.parametrize("label", ["green", "chexprompt"])
def test_errors_are_grouped_by_finding_and_counted(label):
    run = radeval.score(CANDIDATES, REFERENCES, label, n_boot=0, ids=list("abcd"))
    found = {(one.kind, one.about): one for one in frequent_errors(run.evidence(), label)}
    assert {key: one.n for key, one in found.items()} == {
        ("missing finding", "pleural effusion"): 2,
        ("missing finding", "cardiomegaly"): 1,
        ("false finding", "pneumothorax"): 1,
        ("wrong location", "consolidation"): 1,
    }
    effusion = found["missing finding", "pleural effusion"]
    assert effusion.share == pytest.approx(2 / 3)
    assert [(name, words) for name, words, _ in effusion.examples] == [("a", "pleural effusion"), ("b", "effusion")]
    assert all(reason for _, _, reason in effusion.examples)


def test_only_so_many_groups_and_examples_are_given():
    run = radeval.score(CANDIDATES * 3, REFERENCES * 3, "green", n_boot=0)
    found = frequent_errors(run.evidence(), most=1, examples=1)
    assert [(one.kind, one.about, one.n) for one in found][:2] == [
        ("false finding", "pneumothorax", 3),
        ("missing finding", "pleural effusion", 6),
    ]
    assert {len(one.examples) for one in found} == {1}
