"""Averages over label sets, against scikit-learn and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from radeval.metrics.entity.label_sets import Counts, averages, column_name, label_f1, statistic_names


def labels(*places, n=5):
    return np.isin(np.arange(n), places)


def summed(candidates, references):
    return np.sum([Counts.of(*pair).statistics for pair in zip(candidates, references, strict=True)], axis=0)


@pytest.mark.parametrize("share", [0.02, 0.2, 0.7])
@pytest.mark.parametrize("seed", range(4))
def test_the_averages_are_those_of_scikit_learn(share, seed):
    from sklearn.metrics import precision_recall_fscore_support as scores

    rng = np.random.default_rng(seed)
    n = 14
    candidates, references = rng.random((2, 40, n)) < share
    # Some labels that only one side has, and one that nobody has.
    candidates[:, 1] = references[:, 2] = False
    candidates[:, 3] = references[:, 3] = False
    counts = summed(candidates, references).reshape(1, 3, n)
    found = {name: column[0] for name, column in averages(counts, nothing=1.0).items()}
    for kind in ("micro", "macro", "weighted"):
        precision, recall, f1, _ = scores(references, candidates, average=kind, zero_division=0)
        assert found[f"{kind}_f1"] == pytest.approx(f1, abs=1e-12)
        if kind == "weighted":
            assert found["weighted_precision"] == pytest.approx(precision, abs=1e-12)
            assert found["weighted_recall"] == pytest.approx(recall, abs=1e-12)
    single = scores(references, candidates, average=None, zero_division=0)[2]
    np.testing.assert_allclose(label_f1(counts)[0], single, atol=1e-12)


def test_the_rates_of_a_pair_are_those_of_its_two_sets():
    found = Counts.of(labels(1, 3, 4), labels(1, 2))
    assert found.precision() == pytest.approx(1 / 3)
    assert found.recall() == pytest.approx(1 / 2)
    assert found.f1() == pytest.approx(0.4)
    assert found.f1([1]) == 1.0
    assert found.f1([0]) is None


@pytest.mark.parametrize(
    ("candidate", "reference", "expected"),
    [((), (), (None, None, None)), ((0,), (), (0.0, 0.0, 0.0)), ((), (0,), (0.0, 0.0, 0.0))],
)
def test_rates_where_a_report_has_no_label(candidate, reference, expected):
    found = Counts.of(labels(*candidate), labels(*reference))
    assert (found.precision(), found.recall(), found.f1()) == expected


@given(st.lists(st.booleans(), min_size=4, max_size=4), st.lists(st.booleans(), min_size=4, max_size=4))
def test_f1_is_the_harmonic_mean_of_precision_and_recall(candidate, reference):
    found = Counts.of(np.array(candidate), np.array(reference))
    if found.f1():
        precision, recall = found.precision(), found.recall()
        assert found.f1() == pytest.approx(2 * precision * recall / (precision + recall))


def test_sets_without_any_label_have_the_value_that_is_asked_for():
    found = averages(np.zeros((2, 3, 4)), nothing=np.array([1.0, 0.0]))
    assert found["micro_f1"].tolist() == found["weighted_f1"].tolist() == [1.0, 0.0]
    assert found["macro_f1"].tolist() == [0.0, 0.0]


def test_names_of_columns_are_plain_words():
    assert column_name("Air space opacity–multifocal (Present)") == "air_space_opacity_multifocal_present"
    assert column_name("Mass/Solitary lung mass") == "mass_solitary_lung_mass"
    assert statistic_names(["Lung Lesion", "Edema"]) == (
        "tp_lung_lesion", "tp_edema", "fp_lung_lesion", "fp_edema", "fn_lung_lesion", "fn_edema",
    )  # fmt: skip
