"""Intervals over the run, and values within strata."""

from __future__ import annotations

import numpy as np
import pytest

import radeval
from radeval.stats.bootstrap import expanded_interval

CANDIDATES = [
    "The heart is enlarged.",
    "Clear lungs.",
    "No pleural effusion.",
    "Left lower lobe opacity.",
    "Small right effusion.",
    "There is no pneumothorax.",
]
REFERENCES = [
    "Heart size is normal.",
    "The lungs are clear.",
    "No pleural effusion is seen.",
    "Opacity in the left lower lobe.",
    "Small left effusion.",
    "No pneumothorax.",
]
SITES = ["A", "B", "A", "B", "A", "A"]


def subset(site):
    rows = [place for place, one in enumerate(SITES) if one == site]
    return [CANDIDATES[row] for row in rows], [REFERENCES[row] for row in rows], [str(row) for row in rows]


def test_a_stratum_has_the_aggregates_of_a_run_on_its_examples_alone():
    result = radeval.score(CANDIDATES, REFERENCES, "quick", by={"site": SITES}, n_boot=60)
    assert list(result.strata) == ["site"]
    assert list(result.strata["site"]) == ["A", "B"]
    for site in "AB":
        candidates, references, ids = subset(site)
        alone = radeval.score(candidates, references, "quick", ids=ids, n_boot=60)
        for key, expected in alone.aggregates.items():
            found = result.strata["site"][site][key]
            assert found.value == pytest.approx(expected.value, abs=1e-12)
            assert found.interval == pytest.approx(expected.interval, abs=1e-12)
            assert (found.n, found.n_ok) == (expected.n, expected.n_ok)


def test_several_systems_are_strata_without_being_asked_for():
    result = radeval.score(
        CANDIDATES[:2] * 2, REFERENCES[:2] * 2, "rouge", ids=["a", "b"] * 2, systems=["x", "x", "y", "y"], n_boot=20
    )
    assert list(result.strata["system"]) == ["x", "y"]
    assert result.strata["system"]["x"]["rouge"] == result.strata["system"]["y"]["rouge"]
    assert result.table()["system"] == ["x", "x", "y", "y"]


def test_one_system_is_no_stratum():
    result = radeval.score(CANDIDATES[:2], REFERENCES[:2], "rouge", systems=["x", "x"], n_boot=0)
    assert result.strata == {}
    assert result.table()["system"] == ["x", "x"]


def test_values_of_a_column_may_be_anything_that_has_a_text():
    columns = {"year": np.array([2019, 2020] * 3), "": SITES}
    result = radeval.score(CANDIDATES, REFERENCES, "rouge", by=columns, n_boot=0)
    assert list(result.strata["year"]) == ["2019", "2020"]
    assert sum(found["rouge"].n for found in result.strata[""].values()) == 6


def test_a_stratum_of_one_group_has_a_value_and_no_interval():
    found = radeval.score(CANDIDATES, REFERENCES, "rouge", by={"site": ["A"] * 5 + ["B"]}).strata["site"]["B"]["rouge"]
    assert found.value is not None
    assert found.interval is None


def test_below_two_groups_there_is_no_interval():
    assert radeval.score(CANDIDATES[:1], REFERENCES[:1], "rouge").aggregates["rouge"].interval is None
    one_group = radeval.score(CANDIDATES, REFERENCES, "quick", groups=["g"] * 6)
    assert {found.interval for found in one_group.aggregates.values()} == {None}
    assert radeval.score(CANDIDATES, REFERENCES, "rouge", n_boot=0).aggregates["rouge"].interval is None


@pytest.mark.parametrize("spec", ["rouge", "bleu", "chrf"])
def test_the_interval_is_that_of_a_plain_loop_over_resampled_groups(spec):
    groups = ["p", "q", "p", "r", "s", "q"]
    result = radeval.score(CANDIDATES, REFERENCES, spec, groups=groups, seed=11, n_boot=150)
    scores, info, metric = result[spec].scores, result[spec].info, radeval.load_metric(spec).metric
    names = sorted(set(groups))
    generator = np.random.default_rng(11)
    values = []
    for _ in range(150):
        rows = []
        for _ in names:
            picked = names[int(generator.integers(0, len(names)))]
            rows += [row for row, group in enumerate(groups) if group == picked]
        if info.statistics:
            totals = sum(scores.statistics[row] for row in rows)
            values.append(float(metric.corpus(np.array([totals]))[info.main][0]))
        else:
            values.append(sum(scores.value[row] for row in rows) / len(rows))
    assert result.aggregates[spec].interval == pytest.approx(expanded_interval(np.array(values), len(names)), abs=1e-12)


def test_the_seed_decides_the_interval_and_nothing_else():
    once, again, other = (radeval.score(CANDIDATES, REFERENCES, "rouge", seed=seed, n_boot=40) for seed in (0, 0, 1))
    assert once.aggregates == again.aggregates
    assert once.aggregates["rouge"].interval != other.aggregates["rouge"].interval
    assert once.aggregates["rouge"].value == other.aggregates["rouge"].value
    assert once["rouge"].signature == other["rouge"].signature


def test_the_order_of_the_examples_changes_no_value_and_no_interval():
    ids = [str(place) for place in range(6)]
    back = slice(None, None, -1)
    first = radeval.score(CANDIDATES, REFERENCES, "quick", ids=ids, n_boot=50).aggregates
    second = radeval.score(CANDIDATES[back], REFERENCES[back], "quick", ids=ids[back], n_boot=50).aggregates
    for key, found in first.items():
        assert second[key].value == pytest.approx(found.value, abs=1e-12)
        assert second[key].interval == pytest.approx(found.interval, abs=1e-12)


def test_the_metrics_beside_it_change_no_interval():
    alone = radeval.score(CANDIDATES, REFERENCES, "rouge", n_boot=50).aggregates["rouge"]
    assert radeval.score(CANDIDATES, REFERENCES, "quick", n_boot=50).aggregates["rouge"] == alone


def test_repeating_every_study_within_its_group_leaves_the_interval_as_it_is():
    groups = [f"g{place}" for place in range(6)]
    once = radeval.score(CANDIDATES, REFERENCES, "quick", groups=groups, n_boot=50).aggregates
    thrice = radeval.score(CANDIDATES * 3, REFERENCES * 3, "quick", groups=groups * 3, n_boot=50).aggregates
    for key in ("rouge", "rouge/rouge1", "chrf"):
        assert thrice[key].interval == pytest.approx(once[key].interval, abs=1e-9)


def test_the_digest_of_the_data_tells_candidates_apart_and_that_of_the_task_does_not():
    base = radeval.score(CANDIDATES, REFERENCES, "rouge", n_boot=0)
    same = radeval.score(CANDIDATES, REFERENCES, "bleu", seed=3, n_boot=0)
    others = radeval.score(CANDIDATES[::-1], REFERENCES, "rouge", n_boot=0)
    assert same.data_digest == base.data_digest
    assert others.data_digest != base.data_digest
    assert others.reference_digest == base.reference_digest
    for changes in (
        {"references": REFERENCES[::-1]},
        {"ids": list("abcdef")},
        {"groups": list("aabbcc")},
        {"contexts": [{"age": 3.0}, *[None] * 5]},
    ):
        arguments = {"references": REFERENCES, **changes}
        changed = radeval.score(CANDIDATES, metrics="rouge", n_boot=0, **arguments)
        assert changed.reference_digest != base.reference_digest


def test_texts_that_run_together_to_the_same_letters_are_other_data():
    one = radeval.score(["ab", "c"], [["x", "y"], "z"], "rouge", n_boot=0)
    other = radeval.score(["a", "bc"], [["x"], ["y", "z"]], "rouge", n_boot=0)
    assert one.data_digest != other.data_digest
    assert one.reference_digest != other.reference_digest
