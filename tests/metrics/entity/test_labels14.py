from __future__ import annotations

import numpy as np
import pytest

import radeval
from radeval.core.example import Example
from radeval.core.metric import RunContext
from radeval.core.registry import make_metric
from radeval.findings.reader import reader
from radeval.metrics.entity.labels14 import FIVE, HEADS, LABELS, read_labels
from radeval.run.plan import signature


def score(candidate, reference, spec="labels14"):
    return make_metric(spec).score(Example("a", candidate, (reference,)), RunContext())


def statuses(text):
    found = read_labels(reader().read(text), reader())
    return {name: one.status for name, one in found.items() if one.status != "blank"}


def notes(found, kind):
    return {one.note.partition(":")[0] for one in found.evidence if one.kind == kind}


def test_the_labels_are_those_of_chexpert():
    assert len(LABELS) == 14
    assert set(FIVE) == {"Cardiomegaly", "Edema", "Consolidation", "Atelectasis", "Pleural Effusion"}
    known = {label for one in reader().lexicon.concepts.values() for label in one.labels}
    assert set(LABELS[:-1]) == known


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Small left pleural effusion.", {"Pleural Effusion": "positive"}),
        ("No pneumothorax.", {"Pneumothorax": "negative"}),
        ("Possible atelectasis.", {"Atelectasis": "uncertain"}),
        ("No effusion. Right pleural effusion.", {"Pleural Effusion": "positive"}),
        ("The weather is fine.", {}),
    ],
)
def test_the_status_of_labels(text, expected):
    found = statuses(text)
    assert {label: found.get(label) for label in expected} == expected
    others = {label for label, status in found.items() if label not in expected and status == "positive"}
    assert not others


def test_a_finding_counts_as_what_it_implies_but_denying_it_does_not_deny_that():
    assert statuses("Right lower lobe consolidation.")["Lung Opacity"] == "positive"
    assert statuses("Rib fracture.")["Fracture"] == "positive"
    assert statuses("No pneumonia.") == {"Pneumonia": "negative"}


def test_the_lexicon_has_what_a_normal_statement_must_deny():
    concepts = reader().lexicon.concepts
    assert all(label in concepts[name].labels for label, names in HEADS.items() for name in names)


def test_a_normal_statement_denies_the_labels_of_its_structure():
    found = statuses("The heart is normal.")
    assert found == {"Cardiomegaly": "negative"}
    assert statuses("The lungs are clear.").get("Edema") == "negative"
    assert "positive" not in statuses("The lungs are clear.").values()


def test_one_clear_lung_denies_nothing_of_the_other():
    assert "Edema" not in statuses("The right lung is clear.")


def test_values_by_hand():
    # Positive: effusion, pneumothorax against effusion, cardiomegaly: 1 of 2 and 1 of 2.
    found = score("Left pleural effusion. Pneumothorax.", "Left pleural effusion. Cardiomegaly.")
    assert found.value == found.parts["f1"] == pytest.approx(0.5)
    # Of the five: effusion against effusion and cardiomegaly.
    assert found.parts["f1_5"] == found.parts["micro_f1_5"] == pytest.approx(2 / 3)
    assert found.parts["agreement"] == pytest.approx(12 / 14)
    assert notes(found, "matched") == {"Pleural Effusion"}
    assert notes(found, "false") == {"Pneumothorax"}
    assert notes(found, "omitted") == {"Cardiomegaly"}


def test_two_reports_without_a_finding_agree_on_that():
    found = score("The lungs are clear.", "No acute disease.")
    assert found.value == 1.0
    assert notes(found, "matched") == {"No Finding"}
    assert found.part_reasons["f1_5"] == "neither report has one of the five"


def test_devices_leave_no_finding_positive():
    found = score("Endotracheal tube in place.", "The lungs are clear.")
    # No Finding on both sides, Support Devices on one.
    assert found.value == pytest.approx(2 / 3)
    assert notes(found, "matched") == {"No Finding"}


def test_uncertain_counts_as_the_parameter_says():
    assert score("Possible atelectasis.", "Atelectasis.").value == 1.0
    assert score("Possible atelectasis.", "Atelectasis.", "labels14:uncertain=negative").value == 0.0
    # What does not count leaves No Finding.
    assert score("Possible atelectasis.", "Lungs are clear.", "labels14:uncertain=negative").value == 1.0


def test_an_empty_report_has_no_label_at_all():
    assert score("", "The lungs are clear.").value == 0.0
    assert score("Left effusion.", " ").value == 0.0
    assert score(" ", "").value == 1.0
    assert score("", "").statistics == (0,) * 42


def test_a_set_without_any_of_the_five_says_nothing_of_them():
    run = radeval.score(["The lungs are clear."], ["Pneumothorax."], "labels14", n_boot=0)
    found = {key.rpartition("/")[2]: one.value for key, one in run.aggregates.items()}
    assert [found[name] for name in ("f1_5", "micro_f1_5", "macro_f1_5")] == [None] * 3


def test_the_set_values_by_hand():
    run = radeval.score(
        ["Left pleural effusion.", "Left pleural effusion. Pneumothorax.", "The lungs are clear."],
        ["Left pleural effusion.", "Cardiomegaly.", "The lungs are clear."],
        "labels14",
        n_boot=0,
    )
    found = {key.rpartition("/")[2]: one.value for key, one in run.aggregates.items()}
    # Effusion 1 tp 1 fp, pneumothorax 1 fp, cardiomegaly 1 fn, No Finding 1 tp.
    assert found["labels14"] == pytest.approx(2 * 2 / (2 * 2 + 2 + 1))
    assert found["macro_f1"] == pytest.approx((2 / 3 + 1) / 14)
    assert found["micro_f1_5"] == pytest.approx(2 / (2 + 1 + 1))
    assert found["macro_f1_5"] == pytest.approx(2 / 3 / 5)
    assert found["f1"] == pytest.approx(2 / 3)
    assert found["agreement"] == pytest.approx((1 + 11 / 14 + 1) / 3)
    assert run.aggregates["labels14"].rule == "corpus"
    assert run.score("labels14", 0).parts["macro_f1"] is None


def test_the_averages_equal_those_of_counts_by_hand():
    rng = np.random.default_rng(0)
    totals = rng.integers(0, 3, (5, 42)).astype(float)
    found = make_metric("labels14").corpus(totals)
    for row, counts in enumerate(totals.reshape(5, 3, 14)):
        single = [2 * tp / (2 * tp + fp + fn) if tp + fp + fn else 0.0 for tp, fp, fn in counts.T]
        tp, fp, fn = counts.sum(axis=1)
        assert found["macro_f1"][row] == pytest.approx(sum(single) / 14)
        assert found["micro_f1"][row] == pytest.approx(2 * tp / (2 * tp + fp + fn))
        assert found["macro_f1_5"][row] == pytest.approx(sum(single[LABELS.index(one)] for one in FIVE) / 5)


def test_the_corpus_rule_of_one_report_is_its_value(corpus):
    import random

    rng = random.Random(5)
    metric = make_metric("labels14")
    for _ in range(30):
        found = metric.score(Example("a", corpus.report(rng), (corpus.report(rng),)), RunContext())
        assert metric.corpus(np.array([found.statistics]))["micro_f1"][0] == pytest.approx(found.value)


def test_evidence_points_to_the_words():
    candidate, reference = "There is a pneumothorax.", "Moderate cardiomegaly is seen."
    for one in score(candidate, reference).evidence:
        text = candidate if one.side == "candidate" else reference
        assert text[slice(*one.span)] == one.text != ""


@pytest.mark.parametrize("choice", ["positive", "negative"])
def test_the_signature_holds_the_lexicon_and_the_choice(choice):
    text = str(signature(make_metric(f"labels14:uncertain={choice}"), "whole"))
    assert f"uncertain={choice}" in text
    assert reader("cxr").lexicon.digest in text
    assert reader("ct").lexicon.digest in text
