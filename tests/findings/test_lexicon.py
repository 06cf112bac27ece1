"""Our lexicon as a whole: every term means its concept, and relations of concepts do not contradict each other."""

from __future__ import annotations

from pathlib import Path

import pytest

from radeval.findings.reader import reader
from radeval.findings.stability import UNCHANGED
from radeval.metrics.entity.labels14 import LABELS

MODALITIES = ["cxr", "ct"]


@pytest.mark.parametrize("modality", MODALITIES)
def test_every_term_means_its_concept_or_a_kind_of_it(modality: str) -> None:
    judge = reader(modality)
    strays = []
    for concept in judge.lexicon.concepts.values():
        for term in concept.terms:
            read = {one.concept for one in judge.read(f"There is {term}.").findings}
            # A malposition is read as its device, a side port as the tube that it is in.
            wanted = {concept.tip_of or ("tube" if concept.name == "side_port" else concept.name)}
            if not any(wanted & judge.kinship.implied(one) for one in read):
                strays.append((concept.name, term, read))
    assert strays == []


@pytest.mark.parametrize("modality", MODALITIES)
def test_every_composition_means_its_concept(modality: str) -> None:
    lexicon = reader(modality).lexicon
    owners: dict[tuple[str, str], str] = {}
    for concept in lexicon.concepts.values():
        for one in concept.composed:
            assert owners.setdefault((one.structure, one.quality), concept.name) == concept.name


@pytest.mark.parametrize("modality", MODALITIES)
def test_every_concept_can_be_read(modality: str) -> None:
    concepts = reader(modality).lexicon.concepts
    by_rule = [UNCHANGED]
    assert [one.name for one in concepts.values() if not one.terms and not one.composed] == by_rule


def test_likeness_is_said_once_or_alike() -> None:
    concepts = reader("ct").lexicon.concepts
    for one in concepts.values():
        for other, value in one.resembles.items():
            assert concepts[other].resembles.get(one.name, value) == value, (one.name, other)
            assert 0 < value < 1


def test_nothing_implies_itself_or_what_it_excludes() -> None:
    judge = reader("ct")
    for one in judge.lexicon.concepts.values():
        implied = judge.kinship.implied(one.name)
        assert not any(one.name in judge.kinship.implied(other) for other in implied - {one.name})
        assert implied.isdisjoint(one.excludes)


def test_the_page_on_packs_names_every_kind_and_value_of_cue_that_we_use() -> None:
    page = (Path(__file__).parents[2] / "docs" / "lexicon.md").read_text(encoding="utf-8")
    rows = {line.split("|")[1].strip(): line for line in page.splitlines() if line.startswith("| `")}
    for cue in reader("ct").lexicon.cues:
        assert f"`{cue.kind}`" in rows, cue.kind
    for kind, value in {(cue.kind, cue.value) for cue in reader("ct").lexicon.cues}:
        if kind in (
            "negation",
            "hedge",
            "scope_end",
            "change",
            "side",
            "comparative",
            "beside",
            "aside",
            "ignored",
            "normal",
        ):
            assert any(f"`{value}`" in line for line in page.splitlines() if line.startswith(f"| `{kind}`")), (
                kind,
                value,
            )


def test_labels_are_those_of_chexpert() -> None:
    used = {label for one in reader("ct").lexicon.concepts.values() for label in one.labels}
    assert used == set(LABELS) - {"No Finding"}


@pytest.mark.parametrize(
    ("structure", "denied", "left_open"),
    [
        (
            "lung",
            [
                "opacity",
                "consolidation",
                "pneumonia",
                "atelectasis",
                "pulmonary_edema",
                "nodule",
                "mass",
                "cavity",
                "pulmonary_fibrosis",
            ],
            ["calcified_granuloma", "scar", "emphysema", "vascular_congestion", "pleural_effusion", "pneumothorax"],
        ),
        (
            "heart",
            ["cardiomegaly", "pericardial_effusion", "heart_chamber_enlargement"],
            ["pacemaker", "sternotomy", "mediastinal_mass"],
        ),
        ("pleura", ["pleural_effusion", "pneumothorax", "pleural_thickening"], ["chest_tube", "pneumonia"]),
        (
            "osseous_structures",
            ["rib_fracture", "lytic_bone_lesion", "vertebral_compression_fracture", "osteopenia"],
            ["cervical_rib"],
        ),
        (
            "mediastinum",
            ["mediastinal_widening", "mediastinal_lymphadenopathy", "pneumomediastinum"],
            ["hiatal_hernia", "cardiomegaly"],
        ),
        ("abdomen", ["pneumoperitoneum", "bowel_obstruction"], ["cholecystectomy_clips", "gastrostomy_tube"]),
    ],
)
def test_what_a_normal_organ_denies(structure: str, denied: list[str], left_open: list[str]) -> None:
    found = reader("cxr").kinship.denied_by_normal(structure)
    assert found.issuperset(denied)
    assert found.isdisjoint(left_open)


@pytest.mark.parametrize(
    ("level", "concepts"),
    [
        (
            "urgent",
            [
                "pneumothorax",
                "pneumoperitoneum",
                "right_mainstem_intubation",
                "thoracic_aortic_dissection",
                "pulmonary_embolism",
            ],
        ),
        (
            "actionable",
            ["consolidation", "pneumonia", "pulmonary_edema", "pleural_effusion", "nodule", "mass", "rib_fracture"],
        ),
        (
            "minor",
            [
                "scar",
                "calcified_granuloma",
                "aortic_atherosclerosis",
                "atelectasis",
                "spine_degenerative_change",
                "cabg",
            ],
        ),
        ("expected", ["nipple_shadow", "azygos_lobe", "technical_rotation", "bone_island"]),
    ],
)
def test_default_significance(level: str, concepts: list[str]) -> None:
    known = reader("cxr").lexicon.concepts
    assert {one: known[one].significance for one in concepts} == dict.fromkeys(concepts, level)
