"""Studies: what is compared, on which items, against what; with real statistics on small simulated ratings."""

from __future__ import annotations

import csv
import io
import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from radeval.core.errors import InputError, UsageError
from radeval.core.info import EmptyRules, MetricInfo, Parameter
from radeval.core.metric import Metric
from radeval.core.score import Score
from radeval.run.options import RunOptions
from radeval.study.analysis import StudyOptions, analyse
from radeval.study.data import Target
from radeval.study.datasets import load_study
from radeval.study.datasets.custom import load_custom
from radeval.study.holdout import held_out, not_held_out
from radeval.study.results import COLUMNS, write_csv, write_differences
from radeval.study.series import Series, scored, scores_from_table
from radeval.study.table import WIDTH, as_table

QUICK = {"n_boot": 100, "draws": 999}


def series(label, values, **more) -> Series:
    return Series(label=label, values=np.asarray(values, dtype=float), **more)


@pytest.fixture(scope="module")
def compared(simulated):
    """A study with a good metric, the same turned round, a poor one and chance."""
    study, quality = simulated(40)
    rng = np.random.default_rng(5)
    good = quality + 0.3 * rng.normal(size=len(quality))
    found = [
        series("good", good),
        series("turned", -good, direction="lower"),
        series("poor", quality + 2.5 * rng.normal(size=len(quality))),
        series("chance", rng.normal(size=len(quality))),
    ]
    return study, found


@pytest.fixture(scope="module")
def result(compared):
    return analyse(*compared, StudyOptions(**QUICK))


def test_directions_are_aligned_and_lines_ranked(result):
    assert result.lines[0].kind == "raters"
    order = [one.label for one in result.lines[1:] if one.kind == "metric"]
    assert set(order[:2]) == {"good", "turned"}
    assert order[2:] == ["poor", "chance"]
    assert result.line("good").values == result.line("turned").values
    assert result.line("good").values["kendall"].value > 0.6


def test_tau_equals_an_independent_computation(compared, result):
    from scipy.stats import kendalltau, pearsonr, spearmanr

    study, found = compared
    mean = study.targets[0].mean
    for one in found:
        values = result.line(one.label).values
        assert values["kendall"].value == pytest.approx(kendalltau(one.oriented, mean).statistic)
        assert values["spearman"].value == pytest.approx(spearmanr(one.oriented, mean).statistic)
        assert values["pearson"].value == pytest.approx(pearsonr(one.oriented, mean).statistic)
    ours = [kendalltau(found[0].values[[at, at + 1]], mean[[at, at + 1]]).statistic for at in range(0, len(mean), 2)]
    assert result.line("good").values["kendall/study"].value == pytest.approx(np.nanmean(ours))


def test_a_lower_target_gives_the_same_agreement(compared, result):
    study, found = compared
    target = study.targets[0]
    errors = replace(study, targets=(replace(target, direction="lower", ratings=-target.ratings, count=True),))
    other = analyse(errors, found, StudyOptions(**QUICK))
    assert result.line("good").values["kendall"] == other.line("good").values["kendall"]


def test_only_what_beats_the_baselines_is_said_to(result):
    assert result.line("good").against.beats
    assert not result.line("chance").against.beats
    assert result.line("good").against.best == "source"
    assert result.line("constant").values["kendall"].reason == "the scores are constant"
    assert result.line("constant").values["preference"].value == 0.5
    assert result.line("good").cluster == 1
    assert result.line("chance").cluster > 1
    contest = next(one for one in result.contests if {one.first, one.second} == {"good", "chance"})
    assert contest.adjusted >= contest.p > 0
    assert contest.interval.low < contest.difference < contest.interval.high


def test_every_line_stands_on_the_same_items(compared):
    study, found = compared
    gaps = found[0].values.copy()
    gaps[:6] = np.nan
    few = np.full(len(gaps), np.nan)
    few[:10] = 1.0
    given = [replace(found[0], values=gaps, reasons={"refused": 6}), *found[1:], series("few", few)]
    result = analyse(study, given, StudyOptions(**QUICK))
    assert result.n_used == len(study) - 6
    assert {value.n for line in result.lines if line.kind != "raters" for value in line.values.values()} == {
        len(study) - 6
    }
    assert result.line("good").n_scored == len(study) - 6
    assert result.line("poor").n_scored == len(study)
    assert all(one.label != "few" for one in result.lines)
    told = " ".join(result.notices)
    assert (
        "no score for 6 of 80 rated items (most often: refused), every metric is compared without these: good" in told
    )
    assert "too many, so it is left out: few" in told


def test_unrated_items_are_left_out_not_zero(compared):
    study, found = compared
    ratings = study.targets[0].ratings.copy()
    ratings[:4] = np.nan
    result = analyse(
        replace(study, targets=(replace(study.targets[0], ratings=ratings),)), found, StudyOptions(**QUICK)
    )
    assert (result.n_items, result.n_rated, result.n_used) == (80, 76, 76)


def test_one_reading_has_no_ceiling(simulated):
    study, quality = simulated(12, raters=1)
    result = analyse(study, [series("good", quality)], StudyOptions(**QUICK))
    assert result.raters is None
    assert result.lines[0].kind != "raters"
    assert "ceiling: none" in as_table(result)
    assert any("rough below" in one for one in result.notices)


def test_error_counts_are_compared_in_errors(simulated):
    study, quality = simulated(15)
    counts = np.round(np.abs(quality[:, None]) * 2 + np.arange(3))
    errors = Target("errors", "errors", "lower", counts, ("a", "b", "c"), count=True)
    study = replace(study, targets=(errors, *study.targets))
    judge = series("judge", counts.mean(axis=1) + 1, direction="lower", counts={"errors": counts.mean(axis=1) + 1})
    result = analyse(study, [judge], StudyOptions(**QUICK))
    assert result.line("judge").errors["errors"].value == pytest.approx(1)
    assert result.line("one rater").errors["errors"].value == pytest.approx((1.5 + 0 + 1.5) / 3)
    assert "rating" in result.line("judge").targets
    # The best constant is the median: what a count is worth is judged beside it.
    means = counts.mean(axis=1)
    assert result.line("constant").errors["errors"].value == pytest.approx(np.abs(means - np.median(means)).mean())
    assert "(constant)" in as_table(result).partition("mean absolute difference")[2]


def test_in_sample_marks_and_held_out_ids(compared):
    study, found = compared
    fitted = [replace(found[0], tuned_on=("sim",)), replace(found[1], tuned_on=("sim/part",)), *found[2:]]
    result = analyse(study, fitted, StudyOptions(**QUICK))
    assert {one.label for one in result.lines if one.in_sample} == {"good", "turned"}
    ids = frozenset(f"g{number}" for number in range(10))
    part = held_out(study, ids)
    assert len(part) == 20
    assert len(not_held_out(study, ids)) == 60
    kept = np.array([one.group in ids for one in study.examples])
    on_part = [replace(one, values=one.values[kept]) for one in fitted]
    result = analyse(part, on_part, StudyOptions(holdout=ids, **QUICK))
    assert {one.label for one in result.lines if one.in_sample} == {"good"}
    assert any(one.endswith("taken on trust: turned") for one in result.notices)
    with pytest.raises(InputError, match="held-out ids are none"):
        held_out(study, frozenset({"absent"}))


def test_a_table_is_in_sample_for_what_was_fitted_to_it_or_to_an_unnamed_one(compared):
    study, found = compared
    names = [("custom:mine",), ("custom:other",), ("custom",), ()]
    fitted = [replace(one, tuned_on=told) for one, told in zip(found, names, strict=True)]
    result = analyse(replace(study, name="custom:mine"), fitted, StudyOptions(n_boot=0, draws=99))
    assert {one.label for one in result.lines if one.in_sample} == {"good", "poor"}


def test_other_main_statistics(compared):
    study, found = compared
    result = analyse(study, found, StudyOptions(statistic="accuracy", within="system", **QUICK))
    assert result.statistic == "accuracy/system"
    assert result.line("good").cluster == 1
    for options in ({"statistic": "accuracy_in_sample"}, {"within": "rater"}, {"target": "absent"}):
        with pytest.raises(UsageError):
            analyse(study, found, StudyOptions(**QUICK, **options))


def test_a_name_is_taken_once(compared):
    study, found = compared
    with pytest.raises(UsageError, match="are called 'source'"):
        analyse(study, [replace(found[0], label="source")], StudyOptions(**QUICK))


def test_permutations_are_enough_for_the_number_of_tests(simulated):
    """After Holm's adjustment, a certain difference must be one however many metrics there are."""
    study, quality = simulated(20)
    found = [series(f"m{place}", np.tanh(quality) + place * 1e-9 * quality) for place in range(26)]
    few = analyse(study, found, StudyOptions(n_boot=20, draws=500))
    assert not any(one.against.beats for one in few.lines if one.kind == "metric")
    assert any("500 permutations are too few for 351 tests" in one for one in few.notices)
    enough = analyse(study, found, StudyOptions(n_boot=20))
    assert enough.config["draws"] == 15_120
    assert all(one.against.beats for one in enough.lines if one.kind == "metric")
    assert not any("too few" in one for one in enough.notices)


@pytest.mark.parametrize("share", [-0.1, 1.5, float("nan")])
def test_a_share_is_one(share):
    with pytest.raises(UsageError, match="no share"):
        StudyOptions(min_scored=share)


def test_too_few_items_are_an_error(simulated):
    study, quality = simulated(1)
    with pytest.raises(InputError, match="2 items of Sim"):
        analyse(study, [series("good", quality)], StudyOptions(**QUICK))


def test_the_same_seed_gives_the_same_study(compared, result):
    study, found = compared
    again = analyse(study, found, StudyOptions(**QUICK))
    assert replace(result, seconds=0) == replace(again, seconds=0)


def test_what_is_written_is_strict_and_complete(result, tmp_path):
    stored = json.loads(result.to_json())
    assert stored["format"] == 1
    assert stored["lines"][1]["values"]["kendall"]["value"] == result.lines[1].values["kendall"].value
    with (tmp_path / "study.csv").open("w", encoding="utf-8", newline="") as file:
        write_csv(result, file)
    lines = (tmp_path / "study.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == ",".join(COLUMNS)
    assert sum(one.startswith("good,metric,rating,kendall,") for one in lines) == 3


def test_the_table_is_legible_and_says_what_a_reader_must_know(compared):
    study, found = compared
    study = replace(study, notes=("A note of the set.",))
    fitted = [replace(found[0], tuned_on=("sim",)), *found[1:]]
    text = as_table(analyse(study, fitted, StudyOptions(**QUICK)), details=True)
    assert max(map(len, text.splitlines())) <= WIDTH
    assert "good †" in text
    assert "chance ‡" in text
    assert "(constant)" in text
    assert "80 reports by 2 systems on 40 studies" in text
    for said in (
        "ceiling: each of 3 raters",
        "power: a true difference of",
        "Krippendorff's alpha",
        "tau-b of one with the others",
        "in study: 40 studies whose ratings differ; in system: 2 systems",
        "no texts, so that there are no baselines of length",
        "A note of the set",
    ):
        assert said in " ".join(text.split())


def test_differences_of_metrics_are_in_the_details_and_in_a_table(result):
    text = as_table(result, details=True)
    contest = next(one for one in result.contests if {one.first, one.second} == {"good", "chance"})
    shown = next(one for one in text.splitlines() if one.startswith(f"{contest.first} less {contest.second} "))
    assert f"{contest.difference:+.3f}" in shown
    assert f"{contest.adjusted:.3f}" in shown or "<.001" in shown
    assert "source less constant" not in text
    stream = io.StringIO()
    write_differences(result, stream)
    rows = list(csv.DictReader(io.StringIO(stream.getvalue())))
    assert len(rows) == len(result.contests)
    assert all(float(row["p"]) > 0 for row in rows)


def test_raters_alone_and_in_halves(compared):
    result = analyse(*compared, StudyOptions(**QUICK))
    raters, ratings = result.raters, compared[0].targets[0].ratings
    for place, name in enumerate(raters.names):
        others = np.delete(ratings, place, axis=1).mean(axis=1)
        assert raters.alone[name].value == pytest.approx(_count_tau(ratings[:, place], others))
    assert np.mean([one.value for one in raters.alone.values()]) == pytest.approx(
        result.lines[0].values["kendall"].value
    )
    assert raters.split_interval.low < raters.split_half < raters.split_interval.high


def test_targets_with_fewer_ratings_say_how_many(simulated):
    study, quality = simulated(15)
    few = np.where(np.arange(30)[:, None] < 20, study.targets[0].ratings, np.nan)
    study = replace(study, targets=(*study.targets, replace(study.targets[0], name="errors", ratings=few)))
    assert "errors (n=20)" in as_table(analyse(study, [series("good", quality)], StudyOptions(**QUICK)))


class Fitted(Metric):
    """Shared words with constants from ratings: all of ReXVal for the first method, a part of it for the second."""

    info = MetricInfo(
        name="fitted",
        version=1,
        summary="words in common",
        main="fitted",
        direction="lower",
        range=(None, None),
        citation="none",
        empty=EmptyRules(0.0, "unscored", "unscored"),
        parameters=(Parameter("method", "str", "second", "which constants", choices=("first", "second")),),
        tuned_on=("rexval/part",),
    )

    def __init__(self, **parameters):
        super().__init__(**parameters)
        if self.parameters["method"] == "first":
            self.info = replace(self.info, tuned_on=("rexval",))

    def score(self, example, context):
        return Score.ok(-float(len(set(example.candidate.split()) & set(example.references[0].split()))))


@pytest.mark.parametrize(
    ("method", "held", "marked"), [("first", False, True), ("first", True, True), ("second", False, True),
                                   ("second", True, False)],
)  # fmt: skip
def test_what_a_metric_was_fitted_to_is_marked_from_its_declaration(rexval, method, held, marked):
    study = load_study("rexval", rexval())
    ids = frozenset(one.id for one in study.examples[:16]) if held else None
    study = study if ids is None else held_out(study, ids)
    found, _ = scored(study, [Fitted(method=method)], RunOptions(n_boot=0))
    result = analyse(study, found, StudyOptions(n_boot=20, draws=99, holdout=ids))
    label = found[0].label
    assert result.line(label).in_sample == marked
    assert ("†" in as_table(result)) == marked
    assert any("taken on trust" in one for one in result.notices) == (held and not marked)
    # A study of another set is none of its business.
    elsewhere = analyse(replace(study, name="other"), found, StudyOptions(n_boot=20, draws=99, holdout=ids))
    assert not elsewhere.line(label).in_sample


def test_many_targets_fit_the_width_and_every_method_is_named(rexval):
    study = load_study("rexval", rexval())
    found, _ = scored(study, ["findings"], RunOptions(n_boot=0))
    result = analyse(study, found, StudyOptions(n_boot=20, draws=99))
    text = as_table(result, details=True)
    assert max(map(len, text.splitlines())) <= WIDTH
    assert all(one.name in text for one in study.targets)
    assert f"findings #{found[0].signature_id}" in text
    # Errors grow from candidate to candidate, and so does what the reports leave out.
    assert result.line("findings").values["kendall"].value > 0.5
    assert "omitted_finding" not in as_table(result)


def test_metrics_and_baselines_score_the_reports(radpref):
    study = load_study("radpref", radpref())
    found, _ = scored(study, ["findings,chexprompt", "rouge"], RunOptions(n_boot=0))
    assert [(one.label, one.kind) for one in found] == [
        ("findings", "metric"), ("chexprompt", "metric"), ("ROUGE-L", "baseline"),
    ]  # fmt: skip
    result = analyse(study, found, StudyOptions(**QUICK))
    kinds = {one.label: one.kind for one in result.lines}
    assert {label for label, kind in kinds.items() if kind == "baseline"} == {
        "ROUGE-L", "length", "normal report", "source", "constant",
    }  # fmt: skip
    # Reports that leave findings out are worse the more they leave out.
    assert result.line("chexprompt").values["kendall"].value > 0.8
    assert result.line("chexprompt").errors["errors"].value == pytest.approx(0, abs=0.5)
    # What never reads the candidate cannot tell two reports on one study apart.
    assert result.line("normal report").values["kendall/study"].value == 0
    assert result.line("source").values["kendall/system"].value == 0


def test_scores_from_a_table(simulated, tmp_path, study_csv):
    study, quality = simulated(4)
    rows = [[one.id, value, -value] for one, value in zip(study.examples, quality, strict=True)]
    study_csv(tmp_path / "scores.csv", [["id", "mine", "loss"], *rows[:-1], [rows[-1][0], "x", ""], ["absent", 1, 1]])
    found, problems = scores_from_table(tmp_path / "scores.csv", study, lower=["loss"])
    assert [(one.label, one.direction) for one in found] == [("mine", "higher"), ("loss", "lower")]
    assert np.allclose(found[0].oriented[:-1], found[1].oriented[:-1])
    assert np.isnan(found[0].values[-1])
    assert len(problems) == 2
    with pytest.raises(UsageError, match="los"):
        scores_from_table(tmp_path / "scores.csv", study, lower=["los"])
    study_csv(tmp_path / "other.csv", [["id", "mine"], ["p", 1]])
    with pytest.raises(InputError, match="no id of the table"):
        scores_from_table(tmp_path / "other.csv", study)


@pytest.mark.parametrize("ids", [lambda name: name, lambda name: f"{name[0]}/{name[1]}"])
def test_scores_are_joined_by_id_and_system_or_by_the_full_id(tmp_path, study_csv, ids):
    keys = [(f"i{number}", system) for number in range(4) for system in "ab"]
    rated = [[*key, place] for place, key in enumerate(keys)]
    study_csv(tmp_path / "ratings.csv", [["id", "system", "rating"], *rated])
    study = load_custom(None, tmp_path / "ratings.csv")
    rows = [[*(key if isinstance(ids(key), tuple) else (ids(key),)), place] for place, key in enumerate(keys)]
    head = ["id", "system", "mine"] if len(rows[0]) == 3 else ["id", "mine"]
    study_csv(tmp_path / "scores.csv", [head, *reversed(rows), [*rows[0][:-1], 99]])
    found, problems = scores_from_table(tmp_path / "scores.csv", study)
    assert found[0].values.tolist() == list(range(8))
    assert [one.what for one in problems] == ["the item has scores in a row before; the first ones are used"]


def _count_tau(first, second) -> float:
    """Kendall's tau-b by counting all pairs."""
    shared = one_sided = other_sided = 0
    for at in range(len(first)):
        for behind in range(at):
            a, b = np.sign(first[at] - first[behind]), np.sign(second[at] - second[behind])
            shared, one_sided, other_sided = shared + a * b, one_sided + a * a, other_sided + b * b
    return float(shared / np.sqrt(one_sided * other_sided))


def test_rater_pairs_of_radpref_equal_an_independent_computation():
    folder = Path(os.environ.get("RADEVAL_DATA", Path(__file__).resolve().parents[3] / "shared" / "data")) / "radpref"
    if not (folder / "preference_data.json").is_file():
        pytest.skip(f"no RadPref: {folder} is absent (RADEVAL_DATA names the folder above it)")
    study = load_study("radpref", folder)
    length = Series(label="words", values=np.array([float(len(one.candidate.split())) for one in study.examples]))
    result = analyse(study, [length], StudyOptions(n_boot=0, draws=1))
    users = [json.loads((folder / f"user_{name}.json").read_text())["annotations"] for name in (1, 2, 3)]
    ids = [(one["id"], kind) for one in json.loads((folder / "preference_data.json").read_text())
           for kind in ("C1", "C2")]  # fmt: skip
    columns = [[user[name][kind]["rating"] for name, kind in ids] for user in users]
    for first, second in ((0, 1), (0, 2), (1, 2)):
        expected = _count_tau(columns[first], columns[second])
        assert result.raters.pairs[f"{first + 1} / {second + 1}"].value == pytest.approx(expected, abs=1e-12)
