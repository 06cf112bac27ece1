"""Models trained to be one judge: how they are chosen, asked and read. Prompts and replies here are our own."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from radeval.core.errors import MissingExtraError, MissingResourceError, ParameterError
from radeval.core.example import Context, Example
from radeval.core.judging import JudgeOptions
from radeval.core.metric import RunContext
from radeval.core.registry import make_metric
from radeval.core.score import Score, Status
from radeval.llm.outcome import CONTRADICTS, InvalidReply
from radeval.llm.prompts import PromptError
from radeval.metrics.judge.checkpoints import checkpoint_task
from radeval.metrics.judge.checkpoints.crimson import WeighAsMedGemma, upstream_messages
from radeval.metrics.judge.checkpoints.green import AnalyseAsGreen, analysis_score
from radeval.metrics.judge.checkpoints.wording import digest_of
from radeval.metrics.judge.errors import ERROR_KINDS
from radeval.metrics.judge.gema_distilled import ScoreAsDistilled
from radeval.metrics.judge.pair import Pair
from radeval.metrics.judge.task import AnswerError

NAMES = {kind: kind.replace(" ", "_") for kind in ERROR_KINDS}
ANALYSIS = """[Explanation]:
The candidate overlooks one finding and puts another on the wrong side.

[Clinically Significant Errors]:
(b) Missing: 1. Rib fracture T: 4. is not mentioned
(c) Location: 2. Effusion on the wrong side; nodule in the wrong lobe.

[Clinically Insignificant Errors]:
(d) Severity: 1. Mild for moderate

[Matched Findings]:
3. Cardiomegaly; pleural effusion; nodule
"""
PROMPT = "Judge this.\nTrue: {reference}\nOther: {candidate}\nNow write the analysis."


def _score(text: str) -> Score:
    return analysis_score(AnalyseAsGreen().read(text), NAMES)


def test_green_counts_what_the_analysis_counts() -> None:
    score = _score(ANALYSIS)
    assert score.value == 3 / 6
    assert (score.parts["matched"], score.parts["significant"], score.parts["insignificant"]) == (3, 3, 1)
    assert (score.parts["missing_finding"], score.parts["wrong_location"]) == (1, 2)
    assert (score.parts["no_missing_finding"], score.parts["no_wrong_severity"]) == (0, 1)
    assert [one.kind for one in score.evidence] == [
        *["matched"] * 3,
        "omitted",
        *["wrong location"] * 2,
        "wrong severity",
    ]


def test_a_finding_that_begins_with_no_is_not_taken_for_none() -> None:
    with pytest.raises(InvalidReply, match="begins with no count"):
        _score(ANALYSIS.replace("3. Cardiomegaly; pleural effusion; nodule", "Nodule in the left lung"))
    with pytest.raises(InvalidReply, match="lists no kind of error"):
        _score(ANALYSIS.replace("(d) Severity: 1. Mild for moderate", "Normal variants confused"))


@pytest.mark.parametrize("none", ["No errors.", "None", "no clinically insignificant errors"])
def test_a_section_may_say_that_there_is_none(none: str) -> None:
    assert _score(ANALYSIS.replace("(d) Severity: 1. Mild for moderate", none)).parts["insignificant"] == 0


def test_one_kind_on_two_lines_is_counted_twice() -> None:
    doubled = ANALYSIS.replace("(b) Missing: 1.", "(c) Location: 1. Catheter on the wrong side\n(b) Missing: 1.")
    assert _score(doubled).parts["wrong_location"] == 3


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("[Matched Findings]:", "Matched:", "Matched Findings is missing"),
        ("[Clinically Significant Errors]:", "", "Significant Errors is missing"),
        ("(c) Location: 2.", "(c) Location", r"\(c\) have no count"),
        ("[Clinically Insignificant Errors]:", "[Matched Findings]:\n1. x\n", "stands twice"),
    ],
)
def test_an_analysis_that_is_not_whole_gives_no_verdict(old: str, new: str, says: str) -> None:
    with pytest.raises(InvalidReply, match=says):
        _score(ANALYSIS.replace(old, new))


def test_an_analysis_that_counts_nothing_contradicts_itself() -> None:
    nothing = "".join(
        f"[{name}]:\nNo such.\n\n"
        for name in ("Clinically Significant Errors", "Clinically Insignificant Errors", "Matched Findings")
    )
    with pytest.raises(InvalidReply) as raised:
        _score(nothing)
    assert raised.value.reason == CONTRADICTS


@pytest.mark.parametrize(
    ("judge", "model", "prompt", "expected"),
    [
        ("green", "hf:StanfordAIMI/GREEN-radllama2-7b", "v1", AnalyseAsGreen),
        ("green", "hf:/models/renamed", "upstream", AnalyseAsGreen),
        ("green", "hf:StanfordAIMI/GREEN-radllama2-7b", "v2", None),
        ("green", "openai/gpt-4o", "v1", None),
        ("green", "rules", "v1", None),
        ("crimson", "vllm:rajpurkarlab/medgemma-4b-it-crimson", "v1", WeighAsMedGemma),
        ("crimson", "hf:google/medgemma-4b-it", "v1", None),
        ("chexprompt", "hf:StanfordAIMI/GREEN-radllama2-7b", "v1", None),
    ],
)
def test_which_models_are_asked_in_their_makers_words(judge: str, model: str, prompt: str, expected: Any) -> None:
    found = checkpoint_task(judge, model, prompt)
    assert found is None if expected is None else type(found) is expected


def test_other_judges_have_no_checkpoint() -> None:
    with pytest.raises(ParameterError, match="no model was trained"):
        make_metric("chexprompt:judge=hf:/models/x,prompt=upstream").check(RunContext())


def test_green_needs_its_prompt_and_says_so(tmp_path: Path) -> None:
    metric = make_metric("green:judge=hf:/models/green-radllama2-7b")
    with pytest.raises(PromptError, match="--prompts FILE"):
        metric.check(RunContext())
    file = tmp_path / "prompt.txt"
    file.write_text("Only {reference}")
    with pytest.raises(PromptError, match=r"no \{candidate\}"):
        metric.check(RunContext(judging=JudgeOptions(prompts=file)))


def test_green_cannot_be_asked_through_a_server(tmp_path: Path) -> None:
    file = tmp_path / "prompt.txt"
    file.write_text(PROMPT)
    metric = make_metric("green:judge=http://127.0.0.1:9/v1#green-radllama2-7b")
    with pytest.raises(ParameterError, match="hf:<path or hub id>"):
        metric.check(RunContext(judging=JudgeOptions(prompts=file)))


def test_reports_fill_the_makers_prompt_in_one_go(tmp_path: Path) -> None:
    (tmp_path / "green").mkdir()
    (tmp_path / "green" / "upstream.txt").write_text(PROMPT)
    task = AnalyseAsGreen()
    wording = task.wording(RunContext(judging=JudgeOptions(prompts=tmp_path)))
    (message,) = wording.messages(task.slots(Pair("a  b\nc", "see {candidate}", Context())))
    assert message.content == "Judge this.\nTrue: see {candidate}\nOther: a b c\nNow write the analysis."


def test_a_long_report_is_unscored_and_not_cut() -> None:
    metric = make_metric("green:judge=hf:/models/green-radllama2-7b")
    verdict = metric.verdict(Example("1", "clear " * 301, ("Clear.",)))  # type: ignore[attr-defined]
    with pytest.raises(StopIteration) as done:
        next(verdict)
    assert (done.value.value.status, done.value.value.reason) == (Status.UNSCORED, "report too long")


def test_green_through_a_model_in_this_process(random_model: Path, tmp_path: Path) -> None:
    """Random weights write no analysis: the way through loading, template and parser ends without a verdict."""
    file = tmp_path / "prompt.txt"
    file.write_text(PROMPT)
    context = RunContext(judging=JudgeOptions(prompts=file, cache="off"))
    metric = make_metric(f"green:judge=hf:{random_model},prompt=upstream,max_tokens=8")
    metric.check(context)
    try:
        score = metric.score(Example("1", "Small effusion.", ("Effusion and nodule.",)), context)
        method = metric.method()
    finally:
        context.things.close()
    assert score.status is Status.UNSCORED
    assert score.reason in ("cut off at the token limit", "wrong form", "empty reply")
    assert score.usage is not None
    assert (method["fence"], method["prompt"]) == ("none", f"green/upstream#{digest_of(PROMPT)}")
    assert method["judge_template"]


def test_greens_conversation_is_written_as_it_was_trained(random_model: Path) -> None:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(random_model)
    tokenizer.chat_template = AnalyseAsGreen.chat_template
    written = tokenizer.apply_chat_template([{"role": "user", "content": "ask"}], tokenize=False)
    start, end = tokenizer.bos_token, tokenizer.eos_token
    assert written == f"{start}<|user|>\nask{end}\n<|assistant|>\n{end}\n<|assistant|>\n{end}"


@pytest.fixture(scope="session")
def crimson_package(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The package `crimson-score`, without the many it depends on."""
    folder = tmp_path_factory.mktemp("crimson")
    command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", str(folder), "crimson-score==0.2.0"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"crimson-score cannot be fetched: {done.stderr.strip().splitlines()[-1:]}")
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    sys.path.insert(0, str(folder))
    yield
    sys.path.remove(str(folder))
    for name in [name for name in sys.modules if name.partition(".")[0] == "CRIMSON"]:
        del sys.modules[name]


def test_crimson_needs_its_makers_package() -> None:
    with pytest.raises(MissingExtraError, match="pip install --no-deps crimson-score"):
        WeighAsMedGemma().wording(RunContext())


def test_crimson_is_asked_as_the_package_asks(crimson_package: Any) -> None:
    from CRIMSON.prompt_parts import build_prompt

    task = WeighAsMedGemma()
    wording = task.wording(RunContext())
    assert wording.id == "crimson-score/0.2.0"
    asked = Pair("Small effusion.", "Large effusion.", Context(age=70, indication="cough"))
    system, user = wording.messages(task.slots(asked))
    assert (system.role, user.role) == ("system", "user")
    known = {"Age": "70 years", "Indication": "cough"}
    without = {
        f"include_{name}": False for name in ("significance_examples", "attribute_guidelines", "context_guidelines")
    }
    assert user.content == build_prompt("Large effusion.", "Small effusion.", known, **without)
    (_, bare) = upstream_messages(task.slots(Pair("Small effusion.", "Large effusion.", Context())))
    assert bare.content == build_prompt("Large effusion.", "Small effusion.", None, **without)


WEIGHED = {
    "reference_findings": [{"id": "R1", "finding": "large effusion", "clinical_significance": "actionable_not_urgent"}],
    "predicted_findings": [{"id": "P1", "finding": "small effusion", "clinical_significance": "urgent"}],
    "matched_findings": [{"ref_id": "R1", "pred_id": "P1"}],
    "errors": {
        "false_findings": [],
        "missing_findings": [],
        "attribute_errors": [
            {
                "ref_id": "R1",
                "pred_id": "P1",
                "severity": "significant",
                "error_types": ["severity"],
                "explanation": "x",
            }
        ],
    },
}


def test_crimson_reads_its_checkpoints_json() -> None:
    found = WeighAsMedGemma().read(f"```json\n{json.dumps(WEIGHED)}\n```")
    assert (found.reference_findings[0].significance, found.candidate_findings[0].significance) == (
        "actionable",
        "urgent",
    )
    assert found.attribute_errors[0].kinds == ("severity",)


def test_crimson_refuses_what_its_formula_would_misread() -> None:
    unknown = json.loads(json.dumps(WEIGHED))
    unknown["reference_findings"][0]["clinical_significance"] = "mild"
    with pytest.raises(InvalidReply, match="clinical_significance"):
        WeighAsMedGemma().read(json.dumps(unknown))
    nowhere = json.loads(json.dumps(WEIGHED))
    nowhere["predicted_findings"].append({"id": "P2", "finding": "mass", "clinical_significance": "urgent"})
    task = WeighAsMedGemma()
    with pytest.raises(AnswerError, match="P2"):
        task.check(Pair("small effusion, mass", "large effusion", Context()), task.read(json.dumps(nowhere)))


DISTILLED = {
    **{
        f"{dimension} {error}": number
        for number, dimension in enumerate(("entity_name", "location", "severity", "uncertainty"))
        for error in ("false_prediction", "omission")
    },
    **{f"{rating}_score": 0.5 for rating in ("completeness", "readability", "clinical_utility")},
    "completeness_reason": "one finding lacks",
    "weighted_final_score": 0.75,
}


def test_distilled_scores_are_read() -> None:
    found = ScoreAsDistilled().read(json.dumps({**DISTILLED, "true_positive_matches": {"anything": 1}}))
    assert found.final == 0.75
    assert (found.parts["false_severity"], found.parts["missing_uncertainty"]) == (2, 3)
    assert found.reasons["completeness"] == "one finding lacks"


@pytest.mark.parametrize(
    "change", [{"weighted_final_score": "0.75"}, {"location omission": -1}, {"severity omission": 0.5}]
)
def test_distilled_scores_of_another_form_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(InvalidReply):
        ScoreAsDistilled().read(json.dumps({**DISTILLED, **change}))
    with pytest.raises(InvalidReply):
        ScoreAsDistilled().read(json.dumps({key: value for key, value in DISTILLED.items() if key not in change}))


def test_gema_distilled_needs_a_model(tmp_path: Path) -> None:
    with pytest.raises(MissingResourceError, match="judge=hf"):
        make_metric("gema_distilled").check(RunContext())
    with pytest.raises(PromptError, match="--prompts FILE"):
        make_metric("gema_distilled:judge=hf:/models/gema").check(RunContext())


def test_an_empty_candidate_has_the_worst_value_and_no_parts() -> None:
    metric = make_metric("gema_distilled:judge=hf:/models/gema")
    with pytest.raises(StopIteration) as done:
        next(metric.verdict(Example("1", " ", ("Clear.",))))  # type: ignore[attr-defined]
    assert done.value.value.value == 0.0
    assert set(done.value.value.parts.values()) == {None}
