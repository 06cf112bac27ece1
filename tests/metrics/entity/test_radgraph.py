"""F1-RadGraph by its model and from annotations, and RadCliQ's form of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

import radeval
from radeval.core.errors import FileAccessError, InputError, MissingResourceError, TableFormatError
from radeval.core.example import Example
from radeval.core.metric import RunContext
from radeval.core.registry import make_metric
from radeval.core.score import Status
from radeval.metrics.entity.annotations import NOT_ANNOTATED
from radeval.metrics.entity.graph_f1 import graph_f1
from radeval.run.plan import signature

PRESENT, ABSENT = "Observation::definitely present", "Observation::definitely absent"
ANATOMY = "Anatomy::definitely present"

LEFT = "Small effusion on the left."
RIGHT = "Small Effusion\non the right."
NONE = "No pneumothorax."


def entity(tokens: str, label: str, place: int, *relations: Sequence[str]) -> dict[str, Any]:
    return {"tokens": tokens, "label": label, "start_ix": place, "end_ix": place, "relations": list(relations)}


ANNOTATIONS = {
    "0": {
        "text": "Small effusion on the left .",
        "entities": {
            "1": entity("Small", PRESENT, 0, ["modify", "2"]),
            "2": entity("effusion", PRESENT, 1, ["located_at", "3"]),
            "3": entity("left", ANATOMY, 4),
        },
        "data_source": None,
        "data_split": "inference",
    },
    "1": {
        "text": "Small Effusion on the right .",
        "entities": {
            "1": entity("Small", PRESENT, 0, ["modify", "2"]),
            "2": entity("Effusion", PRESENT, 1, ["located_at", "3"]),
            "3": entity("right", ANATOMY, 4),
        },
    },
    "2": {"text": "No pneumothorax .", "entities": {"1": entity("pneumothorax", ABSENT, 1)}},
}


@pytest.fixture
def annotations(tmp_path: Path) -> Path:
    return written(tmp_path, ANNOTATIONS)


def written(folder: Path, content: Any) -> Path:
    file = folder / "annotations.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return file


def ready(spec: str, **parameters: Any) -> Any:
    text = ",".join(f"{key}={value}" for key, value in parameters.items())
    metric = make_metric(f"{spec}:{text}" if text else spec)
    metric.check(RunContext())
    return metric


def score(metric: Any, candidate: str, *references: str) -> Any:
    return metric.score_batch([Example("a", candidate, references)], RunContext()).score(0)


# From annotations


def test_annotations_take_the_models_place_whatever_the_white_space(annotations: Path) -> None:
    metric = ready("radgraph", annotations=annotations)
    assert metric.uses() == ()
    same = score(metric, LEFT, LEFT)
    assert (same.value, same.parts) == (1.0, {"simple": 1.0, "complete": 1.0})
    # Two of three entities; of the relations one in two.
    found = score(metric, LEFT, RIGHT)
    assert found.value == pytest.approx(2 / 3)
    assert found.parts == pytest.approx({"simple": 2 / 3, "complete": 1 / 3})


def test_the_case_of_the_package_is_another_method(annotations: Path) -> None:
    lower, pypi = ready("radgraph", annotations=annotations), ready("radgraph", annotations=annotations, case="pypi")
    assert score(pypi, LEFT, RIGHT).value == pytest.approx(1 / 3)
    assert score(pypi, LEFT, RIGHT).parts["simple"] == pytest.approx(1 / 3)
    assert score(lower, LEFT, RIGHT).value == pytest.approx(2 / 3)
    assert signature(lower, "whole").id != signature(pypi, "whole").id


def test_evidence_names_what_differs_with_its_place(annotations: Path) -> None:
    found = score(ready("radgraph", annotations=annotations), RIGHT, LEFT).evidence
    texts = {"candidate": RIGHT, "reference": LEFT}
    for item in found:
        assert texts[item.side][slice(*item.span)] == item.text
    assert [(item.kind, item.text) for item in found] == [
        ("matched", "Small"),
        ("matched", "Effusion"),
        ("false", "right"),
        ("omitted", "left"),
    ]


def test_an_entity_whose_words_are_not_in_the_report_has_no_place(tmp_path: Path) -> None:
    odd = {"0": {"text": NONE, "entities": {"1": {"tokens": "mass", "label": PRESENT, "relations": []}}}}
    found = score(ready("radgraph", annotations=written(tmp_path, odd)), NONE, NONE)
    assert [(item.kind, item.side, item.text) for item in found.evidence] == [("matched", None, "mass")]


def test_a_report_without_annotation_is_unscored_and_an_empty_one_needs_none(annotations: Path) -> None:
    run = radeval.score([LEFT, "Others.", "", " "], [LEFT, LEFT, LEFT, ""], f"radgraph:annotations={annotations}")
    scores = [run.score("radgraph", place) for place in range(4)]
    assert [one.status for one in scores] == [Status.OK, Status.UNSCORED, Status.OK, Status.OK]
    assert scores[1].reason == NOT_ANNOTATED
    assert [one.value for one in scores[2:]] == [0.0, 0.0]


def test_the_signature_holds_the_digest_of_the_annotations(annotations: Path) -> None:
    before = signature(ready("radgraph", annotations=annotations), "whole")
    assert before.fields["annotations"].startswith("sha256:")
    assert "commit" not in before.fields
    written(annotations.parent, {"0": ANNOTATIONS["0"]})
    assert signature(ready("radgraph", annotations=annotations), "whole").id != before.id


@pytest.mark.parametrize(
    ("content", "error", "what"),
    [
        ("{", TableFormatError, "no JSON"),
        ("[]", TableFormatError, "no annotations by name"),
        ("{}", TableFormatError, "no annotations by name"),
        ({"7": {"text": "a"}}, TableFormatError, "'7'.*a text and entities|a text and entities.*'7'"),
        ({"7": {"text": "a", "entities": {"1": {"tokens": "a"}}}}, TableFormatError, "no label"),
        (
            {"7": {"text": "a", "entities": {"1": {"tokens": "a", "label": PRESENT}}}},
            TableFormatError,
            "list of relations",
        ),
        ({"6": {"text": "a", "entities": {"1": entity("a", "banana", 0)}}}, TableFormatError, "'banana'"),
        (
            {"6": {"text": "a b", "entities": {"1": entity("a", PRESENT, 0), "2": entity("b", "OBS-DP", 1)}}},
            TableFormatError,
            "named in another way",
        ),
        ({"6": {"text": "a", "entities": {"1": entity("a", PRESENT, 0, ["near", "1"])}}}, TableFormatError, "'near'"),
        ({"7": {"text": "a", "entities": {"1": entity("a", PRESENT, 0, ["modify", "9"])}}}, TableFormatError, "'9'"),
        (
            {"7": {"text": "a", "entities": {"1": entity("a", PRESENT, 0, ["modify"])}}},
            TableFormatError,
            "kind and target",
        ),
    ],
)
def test_a_file_of_another_form_is_told_with_its_place(
    content: Any, error: type[Exception], what: str, tmp_path: Path
) -> None:
    with pytest.raises(error, match=what):
        ready("radgraph", annotations=written(tmp_path, content))


def test_two_annotations_of_one_report_must_agree(tmp_path: Path) -> None:
    twice: Mapping[str, Any] = {"0": ANNOTATIONS["2"], "1": {"text": "No  pneumothorax.", "entities": {}}}
    with pytest.raises(InputError, match="two annotations that differ"):
        ready("radgraph", annotations=written(tmp_path, twice))
    ready("radgraph", annotations=written(tmp_path, {"0": ANNOTATIONS["2"], "1": ANNOTATIONS["2"]}))


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileAccessError, match="cannot be read"):
        ready("radgraph", annotations=tmp_path / "none.json")


# RadCliQ's form


def test_radcliqs_form_is_the_mean_of_both_f1_with_case(annotations: Path) -> None:
    metric = ready("radgraph_radcliq", annotations=annotations)
    found = score(metric, LEFT, RIGHT)
    # Of three entities on each side "Small" alone is the same; no relation is.
    assert found.parts == pytest.approx({"entities": 1 / 3, "relations": 0.0})
    assert found.value == pytest.approx(1 / 6)
    assert score(metric, LEFT, LEFT).value == 1.0


def test_a_perfect_report_of_one_entity_has_half_of_it(annotations: Path) -> None:
    assert score(ready("radgraph_radcliq", annotations=annotations), NONE, NONE).value == 0.5


# By the model


@pytest.fixture
def model_texts(corpus: Any) -> list[str]:
    import random

    rng = random.Random(5)
    return [corpus.report(rng) for _ in range(12)]


@pytest.mark.parametrize("model", ["radgraph", "radgraph-xl", "modern-radgraph-xl", "echograph"])
def test_its_annotations_written_to_a_file_give_the_same_scores(
    model: str, tiny_models: Path, tmp_path: Path, model_texts: list[str]
) -> None:
    from radeval.encoders.radgraph import RadGraphModel
    from radeval.encoders.radgraph_files import find_radgraph

    reader = RadGraphModel(find_radgraph(model), "cpu", "float32")
    found = reader.read(reader.tokens(model_texts))
    file = written(tmp_path, {str(number): one for number, one in enumerate(found)})
    candidates, references = model_texts, model_texts[1:] + model_texts[:1]
    run = radeval.score(candidates, references, [f"radgraph:model={model}", f"radgraph:annotations={file}"])
    ours, theirs = (run.metrics[label] for label in run.metrics)
    for place in range(len(candidates)):
        one, other = (run.score(label, place) for label in run.metrics)
        assert (one.value, one.parts, one.evidence) == (other.value, other.parts, other.evidence)
        assert one.value == graph_f1(found[place], found[(place + 1) % len(found)]).partial
    assert ours.signature.fields["graph"] == model
    assert {"commit", "tokenizer", "dtype"} <= set(ours.signature.fields)
    assert theirs.signature.fields["graph"] == "annotations"


def test_metrics_of_a_run_read_each_report_once_and_print_nothing(
    tiny_models: Path, model_texts: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from radeval.encoders.radgraph import RadGraphModel

    read: list[int] = []
    plain = RadGraphModel.read

    def counting(self: RadGraphModel, batch: Any) -> Any:
        read.append(len(batch))
        return plain(self, batch)

    monkeypatch.setattr(RadGraphModel, "read", counting)
    metrics = ["radgraph:model=radgraph", "radgraph:model=radgraph,case=pypi", "radgraph_radcliq"]
    radeval.score(model_texts, model_texts[::-1], metrics)
    assert sum(read) == len(set(model_texts))
    assert capsys.readouterr() == ("", "")


def test_an_absent_model_is_one_error_with_the_command(only_models_in: Any) -> None:
    only_models_in(None)
    with pytest.raises(MissingResourceError) as raised:
        ready("radgraph")
    assert "hf download StanfordAIMI/RRG_scorers radgraph-xl.tar.gz" in str(raised.value)


def test_what_the_package_has_unpacked_is_found(tiny_models: Path, tiny_radgraph: Any, only_models_in: Any) -> None:
    import os
    import shutil

    shutil.copytree(tiny_models / "tiny", (own := Path(os.environ["XDG_CACHE_HOME"]).parent / "own") / "tiny")
    only_models_in(own)
    folder = Path(os.environ["XDG_CACHE_HOME"]) / "radgraph" / "0.1.18" / "radgraph"
    folder.mkdir(parents=True)
    tiny_radgraph.write_radgraph_model(folder, "radgraph")
    assert score(ready("radgraph", model="radgraph"), LEFT, LEFT).status is Status.OK


def test_an_absent_tokenizer_is_told_too(tiny_models: Path, only_models_in: Any, tmp_path: Path) -> None:
    import shutil

    shutil.copytree(tiny_models / "StanfordAIMI", tmp_path / "StanfordAIMI")
    only_models_in(tmp_path)
    with pytest.raises(MissingResourceError, match="hf download tiny/bert-of-radgraph"):
        ready("radgraph")
