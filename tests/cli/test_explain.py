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


def test_the_gravest_error_comes_first_and_what_agrees_last(tmp_path, radeval_command):
    _write(
        tmp_path,
        [("a", "", "Left rib fracture, old. Sternotomy wires. Cardiomegaly.")],
        [("a", "", "Large right pneumothorax. Sternotomy wires. Left pleural effusion.")],
    )
    done = radeval_command("explain", "preds.csv", "refs.csv", "--id", "a", env={"COLUMNS": "100"})
    lines = [line for line in done.stdout.splitlines() if re.match(r"[-+~=]\d? ", line)]
    levels = [found[1] for line in lines if (found := re.search(r"\((urgent|actionable|minor)\)", line))]
    assert levels == ["urgent", "actionable", "actionable", "minor"]
    assert re.match(r"=  in both: \d sternotomy wires", lines[4])


def test_what_denies_a_finding_and_what_is_not_understood_are_marked(tmp_path, radeval_command):
    _write(
        tmp_path,
        [("a", "", "No pneumothorax. Cardiomegaly. A quibbling snorkel lies at the base.")],
        [("a", "", "Small left pneumothorax. Cardiomegaly.")],
    )
    done = radeval_command("explain", "preds.csv", "refs.csv", "--id", "a", env={"COLUMNS": "160"})
    assert re.search(r"\[-1 pneumothorax\]", done.stdout)
    assert re.search(r"\[!1 pneumothorax\]", done.stdout)
    assert re.search(r"\[\? \w", done.stdout)
    assert "not understood, so that it counts for nothing: 1 statement" in done.stdout
    assert "! denied here" in done.stdout


def test_a_pair_without_a_verdict_says_why(tmp_path, radeval_command):
    _write(tmp_path, [("a", "", "A quibbling snorkel lies at the base.")], [("a", "", "No effusion.")])
    done = radeval_command("explain", "preds.csv", "refs.csv", "--id", "a", env={"COLUMNS": "160"})
    assert done.returncode == 0
    assert "findings: no score, since a report says nothing that the reader understands (1 statement" in done.stdout


def test_differences_are_said_in_words(tmp_path, radeval_command):
    _write(
        tmp_path,
        [("a", "", "Possible large right pleural effusion, increased.")],
        [("a", "", "Moderate left pleural effusion.")],
    )
    done = radeval_command("explain", "preds.csv", "refs.csv", "--id", "a", env={"COLUMNS": "200"})
    text = " ".join(done.stdout.split())
    for words in (
        "certainty: in doubt, not stated",
        "side: right, not left",
        "grade: large or severe, not moderate",
        "change: worse (reference: not mentioned)",
        "(urgent)",
        "why urgent: large and growing",
    ):
        assert words in text


def test_settings_of_the_file_count_as_for_score(tmp_path, radeval_command):
    _write(tmp_path, [("a", "", "FINDINGS: Cardiomegaly. IMPRESSION: Effusion.")], [("a", "", "Cardiomegaly.")])
    (tmp_path / "radeval.toml").write_text('sections = "findings"\n', encoding="utf-8")
    done = radeval_command("explain", "preds.csv", "refs.csv", "--id", "a", "--json")
    assert json.loads(done.stdout)["scores"]["findings"] == 1.0


def test_evidence_without_a_place_is_named_and_details_are_left_out(tmp_path, radeval_command, tiny_models):
    _write(tmp_path, [("a", "", CANDIDATE)], [("a", "", REFERENCE)])
    env = {"COLUMNS": "80", "RADEVAL_MODELS": str(tiny_models)}
    done = radeval_command("explain", "preds.csv", "refs.csv", "--id", "a", "-m", "chexbert", env=env)
    assert done.returncode == 0, done.stderr
    line = r"^[-+=]\d+ (?:left out: |made up: )?[A-Z][A-Za-z ]+: [a-z]+, reference [a-z]+$"
    assert re.search(line, done.stdout, re.MULTILINE)
    assert "agreement_5" in done.stdout
    assert "tp_" not in done.stdout


def test_brackets_and_colons_of_a_table_are_printed_as_they_are(tmp_path, radeval_command):
    (tmp_path / "preds.csv").write_text('id,report\na,"A quibbling snorkel lies at the base."\n')
    (tmp_path / "refs.csv").write_text('id,report,indication\na,"No effusion.","[/b] cough :lungs: [red]"\n')
    done = radeval_command("explain", "preds.csv", "refs.csv", "--id", "a")
    assert (done.returncode, done.stderr) == (0, "")
    assert "indication: [/b] cough :lungs: [red]" in done.stdout


def test_a_report_cannot_command_the_terminal(tmp_path, radeval_command):
    for name, text in (("preds.csv", "Small left effusion. \x1b[2J\x9b5m"), ("refs.csv", "\x1b]0;x\x07No effusion.")):
        (tmp_path / name).write_text(f'id,report\na,"{text}"\n', encoding="utf-8")
    done = radeval_command("explain", "preds.csv", "refs.csv", "--id", "a")
    assert done.returncode == 0, done.stderr
    assert "effusion" in done.stdout
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", done.stdout)
