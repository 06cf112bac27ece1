"""Scoring chosen sections: what is taken, what cannot be scored, and where evidence points."""

from __future__ import annotations

import pytest

import radeval
from radeval.core.info import Part, Properties
from radeval.core.score import Evidence, Score, Status

FULL = "INDICATION: Cough.\nFINDINGS: The heart is enlarged.\nIMPRESSION: Cardiomegaly."
OTHER = "FINDINGS:\nHeart size is normal.\n\nIMPRESSION:\nNo acute disease."


@pytest.fixture
def seen(toy):
    """A metric that writes down the texts it is given, and the list it writes to."""
    texts = []

    def verdict(example):
        texts.append((example.candidate, example.references))
        return Score.ok(1.0)

    return toy(verdict, multi_reference="native", multi_reference_rule="all"), texts


@pytest.mark.parametrize(
    ("sections", "candidate", "reference"),
    [
        ("whole", FULL, OTHER),
        ("findings", "The heart is enlarged.", "Heart size is normal."),
        ("impression", "Cardiomegaly.", "No acute disease."),
        ("auto", "The heart is enlarged.\nCardiomegaly.", "Heart size is normal.\nNo acute disease."),
    ],
)
def test_only_the_chosen_section_is_scored(seen, sections, candidate, reference):
    metric, texts = seen
    radeval.score([FULL], [OTHER], metric, sections=sections)
    assert texts == [(candidate, (reference,))]


def test_a_report_without_any_heading_counts_as_the_section_that_is_asked_for(seen):
    metric, texts = seen
    radeval.score(["A bare paragraph."], [OTHER], metric, sections="findings")
    assert texts == [("A bare paragraph.", ("Heart size is normal.",))]


def test_a_candidate_without_the_section_is_scored_as_empty_and_that_is_said(seen):
    metric, texts = seen
    result = radeval.score(["IMPRESSION: Cardiomegaly."], [OTHER], metric, sections="findings")
    assert texts == [("", ("Heart size is normal.",))]
    assert any("1 of 1 candidates" in notice for notice in result.notices)


def test_a_reference_without_the_section_leaves_the_example_unscored_with_its_reason(seen, tmp_path):
    metric, texts = seen
    candidates = [FULL, FULL, FULL]
    references = [OTHER, "IMPRESSION: Normal.", OTHER]
    result = radeval.score(candidates, references, [metric, "quick"], sections="findings", out=tmp_path / "run")
    assert len(texts) == 2
    for label in result.metrics:
        assert result[label].scores.status == [Status.OK, Status.UNSCORED, Status.OK]
        assert "findings" in result.score(label, 1).reason
        assert (result.aggregates[label].n_ok, result.aggregates[label].n_unscored) == (2, 1)
    unscored = [line for line in result.evidence() if line["status"] == "unscored"]
    assert [(line["id"], line["metric"]) for line in unscored] == [("1", label) for label in result.metrics]


def test_a_pooled_value_is_that_of_the_examples_that_could_be_scored():
    references = [OTHER, "IMPRESSION: Normal.", OTHER]
    found = radeval.score([FULL] * 3, references, "bleu", sections="findings", n_boot=0).aggregates["bleu"]
    alone = radeval.score([FULL] * 2, [OTHER] * 2, "bleu", sections="findings", n_boot=0).aggregates["bleu"]
    assert found.value == alone.value
    assert (found.worst_bound, found.best_bound) == (None, None)


def test_one_reference_with_the_section_is_enough_and_the_others_do_not_count(seen):
    metric, texts = seen
    radeval.score([FULL], [["IMPRESSION: Normal.", OTHER]], metric, sections="findings")
    assert texts == [("The heart is enlarged.", ("Heart size is normal.",))]


def test_where_no_reference_has_the_section_nothing_is_scored_and_nothing_fails():
    result = radeval.score([FULL], ["IMPRESSION: Normal."], "quick", sections="findings")
    assert {found.value for found in result.aggregates.values()} == {None}
    assert result.to_json()


@pytest.mark.parametrize(
    ("candidates", "references", "chosen"),
    [
        ([FULL, FULL], [OTHER, OTHER], "findings+impression"),
        ([FULL, "FINDINGS: Clear."], [OTHER, OTHER], "findings"),
        ([FULL, FULL], [OTHER, "IMPRESSION: Normal."], "impression"),
        ([FULL, "No heading at all."], [OTHER, OTHER], "whole"),
        ([FULL, "FINDINGS: Clear."], [OTHER, "IMPRESSION: Normal."], "whole"),
    ],
)
def test_auto_takes_what_every_report_has_and_says_so_once_and_in_the_signature(candidates, references, chosen):
    result = radeval.score(candidates, references, "rouge,bleu,chrf", sections="auto", n_boot=0)
    assert [signature.fields["sections"] for signature in result.signatures.values()] == [chosen] * 3
    assert len([notice for notice in result.notices if notice.startswith("sections")]) == 1
    assert all(one.status is Status.OK for one in (result.score("rouge", place) for place in range(2)))


def test_scores_of_different_sections_have_different_signatures():
    ids = {
        radeval.score([FULL], [OTHER], "rouge", sections=sections, n_boot=0)["rouge"].signature.id
        for sections in ("whole", "findings", "impression", "auto")
    }
    assert len(ids) == 4


def _pointing(candidate_word, reference_word):
    def verdict(example):
        (reference,) = example.references
        own, other = example.candidate.index(candidate_word), reference.index(reference_word)
        here, there = (own, own + len(candidate_word)), (other, other + len(reference_word))
        return Score.ok(
            float(len(reference) % 7) / 7,
            evidence=(
                Evidence("wrong severity", "candidate", here, candidate_word, counterpart=there),
                Evidence("wrong severity", "reference", there, reference_word, counterpart=here),
                Evidence("summary"),
            ),
        )

    return verdict


@pytest.mark.parametrize("sections", ["whole", "findings", "auto"])
@pytest.mark.parametrize("on_disk", [False, True])
def test_evidence_points_into_the_reports_as_they_were_given(toy, tmp_path, sections, on_disk):
    candidates = ["FINDINGS: It is enlarged.\nIMPRESSION: None.", FULL, "TECHNIQUE: AP.\n" + FULL]
    # The second example cannot be scored on its findings, so that the third has another place among those that can.
    heading = "FINDINGS" if sections == "auto" else "IMPRESSION"
    references = ["INDICATION: Pain.\n" + OTHER, f"{heading}: Heart size is small.", OTHER]
    metric = toy(_pointing("enlarged", "Heart size"))
    out = tmp_path / "run" if on_disk else None
    result = radeval.score(candidates, references, metric, sections=sections, out=out)
    lines = [line for line in result.evidence() if line["status"] == "ok"]
    assert len(lines) >= 2
    for line in lines:
        place = int(line["id"])
        for item in line["evidence"][:2]:
            sides = {"candidate": candidates[place], "reference": references[place]}
            start, end = item["span"]
            assert sides.pop(item["side"])[start:end] == item["text"]
            start, end = item["counterpart"]
            (other,) = sides.values()
            assert other[start:end] in ("enlarged", "Heart size")
        assert line["evidence"][2]["span"] is None


def test_evidence_names_the_reference_as_it_was_given_when_others_lack_the_section(toy):
    references = ["IMPRESSION: Normal.", OTHER, "INDICATION: Pain.\n" + OTHER]
    metric = toy(_pointing("enlarged", "Heart size"))
    result = radeval.score([FULL], [references], metric, sections="findings")
    for item in result.score("toy", 0).evidence[:2]:
        span = item.span if item.side == "reference" else item.counterpart
        assert item.reference in (1, 2)
        assert references[item.reference][slice(*span)] == "Heart size"


@pytest.mark.parametrize("sections", ["whole", "findings"])
def test_evidence_names_the_reference_as_it_was_given_when_another_is_blank(toy, sections):
    references = ["", OTHER]
    result = radeval.score([FULL], [references], toy(_pointing("enlarged", "Heart size")), sections=sections)
    item = result.score("toy", 0).evidence[1]
    assert references[item.reference][slice(*item.span)] == "Heart size"


@pytest.mark.parametrize("place", [{"span": (0, 9999)}, {"span": (0, 1), "reference": 9}])
def test_evidence_that_points_nowhere_costs_that_example_and_not_the_run(toy, place):
    item = Evidence("x", "reference", **place)
    metric = toy(lambda _: Score.ok(1.0, evidence=(item,)), multi_reference="native", multi_reference_rule="all")
    result = radeval.score([FULL], [OTHER], metric, sections="findings")
    assert result["toy"].scores.status == [Status.ERROR]


def test_parts_are_unscored_together_with_the_main_value(toy):
    metric = toy(lambda _: Score.ok(1.0, {"p": 0.5}), parts=(Part("p", "share"),))
    result = radeval.score([FULL, FULL], [OTHER, "IMPRESSION: Normal."], metric, sections="findings")
    assert result.table()["toy/p"] == [0.5, None]


def test_a_metric_over_the_whole_run_sees_only_what_can_be_scored(toy):
    sizes = []

    class Whole(type(toy(properties=Properties(batch_independent=False)))):
        def score_batch(self, examples, context):
            sizes.append(len(examples))
            return super().score_batch([*examples], context)

    metric = Whole()
    type(metric).score = lambda self, example, context: Score.ok(1.0)
    radeval.score([FULL] * 3, [OTHER, "IMPRESSION: Normal.", OTHER], metric, sections="findings")
    assert sizes == [2]


def test_the_digest_is_that_of_whole_reports_whatever_is_scored_of_them():
    digests = {
        radeval.score([FULL], [OTHER], "rouge", sections=sections, n_boot=0).data_digest
        for sections in ("whole", "findings")
    }
    assert len(digests) == 1
