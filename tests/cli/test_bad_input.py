"""Bad input: one line that names the error, where it is and what to do; exit 1; nothing written."""

from __future__ import annotations

import re

import pytest

HEADER = "id,report\n"
GOOD = HEADER + "a,Clear lungs.\nb,Edema.\n"


def _long(characters):
    return HEADER + f"a,Clear lungs.\nb,{'x' * characters}\n"


# Files beside preds.csv and refs.csv, further arguments, the error, and words that must be said of the place.
CASES = {
    "a missing file": ({}, ["score", "pred.csv", "refs.csv"], "FileAccessError", r"pred\.csv"),
    "a missing second file": ({}, ["score", "preds.csv", "ref.csv"], "FileAccessError", r"ref\.csv"),
    "a directory": ({}, ["score", ".", "refs.csv"], "FileAccessError", r"\."),
    "an empty file": ({"preds.csv": ""}, [], "EmptyTableError", r"preds\.csv"),
    "a byte order mark alone": ({"preds.csv": b"\xef\xbb\xbf"}, [], "EmptyTableError", r"preds\.csv"),
    "a header only": ({"preds.csv": HEADER}, [], "EmptyTableError", r"preds\.csv"),
    "no id column": ({"preds.csv": "study,report\na,Clear.\nb,Edema.\n"}, [], "ColumnError", r"preds\.csv"),
    "no text column": ({"refs.csv": "id,words\na,Clear.\nb,Edema.\n"}, [], "ColumnError", r"refs\.csv"),
    "a named column that is not there": ({}, ["--text-col", "reprot"], "ColumnError", r"preds\.csv"),
    "duplicate candidates": ({"preds.csv": GOOD + "a,Edema.\n"}, [], "DuplicateIdError", r"row 1 .* row 3"),
    "an empty id": ({"preds.csv": GOOD + " ,Edema.\n"}, [], "EmptyIdError", r"row 3 \(line 4\)"),
    "an id without a reference": ({"preds.csv": GOOD + "c,Edema.\n"}, [], "UnmatchedIdError", r"preds\.csv"),
    "an id without a candidate": ({"refs.csv": GOOD + "c,Edema.\n"}, [], "UnmatchedIdError", r"refs\.csv"),
    "no id in both": ({"refs.csv": "id,report\n1,A.\n2,B.\n"}, [], "UnmatchedIdError", r"refs\.csv"),
    "a wrong delimiter": ({"preds.csv": GOOD.replace(",", ";")}, [], "TableFormatError", r"line 1"),
    "tabs in a .csv file": ({"preds.csv": GOOD.replace(",", "\t")}, [], "TableFormatError", r"line 1"),
    "UTF-16": ({"preds.csv": GOOD.encode("utf-16")}, [], "EncodingError", r"preds\.csv"),
    "UTF-16 without a mark": ({"preds.csv": GOOD.encode("utf-16-le")}, [], "EncodingError", r"preds\.csv"),
    "invalid UTF-8": ({"preds.csv": GOOD.encode() + b"c,\xe9\n"}, [], "EncodingError", r"line 4"),
    "NUL bytes": ({"preds.csv": GOOD.encode() + b"c,\0\n"}, [], "TableFormatError", r"line 4"),
    "ragged rows": ({"preds.csv": GOOD + "c,Clear, and dry.\n"}, [], "TableFormatError", r"row 3 \(line 4\)"),
    "an unterminated quote": ({"preds.csv": GOOD + 'c,"Clear.\n'}, [], "TableFormatError", r"row 3 \(line 4\)"),
    "numbers for texts": ({"preds.csv": "id,report\na,0.5\nb,7\n"}, [], "ColumnError", r"preds\.csv"),
    "a number among JSON texts": (
        {"preds.jsonl": '{"id": "a", "report": "Clear."}\n{"id": "b", "report": 7}\n'},
        ["score", "preds.jsonl", "refs.csv"],
        "TextError",
        r"row 2 \(line 2\)",
    ),
    "a missing JSON text": (
        {"preds.jsonl": '{"id": "a", "report": "Clear."}\n{"id": "b", "report": null}\n'},
        ["score", "preds.jsonl", "refs.csv"],
        "TextError",
        r"row 2 \(line 2\)",
    ),
    "broken JSON": (
        {"preds.jsonl": '{"id": "a", "report": "Clear."}\n{"id": "b", \n'},
        ["score", "preds.jsonl", "refs.csv"],
        "TableFormatError",
        r"line 2",
    ),
    "no Parquet": ({"preds.parquet": GOOD}, ["score", "preds.parquet", "refs.csv"], "TableFormatError", "parquet"),
    "an unknown ending": ({"preds.xlsx": GOOD}, ["score", "preds.xlsx", "refs.csv"], "TableFormatError", "xlsx"),
    "a report that is too long": ({"preds.csv": _long(200_001)}, [], "TextError", r"row 2 \(line 3\)"),
    "a report over the limit given": ({}, ["--max-chars", "5"], "TextError", r"row 1 \(line 2\)"),
    "one file without references": ({}, ["score", "preds.csv"], "ColumnError", r"preds\.csv"),
    "an output folder below a file": ({}, ["-o", "preds.csv/run"], "OutputError", r"preds\.csv"),
    "an output folder that is a file": ({}, ["-o", "refs.csv"], "OutputError", r"refs\.csv"),
    "an output folder that cannot be made": ({}, ["-o", "/proc/radeval"], "OutputError", r"/proc"),
    "an unknown metric": ({}, ["-m", "roug"], "UnknownMetricError", None),
    "an unknown parameter": ({}, ["-m", "rouge:stemm=true"], "UnknownParameterError", "rouge:stemm=true"),
    "a wrong parameter": ({}, ["-m", "bleu:n=9"], "ParameterError", "bleu:n=9"),
    "a parameter of another type": ({}, ["-m", "bleu:n=two"], "ParameterError", "bleu:n=two"),
    "a malformed spec": ({}, ["-m", "rouge:"], "SpecError", "rouge:"),
    "an unknown column": ({}, ["--by", "sitte"], "ColumnError", "--by"),
    "a setting that does not exist": ({"radeval.toml": "sed = 1"}, [], "ConfigError", r"radeval\.toml"),
    "a setting of another type": ({"radeval.toml": "seed = 'one'"}, [], "ConfigError", r"seed in radeval\.toml"),
    "a settings file that is not there": ({}, ["--config", "no.toml"], "FileAccessError", r"no\.toml"),
}


@pytest.mark.parametrize("case", CASES)
def test_bad_input_is_one_named_error_with_its_place_and_a_hint(case, tmp_path, radeval_command):
    files, arguments, error, where = CASES[case]
    for name, content in ({"preds.csv": GOOD, "refs.csv": GOOD} | files).items():
        (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    start = arguments[:1] if arguments[:1] == ["score"] else []
    arguments = arguments if start else ["score", "preds.csv", "refs.csv", *arguments]
    output = [] if "-o" in arguments else ["-o", "out"]
    metric = [] if "-m" in arguments else ["-m", "rouge"]
    done = radeval_command(*arguments, *metric, *output)

    assert done.returncode == 1, done.stderr
    assert done.stdout == ""
    first, *rest = done.stderr.splitlines()
    assert re.fullmatch(rf"error: .+ \({error}\)", first), done.stderr
    said = dict(line.strip().split(":", 1) for line in rest)
    if where is not None:
        assert re.search(where, said["where"]), done.stderr
    assert said["hint"].strip(), done.stderr
    assert set(said) <= {"where", "hint"}
    assert "Traceback" not in done.stderr
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_the_hint_names_what_was_meant(folder, scored):
    assert "did you mean site" in scored("--by", "sitte").stderr
    assert "did you mean rouge?" in scored("-m", "roug").stderr
    assert "did you mean" in scored("--text-col", "reprot").stderr


def test_a_byte_order_mark_windows_line_ends_and_blank_lines_are_fine(folder, scored):
    expected = scored("--format", "tsv").stdout
    for name in ("preds.csv", "refs.csv"):
        text = (folder / name).read_text().replace("\n", "\r\n") + "\r\n\r\n"
        (folder / name).write_bytes(b"\xef\xbb\xbf" + text.encode())
    done = scored("--format", "tsv")
    assert (done.returncode, done.stdout) == (0, expected)


def test_ids_on_one_side_only_can_be_left_out_and_are_counted(folder, scored):
    with (folder / "preds.csv").open("a") as file:
        file.write("e,North,one,Nothing.\n")
    with (folder / "refs.csv").open("a") as file:
        file.write("f,F,Nothing.\ng,F,Nothing.\n")
    assert scored().returncode == 1
    done = scored("--allow-missing")
    assert done.returncode == 0
    assert "4/4" in done.stdout
    assert re.search(r"1 candidate .*2 reference ids", done.stderr)
