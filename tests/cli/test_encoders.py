"""Where encoders run, what is left out where they cannot, and that nothing else has been waited for by then."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from radeval.core.results import MetricResult, RunResult


@pytest.fixture
def here(tiny_models: Path) -> dict[str, str]:
    """The environment of a machine that has the tiny models."""
    return {"RADEVAL_MODELS": str(tiny_models), "HF_HUB_CACHE": str(tiny_models / "none")}


@pytest.fixture
def nowhere(tmp_path: Path) -> dict[str, str]:
    """The environment of a machine without models."""
    return {"RADEVAL_MODELS": str(tmp_path), "HF_HUB_CACHE": str(tmp_path / "none")}


@pytest.fixture
def stored(scored, here, tmp_path: Path) -> Callable[..., MetricResult]:
    """Scores with BERTScore and returns what the run stored of it."""

    def _run(folder: str, *arguments: str) -> MetricResult:
        done = scored("-m", "bertscore:preset=radcliq", "-o", folder, *arguments, env=here)
        assert done.returncode == 0, done.stderr
        return RunResult.load(tmp_path / folder)["bertscore"]

    return _run


def test_an_encoder_scores_in_a_precision_that_its_signature_states(stored):
    plain, half = stored("a"), stored("b", "--dtype", "bfloat16", "--device", "cpu")
    assert [one.signature.fields["dtype"] for one in (plain, half)] == ["float32", "bfloat16"]
    values, rounded = plain.scores.value, half.scores.value
    assert values.tolist() != rounded.tolist()
    assert values.tolist() == pytest.approx(rounded.tolist(), abs=0.3)


def test_absent_weights_are_one_error_before_any_file_is_read(radeval_command, nowhere):
    done = radeval_command("score", "absent.csv", "absent.csv", "-m", "rouge,bertscore", env=nowhere)
    assert (done.returncode, done.stdout) == (1, "")
    assert "(MissingResourceError)" in done.stderr
    assert "hf download FacebookAI/roberta-large" in done.stderr


def test_what_cannot_run_is_left_out_where_that_is_asked_and_named_twice(scored, nowhere, tmp_path):
    done = scored("-m", "rouge,bertscore,embedding_cosine", "--skip-unavailable", "-o", "out", env=nowhere)
    assert done.returncode == 0
    stored = json.loads((tmp_path / "out" / "run.json").read_text())
    assert list(stored["metrics"]) == ["rouge"]
    for name, repo in (("bertscore", "FacebookAI/roberta-large"), ("embedding_cosine", "sentence-transformers/")):
        sentence = f"{name} is left out: "
        assert done.stderr.count(sentence) == 1
        (notice,) = [one for one in stored["notices"] if one.startswith(sentence)]
        assert f"hf download {repo}" in notice


def test_nothing_left_to_run_is_the_error_all_the_same(scored, nowhere):
    done = scored("-m", "bertscore", "--skip-unavailable", env=nowhere)
    assert done.returncode == 1
    assert "(MissingResourceError)" in done.stderr


@pytest.mark.parametrize("option", [("--device", "cpu"), ("--dtype", "bfloat16"), ("--batch-tokens", "100")])
def test_an_option_of_encoders_is_refused_where_none_runs(option, scored):
    done = scored("-m", "rouge", *option)
    assert done.returncode == 2
    assert f"where: {option[0]}" in done.stderr


def test_a_device_that_is_not_there_is_told_before_any_file_is_read(radeval_command, here):
    for device, said in (("gpu", "--device"), ("cuda:99", "there is no GPU 99")):
        done = radeval_command("score", "absent.csv", "-m", "bertscore", "--device", device, env=here)
        assert done.returncode == 2
        assert said in done.stderr


def test_settings_of_encoders_come_from_the_file_too(stored, scored, tmp_path):
    (tmp_path / "radeval.toml").write_text('dtype = "bfloat16"\nskip_unavailable = true\n')
    assert stored("out").signature.fields["dtype"] == "bfloat16"
    assert scored("-m", "rouge").returncode == 0


def test_metrics_on_published_weights_say_that_nobody_has_reproduced_their_numbers(radeval_command, here):
    listed = radeval_command("metrics", env=here).stdout.split("\n")
    place = next(number for number, line in enumerate(listed) if line.startswith("bertscore "))
    assert listed[place + 1] == "    reproduced: no"
    assert "nobody has yet run the published weights" in " ".join(
        radeval_command("metrics", "bertscore", env=here).stdout.split()
    )


def test_the_doctor_tells_of_a_folder_of_models_that_is_none(radeval_command, tmp_path):
    done = radeval_command("doctor", env={"RADEVAL_MODELS": str(tmp_path / "absent")})
    assert (done.returncode, "problem  RADEVAL_MODELS" in done.stdout) == (1, True)
