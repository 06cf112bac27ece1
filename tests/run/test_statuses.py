"""No verdict, no number: unscored and failed examples are counted, shown, and bound what the value can be."""

from __future__ import annotations

import math

import numpy as np
import pytest

import radeval
from radeval.core.batch import ScoreBatch
from radeval.core.errors import MissingResourceError, TooManyUnscoredError
from radeval.core.info import Part, Properties
from radeval.core.metric import Metric
from radeval.core.score import Score, Status, Usage

REFERENCES = ["r"] * 4


def counts(aggregate):
    return (aggregate.n, aggregate.n_ok, aggregate.n_undefined, aggregate.n_unscored, aggregate.n_error)


def test_unscored_and_failed_examples_are_counted_and_leave_the_others_alone(toy):
    result = radeval.score(["0.2", "unscored", "0.4", "raise"], REFERENCES, toy())
    aggregate = result.aggregates["toy"]
    assert result["toy"].scores.status == [Status.OK, Status.UNSCORED, Status.OK, Status.ERROR]
    assert counts(aggregate) == (4, 2, 0, 1, 1)
    assert aggregate.value == pytest.approx(0.3)
    assert result.table()["toy"] == [0.2, None, 0.4, None]
    assert result.table()["toy/status"] == ["ok", "unscored", "ok", "error"]


def test_the_bounds_take_every_missing_score_as_worst_or_as_best(toy):
    texts = ["0.2", "unscored", "0.4", "raise"]
    higher = radeval.score(texts, REFERENCES, toy()).aggregates["toy"]
    assert (higher.worst_bound, higher.best_bound) == pytest.approx((0.15, 0.65))
    lower = radeval.score(texts, REFERENCES, toy(direction="lower", range=(0.0, 2.0))).aggregates["toy"]
    assert (lower.worst_bound, lower.best_bound) == pytest.approx((1.15, 0.15))
    assert lower.direction == "lower"


def test_an_open_range_has_a_bound_on_its_closed_side_only(toy):
    texts = ["0.2", "unscored", "0.4", "raise"]
    lower = radeval.score(texts, REFERENCES, toy(direction="lower", range=(0.0, None))).aggregates["toy"]
    assert lower.worst_bound is None
    assert lower.best_bound == pytest.approx(0.15)


def test_where_nothing_is_missing_both_bounds_are_the_value(toy):
    aggregate = radeval.score(["0.2", "0.4"], ["r", "r"], toy(range=(None, None))).aggregates["toy"]
    assert aggregate.value == aggregate.worst_bound == aggregate.best_bound == pytest.approx(0.3)


def test_where_everything_is_missing_there_is_no_value_and_no_interval(toy):
    result = radeval.score(["unscored", "raise"], ["r", "r"], toy())
    aggregate = result.aggregates["toy"]
    assert (aggregate.value, aggregate.interval) == (None, None)
    assert (aggregate.worst_bound, aggregate.best_bound) == (0.0, 1.0)
    assert result.to_json()


def test_a_notice_says_how_many_have_no_score_and_the_most_frequent_reason(toy):
    def verdict(example):
        return Score.unscored(example.candidate) if example.candidate != "1" else Score.ok(1.0)

    result = radeval.score(["a", "b", "b", "1"], REFERENCES, toy(verdict))
    (notice,) = [notice for notice in result.notices if notice.startswith("toy")]
    assert "3 of 4" in notice
    assert notice.endswith("b")


def test_without_missing_scores_nothing_is_said(toy):
    assert radeval.score(["1"], ["r"], toy()).notices == []


def test_a_metric_that_gives_nan_fails_on_that_example(toy):
    result = radeval.score(["0.5", "nan", "inf"], ["r"] * 3, toy())
    assert result["toy"].scores.status == [Status.OK, Status.ERROR, Status.ERROR]
    assert result.aggregates["toy"].value == 0.5
    assert "finite" in result.score("toy", 1).detail


def test_columns_with_nan_fail_on_that_example_alone(toy):
    class Columns(type(toy())):
        def score_batch(self, examples, context):
            return ScoreBatch.from_columns(np.array([float(one.candidate) for one in examples]))

    result = radeval.score(["0.5", "nan", "0.7"], ["r"] * 3, Columns())
    assert result["toy"].scores.status == [Status.OK, Status.ERROR, Status.OK]


def test_a_value_outside_the_declared_range_is_an_error_and_no_score(toy):
    result = radeval.score(["0.5", "1.5", "-0.5"], ["r"] * 3, toy())
    assert result["toy"].scores.status == [Status.OK, Status.ERROR, Status.ERROR]
    assert "range" in result.score("toy", 1).detail
    assert counts(result.aggregates["toy"]) == (3, 1, 0, 0, 2)


def test_a_batch_that_fails_as_a_whole_is_scored_example_by_example(toy):
    sizes = []

    class Fragile(type(toy())):
        def score_batch(self, examples, context):
            sizes.append(len(examples))
            if len(examples) > 1:
                raise MemoryError("too much at once")
            return super().score_batch(examples, context)

    result = radeval.score(["0.2", "0.4", "0.6"], ["r"] * 3, Fragile())
    assert sizes == [3, 1, 1, 1]
    assert result.table()["toy"] == [0.2, 0.4, 0.6]


def test_a_batch_that_returns_a_row_too_few_is_scored_example_by_example(toy):
    class Short(type(toy())):
        def score_batch(self, examples, context):
            batch = super().score_batch(examples, context)
            return batch.take(range(len(examples) - 1)) if len(examples) > 1 else batch

    assert radeval.score(["0.2", "0.4"], ["r", "r"], Short()).table()["toy"] == [0.2, 0.4]


def test_a_metric_that_needs_the_whole_run_is_never_asked_for_less(toy):
    sizes = []

    class Whole(type(toy(properties=Properties(batch_independent=False)))):
        def score_batch(self, examples, context):
            sizes.append(len(examples))
            raise RuntimeError("broken")

    n = 2500
    result = radeval.score(["0.5"] * n, ["r"] * n, Whole(), n_boot=0)
    assert sizes == [n]
    assert counts(result.aggregates["toy"]) == (n, 0, 0, 0, n)


def test_a_large_run_is_scored_in_parts_whose_order_is_kept(toy):
    sizes = []

    class Counting(type(toy())):
        def score_batch(self, examples, context):
            sizes.append(len(examples))
            return super().score_batch(examples, context)

    texts = [str(place / 2500) for place in range(2500)]
    result = radeval.score(texts, ["r"] * 2500, Counting(), n_boot=0)
    assert len(sizes) > 1
    assert sum(sizes) == 2500
    assert result.table()["toy"] == [float(text) for text in texts]


def test_what_would_fail_everywhere_stops_the_run(toy):
    def verdict(example):
        raise MissingResourceError("the weights are gone")

    with pytest.raises(MissingResourceError):
        radeval.score(["1", "1"], ["r", "r"], toy(verdict))


def test_an_undefined_part_does_not_count_and_has_its_reason(toy):
    def verdict(example):
        if example.candidate == "unscored":
            return Score.unscored("refused")
        defined = example.candidate == "1"
        return Score.ok(1.0, {"p": 0.5 if defined else None}, part_reasons={} if defined else {"p": "no finding"})

    metric = toy(verdict, parts=(Part("p", "share"),))
    result = radeval.score(["1", "0", "unscored", "1"], REFERENCES, metric)
    part = result.aggregates["toy/p"]
    assert counts(part) == (4, 2, 1, 1, 0)
    assert part.value == 0.5
    assert (part.worst_bound, part.best_bound) == pytest.approx((1 / 3, 2 / 3))
    assert result.table()["toy/p"] == [0.5, None, None, 0.5]
    assert result.score("toy", 1).part_reasons == {"p": "no finding"}
    assert counts(result.aggregates["toy"]) == (4, 3, 0, 1, 0)


def test_a_part_has_its_own_direction_and_range(toy):
    def verdict(example):
        return Score.unscored("refused") if example.candidate == "x" else Score.ok(1.0, {"errors": 2.0})

    metric = toy(verdict, parts=(Part("errors", "how many", "lower", (0.0, 5.0)),))
    part = radeval.score(["1", "x"], ["r", "r"], metric).aggregates["toy/errors"]
    assert (part.direction, part.worst_bound, part.best_bound) == ("lower", 3.5, 1.0)


def test_a_part_without_a_verdict_is_no_number_and_counts_stay_positive(toy):
    class Loose(type(toy(parts=(Part("p", "share"),)))):
        def score_batch(self, examples, context):
            batch = ScoreBatch.from_scores([Score.unscored("refused")] * len(examples), ["p"])
            batch.parts["p"][:] = 0.5
            return batch

    aggregate = radeval.score(["1", "1"], ["r", "r"], Loose()).aggregates["toy/p"]
    assert aggregate.n_undefined >= 0
    assert aggregate.value is None


class _Pooled(Metric):
    def score(self, example, context):
        if example.candidate == "unscored":
            return Score.unscored("refused")
        hits, total = map(float, example.candidate.split())
        value = hits / total if total else 0.0
        return Score.ok(value, {"alone": value}, statistics=(hits, total))

    def corpus(self, totals):
        with np.errstate(divide="ignore", invalid="ignore"):
            return {self.info.main: np.where(totals[:, 1] > 0, totals[:, 0] / totals[:, 1], np.nan)}


@pytest.fixture
def pooled(toy):
    info = toy(statistics=("hits", "total"), aggregate="hits by total", parts=(Part("alone", "mean"),)).info
    return type("Pooled", (_Pooled,), {"info": info})()


def test_a_corpus_rule_pools_statistics_and_other_values_are_means(pooled):
    result = radeval.score(["1 1", "0 3", "2 4"], ["r"] * 3, pooled)
    assert result.aggregates["toy"].value == 3 / 8
    assert result.aggregates["toy"].rule == "corpus"
    assert result.aggregates["toy/alone"].value == pytest.approx(0.5)
    assert result.aggregates["toy/alone"].rule == "mean"


def test_a_missing_score_has_no_part_in_pooled_statistics_and_leaves_its_bounds_unknown(pooled):
    aggregate = radeval.score(["1 1", "unscored", "0 3"], ["r"] * 3, pooled).aggregates["toy"]
    assert aggregate.value == 0.25
    assert (aggregate.worst_bound, aggregate.best_bound) == (None, None)


def test_a_corpus_value_that_the_sums_do_not_define_is_null(pooled):
    aggregate = radeval.score(["0 0", "0 0"], ["r"] * 2, pooled).aggregates["toy"]
    assert (aggregate.value, aggregate.interval) == (None, None)


@pytest.mark.parametrize("spec", ["bleu", "bleu:preset=sacrebleu", "bleu:preset=r2gen", "chrf", "chrf:word_order=2"])
def test_the_corpus_value_is_the_rule_on_summed_statistics_and_no_mean(spec):
    candidates = ["The heart is not enlarged today.", "Clear lungs.", "No pleural effusion or pneumothorax is seen."]
    references = ["The heart is not enlarged now.", "The lungs are clear.", "No pleural effusion or pneumothorax."]
    result = radeval.score(candidates, references, spec, n_boot=0)
    (label,) = result.metrics
    scores, info = result[label].scores, result[label].info
    metric = radeval.load_metric(spec).metric
    direct = metric.corpus(scores.statistics.sum(axis=0, keepdims=True))
    assert result.aggregates[label].value == pytest.approx(float(direct[info.main][0]), abs=1e-15)
    assert result.aggregates[label].rule == "corpus"
    assert abs(result.aggregates[label].value - float(np.mean(scores.value))) > 1e-3


@pytest.mark.parametrize("spec", ["rouge", "bleu:preset=radcliq", "cider"])
def test_the_mean_rule_is_the_mean(spec):
    texts = ["The heart is enlarged.", "Clear lungs.", "No pleural effusion."]
    others = ["Heart size is normal.", "The lungs are clear.", "No pleural effusion."]
    result = radeval.score(texts, others, spec, n_boot=0)
    (label,) = result.metrics
    assert result.aggregates[label].rule == "mean"
    assert result.aggregates[label].value == pytest.approx(math.fsum(result[label].scores.value) / 3)


@pytest.mark.parametrize(("allowed", "fails"), [(None, False), (0.0, True), (0.49, True), (0.5, False), (1.0, False)])
def test_more_missing_scores_than_allowed_are_an_error_that_carries_the_result(toy, allowed, fails):
    arguments = (["1", "unscored", "raise", "0"], REFERENCES, [toy(), "rouge"])
    if not fails:
        assert radeval.score(*arguments, max_unscored=allowed).aggregates["toy"].n_ok == 2
        return
    with pytest.raises(TooManyUnscoredError, match="toy 2 of 4") as caught:
        radeval.score(*arguments, max_unscored=allowed)
    assert caught.value.exit_code == 3
    assert caught.value.result.table()["toy"] == [1.0, None, None, 0.0]
    assert "rouge" not in caught.value.message


def test_too_many_missing_scores_still_leave_a_complete_run_on_disk(toy, tmp_path):
    with pytest.raises(TooManyUnscoredError):
        radeval.score(["unscored", "1"], ["r", "r"], toy(), max_unscored=0, out=tmp_path / "run")
    assert radeval.RunResult.load(tmp_path / "run").aggregates["toy"].n_unscored == 1


def test_usage_is_added_up_over_examples_with_and_without_a_verdict(toy):
    def verdict(example):
        usage = Usage(calls=1, input_tokens=10, cost_usd=0.25)
        return Score.unscored("refused", usage=usage) if example.candidate == "x" else Score.ok(1.0, usage=usage)

    result = radeval.score(["1", "x", "1"], ["r"] * 3, [toy(verdict), "rouge"])
    assert result.usage == {"toy": Usage(calls=3, input_tokens=30, cost_usd=0.75)}


def test_a_metric_can_warn_once_however_often_it_does(toy):
    class Warning_(type(toy())):  # noqa: N801
        def score(self, example, context):
            context.warn("mind the gap")
            return Score.ok(1.0)

    assert radeval.score(["1"] * 5, ["r"] * 5, Warning_()).notices == ["mind the gap"]


def test_what_is_known_only_after_scoring_stands_in_the_signature(toy):
    class Served(type(toy())):
        def score_batch(self, examples, context):
            batch = super().score_batch(examples, context)
            batch.observed = {"served": "model-7"}
            return batch

    signature = radeval.score(["1"], ["r"], Served())["toy"].signature
    assert signature.fields["served"] == "model-7"
    assert signature.id != radeval.score(["1"], ["r"], toy())["toy"].signature.id
