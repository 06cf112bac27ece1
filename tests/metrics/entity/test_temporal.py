from __future__ import annotations

import pytest

import radeval
from radeval.core.example import Example
from radeval.core.metric import RunContext
from radeval.core.registry import make_metric
from radeval.metrics.entity.temporal import EPSILON, KEYWORDS, temporal_f1, temporal_words

NONE = frozenset()


def score(candidate, *references):
    return make_metric("temporal").score(Example("a", candidate, references), RunContext())


def test_there_are_44_keywords():
    assert len(KEYWORDS) == 44
    assert {"new", "stable", "worse", "unfolded", "stably", "decreasing"} <= KEYWORDS


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("New effusion; the edema is UNCHANGED.", {"new", "unchanged"}),
        ("renewed newer changes", set()),
        ("new_or-worse", {"new", "worse"}),
        ("stable\nimproved", {"stable", "improved"}),
        # Cleaning deletes the slash and glues the words.
        ("increased/decreased", set()),
        ("un*changed", {"unchanged"}),
        ("(stable): new, larger;", {"stable", "new", "larger"}),
        ("", set()),
    ],
)
def test_words_are_whole_ones_of_the_cleaned_text(text, words):
    assert temporal_words(text) == words


def test_values_by_hand():
    assert temporal_f1(NONE, NONE) == 1.0
    assert temporal_f1(frozenset({"new"}), NONE) == 1e-10
    # P = eps / eps = 1, R = eps / (1 + eps): F1 = 2e-10 to first order.
    assert temporal_f1(NONE, frozenset({"new"})) == pytest.approx(2e-10, rel=1e-6)
    # P = R = 1: F1 = 2 / (2 + eps).
    assert temporal_f1(frozenset({"new"}), frozenset({"new"})) == pytest.approx(2 / (2 + EPSILON), abs=1e-15)
    # P = 1/2, R = 1/1.
    assert temporal_f1(frozenset({"new", "worse"}), frozenset({"new"})) == pytest.approx(2 / 3, abs=1e-9)
    # P = R = eps / (1 + eps): F1 = 2 eps^2 / 3 eps.
    assert temporal_f1(frozenset({"new"}), frozenset({"worse"})) == pytest.approx(2e-10 / 3, rel=1e-6)


def test_the_metric_gives_the_values_of_the_formula():
    assert score("Clear lungs.", "No effusion.").value == 1.0
    assert score("New effusion.", "Effusion.").value == EPSILON
    assert score("New effusion, worse edema.", "New effusion.").value == pytest.approx(2 / 3, abs=1e-9)


def test_several_references_give_their_words_together():
    found = score("New effusion.", "New effusion.", "Stable effusion.")
    # P = 1, R = 1/2.
    assert found.value == pytest.approx(2 / 3, abs=1e-9)
    assert found.statistics == (1, 1, 2)


def test_with_words_is_undefined_where_no_reference_has_a_word():
    found = score("New effusion.", "Effusion.", "Clear lungs.")
    assert found.parts["with_words"] is None
    assert found.part_reasons["with_words"] == "no reference has a temporal word"
    run = radeval.score(
        ["Clear lungs.", "New effusion.", "Clear lungs."],
        ["Clear lungs.", "New effusion.", "New effusion."],
        "temporal",
        n_boot=0,
    )
    assert run.aggregates["temporal"].value == pytest.approx(2 / 3, abs=1e-9)
    assert run.aggregates["temporal/with_words"].value == pytest.approx(1 / 2, abs=1e-9)
    assert run.aggregates["temporal/with_words"].n_ok == 2


def test_micro_f1_comes_from_summed_words():
    run = radeval.score(["New, worse.", "Stable.", ""], ["New.", "Larger.", ""], "temporal", n_boot=0)
    # 1 of 3 words is shared with 2.
    assert run.aggregates["temporal/micro_f1"].value == pytest.approx(2 / 5)
    assert run.score("temporal", 2).part_reasons["micro_f1"] == "no report has a temporal word"


def test_change_is_compared_for_each_matched_finding():
    same = score("New left effusion. Stable pneumothorax.", "New left effusion. Stable pneumothorax.")
    assert same.parts["change"] == 1.0
    # The same words on the other findings: the main value sees no difference, the change does.
    swapped = score("New left effusion. Stable pneumothorax.", "Stable left effusion. New pneumothorax.")
    assert swapped.value == pytest.approx(1.0, abs=1e-9)
    assert swapped.parts["change"] == 0.0
    assert {one.kind for one in swapped.evidence} == {"wrong change"}


def test_a_change_that_only_one_side_states_is_no_agreement():
    assert score("Left effusion.", "New left effusion.").parts["change"] == 0.0


def test_change_is_undefined_with_its_reason():
    assert score("New effusion.", "Clear lungs.").part_reasons["change"] == "no finding is matched"
    unstated = score("Left effusion.", "Left effusion.")
    assert unstated.part_reasons["change"] == "neither report states a change of a matched finding"


def test_change_takes_the_reference_that_agrees_best():
    found = score("New left effusion.", "Stable left effusion.", "New left effusion.")
    assert found.parts["change"] == 1.0
    assert [(one.kind, one.reference) for one in found.evidence if one.concept] == [("matched", 1)]


def test_evidence_points_to_the_words():
    candidate, references = "Effusion is new.", ("Effusion.", "It is Worse and un*changed.")
    found = {one.note: one for one in score(candidate, *references).evidence if not one.concept}
    assert candidate[slice(*found["temporal word 'new'"].span)] == "new"
    worse = found["temporal word 'worse'"]
    assert (worse.kind, worse.side, worse.reference) == ("omitted", "reference", 1)
    assert references[1][slice(*worse.span)] == worse.text == "Worse"
    assert found["temporal word 'unchanged'"].span is None
