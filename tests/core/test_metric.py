"""The base class of metrics: what it refuses, what it catches, and how it treats several references."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from radeval.core.errors import InputError, MissingResourceError, ParameterError
from radeval.core.example import Example
from radeval.core.info import EmptyRules, MetricInfo, Parameter, Part
from radeval.core.metric import Metric, RunContext, best_reference
from radeval.core.score import Evidence, Score, Status

INFO = MetricInfo(
    name="toy",
    version=3,
    summary="the number that the reference holds",
    main="toy",
    direction="higher",
    range=(0.0, 1.0),
    citation="nobody",
    empty=EmptyRules(candidate=0.0, reference=0.0, both=0.0),
    parts=(Part("length", "characters of the reference", range=(0.0, None)),),
    parameters=(
        Parameter("judge", "str", "rules", "who"),
        Parameter("weight", "float", 1.0, "how much"),
        Parameter("n", "int", None, "how many", minimum=1),
        Parameter("strict", "bool", False, "whether"),
    ),
)


class Toy(Metric):
    """Gives the reference as a number; other words stand for what can go wrong."""

    info = INFO

    def score(self, example, context):
        (text,) = example.references
        if text == "raise":
            raise RuntimeError("it broke")
        if text == "input":
            raise InputError("this report cannot be used")
        if text == "stop":
            raise MissingResourceError("the weights are gone")
        if text == "nan":
            return Score.ok(float("nan"), {"length": 1})
        if text == "none":
            return None
        if text == "no part":
            return Score.ok(0.5)
        if text == "unscored":
            return Score.unscored("refused", "I cannot", evidence=(Evidence("refusal", "reference", (0, 1)),))
        value = float(text) if text.strip() else 0.0
        return Score.ok(value, {"length": len(text)}, evidence=(Evidence("seen", "reference", (0, len(text)), text),))


def scored(*references, metric=None):
    return (metric or Toy()).score_batch([Example("1", "candidate", references)], RunContext()).score(0)


def test_a_metric_without_a_way_to_score_cannot_be_written():
    with pytest.raises(TypeError, match="Nothing"):
        type("Nothing", (Metric,), {"info": INFO})


def test_parameters_are_checked_and_completed_with_defaults():
    assert Toy(weight=2.5).parameters == {"judge": "rules", "weight": 2.5, "n": None, "strict": False}
    with pytest.raises(TypeError, match="wheight"):
        Toy(wheight=2.5)
    with pytest.raises(ParameterError):
        Toy(n=0)


def test_the_spec_names_what_differs_from_the_defaults_in_the_declared_order():
    assert str(Toy().spec) == "toy"
    assert str(Toy(strict=True, judge="a,b", weight=1.0).spec) == "toy:judge=a%2Cb,strict=true"


def test_a_float_parameter_given_as_a_whole_number_is_the_same_method():
    one, other = Toy(weight=2), Toy(weight=2.0)
    assert str(one.method()["weight"]) == str(other.method()["weight"])
    assert one.spec == other.spec


def test_a_metric_with_a_path_must_say_what_is_in_the_file():
    class Filed(Toy):
        info = replace(INFO, parameters=(Parameter("df", "path", None, "a file"),))

    with pytest.raises(TypeError, match="digest"):
        Filed().method()


@pytest.mark.parametrize("word", ["raise", "input", "nan", "none", "no part"])
def test_what_goes_wrong_on_one_example_is_an_error_of_that_example_alone(word):
    examples = [Example(str(place), "c", (text,)) for place, text in enumerate(["0.25", word, "1"])]
    batch = Toy().score_batch(examples, RunContext())
    batch.validate(INFO, 3)
    assert batch.status == [Status.OK, Status.ERROR, Status.OK]
    assert batch.score(1).value is None
    assert batch.reasons == {1: "unusable input" if word == "input" else "exception"}
    assert "Error" in batch.details[1]


def test_what_would_fail_on_every_example_stops_the_run():
    with pytest.raises(MissingResourceError):
        scored("stop")


def test_the_reference_with_the_best_main_value_counts_with_all_its_parts_and_evidence():
    score = scored("0.25", "0.75", "0.5")
    assert (score.value, score.parts["length"]) == (0.75, 4.0)
    assert [(item.text, item.reference) for item in score.evidence] == [("0.75", 1)]


def test_the_first_of_equally_good_references_counts():
    assert [item.reference for item in scored("0.5", "0.50", "0.5").evidence] == [0]


def test_lower_is_better_where_the_metric_says_so():
    class Lower(Toy):
        info = replace(INFO, direction="lower")

    assert scored("0.25", "0.75", metric=Lower()).value == 0.25


@pytest.mark.parametrize("order", [("0.25", "unscored"), ("unscored", "0.25"), ("0.25", "raise", "0.5")])
def test_without_a_verdict_on_a_reference_that_could_be_the_best_there_is_none(order):
    assert scored(*order).status is not Status.OK


def test_a_missing_verdict_does_not_matter_beside_the_best_possible_value():
    assert scored("unscored", "1", "raise").value == 1.0


def test_the_first_failure_says_why_there_is_no_verdict():
    score = scored("0.5", "unscored", "raise")
    assert (score.status, score.reason, score.detail) == (Status.UNSCORED, "refused", "I cannot")
    assert [item.reference for item in score.evidence] == [1]


def test_blank_references_do_not_count_beside_one_that_holds_text():
    assert scored("", " \n", "0.5").value == 0.5
    assert scored("", "unscored").status is Status.UNSCORED


def test_one_of_several_blank_references_counts():
    assert scored("", " ").value == 0.0


@pytest.mark.parametrize("references", [("", "0.5"), ("0.25", "", "0.5"), (" ", "", "0.25", "0.5")])
def test_evidence_names_the_reference_by_its_place_in_the_example_even_after_blank_ones(references):
    (item,) = scored(*references).evidence
    assert references[item.reference] == "0.5"


def test_best_reference_leaves_single_references_alone():
    batch = Toy().score_batch([Example("1", "c", ("0.5",))], RunContext())
    assert best_reference(batch, [1], INFO) is batch


def test_several_examples_with_different_numbers_of_references_stay_apart():
    examples = [
        Example("1", "c", ("0.25",)),
        Example("2", "c", ("0.5", "0.75", "0")),
        Example("3", "c", ("0.1", "raise")),
        Example("4", "c", ("0", "1")),
    ]
    batch = Toy().score_batch(examples, RunContext())
    assert [batch.score(place).value for place in range(4)] == [0.25, 0.75, None, 1.0]
    assert np.isnan(batch.value[2])


def test_a_single_score_is_that_of_a_batch_of_one():
    class Batched(Metric):
        info = replace(INFO, parts=())

        def score_batch(self, examples, context):
            from radeval.core.batch import ScoreBatch

            return ScoreBatch.from_columns(np.array([float(one.candidate) for one in examples]))

    assert Batched().score(Example("1", "0.5", ("r",)), RunContext()) == Score.ok(0.5)


def test_what_metrics_share_is_made_once():
    made = []
    context = RunContext()
    for _ in range(3):
        assert context.shared("key", lambda: made.append(1) or 7) == 7
    assert made == [1]


def test_statistics_without_a_rule_over_sets_are_a_bug_that_says_so():
    with pytest.raises(TypeError, match="corpus rule"):
        Toy().corpus(np.zeros((1, 0)))
