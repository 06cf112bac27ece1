"""RadCliQ: its constants, its components, what it does with empty reports, and what stands for models."""

from __future__ import annotations

import random
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import radeval
from radeval.core.errors import MissingResourceError, ParameterError
from radeval.core.example import Example
from radeval.core.metric import RunContext
from radeval.core.registry import make_metric
from radeval.core.score import Status
from radeval.core.spec import MetricSpec
from radeval.metrics.composite.radcliq_formula import FORMULAS

OFFLINE = "radcliq:graph=entity_graph,labels=labels14"
ARTEFACT = 9.3726
BEST = {"v0": -0.2421334229, "v1": -1.4406902828}
WORST = {"v0": 5.5161608041, "v1": 2.4501430833}


@pytest.fixture
def texts(corpus: ModuleType) -> list[str]:
    rng = random.Random(11)
    return [corpus.report(rng) for _ in range(8)]


def ready(spec: str) -> Any:
    metric = make_metric(spec)
    metric.check(RunContext())
    return metric


# The formula


@pytest.mark.parametrize("version", ["v0", "v1"])
def test_all_ones_and_all_zeros_have_the_published_values(version: str) -> None:
    formula = FORMULAS[version]
    assert formula.value(dict.fromkeys(formula.terms, 1.0)) == pytest.approx(BEST[version], abs=1e-9)
    assert formula.value(dict.fromkeys(formula.terms, 0.0)) == pytest.approx(WORST[version], abs=1e-9)


def test_the_form_in_raw_units() -> None:
    components = {"radgraph": 0.3, "bertscore": 0.4, "s_emb": 0.7, "bleu": 0.2}
    v1 = 2.45014 - 1.24522 * 0.3 - 1.65085 * 0.4 - 0.99477 * 0.7
    v0 = 5.51616 - 1.58903 * 0.3 - 3.00983 * 0.4 - 1.87337 * 0.7 + 0.71394 * 0.2
    assert FORMULAS["v1"].value(components) == pytest.approx(v1, abs=2e-5)
    assert FORMULAS["v0"].value(components) == pytest.approx(v0, abs=4e-5)


def test_what_the_published_artefact_was_made_of() -> None:
    broken = {"radgraph": 1.0, "bertscore": -5.5501568, "s_emb": 1.0}
    assert FORMULAS["v1"].value(broken) == pytest.approx(9.3726055, abs=1e-5)


# By models


def test_a_copy_never_has_the_value_that_a_single_pair_once_had(tiny_models: Path, texts: list[str]) -> None:
    alone = [radeval.score([text], [text], "radcliq").score("radcliq", 0) for text in texts]
    together = radeval.score(texts, texts, "radcliq")
    group = radeval.score(texts[:1] * 8, texts[:1] * 8, "radcliq", ids=[str(n) for n in range(8)])
    for place, one in enumerate(alone):
        assert one.parts["bertscore"] == pytest.approx(1.0, abs=1e-5)
        assert one.parts["s_emb"] == pytest.approx(1.0, abs=1e-6)
        graph = one.parts["radgraph"]
        assert one.value == pytest.approx(BEST["v1"] + 1.2452164 * (1 - graph), abs=1e-4)
        assert together.score("radcliq", place).value == pytest.approx(one.value, abs=1e-4)
    assert [group.score("radcliq", place).value for place in range(8)] == pytest.approx([alone[0].value] * 8, abs=1e-4)


@pytest.mark.parametrize("version", ["v0", "v1"])
def test_an_empty_report_agrees_in_nothing_and_two_have_no_value(
    version: str, tiny_models: Path, texts: list[str]
) -> None:
    run = radeval.score(["", texts[0], " "], [texts[0], "\n", ""], f"radcliq:version={version}")
    empty, reference, both = (run.score("radcliq", place) for place in range(3))
    assert empty.value == reference.value == pytest.approx(WORST[version], abs=1e-9)
    for one in (empty, reference):
        assert set(one.parts.values()) == {None}
        assert set(one.part_reasons.values()) == {"a report is empty"}
    assert (both.status, both.reason) == (Status.UNSCORED, "both reports are empty")
    assert all(one.value is None or one.value < ARTEFACT - 1 for one in (empty, reference, both))


@pytest.mark.parametrize("version", ["v0", "v1"])
def test_the_parts_are_the_metrics_that_are_asked_for_beside_it(
    version: str, tiny_models: Path, texts: list[str]
) -> None:
    beside = ["bertscore:preset=radcliq", "radgraph_radcliq", "bleu:preset=radcliq"]
    run = radeval.score(texts, texts[1:] + texts[:1], [f"radcliq:version={version}", *beside])
    names = {"bertscore": "bertscore", "radgraph": "radgraph_radcliq", "bleu": "bleu"}
    for place in range(len(texts)):
        found = run.score("radcliq", place)
        assert found.value == pytest.approx(FORMULAS[version].value(found.parts), abs=1e-12)
        for part, label in names.items():
            if part in found.parts:
                assert found.parts[part] == pytest.approx(run.score(label, place).value, abs=1e-12)
    assert run.aggregates["radcliq"].value == pytest.approx(
        np.mean([run.score("radcliq", place).value for place in range(len(texts))])
    )


def test_what_others_have_read_is_not_read_again(
    tiny_models: Path, texts: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from radeval.encoders.encoder import Encoder

    read: list[str] = []
    plain = Encoder._read_new

    def counting(self: Any, new: Any) -> Any:
        read.extend(f"{self.name}: {text}" for text in new)
        return plain(self, new)

    monkeypatch.setattr(Encoder, "_read_new", counting)
    metrics = ["bertscore:preset=radcliq", "chexbert", "radgraph:model=radgraph", "radcliq", "radcliq:version=v0"]
    radeval.score(texts, texts[::-1], metrics)
    assert len(read) == len(set(read)) == 3 * len(set(texts))


def test_evidence_comes_from_the_graph(tiny_models: Path, texts: list[str]) -> None:
    run = radeval.score(texts[:2], texts[1::-1], ["radcliq", "radgraph_radcliq"])
    ours, graph = (run.metrics[label] for label in ("radcliq", "radgraph_radcliq"))
    assert {item.by for item in run.score("radcliq", 0).evidence} == {"radgraph"}
    assert len(run.score("radcliq", 0).evidence) == len(run.score("radgraph_radcliq", 0).evidence)
    assert ours.signature.fields["radgraph.commit"] == graph.signature.fields["commit"]
    assert {"bertscore.commit", "s_emb.commit", "radgraph.tokenizer"} <= set(ours.signature.fields)


def test_a_report_without_annotation_has_no_value(tiny_models: Path, tmp_path: Path) -> None:
    file = tmp_path / "annotations.json"
    file.write_text('{"0": {"text": "No effusion .", "entities": {}}}', encoding="utf-8")
    run = radeval.score(["No effusion.", "Others."], ["No effusion."] * 2, f"radcliq:annotations={file}")
    assert [run.score("radcliq", place).status for place in range(2)] == [Status.OK, Status.UNSCORED]
    assert run.score("radcliq", 1).reason == "a report is not among the annotations"


@pytest.mark.parametrize("lacking", ["StanfordAIMI", "distilbert"])
def test_without_one_component_there_is_no_radcliq(
    lacking: str, tiny_models: Path, only_models_in: Any, tmp_path: Path
) -> None:
    for folder in tiny_models.iterdir():
        if folder.name != lacking:
            (tmp_path / folder.name).symlink_to(folder)
    only_models_in(tmp_path)
    with pytest.raises(MissingResourceError, match=f"hf download {lacking}"):
        ready("radcliq")


@pytest.mark.parametrize("spec", ["radcliq:version=v0", "radcliq:version=v1", OFFLINE])
def test_on_its_own_ratings_it_is_in_sample_but_for_what_version_1_left_out(spec: str) -> None:
    fitted_to_all = make_metric(spec).info.tuned_on == ("rexval",)
    fitted_to_a_part = make_metric(spec).info.tuned_on == ("rexval/part",)
    assert (fitted_to_all, fitted_to_a_part) == (spec.endswith("v0"), not spec.endswith("v0"))


# By rules


def test_the_offline_variant_needs_nothing_and_is_not_called_radcliq(only_models_in: Any) -> None:
    only_models_in(None)
    run = radeval.score(["Left effusion.", "No effusion.", ""], ["Left effusion.", "Left effusion.", "Mass."], OFFLINE)
    assert list(run.metrics) == ["radcliq_offline"]
    result = run.metrics["radcliq_offline"]
    assert result.signature.name == "radcliq_offline"
    assert result.signature.fields["scale"] == "share missed"
    assert result.info.extra is None
    assert result.info.main == "radcliq_offline"
    values = [run.score("radcliq_offline", place).value for place in range(3)]
    assert values[0] < values[1] < values[2] == 1.0
    assert set(run.score("radcliq_offline", 0).parts) == {"entity_graph", "rouge", "labels14"}


def test_the_offline_variant_is_the_weighted_share_that_is_missed() -> None:
    found = ready(OFFLINE).score(Example("a", "Small left effusion.", ("Left effusion. Nodule.",)), RunContext())
    weights = {"entity_graph": 1.24522, "rouge": 1.65085, "labels14": 0.99477}
    missed = sum(weight * (1 - found.parts[name]) for name, weight in weights.items()) / sum(weights.values())
    assert found.value == pytest.approx(missed, abs=1e-5)
    assert 0 < found.value < 1
    # One of two observations in the reference, the same one in the candidate.
    assert found.parts["labels14"] == pytest.approx(1 / 2**0.5)


def test_what_rules_cannot_read_has_no_value_there() -> None:
    found = ready(OFFLINE).score(Example("a", "Xyzzy frobnicates.", ("Quux is seen.",)), RunContext())
    assert found.status is Status.UNSCORED


def test_a_mixture_has_a_name_of_its_own(tiny_models: Path, texts: list[str]) -> None:
    run = radeval.score(texts, texts[::-1], ["radcliq:graph=entity_graph", "radcliq:labels=labels14", "radcliq"])
    assert list(run.metrics) == ["radcliq:graph=entity_graph", "radcliq:labels=labels14", "radcliq"]
    names = [one.signature.name for one in run.metrics.values()]
    assert names == ["radcliq_mixed", "radcliq_mixed", "radcliq"]
    assert set(run.score("radcliq:graph=entity_graph", 0).parts) == {"entity_graph", "bertscore", "s_emb"}
    assert set(run.score("radcliq:labels=labels14", 0).parts) == {"radgraph", "bertscore", "labels14"}


@pytest.mark.parametrize(
    "parameters",
    [{"version": "v0", "graph": "entity_graph"}, {"graph": "entity_graph", "annotations": "file.json"}],
)
def test_what_does_not_go_together_is_refused(parameters: dict[str, str]) -> None:
    with pytest.raises(ParameterError):
        make_metric(MetricSpec("radcliq", None, parameters))
