"""What judges count in a report that is empty: nothing, and no zero that would pass for a count."""

from __future__ import annotations

import pytest

import radeval


@pytest.mark.parametrize("name", ["weighted_findings", "green", "crimson"])
def test_an_empty_candidate_has_the_worst_value_and_no_counted_errors(name):
    result = radeval.score(["", "Large left effusion."], ["Large left effusion."] * 2, name, n_boot=0)
    scores = result[name].scores
    assert scores.value[0] < scores.value[1]
    assert all(value is None for value in scores.score(0).parts.values())
    # The means are those of the reports that were judged.
    assert all(found.n_ok == 1 for key, found in result.aggregates.items() if "/" in key)


@pytest.mark.parametrize("name", ["weighted_findings", "green", "crimson"])
def test_two_empty_reports_agree(name):
    result = radeval.score([""], [" "], name, n_boot=0)
    assert result.aggregates[name].value == 1.0


@pytest.mark.parametrize("aggregation", ["f1_of_means", "micro", "mean_of_f1"])
def test_a_system_that_writes_nothing_has_a_value_over_the_set_too(aggregation):
    spec = f"radfact:aggregation={aggregation}"
    result = radeval.score(["", ""], ["Large left effusion.", "Clear lungs."], spec, n_boot=0)
    assert result.aggregates["radfact"].value == 0.0


def test_what_an_empty_candidate_leaves_out_counts_in_gemas_pooled_f1():
    reports = ["Large left effusion and cardiomegaly."] * 2
    whole = radeval.score([reports[0], reports[0]], reports, "gema", n_boot=0)
    half = radeval.score([reports[0], ""], reports, "gema", n_boot=0)
    assert whole.aggregates["gema/micro_entity"].value == 1.0
    assert half.aggregates["gema/micro_entity"].value == pytest.approx(2 / 3)
