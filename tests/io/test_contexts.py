"""Tests of what is read beside the texts: context, group, system and further columns."""

from __future__ import annotations

from typing import Any

import pytest

from radeval.core.errors import ColumnError
from radeval.core.example import Context
from radeval.io import cells
from radeval.io.reading import read_examples

Fixture = Any

REFS = "id,report\n1,clear\n2,effusion\n"


@pytest.mark.parametrize(
    ("cell", "years"),
    [
        ("45", 45.0),
        (" 45.5 ", 45.5),
        (45, 45.0),
        (0, 0.0),
        ("72 years", 72.0),
        ("72y", 72.0),
        ("72 years old", 72.0),
        ("72-year-old", 72.0),
        ("1 year", 1.0),
        ("6 months", 0.5),
        ("18 mo", 1.5),
        ("3 weeks", 21 / 365.25),
        ("10 days", 10 / 365.25),
        ("072Y", 72.0),
        ("006M", 0.5),
        ("003W", 21 / 365.25),
        ("010D", 10 / 365.25),
        (">89", 89.0),
        ("> 89 years", 89.0),
        ("90+", 90.0),
        ("90 + years", 90.0),
        ("1200 days", 1200 / 365.25),
    ],
)
def test_ages(cell: object, years: float) -> None:
    assert cells.age(cell) == pytest.approx(years)


@pytest.mark.parametrize(
    "cell",
    ["", None, float("nan"), "old", "-4", "4-5", "300", "999Y", True, "1e2", "inf", "4 5", [], "1" + "-" * 100_000],
)
def test_no_ages(cell: object) -> None:
    assert cells.age(cell) is None


@pytest.mark.parametrize(
    ("words", "sex"),
    [("f F female Woman", "female"), ("m M MALE man", "male"), ("o Other", "other"), ("u x 1 unknown", None)],
)
def test_sexes(words: str, sex: str | None) -> None:
    assert {cells.sex(f" {word} ") for word in words.split()} == {sex}


def test_contexts_come_from_the_references_first(write: Fixture) -> None:
    predictions = write("p.csv", "id,report,Age,sex,modality\n1,a,5,F,\n2,b,7,, CT \n")
    references = write("r.csv", "id,report,age,sex,indication,comparison,modality\n1,x,,f,Cough,,CXR\n2,y,,,, None.,\n")
    loaded = read_examples(predictions, references)
    assert [e.context for e in loaded.examples] == [
        Context(age=5.0, sex="female", indication="Cough", modality="cxr"),
        Context(age=7.0, comparison="None.", modality="ct"),
    ]
    assert loaded.notices == []


def test_conflicts_between_the_files_are_counted_and_the_references_win(write: Fixture) -> None:
    predictions = write("p.csv", "id,report,age,sex\n1,a,45.0,F\n2,b,7,M\n")
    references = write("r.csv", "id,report,age,sex\n1,x,45 years,M\n2,y,8,F\n2,z,8,F\n")
    loaded = read_examples(predictions, references)
    assert [(e.context.age, e.context.sex) for e in loaded.examples] == [(45.0, "male"), (8.0, "female")]
    (notice,) = loaded.notices
    assert "3 values differ" in notice
    assert "age 1, sex 2; first: id '2'" in notice


def test_ages_and_sexes_that_cannot_be_read_give_one_notice_each(write: Fixture) -> None:
    predictions = write("p.csv", "id,report,age,sex,system\n1,a,ancient,F,A\n2,b,7,?,A\n1,a,,F,B\n2,b,,,B\n")
    references = write("r.csv", "id,report,age\n1,x,none\n2,y,\n")
    loaded = read_examples(predictions, references)
    assert [e.context.age for e in loaded.examples] == [None, 7.0, None, None]
    assert loaded.notices == [
        "2 age cells could not be read and count as unknown (first: id '1', 'ancient').",
        "1 sex cell could not be read and counts as unknown (first: id '2', '?').",
    ]


def test_groups_come_from_either_file_and_else_are_the_id(write: Fixture) -> None:
    predictions = write("p.csv", "id,report,group\n1,a,g1\n2,b,\n")
    loaded = read_examples(predictions, write("r.csv", "id,report,Group\n1,x,g1\n2,y,\n"))
    assert [e.group for e in loaded.examples] == ["g1", "2"]
    assert loaded.notices == ["1 example of 2 has no group; each of their ids counts as a group of its own."]
    plain = read_examples(write("q.csv", "id,report\n1,a\n2,b\n"), write("r.csv", "id,report,group\n1,x,7\n2,y,7\n"))
    assert [e.group for e in plain.examples] == ["7", "7"]


def test_conflicting_groups(write: Fixture, refused: Fixture) -> None:
    predictions = write("p.csv", "id,report,group\n1,a,g1\n2,b,g2\n")
    references = write("r.csv", "id,report,group\n1,x,g1\n2,y,g3\n")
    refused(
        ColumnError,
        lambda: read_examples(predictions, references),
        "id '2' has two groups, 'g3' and 'g2'",
        r"r\.csv, row 2 \(line 3\) and .*p\.csv, row 2 \(line 3\)",
        "correct it",
    )
    twice = write("s.csv", "id,report,group\n1,x,g1\n1,y,g2\n2,y,g\n")
    refused(
        ColumnError,
        lambda: read_examples(write("q.csv", REFS), twice),
        "id '1' has two groups",
        r"row 1 \(line 2\) and .*row 2 \(line 3\)",
        "correct it",
    )


def test_context_columns_that_differ_only_in_case(write: Fixture, refused: Fixture) -> None:
    path = write("p.csv", "id,report,age,Age\n1,a,4,5\n2,a,4,5\n")
    refused(ColumnError, lambda: read_examples(path, write("r.csv", REFS)), "'age' and 'Age'", r"p\.csv", "rename")


def test_the_system_is_a_column_of_the_predictions(write: Fixture) -> None:
    predictions = write("p.jsonl", [{"id": 1, "report": "a", "system": " A "}, {"id": 2, "report": "b", "system": 3}])
    loaded = read_examples(predictions, write("r.csv", "id,report,system\n1,x,X\n2,y,X\n"))
    assert [(e.system, e.meta) for e in loaded.examples] == [("A", {}), ("3", {})]
    assert "'system' is not read" in loaded.notices[-1]


def test_further_columns_become_meta(write: Fixture) -> None:
    rows = [
        {"id": 1, "report": "a", "site": "P", "n": 3, "ok": True, "tags": ["x"]},
        {"id": 2, "report": "b", "findings": "f", "reference": "r", "x": 0.5},
    ]
    references = write("r.csv", "id,report,site,view,text_length\n1,x,R,PA,1\n2,y,R,AP,1\n2,z,S,LL,1\n")
    loaded = read_examples(write("p.jsonl", rows), references)
    assert [e.meta for e in loaded.examples] == [
        {"site": "P", "n": "3", "ok": "true", "tags": '["x"]', "x": "", "view": "PA", "text_length": "1"},
        {"site": "R", "n": "", "ok": "", "tags": "", "x": "0.5", "view": "AP", "text_length": "1"},
    ]


def test_no_report_slips_into_meta(write: Fixture) -> None:
    predictions = write("p.csv", "id,out,gold,report,text,findings,comparison\n1,a,b,c,d,e,f\n")
    references = write("r.csv", "id,gold,out,candidate\n1,b,a,c\n")
    (example,) = read_examples(predictions, references, text_columns=["out", "gold"]).examples
    assert (example.candidate, example.references, example.meta) == ("a", ("b",), {})
