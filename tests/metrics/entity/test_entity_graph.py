from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

import radeval
from radeval.core.example import Example
from radeval.core.metric import RunContext
from radeval.core.registry import make_metric
from radeval.findings.radgraph import to_radgraph, token_spans

PRESENT, ABSENT, UNCERTAIN = (f"Observation::{one}" for one in ("definitely present", "definitely absent", "uncertain"))
ANATOMY = "Anatomy::definitely present"
WORDS = (
    "no", "left", "right", "small", "moderate", "effusion", "opacity", "likely", "pneumonia", "heart", "is",
    "enlarged", "lungs", "clear", "and", ",", ".", "in", "the", "lower", "lobe", "unchanged", "patchy", "(", "/",
    "3.5", "cm", "\n", "é", "normal", "without", "acute", "process", "tube",
)  # fmt: skip
KINDS = {"modify", "located_at", "suggestive_of"}


def named(annotation):
    """Returns label and relations of each entity by its words."""
    entities = annotation["entities"]
    return {
        one["tokens"]: (one["label"], {(kind, entities[target]["tokens"]) for kind, target in one["relations"]})
        for one in entities.values()
    }


def score(candidate, reference):
    return make_metric("entity_graph").score(Example("a", candidate, (reference,)), RunContext())


def check(annotation, text):
    """Checks the form of protocols.md 8.1."""
    assert set(annotation) == {"text", "entities", "data_source", "data_split"}
    words = annotation["text"].split(" ") if annotation["text"] else []
    assert words == [text[start:end] for start, end in token_spans(text)]
    assert list(annotation["entities"]) == [str(number) for number in range(1, len(annotation["entities"]) + 1)]
    taken = []
    for entity in annotation["entities"].values():
        first, last = entity["start_ix"], entity["end_ix"]
        assert 0 <= first <= last < len(words)
        assert entity["tokens"] == " ".join(words[first : last + 1])
        assert entity["label"] in (PRESENT, ABSENT, UNCERTAIN, ANATOMY)
        assert all(kind in KINDS and target in annotation["entities"] for kind, target in entity["relations"])
        taken += range(first, last + 1)
    assert len(taken) == len(set(taken))
    assert taken == sorted(taken)


def test_a_finding_has_its_words_its_place_its_side_and_its_modifiers():
    found = named(to_radgraph("There is a small patchy opacity in the left lower lobe."))
    assert found == {
        "small": (PRESENT, {("modify", "opacity")}),
        "patchy": (PRESENT, {("modify", "opacity")}),
        "opacity": (PRESENT, {("located_at", "lower lobe")}),
        "left": (ANATOMY, {("modify", "lower lobe")}),
        "lower lobe": (ANATOMY, set()),
    }


def test_offsets_are_inclusive_indices_of_words_and_marks():
    found = to_radgraph("No edema, pleural effusion.")
    assert found["text"] == "No edema , pleural effusion ."
    assert found["entities"]["2"] == {
        "tokens": "pleural effusion",
        "label": ABSENT,
        "start_ix": 3,
        "end_ix": 4,
        "relations": [],
    }
    assert (found["data_source"], found["data_split"]) == (None, "inference")


def test_a_side_without_a_structure_is_where_the_finding_is():
    assert named(to_radgraph("Left effusion."))["effusion"] == (PRESENT, {("located_at", "Left")})


def test_a_state_of_a_structure_is_an_observation_there():
    found = named(to_radgraph("The heart is mildly enlarged."))
    assert found["enlarged"] == (PRESENT, {("located_at", "heart")})
    assert found["mildly"] == (PRESENT, {("modify", "enlarged")})


def test_an_explanation_is_what_a_finding_suggests():
    found = named(to_radgraph("Left basilar opacity, likely pneumonia."))
    assert ("suggestive_of", "pneumonia") in found["opacity"][1]
    assert found["pneumonia"][0] == UNCERTAIN


def test_normal_statements_become_the_structure_and_what_is_said_of_it():
    assert named(to_radgraph("The lungs are clear."))["clear"] == (PRESENT, {("located_at", "lungs")})
    absent = [one for one in named(to_radgraph("No acute cardiopulmonary process.")).values() if one[0] == ABSENT]
    assert absent


def test_a_text_without_findings_has_no_entities():
    assert to_radgraph("")["entities"] == {}
    assert to_radgraph("")["text"] == ""


def test_annotations_keep_their_form_on_any_report(corpus):
    rng = random.Random(3)
    pairs = random.Random(4).sample(list(corpus.adversarial_pairs(700, seed=7)), 200)
    for text in [corpus.report(rng) for _ in range(200)] + [pair.candidate for pair in pairs]:
        check(to_radgraph(text), text)


@given(
    st.lists(
        st.sampled_from(WORDS),
        max_size=30,
    )
)
def test_annotations_keep_their_form_on_any_words(words):
    text = " ".join(words)
    check(to_radgraph(text), text)
    assert to_radgraph(text) == to_radgraph(text)


@given(st.text(max_size=80))
def test_annotations_keep_their_form_on_any_text(text):
    check(to_radgraph(text), text)


def test_values_by_hand():
    # Entities "left", "effusion" against "small", "left", "effusion": precision 1, recall 2/3.
    found = score("Left effusion.", "Small left effusion.")
    assert (found.value, found.parts["simple"], found.parts["complete"]) == pytest.approx((0.8, 0.8, 0.8))
    # The same observation, elsewhere.
    found = score("Left effusion.", "Right effusion.")
    assert (found.value, found.parts["simple"], found.parts["complete"]) == pytest.approx((0.5, 0.5, 0.0))


def test_without_entities_the_value_is_zero_as_in_radgraph():
    assert score("", "").value == 0.0
    assert score("Frontal view.", "Frontal view.").value == 0.0
    assert score("", "Left effusion.").value == 0.0


def test_case_does_not_matter():
    assert score("LEFT EFFUSION.", "left effusion.").value == 1.0


def test_a_set_has_the_mean():
    references = ["Small left effusion.", "No pneumothorax."]
    run = radeval.score(["Left effusion.", "No pneumothorax."], references, "entity_graph", n_boot=0)
    assert run.aggregates["entity_graph"].value == pytest.approx(0.9)
    assert run.aggregates["entity_graph"].rule == "mean"


def test_evidence_points_to_the_words():
    candidate, reference = "Some left effusion.", "Small  left effusion."
    found = score(candidate, reference).evidence
    assert [(one.kind, one.text) for one in found if one.kind == "omitted"] == [("omitted", "Small")]
    for one in found:
        text = candidate if one.side == "candidate" else reference
        assert text[slice(*one.span)] == one.text


def test_the_work_grows_with_the_length_only(monkeypatch):
    import radeval.findings.radgraph as module

    steps = []
    distance = module._distance
    monkeypatch.setattr(module, "_distance", lambda one, other: steps.append(1) or distance(one, other))
    for phrase in ("small left effusion and ", "opacity likely pneumonia ", "enlarged heart, clear lungs "):
        counts = []
        for n in (100, 200):
            steps.clear()
            to_radgraph(phrase * n)
            counts.append(len(steps))
        assert counts[1] <= 2 * counts[0] + 2000
