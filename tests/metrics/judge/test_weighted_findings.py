"""Weighted findings: the formula on known answers, and what it must order rightly when reports are read by rules."""

from __future__ import annotations

import pytest

import radeval
from radeval.core.example import Example
from radeval.core.metric import RunContext
from radeval.core.score import Status
from radeval.metrics.judge.crimson_task import CrimsonFindings
from radeval.metrics.judge.task import Answer
from radeval.metrics.judge.weighted_findings import WeightedFindings

LEVELS = {"u": "urgent", "a": "actionable", "m": "minor", "e": "expected"}
NORMAL = "The lungs are clear. The heart is normal in size. No pleural effusion or pneumothorax."
PNEUMONIA = "Right lower lobe consolidation. No pneumothorax."
MANY = (
    "Right lower lobe consolidation. Moderate left pleural effusion. Cardiomegaly. Small right apical pneumothorax. "
    "Acute fracture of the left sixth rib."
)


def answered(reference="", candidate="", matched=(), wrong=()):
    """Returns an answer: a letter for each finding's level, matched pairs by number, wrong attributes by pair."""
    pairs = [(f"R{row}", f"P{column}") for row, column in matched]
    reference_ids, candidate_ids = (
        [f"{side}{n}" for n in range(len(of))] for side, of in zip("RP", (reference, candidate), strict=True)
    )
    return CrimsonFindings.model_validate(
        {
            "reference_findings": [
                {"id": name, "finding": "x", "significance": LEVELS[one]}
                for name, one in zip(reference_ids, reference, strict=True)
            ],
            "candidate_findings": [
                {"id": name, "finding": "y", "significance": LEVELS[one]}
                for name, one in zip(candidate_ids, candidate, strict=True)
            ],
            "matched": [{"reference_id": row, "candidate_id": column} for row, column in pairs],
            "missing_findings": [one for one in reference_ids if one not in [row for row, _ in pairs]],
            "false_findings": [one for one in candidate_ids if one not in [column for _, column in pairs]],
            "attribute_errors": [
                {
                    "reference_id": f"R{row}",
                    "candidate_id": f"P{column}",
                    "kinds": [kind],
                    "severity": severity,
                    "explanation": "",
                }
                for row, column, severity, kind in wrong
            ],
        }
    )


def score_of(answer):
    verdict = WeightedFindings().verdict(Example("1", "x y", ("x y",)))
    (call,) = next(verdict)
    call.task.check(call.asked, answer)
    with pytest.raises(StopIteration) as done:
        verdict.send([Answer(answer)])
    return done.value.value


@pytest.mark.parametrize(
    ("answer", "value"),
    [
        (answered(), 1.0),
        (answered("e", "e", [(0, 0)]), 1.0),
        (answered("e", ""), 0.25 / 0.3),
        (answered("", "m"), 0.5),
        (answered("m", ""), 0.5),
        (answered("", "a"), 0.25 / 1.25),
        (answered("u", ""), 0.25 / 2.25),
        (answered("ua", "u", [(0, 0)]), 2.25 / 3.25),
        (answered("a", "a", [(0, 0)], [(0, 0, "significant", "location")]), 0.75 / 1.25),
        (answered("a", "a", [(0, 0)], [(0, 0, "negligible", "temporal")]), 1.15 / 1.25),
        (answered("a", "a", [(0, 0)], [(0, 0, "negligible", "certainty")]), 0.75 / 1.25),
        (answered("a", "a", [(0, 0)], [(0, 0, "significant", "descriptor")]), 0.35 / 1.25),
        (answered("a", "a", [(0, 0)], [(0, 0, "negligible", "unspecific")]), 1.15 / 1.25),
        # Several faults of one finding are one wrong finding.
        (
            answered("a", "a", [(0, 0)], [(0, 0, "significant", "location"), (0, 0, "negligible", "temporal")]),
            0.75 / 1.25,
        ),
        # A minor finding that is called a grave one is as wrong as the grave one would be.
        (answered("m", "u", [(0, 0)], [(0, 0, "significant", "location")]), 1.25 / 2.25),
        (answered("m", "m"), 0.25 / 0.75),
        # Said twice, it is right once.
        (answered("a", "aa", [(0, 0), (0, 1)]), 1.0),
    ],
)
def test_the_formula_on_known_answers(answer, value):
    assert score_of(answer).value == pytest.approx(value)


def test_parts_are_the_weights_of_the_formula():
    score = score_of(answered("uam", "uaa", [(0, 0), (1, 1)], [(1, 1, "significant", "location")]))
    assert score.parts == {"right": 2.5, "missing": 0.25, "false": 1.0, "wrong": 0.5}


def scores(reference, *candidates):
    result = radeval.load_metric("weighted_findings")(list(candidates), [reference] * len(candidates))
    return result["weighted_findings"].scores.value.tolist()


@pytest.mark.parametrize(
    ("reference", "better", "worse"),
    [
        # A made-up minor finding on a normal study against a made-up grave one.
        (NORMAL, NORMAL + " Mild degenerative changes of the thoracic spine.", NORMAL + " Large right pneumothorax."),
        # The wrong side of the only finding against that of one among many.
        (MANY, MANY.replace("Moderate left", "Moderate right"), "Moderate right pleural effusion."),
        (PNEUMONIA, "Right lower lobe pneumonia.", "Left lower lobe consolidation."),
        (PNEUMONIA, "Left lower lobe consolidation.", NORMAL),
        # Another pattern of opacity is no half of the finding; a general word for it is more than silence.
        (PNEUMONIA, "Right lower lobe consolidation.", "Right lower lobe interstitial markings."),
        ("Right lower lobe pneumonia.", "Right lower lobe opacity.", NORMAL),
        (PNEUMONIA, NORMAL, "Large left pneumothorax. Displaced rib fracture."),
        # To miss what is urgent against missing what is not.
        (MANY, MANY.replace("Cardiomegaly. ", ""), MANY.replace("Small right apical pneumothorax. ", "")),
        (MANY, MANY, MANY.replace("Moderate left pleural", "Possible left pleural")),
    ],
)
def test_orders_candidates_as_a_radiologist_would(reference, better, worse):
    first, second = scores(reference, better, worse)
    assert first > second


def test_the_same_mistake_costs_more_where_it_is_the_only_finding():
    among, whole = scores(MANY, MANY.replace("Moderate left", "Moderate right"), MANY)
    (alone,) = scores("Moderate left pleural effusion.", "Moderate right pleural effusion.")
    assert whole - among < 1 - alone


@pytest.mark.parametrize(
    "padded",
    [
        f"{PNEUMONIA} {NORMAL}",
        f"{PNEUMONIA} {PNEUMONIA} {PNEUMONIA}",
        f"{PNEUMONIA} Possible pleural effusion. Possible pulmonary edema. Possible nodule. Possible rib fracture.",
        f"Cough and fever. {PNEUMONIA} Thank you for the referral. Clinical correlation is recommended.",
        "Possible right lower lobe consolidation. No pneumothorax.",
    ],
    ids=["normal statements", "repetition", "doubts", "phrases", "hedging"],
)
def test_nothing_is_gained_by_saying_more_than_is_right(padded):
    honest, dressed = scores(PNEUMONIA, PNEUMONIA, padded)
    assert honest == 1.0
    assert dressed <= honest


def test_half_a_report_is_not_mended_by_a_list_of_every_finding_as_possible():
    half = "Right lower lobe consolidation. Moderate left pleural effusion."
    listed = " ".join(
        f"Possible {name}."
        for name in ("nodule", "mass", "pulmonary edema", "pneumomediastinum", "hiatal hernia", "pleural thickening",
                     "atelectasis", "emphysema", "cardiomegaly", "rib fracture", "pneumothorax", "lymphadenopathy")
    )  # fmt: skip
    honest, more = scores(MANY, half, f"{half} {listed}")
    assert more < honest


def test_an_empty_candidate_scores_nothing_and_one_without_a_statement_no_more():
    assert scores(NORMAL, "", "Thank you.") == [0.0, 0.0]


def test_evidence_names_what_was_right_and_wrong_with_its_significance():
    example = Example("1", "Left lower lobe consolidation. Rib fracture.", (PNEUMONIA + " Small pleural effusion.",))
    batch = WeightedFindings().score_batch([example], RunContext())
    assert batch.status == [Status.OK]
    found = {(one.kind, one.side): one for one in batch.evidence[0]}
    assert set(found) == {("wrong location", "candidate"), ("false", "candidate"), ("omitted", "reference")}
    assert all(one.significance and one.span for one in found.values())


@pytest.mark.parametrize("said", ["", "The patient is rotated. ", "No change from prior. "])
def test_what_is_said_of_the_film_does_not_open_the_way_to_a_verdict(said):
    unknown = "Grumous zelotic frondescence is seen throughout."
    result = radeval.load_metric("weighted_findings")([f"{said}{NORMAL} {unknown}"], [NORMAL])["weighted_findings"]
    assert list(result.scores.status) == [Status.UNSCORED]
