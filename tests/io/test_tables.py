"""Tests of the table formats: what is read, and what is refused with file, line and hint."""

from __future__ import annotations

import csv
import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from radeval.core.errors import (
    ColumnError,
    EmptyTableError,
    EncodingError,
    FileAccessError,
    MissingExtraError,
    TableFormatError,
)
from radeval.io.tables import read_table

Fixture = Any

CSV = "id,report\n1,clear\n2,effusion\n"
no_nul = st.text(st.characters(codec="utf-8", exclude_characters="\0"))
folder = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


# Reading


def test_csv_gives_columns_rows_and_lines(write: Fixture) -> None:
    table = read_table(write("preds.csv", 'id,report\n1,"two\nlines"\n2,"said ""no"", twice"\n'))
    assert table.columns == {"id": ["1", "2"], "report": ["two\nlines", 'said "no", twice']}
    assert table.lines == [2, 4]
    assert len(table) == 2
    assert table.place(1) == f"{table.path}, row 2 (line 4)"


@pytest.mark.parametrize("name", ["a.tsv", "a.tab", "A.TSV"])
def test_tsv(write: Fixture, name: str) -> None:
    assert read_table(write(name, "id\treport\n1\ta, b\n")).columns == {"id": ["1"], "report": ["a, b"]}


@pytest.mark.parametrize("name", ["a.jsonl", "a.ndjson"])
def test_json_lines_keep_types_and_missing_keys(write: Fixture, name: str) -> None:
    text = '{"id": 1, "report": "a"}\n\n  \n{"id": 2.5, "age": null, "n": true}\n'
    table = read_table(write(name, text))
    assert table.columns == {"id": [1, 2.5], "report": ["a", None], "age": [None, None], "n": [None, True]}
    assert table.place(1).endswith("row 2 (line 4)")


def test_parquet_keeps_types_and_has_no_lines(write: Fixture) -> None:
    table = read_table(write("a.parquet", [{"id": 1, "report": "a"}, {"id": 2, "report": None}]))
    assert table.columns == {"id": [1, 2], "report": ["a", None]}
    assert table.place(1).endswith("a.parquet, row 2")


def test_parquet_reads_no_columns_out_of_folder_names(write: Fixture, tmp_path: Path) -> None:
    inner = tmp_path / "split=test"
    inner.mkdir()
    Path(write("a.parquet", [{"id": 1}])).rename(inner / "a.pq")
    assert list(read_table(inner / "a.pq").columns) == ["id"]


@pytest.mark.parametrize(
    "content",
    [
        "\ufeff" + CSV,
        CSV.replace("\n", "\r\n"),
        CSV.replace("\n", "\r"),
        CSV + "\n\n  \n",
        "\n\nid,report\n\n1,clear\n \t \n2,effusion",
        "\ufeff" + '"id","report"\r\n"1","clear"\r\n2,effusion\r\n\r\n',
        " id , report \n1,clear\n2,effusion\n",
    ],
    ids=["bom", "crlf", "cr", "blank-end", "blank-inside", "bom-quoted-crlf", "blanks-around-names"],
)
def test_harmless_variants_read_the_same(write: Fixture, content: str) -> None:
    assert read_table(write("a.csv", content)).columns == {"id": ["1", "2"], "report": ["clear", "effusion"]}


def test_lone_carriage_returns_inside_quotes_stay(write: Fixture) -> None:
    table = read_table(write("a.csv", 'id,report\r\n1,"a\rb\r\nc\nd"\r\n2,x\r\n'))
    assert table.columns["report"] == ["a\rb\r\nc\nd", "x"]


def test_long_fields_are_read_and_the_limit_of_csv_is_restored(write: Fixture) -> None:
    before = csv.field_size_limit()
    text = "x" * 300_000
    assert read_table(write("a.csv", f"id,report\n1,{text}\n")).columns["report"] == [text]
    assert csv.field_size_limit() == before
    with pytest.raises(TableFormatError):
        read_table(write("a.csv", f"id,report\n1,{text},\n"))
    assert csv.field_size_limit() == before


@folder
@given(rows=st.lists(st.tuples(no_nul, no_nul), min_size=1, max_size=5), every=st.booleans(), tabs=st.booleans())
def test_whatever_csv_writes_comes_back(tmp_path: Path, rows: list[tuple[str, str]], every: bool, tabs: bool) -> None:
    # A row of separators alone is how spreadsheets write a blank line.
    rows = [row for row in rows if any(row)] or [("x", "")]
    path = tmp_path / ("a.tsv" if tabs else "a.csv")
    stream = io.StringIO()
    quoting = csv.QUOTE_ALL if every else csv.QUOTE_MINIMAL
    csv.writer(stream, delimiter="\t" if tabs else ",", quoting=quoting).writerows([("a", "b"), *rows])
    path.write_bytes(stream.getvalue().encode("utf-8"))
    table = read_table(path)
    assert list(zip(table.columns["a"], table.columns["b"], strict=True)) == rows


@folder
@given(
    rows=st.lists(st.tuples(no_nul, st.none() | no_nul | st.integers()), min_size=1, max_size=5), plain=st.booleans()
)
def test_whatever_json_writes_comes_back(tmp_path: Path, rows: list[tuple[str, object]], plain: bool) -> None:
    path = tmp_path / "a.jsonl"
    lines = [json.dumps({"a": a, "b": b}, ensure_ascii=plain) + "\n" for a, b in rows]
    path.write_bytes("".join(lines).encode("utf-8"))
    table = read_table(path)
    assert list(zip(table.columns["a"], table.columns["b"], strict=True)) == rows


@folder
@given(data=st.binary(max_size=60), suffix=st.sampled_from([".csv", ".tsv", ".jsonl", ".parquet"]))
def test_any_bytes_are_a_table_or_a_named_error(tmp_path: Path, data: bytes, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(data)
    try:
        table = read_table(path)
    except (FileAccessError, EmptyTableError, EncodingError, TableFormatError, ColumnError) as error:
        assert str(path) in (error.where or "")
    else:
        assert len(table) > 0


# Files that cannot be opened


def test_missing_file_suggests_a_neighbour(write: Fixture, refused: Fixture, tmp_path: Path) -> None:
    write("preds.csv", CSV)
    refused(
        FileAccessError, lambda: read_table(tmp_path / "pred.csv"), "no such file", r"pred\.csv", r"did you.*preds\.csv"
    )
    refused(FileAccessError, lambda: read_table(tmp_path / "pred.txt"), "no such file", r"pred\.txt", ".")
    refused(FileAccessError, lambda: read_table(tmp_path / "x" / "p.csv"), "no such file", r"p\.csv", "no folder")
    refused(FileAccessError, lambda: read_table("nowhere-at-all.csv"), "no such file", "nowhere", "current folder")


@pytest.mark.parametrize("name", ["folder", "folder.csv", "folder.parquet"])
def test_folder(refused: Fixture, tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    refused(FileAccessError, lambda: read_table(tmp_path / name), "folder", name, "inside")


def test_unreadable_file(write: Fixture, refused: Fixture, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write("a.csv", CSV)

    def _denied(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "read_bytes", _denied)
    refused(FileAccessError, lambda: read_table(path), "Permission denied", r"a\.csv", "permissions")


def test_a_name_that_no_file_can_have(refused: Fixture) -> None:
    refused(FileAccessError, lambda: read_table("a\0b.csv"), "cannot be read", "a", "path")


@pytest.mark.parametrize("name", ["a.txt", "a.xlsx", "a.json", "a", "a.csv.gz"])
def test_unknown_ending(write: Fixture, refused: Fixture, name: str) -> None:
    refused(TableFormatError, lambda: read_table(write(name, CSV)), "no table format", name, r"\.csv.*\.jsonl.*\.pq")


# Files without content


@pytest.mark.parametrize("content", ["", "\n", " \r\n\t\n", "\ufeff", "\ufeff\n", "\u00a0\n", "\u2003"])
@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.jsonl"])
def test_empty_file(write: Fixture, refused: Fixture, name: str, content: str) -> None:
    refused(EmptyTableError, lambda: read_table(write(name, content)), "empty", name, ".")


def test_header_only(write: Fixture, refused: Fixture) -> None:
    refused(EmptyTableError, lambda: read_table(write("a.csv", "id,report\n\n")), "no rows", r"a\.csv", "cut short")


def test_empty_parquet(write: Fixture, refused: Fixture, tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"id": pa.array([], pa.string())}), path)
    refused(EmptyTableError, lambda: read_table(path), "no rows", r"a\.parquet", "cut short")
    refused(EmptyTableError, lambda: read_table(write("b.parquet", b"")), "empty", r"b\.parquet", ".")


# Encodings


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le"])
@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.jsonl"])
def test_wide_encodings(write: Fixture, refused: Fixture, name: str, encoding: str) -> None:
    kind = "UTF-32" if "32" in encoding else "UTF-16"
    path = write(name, CSV.encode(encoding))
    refused(EncodingError, lambda: read_table(path), kind, rf"{name}, line 1", rf"iconv -f {kind}.*-t UTF-8")


def test_invalid_utf8_names_line_and_byte(write: Fixture, refused: Fixture) -> None:
    path = write("a.csv", b"\xef\xbb\xbfid,report\r\n1,clear\r\n2,na\xefve\r\n")
    refused(EncodingError, lambda: read_table(path), "0xef", r"a\.csv, line 3 \(byte 27\)", "iconv -f WINDOWS-1252")


def test_half_a_surrogate_pair_in_json(write: Fixture, refused: Fixture) -> None:
    whole = write("a.jsonl", '{"id": "1", "report": "\\ud83e\\udec1"}')
    assert read_table(whole).columns["report"] == ["\U0001fac1"]
    half = write("b.jsonl", '{"id": "1"}\n{"id": "2", "report": "\\uD83E"}')
    refused(EncodingError, lambda: read_table(half), "surrogate", r"row 2 \(line 2\)", "again")


def test_nul_bytes(write: Fixture, refused: Fixture) -> None:
    path = write("a.csv", "id,report\n1,cl\0ear and much more text\n")
    refused(TableFormatError, lambda: read_table(path), "NUL", r"a\.csv, line 2 \(byte 14\)", "tr -d")


@pytest.mark.parametrize(("start", "kind"), [(b"PK\x03\x04", "Excel"), (b"PAR1", "Parquet"), (b"\x1f\x8b", "gzip")])
def test_files_of_another_kind(write: Fixture, refused: Fixture, start: bytes, kind: str) -> None:
    refused(TableFormatError, lambda: read_table(write("a.csv", start + b"\0\1")), kind, r"a\.csv", ".")


# Broken CSV and TSV


@pytest.mark.parametrize(
    ("name", "content", "found", "hint"),
    [
        ("a.csv", "id\treport\n1\tx, y, z\n", "tabs", r"rename it to a\.tsv"),
        ("a.csv", "id;report\n1;x\n", "semicolons", "sep=','"),
        ("a.csv", '"id";"report"\n"1";"x, y"\n', "semicolons", "sep=','"),
        ("a.csv", "id|report\n1|x\n", "vertical bars", "commas"),
        ("a.tsv", "id,report\n1,x\n", "commas", r"rename it to a\.csv"),
        ("a.tsv", '"id","report"\n"1","x"\n', "commas", r"rename it to a\.csv"),
        ("a.tsv", "id;report\n1;x\n", "semicolons", "tabs"),
    ],
)
def test_wrong_delimiter(write: Fixture, refused: Fixture, name: str, content: str, found: str, hint: str) -> None:
    refused(TableFormatError, lambda: read_table(write(name, content)), f"separated by {found}", "line 1", hint)


def test_too_many_fields(write: Fixture, refused: Fixture) -> None:
    path = write("a.csv", 'id,report\n\n1,"a\nb"\n2,heart, lungs, bones\n')
    refused(TableFormatError, lambda: read_table(path), r"4 fields.* 2", r"row 2 \(line 5\)", "double quotes around")


def test_too_few_fields(write: Fixture, refused: Fixture) -> None:
    path = write("a.csv", "id,report,age\n1,a,3\n2,b\n")
    refused(TableFormatError, lambda: read_table(path), r"2 fields.* 3", r"row 2 \(line 3\)", "missing")
    path = write("b.csv", 'id,report\n""\n')
    refused(TableFormatError, lambda: read_table(path), r"1 field,.* 2", r"row 1 \(line 2\)", "missing")


def test_unterminated_quote(write: Fixture, refused: Fixture) -> None:
    path = write("a.csv", 'id,report\n1,"a\nb"\n2,"never closed\n3,c\n4,d\n')
    refused(TableFormatError, lambda: read_table(path), "never closed", r"row 2 \(line 4\)", "as two")
    path = write("b.csv", 'id,"report\n1,a\n')
    refused(TableFormatError, lambda: read_table(path), "never closed", r"column names \(line 1\)", "as two")


def test_text_after_a_closing_quote(write: Fixture, refused: Fixture) -> None:
    path = write("a.csv", 'id,report\n1,a\n2,"a\nb" c\n')
    refused(TableFormatError, lambda: read_table(path), "after a closing.*line 4", r"row 2 \(line 3\)", "as two")


@pytest.mark.parametrize(("name", "header"), [("a.csv", "id, report ,report"), ("a.tsv", "id\treport\treport ")])
def test_duplicate_names(write: Fixture, refused: Fixture, name: str, header: str) -> None:
    path = write(name, header + "\n1,2,3\n")
    refused(ColumnError, lambda: read_table(path), "'report' is there twice, as column 2 and 3", "line 1", "rename")


@pytest.mark.parametrize("header", [",id,report", "id,report,", 'id,"",report', "id, ,report"])
def test_empty_names(write: Fixture, refused: Fixture, header: str) -> None:
    path = write("a.csv", header + "\n1,2,3\n")
    refused(ColumnError, lambda: read_table(path), r"column \d of 3 has no name", "line 1", "index=False")


# Broken JSON lines


@pytest.mark.parametrize(
    ("line", "message", "hint"),
    [
        ('{"id": "2", "report": "b"', "not JSON", "whole JSON object"),
        ("{'id': 2}", "not JSON", "whole JSON object"),
        ('{"id": 2} {"id": 3}', "not JSON.*character 11", "whole JSON object"),
        ("[1, 2]", "a list, not an object", '"report"'),
        ('"text"', "a text, not an object", '"report"'),
        ("3", "a number, not an object", '"report"'),
        ("null", "null, not an object", '"report"'),
        ("[", "not JSON", "over several lines"),
        ('{"id": 1, "id": 2}', "'id' is there twice", "rename"),
        ('{"id": 1, "x": {"a": 1, "a": 2}}', "'a' is there twice", "rename"),
        ("[" * 100_000, "nested|not JSON", "."),
    ],
)
def test_broken_json_lines(write: Fixture, refused: Fixture, line: str, message: str, hint: str) -> None:
    path = write("a.jsonl", '{"id": "1", "report": "a"}\n\n' + line + "\n")
    refused(TableFormatError, lambda: read_table(path), message, r"a\.jsonl, row 2 \(line 3\)", hint)


def test_a_number_too_long_to_read(write: Fixture) -> None:
    with pytest.raises(TableFormatError, match="cannot be read"):
        read_table(write("a.jsonl", '{"id": ' + "1" * 10_000 + "}"))


@pytest.mark.parametrize("line", ['{"": 1, "id": 2}', '{"id": 1, " id": 2}'])
def test_bad_keys_in_json(write: Fixture, refused: Fixture, line: str) -> None:
    path = write("a.jsonl", '{"id": "1"}\n' + line)
    refused(ColumnError, lambda: read_table(path), "no name|twice", r"row 2 \(line 2\)", "remove")


# Broken Parquet


def test_parquet_without_pyarrow(write: Fixture, refused: Fixture, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write("a.parquet", [{"id": 1}])
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    refused(
        MissingExtraError,
        lambda: read_table(path),
        "pyarrow",
        r"a\.parquet",
        r"^pip install 'radeval-judge\[tables\]'$",
    )


def test_damaged_parquet(write: Fixture, refused: Fixture) -> None:
    refused(TableFormatError, lambda: read_table(write("a.parquet", CSV)), "not Parquet", r"a\.parquet", "copied")
    whole = Path(write("b.parquet", [{"id": 1}])).read_bytes()
    path = write("c.parquet", whole[:-20] + b"\xff" * 12 + whole[-8:])
    refused(TableFormatError, lambda: read_table(path), "not Parquet", r"c\.parquet", "copied")


def test_rows_of_separators_alone_are_blank_lines(write) -> None:
    table = read_table(write("a.csv", "id,report\n1,x\n,\n2,y\n,\n"))
    assert table.columns["id"] == ["1", "2"]
    assert table.place(1).endswith("row 2 (line 4)")
