"""The GEMA-style judge: entities and attributes in code, ratings left out where nobody gave them, macro and micro."""

from __future__ import annotations

import pytest

import radeval
from radeval.core.example import Context, Example
from radeval.core.metric import RunContext
from radeval.core.registry import make_metric
from radeval.core.score import Status
from radeval.metrics.judge.gema_tasks import (
    Both,
    Entities,
    Expression,
    FindEntities,
    MatchEntities,
    Matching,
)
from radeval.metrics.judge.pair import Pair
from radeval.metrics.judge.task import Answer, AnswerError

REPORTS = Pair("Small left effusion. Nodule.", "Large left effusion. Rib fracture.", Context())


def entities(*names):
    return Entities.model_validate(
        {
            "entities": [
                {
                    "id": name,
                    "name": name,
                    "polarity": "present",
                    "location": "",
                    "severity": "",
                    "certainty": "definite",
                    "quotation": "effusion",
                }
                for name in names
            ]
        }
    )


def matching(matches=(), false=(), omitted=()):
    names = ("reference_id", "candidate_id", "location", "severity", "certainty", "reason")
    return Matching.model_validate(
        {
            "matches": [dict(zip(names, (*one, ""), strict=True)) for one in matches],
            "false_entities": false,
            "omitted_entities": omitted,
        }
    )


def rated(completeness, readability, terminology):
    ratings = {"completeness": completeness, "readability": readability, "terminology": terminology}
    return Expression.model_validate({name: {"score": one, "reason": "so"} for name, one in ratings.items()})


def judged(found, rating=None, spec="gema:judge=http%3A//127.0.0.1%3A9/v1#m"):
    """Returns the score of a model's answers: two entities of each report, their matching, a rating."""
    verdict = make_metric(spec).verdict(Example("1", REPORTS.candidate, (REPORTS.reference,)))
    next(verdict)
    verdict.send([Answer(entities("c1", "c2")), Answer(entities("r1", "r2"))])
    try:
        (call,) = verdict.send([Answer(found)])
        assert call.task.name == "gema/expression"
        verdict.send([Answer(rating) if rating else Answer(None, "refused")])
    except StopIteration as done:
        return done.value
    raise AssertionError("the protocol asks more than it says")


FOUND = matching([("r1", "c1", "match", "conflict", "match")], ["c2"], ["r2"])


def test_each_dimension_is_an_f1_and_the_rating_has_its_share():
    score = judged(FOUND, rated(10, 5, 0))
    assert score.parts["entity"] == 0.5
    assert score.parts["location"] == 1
    assert score.parts["severity"] == 0
    assert score.parts["certainty"] == 1
    assert (score.parts["completeness"], score.parts["readability"], score.parts["terminology"]) == (1, 0.5, 0)
    assert score.value == pytest.approx(0.7 * (0.7 * 0.5 + 0.1 + 0 + 0.1) + 0.3 * 0.5)


def test_what_is_undefined_is_left_out_and_the_rest_weighs_more():
    found = matching([("r1", "c1", "none", "none", "match")], ["c2"], ["r2"])
    score = judged(found, rated(10, 10, 10))
    assert score.parts["location"] is None
    assert score.value == pytest.approx(0.7 * (0.7 * 0.5 + 0.1) / 0.8 + 0.3)


def test_weights_are_the_users_and_in_the_signature():
    spec = (
        "gema:judge=http%3A//127.0.0.1%3A9/v1#m,weight_expression=0,weight_entity=1,weight_severity=1,weight_location=0"
    )
    assert judged(FOUND, rated(0, 0, 0), f"{spec},weight_certainty=0").value == pytest.approx(0.25)
    run = radeval.score(["Effusion."], ["Effusion."], "gema:weight_entity=0.25", n_boot=0)
    assert "weight_entity=0.25" in str(run.signatures["gema"])


def test_a_rating_that_is_missing_is_never_a_number():
    score = judged(FOUND)
    assert score.status is Status.UNSCORED
    assert score.reason == "refused"


def test_rules_rate_no_expression_and_say_so():
    score = make_metric("gema").score(Example("1", "Left effusion.", ("Left effusion. Scoliosis.",)), RunContext())
    assert score.parts["readability"] is None
    assert "rules do not rate" in score.part_reasons["readability"]
    assert score.parts["entity"] == pytest.approx(2 / 3)
    assert score.value == pytest.approx((0.7 * 2 / 3 + 0.2) / 0.9)


def test_attributes_by_rules():
    def parts(candidate, reference):
        return make_metric("gema").score(Example("1", candidate, (reference,)), RunContext()).parts

    side = parts("Left pleural effusion.", "Right pleural effusion.")
    assert (side["entity"], side["location"]) == (1, 0)
    grade = parts("Small left pleural effusion.", "Large left pleural effusion.")
    assert (grade["location"], grade["severity"]) == (1, 0)
    doubt = parts("Possible pneumonia.", "Pneumonia.")
    assert (doubt["entity"], doubt["certainty"]) == (1, 0)
    one_sided = parts("Left pleural effusion.", "Pleural effusion.")
    assert (one_sided["location"], one_sided["severity"]) == (0, None)


def test_two_normal_reports_agree_and_one_finding_too_many_does_not():
    assert radeval.score(["Lungs are clear."], ["No pneumothorax."], "gema", n_boot=0).score("gema", 0).value == 1
    assert radeval.score(["Pneumothorax."], ["Lungs are clear."], "gema", n_boot=0).score("gema", 0).value == 0


def test_a_finding_said_twice_is_no_second_error():
    once, twice = "Left pleural effusion.", "Left pleural effusion. Impression: Left pleural effusion."
    assert radeval.score([twice], [once], "gema", n_boot=0).score("gema", 0).value == 1


def test_micro_pools_the_counts_of_all_reports():
    candidates = ["Left pleural effusion.", "Scoliosis. Cardiomegaly. Right pneumothorax."]
    references = ["Left pleural effusion.", "Scoliosis."]
    macro = radeval.score(candidates, references, "gema", n_boot=0)
    assert macro.aggregates["gema/entity"].value == pytest.approx((1 + 0.5) / 2)
    assert macro.aggregates["gema/micro_entity"].value == pytest.approx(4 / 6)
    micro = radeval.score(candidates, references, "gema:aggregation=micro", n_boot=0).aggregates["gema"]
    assert micro.value == pytest.approx((0.7 * 4 / 6 + 0.2) / 0.9)


@pytest.mark.parametrize(
    "found",
    [
        matching([("r1", "c1", "match", "match", "match")], ["c2"], []),
        matching([("r1", "c1", "match", "match", "match")], ["c2"], ["r2", "r3"]),
        matching([("r1", "c1", "match", "match", "match")], ["c1", "c2"], ["r2"]),
        matching([("r1", "c1", "match", "match", "match")] * 2, ["c2"], ["r2"]),
        matching([], ["c1", "c2", "c2"], ["r1", "r2"]),
    ],
)
def test_ids_that_are_unknown_missing_or_in_two_places_are_no_answer(found):
    with pytest.raises(AnswerError):
        MatchEntities().check(Both(REPORTS, entities("c1", "c2"), entities("r1", "r2")), found)


def test_an_entity_with_an_id_used_twice_or_words_of_elsewhere_is_no_answer():
    with pytest.raises(AnswerError, match="twice"):
        FindEntities().check("Left effusion.", entities("e1", "e1"))
    with pytest.raises(AnswerError, match="not in the report"):
        FindEntities().check("Left pneumothorax.", entities("e1"))
