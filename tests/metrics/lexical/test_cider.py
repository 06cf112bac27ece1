from __future__ import annotations

import csv

import numpy as np
import pytest

import radeval
from radeval.core.errors import EmptyTableError, FileAccessError, RadevalError
from radeval.core.metric import RunContext
from radeval.core.registry import make_metric
from radeval.core.score import Status
from radeval.core.spec import MetricSpec


def spec_with(path):
    return str(MetricSpec("cider", None, {"df": str(path)}))


@pytest.fixture
def write_table(tmp_path):
    def write(rows, name="reports.csv"):
        path = tmp_path / name
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["id", "report"])
            writer.writerows(rows)
        return path

    return write


REPORTS = (
    "The lungs are clear without effusion.",
    "There is a small left pleural effusion.",
    "Heart size is normal and the lungs are clear.",
    "Severe pulmonary edema with bilateral effusions.",
    "The pneumothorax on the right has resolved.",
)


def rows_of(reports):
    return [(f"s{number}", text) for number, text in enumerate(reports)]


def test_cider_equals_pycocoevalcap_for_each_example_and_the_mean(pairs, score_pairs, assert_equal):
    from pycocoevalcap.cider.cider_scorer import CiderScorer

    scorer = CiderScorer()
    for pair in pairs:
        scorer += (pair.candidate, list(pair.references))
    mean, expected = scorer.compute_score()
    run = score_pairs("cider", pairs)
    assert_equal(run["cider"].scores.value, expected, pairs)
    assert_equal(run.aggregates["cider"].value, mean)


def test_cider_of_a_single_study_is_unscored_with_its_reason():
    run = radeval.load_metric("cider")(["clear lungs", "no effusion"], [["clear lungs"]] * 2, ids=["a", "b"])
    assert run["cider"].scores.status == [Status.OK] * 2
    single = radeval.load_metric("cider")(["clear lungs"], ["clear lungs"])
    assert single["cider"].scores.status == [Status.UNSCORED]
    assert "single study" in single["cider"].scores.reasons[0]
    assert single.aggregates["cider"].value is None


def test_several_systems_on_one_study_are_still_a_single_study():
    run = radeval.score(["clear", "effusion"], ["clear"] * 2, "cider", ids=["a", "a"], systems=["x", "y"])
    assert run["cider"].scores.status == [Status.UNSCORED] * 2


def test_a_second_system_on_the_same_studies_does_not_change_the_first_ones_scores():
    ids = [f"s{number}" for number in range(len(REPORTS))]
    candidates = [text.replace("left", "right") for text in REPORTS]
    alone = radeval.score(candidates, REPORTS, "cider", ids=ids, systems=["x"] * 5)
    both = radeval.score(
        [*candidates, *reversed(REPORTS)],
        [*REPORTS, *REPORTS],
        "cider",
        ids=ids * 2,
        systems=["x"] * 5 + ["y"] * 5,
    )
    assert both["cider"].scores.value[:5].tolist() == alone["cider"].scores.value.tolist()
    assert both.signatures["cider"] == alone.signatures["cider"]


def test_scores_of_a_run_depend_on_its_other_references_and_the_signature_says_so():
    candidates = [REPORTS[2], *REPORTS[1:]]
    few = radeval.score(candidates[:4], REPORTS[:4], "cider")
    more = radeval.score(candidates, REPORTS, "cider")
    assert few["cider"].scores.value[0] != more["cider"].scores.value[0]
    assert few.signatures["cider"].id != more.signatures["cider"].id


def test_few_studies_give_a_notice():
    run = radeval.score(REPORTS, REPORTS, "cider")
    assert any("5 studies" in notice for notice in run.notices)


def test_a_df_table_equal_to_the_references_gives_the_values_of_the_run(write_table, assert_equal):
    candidates = [text.replace("clear", "hazy") for text in REPORTS]
    table = write_table(rows_of(REPORTS))
    with_table = radeval.score(candidates, REPORTS, spec_with(table))["cider"].scores.value
    assert_equal(with_table, radeval.score(candidates, REPORTS, "cider")["cider"].scores.value, tolerance=0)


def test_df_makes_a_score_independent_of_the_batch(write_table):
    spec = spec_with(write_table(rows_of(REPORTS)))
    batch = radeval.score(list(reversed(REPORTS)), REPORTS, spec)["cider"].scores.value
    alone = [
        radeval.score([candidate], [reference], spec)["cider"].scores.value[0]
        for candidate, reference in zip(reversed(REPORTS), REPORTS, strict=True)
    ]
    assert batch.tolist() == alone
    assert np.isfinite(alone).all()


def test_the_digest_of_the_df_table_stands_in_the_signature_and_its_path_does_not(write_table):
    one, copy, other = (
        write_table(rows_of(REPORTS), "one.csv"),
        write_table(list(reversed(rows_of(REPORTS))), "copy.csv"),
        write_table(rows_of(REPORTS[1:]), "other.csv"),
    )
    signatures = [radeval.score(["a"], ["a"], spec_with(path)).signatures["cider"] for path in (one, copy, other)]
    assert signatures[0] == signatures[1]
    assert signatures[0].id != signatures[2].id
    assert signatures[0].fields["studies"] == 5
    assert len(str(signatures[0].fields["df"])) == 12
    assert all(str(path.parent) not in str(signature) for path in (one,) for signature in signatures)


def test_several_rows_of_one_id_in_the_df_table_are_one_study(write_table):
    table = write_table([("a", REPORTS[0]), ("a", REPORTS[1]), ("b", REPORTS[2])])
    assert radeval.score(["a"], ["a"], spec_with(table)).signatures["cider"].fields["studies"] == 2


def test_a_missing_df_table_is_an_error_before_scoring_that_names_the_file(tmp_path):
    metric = make_metric(spec_with(tmp_path / "nowhere.csv"))
    with pytest.raises(FileAccessError, match=r"nowhere\.csv"):
        metric.check(RunContext())
    with pytest.raises(FileAccessError):
        radeval.score(["a"], ["a"], spec_with(tmp_path / "nowhere.csv"))


def test_a_df_table_of_one_study_is_refused(write_table):
    with pytest.raises(EmptyTableError, match="two studies"):
        radeval.score(["a"], ["a"], spec_with(write_table([("a", "clear")])))


def test_a_df_path_with_unsafe_characters_goes_through_a_spec(write_table):
    path = write_table(rows_of(REPORTS), "odd, name=50% of it.csv")
    assert radeval.score(["a"], ["a"], spec_with(path)).signatures["cider"].fields["studies"] == 5


def test_an_empty_df_is_refused():
    with pytest.raises(RadevalError, match="df is empty"):
        make_metric("cider:df=")


def test_a_report_of_rare_words_scores_ten_against_itself():
    run = radeval.score(REPORTS, REPORTS, "cider")
    assert run["cider"].scores.value.tolist() == pytest.approx([10] * 5, abs=1e-9)
