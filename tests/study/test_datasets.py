"""The data sets' formats: what is read, what is listed as unusable, what is named as missing."""

from __future__ import annotations

import csv
import json
import math

import numpy as np
import pytest

from radeval.core.errors import (
    ColumnError,
    DuplicateIdError,
    EmptyIdError,
    FileAccessError,
    InputError,
    TableFormatError,
    UsageError,
)
from radeval.study.datasets import DATASETS, load_study, sources
from radeval.study.datasets.custom import load_custom


def test_every_data_set_says_where_it_comes_from_and_under_which_terms():
    found = sources()
    assert set(found) == set(DATASETS)
    assert all(one.address.startswith("https://") and one.terms and one.files for one in found.values())


def test_rexval_is_joined_by_row_order_and_summed_by_rater(rexval):
    study = load_study("rexval", rexval())
    assert len(study) == 24
    assert len(set(study.groups)) == 6
    assert [one.id for one in study.examples[:4]] == ["0/radgraph", "0/bertscore", "0/s_emb", "0/bleu"]
    total, significant, insignificant = (study.target(name) for name in ("total", "significant", "insignificant"))
    assert total is study.targets[0]
    assert total.direction == "lower"
    assert np.array_equal(total.ratings, significant.ratings)
    assert (insignificant.ratings == 0).all()
    assert np.array_equal(total.ratings[:, 0] + 1, total.ratings[:, 1])
    assert np.array_equal(study.target("omitted_finding").ratings, total.ratings)
    assert not study.problems


def test_rexval_blank_counts_are_missing_and_malformed_ones_listed(rexval):
    def change(rows):
        rows[0][5] = ""
        rows[24][5] = "two"
        rows[48][4] = "perhaps"
        return [*rows, rows[72]]

    study = load_study("rexval", rexval(change))
    total = study.target("total").ratings
    assert math.isnan(total[0, 0])
    assert math.isnan(total[1, 0])
    assert math.isnan(total[2, 0])
    assert math.isnan(total[3, 0])
    assert np.isfinite(total[4:]).all()
    told = [f"{one.where} {one.what}" for one in study.problems]
    assert len(told) == 3
    assert any("row 25 (line 26), num_errors" in one and "'two'" in one for one in told)
    # The first rater's blank leaves the other's counts, so that the item is still rated.
    assert study.target("total").rated.all()


def test_rexval_counts_and_numbers_are_whole(rexval):
    def change(rows):
        rows[0][5] = 1.5
        rows[24][0] = 0.5
        rows[48][5] = "2.0"
        rows[72][5] = -1
        return rows

    study = load_study("rexval", rexval(change))
    told = [f"{one.where} {one.what}" for one in study.problems]
    assert "'1.5' is no whole number" in told[0]
    # A study between two numbers is none of them.
    assert any("row 25 (line 26), study_number '0.5' is no whole number" in one for one in told)
    assert any(one.endswith("'-1' is not 0 or more") for one in told)
    total = study.target("total").ratings
    assert np.isnan(total[[0, 1, 3], 0]).all()
    assert np.isfinite(total[2]).all()


def test_items_without_a_reference_are_left_out_and_empty_candidates_noted(rexval):
    folder = rexval()
    path = folder / "50_samples_gt_and_candidates.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    rows[1][2] = " "
    rows[2][3] = ""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    study = load_study("rexval", folder)
    assert len(study) == 20
    assert len(study.target("total").ratings) == 20
    assert "0/radgraph" not in [one.id for one in study.examples]
    assert [one.what for one in study.problems] == ["the reference is blank, so that the item is left out"] * 4
    assert any("count as empty reports: 1 (first: '1/radgraph')" in one for one in study.notes)


def test_a_folder_named_too_high_is_told_where_the_files_are(rexval, tmp_path):
    below = tmp_path / "physionet.org" / "files" / "1.0.0"
    below.mkdir(parents=True)
    for path in list(rexval().glob("*.csv")):
        path.rename(below / path.name)
    with pytest.raises(FileAccessError) as caught:
        load_study("rexval", tmp_path)
    assert f"there is one in {below}" in caught.value.hint


def test_rexval_numbered_from_one_is_refused(rexval):
    def change(rows):
        return [[row[0] + 1, *row[1:]] for row in rows]

    with pytest.raises(TableFormatError, match="numbered from 1 to 6"):
        load_study("rexval", rexval(change))


def test_a_wrong_file_is_named_with_what_was_expected(rexval):
    folder = rexval()
    (folder / "50_samples_gt_and_candidates.csv").write_text("id,report\n1,Clear.\n", encoding="utf-8")
    with pytest.raises(ColumnError, match="lacks study_id, gt_report") as caught:
        load_study("rexval", folder)
    assert "expected are study_id, gt_report, radgraph" in caught.value.hint
    (folder / "50_samples_gt_and_candidates.csv").unlink()
    with pytest.raises(FileAccessError, match="which is not in this folder") as caught:
        load_study("rexval", folder)
    assert "6_valid_raters" in caught.value.hint
    with pytest.raises(FileAccessError, match="no such folder"):
        load_study("rexval", folder / "absent")


@pytest.mark.parametrize("flat", [True, False])
def test_radpref_published_and_flat(radpref, flat):
    study = load_study("radpref", radpref(flat))
    assert len(study) == 24
    assert study.targets[0].name == "rating"
    assert study.targets[0].raters == ("1", "2", "3")
    assert study.systems[:2] == ["gpt", "medgemma"]
    first = study.examples[0]
    assert (first.group, first.context.age, first.context.sex, first.context.modality) == ("case0", 72, "female", "cxr")
    ratings, errors = study.target("rating").ratings, study.target("errors").ratings
    assert np.array_equal(ratings[:, 0], 5 - 2 * errors[:, 0])
    assert np.array_equal(errors, study.target("significant").ratings)
    assert np.array_equal(errors, study.target("missing").ratings)


def test_radpref_what_is_missing_or_malformed(radpref):
    def change(users):
        users[0]["annotations"]["case0"]["C1"]["rating"] = None
        users[1]["annotations"]["case0"]["C1"]["rating"] = 7
        del users[2]["annotations"]["case0"]
        users[0]["annotations"]["case1"]["C1"]["finding_errors"] = {"0": {"error_type": "odd"}}

    study = load_study("radpref", radpref(True, change))
    assert not study.target("rating").rated[0]
    assert np.isnan(study.target("errors").ratings[0, 2])
    told = " ".join(f"{one.where} {one.what}" for one in study.problems)
    assert "user_2.json, 'case0', C1, rating" in told
    assert "'odd' is no kind of error" in told
    assert np.isnan(study.target("significant").ratings[2, 0])
    assert np.isfinite(study.target("errors").ratings[2, 0])


def test_radpref_a_case_twice_and_an_error_that_is_none(radpref):
    def change(users):
        users[0]["annotations"]["case1"]["C1"]["missing_findings"] = {"0": "effusion"}

    folder = radpref(change=change)
    path = folder / "preference_data.json"
    cases = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps([*cases, cases[0]]), encoding="utf-8")
    study = load_study("radpref", folder)
    assert len(study) == 24
    told = [f"{one.where} {one.what}" for one in study.problems]
    assert any("case 13 the id is there twice" in one for one in told)
    assert any("the errors are not listed" in one for one in told)
    assert np.isnan(study.target("errors").ratings[2, 0])
    assert np.isfinite(study.target("rating").ratings[2, 0])


HEADS = ["report_id", "one", "two", "three", "four", "five", "six", "seven", "eight"]


@pytest.mark.parametrize("published", [True, False])
def test_radevalx(tmp_path, study_csv, published):
    root = tmp_path
    if published:
        root = tmp_path / ("radiology-report-generation-models-evaluation-dataset-for-chest-x-rays-radevalx-1.0.0")
    significant = [HEADS, ["a", 1, 0, 0, 0, 0, 0, 0, 0], ["b", 2, "", 0, 0, 0, 0, 0, 0], ["c", *[0] * 8]]
    insignificant = [HEADS, ["a", 0, 1, 0, 0, 0, 0, 0, 1], ["b", *[0] * 8], ["c", "x", *[0] * 7]]
    texts = [["id", "report_id", "ground_truth", "M2Tr-Generation", "BLEU"],
             *([number, name, "Clear lungs.", "No effusion.", 0.1] for number, name in enumerate("abcd"))]  # fmt: skip
    study_csv(root / "RadEval_clinically_significant_errors.csv", significant)
    study_csv(root / "RadEval-clinically_insignificant_errors.csv", insignificant)
    study_csv(root / "metrcis_scores_m2tr.csv", texts)
    study = load_study("radevalx", tmp_path)
    assert [one.id for one in study.examples] == ["a", "b", "c"]
    assert study.examples[0].candidate == "No effusion."
    total = study.target("total").ratings[:, 0]
    assert total[0] == 3
    assert np.isnan(total[1:]).all()
    assert study.target("false_finding").ratings[:, 0].tolist()[:2] == [1, 2]
    assert [one.what for one in study.problems] == ["'x' is no number"]


def annotation(significant, insignificant) -> str:
    blocks = []
    for name, counts in (("significant", significant), ("insignificant", insignificant)):
        lines = [f"{place}. kind: {n}" for place, n in enumerate(counts, 1)]
        blocks.append("\n".join([f"Clinically {name} errors:", *lines]))
    return "\n\n".join(blocks)


def test_radeval_expert_annotations_are_read_from_free_text(tmp_path, study_csv):
    head = ["annotator", "type", "ground_truth", "images_path", "prediction1", "prediction2", "prediction3",
            "annotation1", "annotation2", "annotation3"]  # fmt: skip
    good = annotation([1, 2, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 1])
    malformed = annotation([1, "many", 0, 0, 0, 0, 0], [0] * 7)
    twice = annotation([0] * 7, [0] * 7) + "\n1. kind: 3"
    row = ["r1", "findings", "Clear lungs.", "p/1", "Clear.", "Effusion.", "Edema.", good, malformed, ""]
    again = ["r1", "findings", "Clear heart.", "p/2", "Clear.", "Effusion.", "Edema.", twice, good, good]
    path = tmp_path / "reader_study_final_with_annotationsv3.csv"
    study_csv(path, [head, row, again])
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    study = load_study("radeval_expert", tmp_path)
    assert len(study) == 6
    assert set(study.groups) == {"p/1", "p/2"}
    total = study.target("total").ratings[:, 0]
    assert total[0] == 4
    assert np.isnan(total[1:4]).all()
    assert study.target("insignificant").ratings[1, 0] == 0
    assert study.target("significant").ratings[3, 0] == 0
    assert [one.what for one in study.problems] == [
        "the count is no whole number",
        "the category is counted twice; neither count is used",
    ]
    assert "annotation2" in study.problems[0].where
    assert "row 2" in study.problems[1].where


def test_rate_eval_groups_pairs_by_their_reference(tmp_path, study_csv):
    rows = [["gt_report", "similar_report", "Score"], ["Clear.", "Lungs clear.", "4.5"], ["Clear.", "Edema.", "0.25"],
            ["Edema.", "Edema.", ""]]  # fmt: skip
    study_csv(tmp_path / "Task2_paragraph_rate" / "rate_test.csv", rows)
    study = load_study("rate_eval", tmp_path)
    assert study.groups[0] == study.groups[1] != study.groups[2]
    assert study.targets[0].rated.tolist() == [True, True, False]


def test_an_unknown_data_set_is_named_with_near_ones(tmp_path):
    with pytest.raises(UsageError, match="rexvol") as caught:
        load_study("rexvol", tmp_path)
    assert "rexval" in caught.value.hint


def test_custom_one_table_with_raters_as_columns(tmp_path, study_csv):
    rows = [["id", "study", "system", "candidate", "reference", "rating_a", "rating_b"],
            ["1", "s", "x", "Clear.", "Clear.", 5, 4], ["1", "s", "y", "Edema.", "Clear.", 1, ""],
            ["2", "t", "x", "Edema.", "Edema.", "?", 3]]  # fmt: skip
    study_csv(tmp_path / "mine.csv", rows)
    study = load_custom(tmp_path / "mine.csv", None)
    assert [one.id for one in study.examples] == ["1/x", "1/y", "2/x"]
    assert study.groups == ["s", "s", "t"]
    assert study.targets[0].raters == ("rating_a", "rating_b")
    assert study.targets[0].mean.tolist() == [4.5, 1, 3]
    assert "row 3 (line 4), rating_a" in study.problems[0].where


def test_custom_ratings_in_a_file_of_their_own_one_a_row(tmp_path, study_csv):
    study_csv(tmp_path / "texts.csv", [["id", "candidate", "reference"], ["1", "Clear.", "Clear."], ["2", "A.", "B."]])
    ratings = [["id", "rater", "rating"], ["1", "p", 3], ["1", "q", 2], ["2", "p", 1], ["9", "p", 1], ["2", "p", 4]]
    study_csv(tmp_path / "ratings.csv", ratings)
    study = load_custom(tmp_path / "texts.csv", tmp_path / "ratings.csv", direction="lower")
    assert study.targets[0].raters == ("p", "q")
    assert study.targets[0].direction == "lower"
    assert study.targets[0].ratings[:, 0].tolist() == [3, 1]
    assert len(study.problems) == 2


@pytest.mark.parametrize(
    ("rows", "error"),
    [
        ([["id", "reference", "rating"], ["1", "Clear.", 3]], ColumnError),
        ([["id", "candidate", "reference"], ["1", "A.", "B."]], ColumnError),
        ([["id", "candidate", "reference", "rating"], ["", "A.", "B.", 1]], EmptyIdError),
        ([["id", "candidate", "reference", "rating"], ["1", "A.", "B.", 1], ["1", "A.", "B.", 2]], InputError),
        (
            [["id", "candidate", "reference", "rater", "rating"], ["1", "A.", "B.", "p", 1], ["1", "C.", "B.", "q", 2]],
            DuplicateIdError,
        ),
    ],
)
def test_custom_tables_that_cannot_be_used(tmp_path, study_csv, rows, error):
    study_csv(tmp_path / "mine.csv", rows)
    with pytest.raises(error):
        load_custom(tmp_path / "mine.csv", None)
