"""`radeval explain`."""

import json
import re

CANDIDATE = "The heart is enlarged. Right lower lobe consolidation. No pneumothorax."
REFERENCE = "Small left pleural effusion. The heart is enlarged. No pneumothorax."


def _write(folder, candidates, references):
    for name, rows in (("preds.csv", candidates), ("refs.csv", references)):
        (folder / name).write_text("id,system,report\n" + "".join(f'{i},{s},"{t}"\n' for i, s, t in rows))


def test_each_error_is_marked_in_its_report_and_named(tmp_path, radeval_command):
    _write(tmp_path, [("a", "", CANDIDATE)], [("a", "", REFERENCE)])
    done = radeval_command("explain", "preds.csv", "refs.csv", "--id", "a", env={"COLUMNS": "160"})
    assert done.returncode == 0, done.stderr
    assert re.search(r"\[=\d heart is enlarged\]", done.stdout)
    assert re.search(r"\[\+\d", done.stdout)
    assert re.search(r"\[-\d", done.stdout)
    assert re.search(r"^-\d left out: pleural effusion \(actionable\)", done.stdout, re.MULTILINE)
    assert re.search(r"^\+\d made up: consolidation \(actionable\)", done.stdout, re.MULTILINE)


def test_a_page_is_legible_at_80_columns_without_control_codes(tmp_path, radeval_command):
    _write(tmp_path, [("a", "", CANDIDATE * 5)], [("a", "", REFERENCE * 5)])
    done = radeval_command("explain", "preds.csv", "refs.csv", "--id", "a", env={"COLUMNS": "80"})
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", done.stdout)


def test_marks_point_into_the_whole_report_when_a_section_is_scored(tmp_path, radeval_command):
    text = "INDICATION: Fall. FINDINGS: The heart is enlarged. IMPRESSION: Normal."
    _write(tmp_path, [("a", "", text)], [("a", "", text)])
    done = radeval_command(
        "explain", "preds.csv", "refs.csv", "--id", "a", "--sections", "findings", "--json", encoding="utf-8"
    )
    (line,) = json.loads(done.stdout)["evidence"]
    (item,) = line["evidence"]
    assert text[slice(*item["span"])] == text[slice(*item["counterpart"])] == "heart is enlarged"


def test_a_pair_must_be_named_and_known(tmp_path, radeval_command):
    _write(tmp_path, [("a", "x", CANDIDATE), ("a", "y", CANDIDATE)], [("a", "", REFERENCE)])
    for arguments, code, hint in [
        ([], 2, "--id a"),
        (["--id", "b"], 1, "known: a"),
        (["--id", "a"], 2, "--system: x, y"),
        (["--id", "a", "--system", "y"], 0, ""),
    ]:
        done = radeval_command("explain", "preds.csv", "refs.csv", *arguments)
        assert done.returncode == code, done.stderr
        assert hint in done.stderr


def test_a_metric_without_evidence_says_so(tmp_path, radeval_command):
    _write(tmp_path, [("a", "", CANDIDATE)], [("a", "", REFERENCE)])
    done = radeval_command("explain", "preds.csv", "refs.csv", "--id", "a", "-m", "rouge")
    assert done.returncode == 0
    assert "no evidence: rouge gives none" in done.stdout
