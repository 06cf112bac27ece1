"""Tests of joining tables into examples: columns, ids, texts and what the user is told."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from radeval.core.errors import (
    ColumnError,
    DuplicateIdError,
    EmptyIdError,
    IdError,
    TextError,
    UnmatchedIdError,
    UsageError,
)
from radeval.core.example import Context, Example
from radeval.io.reading import read_examples

Fixture = Any

REFS = "id,report\n1,clear\n2,effusion\n"


# The usual ways in


def test_two_files_are_joined_by_id_in_the_order_of_the_predictions(write: Fixture) -> None:
    loaded = read_examples(write("p.csv", "id,prediction\n 2 ,b\n1,a\n"), write("r.csv", REFS))
    assert loaded.examples == [
        Example(id="2", candidate="b", references=("effusion",), group="2"),
        Example(id="1", candidate="a", references=("clear",), group="1"),
    ]
    assert (loaded.notices, loaded.left_out) == ([], 0)


def test_formats_mix(write: Fixture) -> None:
    predictions = write("p.jsonl", [{"study_id": 1, "report": "a"}, {"study_id": 2.0, "report": "b"}])
    references = write("r.parquet", [{"uid": "1", "text": "x"}, {"uid": "2", "text": "y"}])
    assert [(e.id, e.candidate, e.references) for e in read_examples(predictions, references).examples] == [
        ("1", "a", ("x",)),
        ("2", "b", ("y",)),
    ]


@pytest.mark.parametrize("name", ["candidate", "prediction", "Prediction"])
def test_one_file(write: Fixture, name: str) -> None:
    path = write("all.csv", f"ID,Reference,{name},age,site\n7,ref,cand,45,A\n")
    assert read_examples(path).examples == [
        Example("7", "cand", ("ref",), group="7", context=Context(age=45.0), meta={"site": "A"})
    ]


def test_one_file_for_both_sides(write: Fixture) -> None:
    path = write("all.csv", "id,reference,candidate\n7,ref,cand\n")
    assert read_examples(path, path).examples == read_examples(path).examples


def test_several_references_in_file_order(write: Fixture) -> None:
    references = write("r.csv", "id,report\n2,first\n1,x\n2,second\n")
    loaded = read_examples(write("p.csv", "id,report,system\n2,a,A\n1,b,A\n2,c,B\n1,d,B\n"), references)
    assert [(e.id, e.system, e.references) for e in loaded.examples] == [
        ("2", "A", ("first", "second")),
        ("1", "A", ("x",)),
        ("2", "B", ("first", "second")),
        ("1", "B", ("x",)),
    ]


# Id columns


@pytest.mark.parametrize("name", ["id", "study_id", "example_id", "uid", "Study_ID", " UID "])
def test_known_id_columns(write: Fixture, name: str) -> None:
    loaded = read_examples(write("p.csv", f"{name},report\n1,a\n2,b\n"), write("r.csv", REFS))
    assert [e.id for e in loaded.examples] == ["1", "2"]


def test_named_id_columns(write: Fixture) -> None:
    predictions = write("p.csv", "case,id,report\n1,9,a\n2,8,b\n")
    assert len(read_examples(predictions, write("r.csv", REFS), id_columns=["Case", "id"]).examples) == 2
    references = write("r2.csv", "case,report\n1,a\n2,b\n")
    assert len(read_examples(predictions, references, id_columns=("case",)).examples) == 2


def test_the_id_column_that_both_files_have_is_taken_and_said(write: Fixture) -> None:
    predictions = write("p.csv", "id,study_id,report\n0,s1,a\n1,s2,b\n")
    references = write("r.csv", "study_id,report\ns1,a\ns2,b\n")
    loaded = read_examples(predictions, references)
    assert [e.id for e in loaded.examples] == ["s1", "s2"]
    assert loaded.examples[0].meta == {"id": "0"}
    assert len(loaded.notices) == 1
    assert "'study_id', not from 'id'" in loaded.notices[0]


def test_missing_id_column(write: Fixture, refused: Fixture) -> None:
    references = write("r.csv", REFS)
    near = write("p.csv", "StudyID,report\n1,a\n")
    refused(
        ColumnError,
        lambda: read_examples(near, references),
        "no id column.*'StudyID', 'report'",
        r"p\.csv",
        "mean --id-col 'StudyID'",
    )
    far = write("q.csv", "zz,report\n1,a\n")
    refused(ColumnError, lambda: read_examples(far, references), "'zz'", r"q\.csv", "--id-col.*first line")
    refused(
        ColumnError,
        lambda: read_examples(near, references, id_columns=["study_id", "id"]),
        "no column 'study_id'.*'StudyID'",
        r"p\.csv",
        "mean --id-col 'StudyID'",
    )
    nothing = write("e.jsonl", "{}\n")
    refused(ColumnError, lambda: read_examples(nothing, references), "no columns", r"e\.jsonl", "--id-col")


def test_id_columns_that_differ_only_in_case(write: Fixture, refused: Fixture) -> None:
    path = write("p.csv", "id,ID,report\n1,2,a\n")
    refused(ColumnError, lambda: read_examples(path, path), "'id' and 'ID'", r"p\.csv", "rename")
    refused(
        ColumnError, lambda: read_examples(path, path, id_columns=["Id"]), "'id' and 'ID'", r"p\.csv", "--id-col id"
    )
    assert read_examples(path, path, id_columns=["ID"]).examples[0].id == "2"


# Text columns


@pytest.mark.parametrize(
    ("header", "taken"),
    [
        ("prediction,report,text,reference", 0),
        ("report,candidate,reference,findings", 1),
        ("reference,text", 1),
        ("reference,REPORT,findings,impression", 1),
        ("indication,comparison,reference", 2),
    ],
)
def test_text_column_of_the_predictions(write: Fixture, header: str, taken: int) -> None:
    cells = ",".join(f"c{number}" for number in range(header.count(",") + 1))
    path = write("p.csv", f"id,{header}\n1,{cells}\n2,{cells}\n")
    assert read_examples(path, write("r.csv", REFS)).examples[0].candidate == f"c{taken}"


@pytest.mark.parametrize(
    ("header", "taken"),
    [("report,text,reference", 2), ("candidate,prediction,text", 2), ("prediction,report", 1), ("candidate,age", 0)],
)
def test_text_column_of_the_references(write: Fixture, header: str, taken: int) -> None:
    cells = ",".join(f"c{number}" for number in range(header.count(",") + 1))
    path = write("r.csv", f"id,{header}\n1,{cells}\n2,{cells}\n")
    assert read_examples(write("p.csv", REFS), path).examples[0].references == (f"c{taken}",)


@pytest.mark.parametrize("header", ["report,text", "prediction,candidate", "Report,report"])
def test_ambiguous_text_columns(write: Fixture, refused: Fixture, header: str) -> None:
    path = write("p.csv", f"id,{header}\n1,a,b\n2,a,b\n")
    names = " and ".join(f"'{name}'" for name in header.split(","))
    refused(ColumnError, lambda: read_examples(path, write("r.csv", REFS)), names, r"p\.csv", "--text-col")
    last = header.split(",")[1]
    loaded = read_examples(path, write("r.csv", REFS), text_columns=[last, "report"])
    assert loaded.examples[0].candidate == "b"


def test_no_text_column(write: Fixture, refused: Fixture) -> None:
    references = write("r.csv", REFS)
    path = write("p.csv", "id,predicton,comparison\n1,a,b\n")
    refused(
        ColumnError,
        lambda: read_examples(path, references),
        "no text column.*'id', 'predicton', 'comparison'",
        r"p\.csv",
        "mean --text-col 'predicton'",
    )
    refused(
        ColumnError,
        lambda: read_examples(references, path, text_columns=["report", "prediction"]),
        "no column 'prediction'",
        r"p\.csv",
        "mean --text-col 'predicton'",
    )


def test_one_file_without_one_of_its_sides(write: Fixture, refused: Fixture) -> None:
    path = write("p.csv", "id,prediction,refrence\n1,a,b\n")
    refused(ColumnError, lambda: read_examples(path), "no reference column.*'refrence'", r"p\.csv", "mean 'refrence'")
    path = write("q.csv", "id,reference,report\n1,a,b\n")
    refused(ColumnError, lambda: read_examples(path), "no candidate column", r"q\.csv", "second file.*--text-col")
    path = write("s.csv", "id,reference,prediction,candidate\n1,a,b,c\n")
    refused(ColumnError, lambda: read_examples(path), "'prediction' and 'candidate'", r"s\.csv", "--text-col")


def test_named_text_columns_in_one_file(write: Fixture, refused: Fixture) -> None:
    path = write("all.csv", "id,out,gold,x\n1,a,b,c\n")
    (example,) = read_examples(path, text_columns=["OUT", "gold"]).examples
    assert (example.candidate, example.references, example.meta) == ("a", ("b",), {"x": "c"})
    refused(
        ColumnError, lambda: read_examples(path, text_columns=["out", "out"]), "named for", r"all\.csv", "--text-col"
    )
    refused(ColumnError, lambda: read_examples(path, text_columns=["id", "out"]), "named for ids", r"all", "different")


def test_options_that_contradict_each_other(write: Fixture, refused: Fixture) -> None:
    path = write("a.csv", REFS)
    refused(UsageError, lambda: read_examples(path, text_columns=["report"]), "two text columns", "--text-col", "first")
    refused(UsageError, lambda: read_examples(path, id_columns=["a", "b"]), "one id column", "--id-col", "two files")
    refused(UsageError, lambda: read_examples(path, path, id_columns=list("abc")), "3 columns", "--id-col", "first")
    refused(UsageError, lambda: read_examples(path, path, text_columns="report"), "list", "--text-col", r"\['report'\]")
    with pytest.raises(UsageError):
        read_examples(path, path, max_chars=0)


# Sections


@pytest.mark.parametrize(
    ("columns", "cells", "text"),
    [
        ("findings,impression", "Clear lungs.,Normal.", "FINDINGS: Clear lungs.\nIMPRESSION: Normal."),
        ("Impression,Findings", "Normal.,Clear lungs.", "FINDINGS: Clear lungs.\nIMPRESSION: Normal."),
        ("findings,impression", ",Normal.", "IMPRESSION: Normal."),
        ("findings,impression", "Clear lungs., ", "FINDINGS: Clear lungs."),
        ("findings,impression", ",", ""),
        ("findings,age", "Clear lungs.,4", "FINDINGS: Clear lungs."),
        ("impression,age", "Normal.,4", "IMPRESSION: Normal."),
        ("findings,impression", "Findings: Clear.,IMPRESSION: x", "Findings: Clear.\nIMPRESSION: x"),
    ],
)
def test_sections_are_joined_with_their_headings(write: Fixture, columns: str, cells: str, text: str) -> None:
    path = write("p.csv", f"id,{columns}\n1,{cells}\n2,x,y\n")
    assert read_examples(path, write("r.csv", REFS)).examples[0].candidate == text


def test_a_null_section_is_an_absent_one_and_two_are_an_error(write: Fixture, refused: Fixture) -> None:
    references = write("r.csv", REFS)
    rows: list[dict[str, object]] = [{"id": 1, "findings": None, "impression": "a"}, {"id": 2, "findings": "b"}]
    loaded = read_examples(write("p.jsonl", rows), references)
    assert [e.candidate for e in loaded.examples] == ["IMPRESSION: a", "FINDINGS: b"]
    path = write("q.jsonl", [*rows, {"id": 3, "findings": None}])
    refused(TextError, lambda: read_examples(path, references), "id '3' is null", r"row 3 \(line 3\)", '""')


# Ids


def test_empty_id(write: Fixture, refused: Fixture) -> None:
    references = write("r.csv", REFS)
    for path in (write("p.csv", "id,report\n1,a\n  ,b\n"), write("p.jsonl", '{"id": 1, "report": "a"}\n{"report": 1}')):
        refused(
            EmptyIdError, lambda path=path: read_examples(path, references), "no id", r"row 2 \(line 3|2\)", "study"
        )
    refused(EmptyIdError, lambda: read_examples(references, write("e.csv", "id,report\n,b\n")), "no id", "e.csv", "row")


def test_duplicate_candidates_name_both_rows(write: Fixture, refused: Fixture) -> None:
    references = write("r.csv", REFS)
    path = write("p.csv", 'id,report\n1,"a\nb"\n2,b\n1 ,c\n')
    refused(
        DuplicateIdError,
        lambda: read_examples(path, references),
        "id '1'",
        r"p\.csv, row 1 \(line 2\) and row 3 \(line 5\)",
        "`system`",
    )
    path = write("q.csv", "id,report,System\n1,b,A\n1,c,B\n1,c,A\n")
    refused(DuplicateIdError, lambda: read_examples(path, references), "'1' and the system 'A'", "row 1.*row 3", ".")
    path = write("all.csv", "id,candidate,reference\n1,b,x\n1,b,y\n")
    refused(DuplicateIdError, lambda: read_examples(path), "id '1'", "row 1.*row 2", "a file of their own")


@pytest.mark.parametrize(
    ("cell", "name"), [(12, "12"), (12.0, "12"), (" 012 ", "012"), (-3, "-3"), (10**30, "1" + "0" * 30)]
)
def test_ids_become_texts(write: Fixture, cell: object, name: str) -> None:
    path = write("a.jsonl", [{"id": cell, "candidate": "a", "reference": "b"}])
    assert read_examples(path).examples[0].id == name


@pytest.mark.parametrize("cell", [True, 1.5, 1e300, ["a"], {"a": 1}])
def test_ids_that_are_none(write: Fixture, refused: Fixture, cell: object) -> None:
    path = write("a.jsonl", [{"id": cell, "candidate": "a", "reference": "b"}])
    refused(IdError, lambda: read_examples(path), "neither a text", r"a\.jsonl, row 1 \(line 1\)", "--id-col")


def test_ids_on_one_side_only(write: Fixture, refused: Fixture) -> None:
    predictions = write("p.csv", "id,report\n1,a\n5,b\n6,b\n7,b\n8,b\n")
    references = write("r.csv", REFS)
    refused(
        UnmatchedIdError,
        lambda: read_examples(predictions, references),
        r"4 ids in .*p\.csv have no reference \('5', '6', '7', \.\.\.\); 1 id in .*r\.csv has no candidate \('2'\)",
        r"p\.csv and .*r\.csv",
        "--allow-missing",
    )
    loaded = read_examples(predictions, references, allow_missing=True)
    assert [e.id for e in loaded.examples] == ["1"]
    assert loaded.left_out == 5
    assert len(loaded.notices) == 1
    assert "4 candidates without a reference" in loaded.notices[0]
    assert "1 reference id without a candidate" in loaded.notices[0]


@pytest.mark.parametrize("allow", [False, True])
@pytest.mark.parametrize(
    ("ours", "theirs", "hint"),
    [
        ("007", "7", "leading zeros"),
        ("7.0", "7", r"ending '\.0'"),
        ("S7", "s7", "upper and lower case"),
        ("s 7", "s7", "blanks inside"),
        ("img/s7.png", "s7", "file ending"),
        ("abc", "xyz", "one data set"),
    ],
)
def test_no_id_matches(write: Fixture, refused: Fixture, ours: str, theirs: str, hint: str, allow: bool) -> None:
    paths = write("p.csv", f"id,report\n{ours},a\n"), write("r.csv", f"id,report\n{theirs},a\n")
    refused(
        UnmatchedIdError,
        lambda: read_examples(*paths, allow_missing=allow),
        f"no id is in both.*'{ours}'.*'{theirs}'",
        r"p\.csv and .*r\.csv",
        f"{hint}.*--id-col",
    )


def test_systems_that_answer_different_ids_are_told(write: Fixture) -> None:
    path = write("p.csv", "id,report,system\n1,a,A\n2,b,A\n1,c,B\n")
    loaded = read_examples(path, write("r.csv", REFS))
    assert len(loaded.examples) == 3
    assert loaded.notices == ["The systems do not answer the same ids; of 2 ids these lack a candidate: 'B' 1."]


# Texts


@pytest.mark.parametrize("name", ["p.jsonl", "p.parquet"])
def test_null_text(write: Fixture, refused: Fixture, name: str) -> None:
    path = write(name, [{"id": "1", "report": "a"}, {"id": "2", "report": None}])
    refused(TextError, lambda: read_examples(path, write("r.csv", REFS)), "'2' is null", f"{name}, row 2", '""')


def test_a_key_that_is_not_there_is_a_missing_text(write: Fixture, refused: Fixture) -> None:
    path = write("p.jsonl", [{"id": "1", "report": "a"}, {"id": "2"}])
    refused(TextError, lambda: read_examples(write("r.csv", REFS), path), "'2'.*not there", r"row 2 \(line 2\)", '""')


@pytest.mark.parametrize(
    ("cell", "kind"),
    [(3, "a number"), (0.5, "a number"), (float("nan"), "a number"), (False, "true or"), (["a"], "a list"), ({}, "an")],
)
def test_a_text_of_another_type(write: Fixture, refused: Fixture, cell: object, kind: str) -> None:
    path = write("p.jsonl", [{"id": "1", "report": "a"}, {"id": "2", "report": cell}])
    refused(
        TextError, lambda: read_examples(path, write("r.csv", REFS)), f"'2' is {kind}", "row 2.*'report'", "--text-col"
    )


def test_a_parquet_column_of_numbers(write: Fixture, refused: Fixture) -> None:
    path = write("p.parquet", [{"id": "1", "report": 0.5}])
    refused(TextError, lambda: read_examples(path, write("r.csv", REFS)), "a number, '0.5'", "row 1", "--text-col")


def test_a_column_of_numbers(write: Fixture, refused: Fixture) -> None:
    references = write("r.csv", REFS)
    path = write("p.csv", "id,report\n1,0.25\n2, \n3,nan\n4,-1e3\n")
    refused(ColumnError, lambda: read_examples(path, references), "holds numbers.*'0.25'", r"p\.csv", "--text-col")
    path = write("q.tsv", "id\tfindings\timpression\n1\ta\t0\n2\tb\t1\n")
    refused(ColumnError, lambda: read_examples(path, references), "'impression' holds numbers", r"q\.tsv", "--text-col")
    mixed = write("m.csv", "id,report\n1,0.25\n2,normal\n")
    assert read_examples(mixed, references).examples[0].candidate == "0.25"


def test_a_text_too_long(write: Fixture, refused: Fixture) -> None:
    path = write("p.csv", f"id,report\n1,{'x' * 50}\n2,{'x' * 51}\n")
    refused(
        TextError,
        lambda: read_examples(path, write("r.csv", REFS), max_chars=50),
        "id '2' has 51 characters, and 50",
        r"p\.csv, row 2 \(line 3\)",
        "--max-chars",
    )
    assert len(read_examples(path, write("r.csv", REFS), max_chars=51).examples) == 2


def test_nul_in_a_json_text(write: Fixture, refused: Fixture) -> None:
    path = write("p.jsonl", [{"id": "1", "report": "a\0b"}])
    refused(TextError, lambda: read_examples(path, write("r.csv", REFS)), "NUL", r"row 1 \(line 1\)", "remove")


def test_texts_that_look_missing_are_kept_and_told(write: Fixture) -> None:
    path = write("p.csv", "id,report\n1,nan\n2, None\n")
    loaded = read_examples(path, write("r.csv", "id,report\n1,clear\n2,NULL\n"))
    assert [e.candidate for e in loaded.examples] == ["nan", " None"]
    ours, theirs = loaded.notices
    assert "2 candidates read 'nan' or the like (first: id '1')" in ours
    assert "1 reference reads 'NULL'" in theirs
    assert "pandas" in ours


def test_empty_texts_are_kept_and_counted(write: Fixture) -> None:
    path = write("p.csv", 'id,report\n1,\n2," \n "\n')
    loaded = read_examples(path, write("r.csv", "id,report\n1,clear\n2,\n2,x\n"))
    assert [(e.candidate, e.references) for e in loaded.examples] == [("", ("clear",)), (" \n ", ("", "x"))]
    ours, theirs = loaded.notices
    assert "2 of 2 candidates are empty (first: id '1')" in ours
    assert "1 of 3 references is empty (first: id '2')" in theirs


def test_notices_count_only_what_is_scored(write: Fixture) -> None:
    path = write("p.csv", "id,report,age\n1,a,1\n9,,x\n")
    loaded = read_examples(path, write("r.csv", "id,report\n1,clear\n8,nan\n"), allow_missing=True)
    assert len(loaded.notices) == 1


ids = st.lists(st.from_regex(r"[a-z0-9]{1,3}", fullmatch=True), min_size=1, max_size=8, unique=True)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ours=ids, theirs=ids)
def test_a_join_loses_nothing_silently(write: Fixture, ours: list[str], theirs: list[str]) -> None:
    paths = [
        write(name, "id,report\n" + "".join(f"{one},t{one}\n" for one in side))
        for name, side in (("p.csv", ours), ("r.csv", theirs))
    ]
    both = [one for one in ours if one in theirs]
    if not both:
        with pytest.raises(UnmatchedIdError):
            read_examples(*paths, allow_missing=True)
        return
    loaded = read_examples(*paths, allow_missing=True)
    assert [(e.id, e.candidate, e.references) for e in loaded.examples] == [(o, f"t{o}", (f"t{o}",)) for o in both]
    assert loaded.left_out == len(set(ours) ^ set(theirs))
    if loaded.left_out:
        with pytest.raises(UnmatchedIdError):
            read_examples(*paths)
