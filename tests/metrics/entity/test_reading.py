"""What the metrics on the report reader share: packs of one's own, and what is not understood."""

from __future__ import annotations

import os

import pytest

import radeval
from radeval.core.errors import InputError
from radeval.core.example import Context, Example
from radeval.core.metric import RunContext
from radeval.core.registry import make_metric
from radeval.core.score import Status
from radeval.core.spec import MetricSpec
from radeval.run.plan import signature

ON_THE_READER = ("findings", "labels14", "entity_graph", "temporal")
PACK = """
[pack]
name = "{name}"
version = 3
summary = "made up"
modalities = ["cxr"]

[[concept]]
name = "{concept}"
kind = "observation"
terms = ["{concept}"]
significance = "urgent"
reason = "made up"
label = "Lung Lesion"
"""
STRANGE = "A quibbling snorkel lies at the base."


@pytest.fixture
def pack(tmp_path):
    def write(concept: str, name: str = "mine") -> str:
        path = tmp_path / f"{name}.toml"
        path.write_text(PACK.format(name=name, concept=concept), encoding="utf-8")
        return str(path)

    return write


def with_lexicon(name, *paths):
    return make_metric(MetricSpec(name, None, {"lexicon": os.pathsep.join(paths)}))


def score(metric, candidate, reference, **context):
    return metric.score(Example("a", candidate, (reference,), context=Context(**context)), RunContext())


@pytest.mark.parametrize("name", ["findings", "labels14", "entity_graph"])
def test_a_pack_of_ones_own_counts(name, pack):
    metric = with_lexicon(name, pack("flummox"))
    assert score(metric, "Flummox on the left.", "Flummox on the left.").value == 1.0
    assert score(metric, "The lungs are clear.", "Flummox on the left.").value == 0.0


def test_a_pack_of_ones_own_counts_for_what_changes(pack):
    found = score(with_lexicon("temporal", pack("flummox")), "New flummox.", "Stable flummox.")
    assert found.parts["change"] == 0.0


def test_several_packs_are_joined(pack):
    metric = with_lexicon("findings", pack("flummox"), pack("gadzook", "other"))
    (one, two) = score(metric, "Flummox. Gadzook.", "Flummox. Gadzook.").evidence
    assert (one.concept, two.concept) == ("flummox", "gadzook")


@pytest.mark.parametrize("name", ON_THE_READER)
def test_the_signature_holds_the_packs_content_and_not_its_path(name, pack, tmp_path):
    metric = with_lexicon(name, pack("flummox"))
    metric.check(RunContext())
    first = str(signature(metric, "whole"))
    assert "mine3" in first
    assert str(tmp_path) not in first
    assert first != str(signature(make_metric(name), "whole"))
    # The same file with other content is another method, in the same process too.
    changed = with_lexicon(name, pack("gadzook"))
    changed.check(RunContext())
    assert first != str(signature(changed, "whole"))


@pytest.mark.parametrize("name", ON_THE_READER)
def test_a_pack_that_cannot_be_used_stops_the_run_before_it_begins(name, pack, tmp_path):
    path = pack("flummox")
    with open(path, "a", encoding="utf-8") as file:
        file.write('site = "tail"\n')
    with pytest.raises(InputError, match="'tail'") as error:
        radeval.score(["x"], ["y"], str(MetricSpec(name, None, {"lexicon": path})), n_boot=0)
    assert error.value.where == f"{path}, line 8"
    with pytest.raises(InputError, match="cannot be read"):
        with_lexicon(name, str(tmp_path / "gone.toml")).check(RunContext())


@pytest.mark.parametrize("name", ["findings", "labels14", "entity_graph"])
@pytest.mark.parametrize(
    ("candidate", "reference"),
    [(STRANGE, "Left pleural effusion."), ("No pneumothorax.", STRANGE), ("Clear lungs.", f"No effusion. {STRANGE}")],
)
def test_agreement_that_rests_on_what_is_not_understood_is_no_verdict(name, candidate, reference):
    found = score(make_metric(name), candidate, reference)
    assert found.status is Status.UNSCORED
    assert "understand" in found.reason
    assert found.detail.startswith("1 statement not understood, the first: 'A quibbling snorkel")
    assert {one.kind for one in found.evidence} == {"unread"}


@pytest.mark.parametrize("name", ["findings", "labels14"])
def test_what_both_say_in_the_same_words_is_agreement(name):
    metric = make_metric(name)
    assert score(metric, STRANGE, STRANGE).value == 1.0
    assert score(metric, f"No effusion. {STRANGE}", f"{STRANGE.upper()} No pneumothorax.").value == 1.0
    assert score(metric, STRANGE, f"{STRANGE} Left pleural effusion.").value < 1.0


def test_no_detail_quotes_more_than_one_statement():
    found = score(make_metric("findings"), STRANGE, f"No effusion. {STRANGE.replace('snorkel', 'trumpet')}")
    assert found.detail.startswith("2 statements not understood")
    assert "trumpet" not in found.detail


@pytest.mark.parametrize("name", ["findings", "labels14", "entity_graph"])
def test_what_is_understood_beside_it_is_scored(name):
    found = score(make_metric(name), f"Left pleural effusion. {STRANGE}", "Left pleural effusion.")
    assert found.status is Status.OK


def test_what_is_not_understood_is_shown_in_its_report():
    candidate = f"Left pleural effusion. {STRANGE}"
    found = score(make_metric("findings"), candidate, "Left pleural effusion.")
    (one,) = (item for item in found.evidence if item.kind == "unread")
    assert one.side == "candidate"
    assert candidate[slice(*one.span)] == one.text
    assert "snorkel" in one.text


@pytest.mark.parametrize("empty", ["", " \n"])
def test_an_empty_report_has_nothing_of_one_that_is_not_understood(empty):
    for name in ("findings", "labels14", "entity_graph"):
        assert score(make_metric(name), empty, STRANGE).value == 0.0
        assert score(make_metric(name), STRANGE, empty).value == 0.0


def test_temporal_words_are_scored_and_changes_of_what_is_not_understood_are_not():
    found = score(make_metric("temporal"), f"Stable. {STRANGE}", "Stable.")
    assert found.value is not None
    assert found.parts["change"] is None


def test_a_run_says_once_how_many_reports_were_not_all_understood():
    run = radeval.score(
        [f"Left effusion. {STRANGE}", "Left effusion.", "Cardiomegaly."],
        ["Left effusion.", "Left effusion.", "Cardiomegaly."],
        ["findings", "labels14", "entity_graph", "temporal"],
        n_boot=0,
    )
    (notice,) = (one for one in run.notices if "does not know" in one)
    assert notice.startswith("1 of 3 different reports (33%)")
    assert "snorkel" not in notice
    known = radeval.score(["Left effusion."], ["Left effusion."], "findings", n_boot=0)
    assert not any("does not know" in one for one in known.notices)


def test_a_loaded_metric_counts_each_call_alone():
    metric = radeval.load_metric("findings")
    for _ in range(2):
        found = metric([f"Left effusion. {STRANGE}"], ["Left effusion."])
        assert sum("1 of 2 different reports" in one for one in found.notices) == 1


def test_evidence_weighs_by_the_patient():
    text, other = "Free air under the diaphragm.", "No free air."
    (usual,) = score(make_metric("findings"), text, other).evidence
    (after,) = score(make_metric("findings"), text, other, indication="After laparotomy").evidence
    assert (usual.significance, after.significance) == ("urgent", "expected")
    assert "why expected" in after.note
    assert other[slice(*usual.counterpart)].lower().endswith("free air")
