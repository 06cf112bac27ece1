"""How much findings matter, in which patient and why. Sentences are made up."""

from __future__ import annotations

import dataclasses
import time

import pytest

from radeval.core.errors import InputError
from radeval.core.example import Context
from radeval.core.finding import Finding, Kind, Presence, Tip
from radeval.findings import read, significance_of
from radeval.findings.reader import ReportReader, reader
from radeval.findings.significance import LEVELS, SignificanceRules, rules_of, words_of

HEAD = '[pack]\nname = "mine"\nversion = 1\nsummary = "ours"\nmodalities = ["cxr"]\n'


def level(sentence, modality="cxr", **context):
    """Returns the gravest level of what a sentence states."""
    found = [significance_of(one, Context(**context), modality) for one in read(sentence, modality).findings]
    assert found, sentence
    return max((one.level for one in found), key=LEVELS.index)


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Large left pneumothorax.", "urgent"),
        ("Small right apical pneumothorax, decreased.", "actionable"),
        ("Small right apical pneumothorax, increased.", "urgent"),
        ("Trace left pleural effusion.", "minor"),
        ("Small right pleural effusion, unchanged.", "minor"),
        ("Moderate right pleural effusion.", "actionable"),
        ("Massive left pleural effusion.", "urgent"),
        ("Mild pulmonary edema.", "actionable"),
        ("Severe pulmonary edema.", "urgent"),
        ("Linear opacity at the left base.", "minor"),
        ("Patchy opacity at the left base.", "actionable"),
        ("Bibasilar atelectasis.", "minor"),
        ("Increasing left lower lobe atelectasis.", "actionable"),
        ("Stable 7 mm nodule in the right upper lobe.", "minor"),
        ("A 9 mm nodule in the right upper lobe.", "actionable"),
        ("Calcified nodule in the right upper lobe.", "minor"),
        ("Old healed left rib fracture.", "minor"),
        ("Acute left rib fracture.", "actionable"),
        ("Stable mediastinal shift.", "minor"),
        ("New mediastinal shift to the left.", "urgent"),
        ("Free air under the right hemidiaphragm.", "urgent"),
        ("Acute aortic dissection.", "urgent"),
        ("Median sternotomy wires.", "minor"),
    ],
)
def test_grade_size_change_and_descriptors_weigh(sentence, expected):
    assert level(sentence, modality="ct" if "dissection" in sentence else "cxr") == expected


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Endotracheal tube tip terminates in the right main bronchus.", "urgent"),
        ("Endotracheal tube tip is at the carina.", "actionable"),
        ("Endotracheal tube tip is 4 cm above the carina.", "minor"),
        ("Feeding tube with tip in the left lower lobe bronchus.", "urgent"),
        ("Nasogastric tube with tip in the distal esophagus.", "actionable"),
        ("Nasogastric tube with tip in the stomach.", "minor"),
        ("Right PICC with tip in the azygos vein.", "actionable"),
        ("Right PICC with tip in the superior vena cava.", "minor"),
    ],
)
def test_where_a_tip_lies_weighs(sentence, expected):
    assert level(sentence) == expected


@pytest.mark.parametrize(
    ("sentence", "young", "old"),
    [
        ("Aortic atherosclerosis.", "minor", "expected"),
        ("Degenerative changes of the thoracic spine.", "minor", "expected"),
        ("Thoracic kyphosis.", "actionable", "expected"),
        ("Calcified granuloma in the right lung.", "minor", "expected"),
        ("Tortuous aorta.", "actionable", "expected"),
    ],
)
def test_age_makes_common_things_expected(sentence, young, old):
    assert level(sentence, age=15.0) == young
    assert level(sentence, age=82.0) == old


@pytest.mark.parametrize(
    ("sentence", "indication", "without", "within"),
    [
        ("Free air under the diaphragm.", "One day after laparotomy", "urgent", "expected"),
        ("Free air under the diaphragm.", "Abdominal pain", "urgent", "urgent"),
        ("Small left pneumothorax.", "Status post left upper lobectomy", "urgent", "actionable"),
        ("A 4 mm nodule in the left lung.", "Breast cancer, staging", "minor", "actionable"),
        ("A 4 mm nodule in the left lung.", "Cough; no history of cancer", "minor", "minor"),
        ("Widened mediastinum.", "Motor vehicle accident", "actionable", "urgent"),
        ("Subcutaneous emphysema.", "Chest tube placement", "actionable", "minor"),
    ],
)
def test_the_indication_weighs_unless_it_denies(sentence, indication, without, within):
    assert level(sentence) == without
    assert level(sentence, indication=indication) == within


def test_the_comparison_weighs_like_the_indication():
    assert level("Free air.", comparison="Film before the laparotomy of yesterday") == "expected"


def test_a_denied_finding_and_a_normal_statement_are_expected():
    for text in ("No pneumothorax.", "The lungs are clear."):
        (one,) = read(text).findings
        assert significance_of(one).level == "expected"


def test_the_reason_says_what_made_the_difference():
    (one,) = read("Free air under the diaphragm.").findings
    usual, postoperative = significance_of(one), significance_of(one, Context(indication="After colectomy"))
    assert usual.is_default
    assert usual.reason == reader().lexicon.concepts["pneumoperitoneum"].reason
    assert not postoperative.is_default
    assert "operation" in postoperative.reason


def test_urgent_and_actionable_are_clinically_significant():
    found = {one: significance_of(read(one).findings[0]).clinically_significant for one in ("Free air.", "Scoliosis.")}
    assert found == {"Free air.": True, "Scoliosis.": False}


def test_an_unknown_concept_is_named():
    with pytest.raises(InputError, match="no concept 'flummox'"):
        significance_of(Finding("flummox", Presence.PRESENT))


@pytest.fixture
def judge(tmp_path):
    def make(text: str) -> ReportReader:
        path = tmp_path / "mine.toml"
        path.write_text(HEAD + text, encoding="utf-8")
        return ReportReader("cxr", (str(path),))

    return make


def rule(level: str, **conditions: object) -> str:
    lines = [f"{key} = {value!r}".replace("'", '"') for key, value in conditions.items()]
    return "\n".join(["[[significance]]", f'level = "{level}"', f'reason = "{level} here"', *lines, ""])


def weigh(judge: ReportReader, sentence: str, **context: object):
    return rules_of(judge).weigh(judge.read(sentence).findings[0], Context(**context))


def test_a_rule_of_the_users_pack_goes_before_ours(judge):
    text = "Small left pleural effusion, unchanged."
    mine = judge(rule("urgent", concepts=["pleural_effusion"], severity_to=2, change=["stable"]))
    assert (significance_of(read(text).findings[0]).level, weigh(mine, text).level) == ("minor", "urgent")


def test_the_more_specific_rule_decides(judge):
    mine = judge(
        rule("urgent", kinds=["observation"], age_from=10)
        + rule("minor", cases_of=["fracture"], age_from=10)
        + rule("actionable", concepts=["rib_fracture"], age_from=10)
        + rule("expected", concepts=["rib_fracture"], age_from=10, laterality=["left"])
    )
    assert weigh(mine, "Scoliosis.", age=30).level == "urgent"
    assert weigh(mine, "Fracture of the right clavicle.", age=30).level == "minor"
    assert weigh(mine, "Right rib fracture.", age=30).level == "actionable"
    assert weigh(mine, "Left rib fracture.", age=30).level == "expected"
    assert weigh(mine, "Left rib fracture.").is_default


@pytest.mark.parametrize(
    ("conditions", "fits", "fails"),
    [
        ({"presence": ["uncertain"]}, "Possible lung mass.", "Lung mass."),
        ({"size_from_mm": 30}, "A 4 cm lung mass.", "A 2 cm lung mass."),
        ({"size_to_mm": 30}, "A 2 cm lung mass.", "Lung mass."),
        ({"count_from": 2, "count_to": 3}, "Two lung masses.", "One lung mass."),
        ({"locations": ["upper_lobe"]}, "Mass in the right upper lobe.", "Mass in the right lower lobe."),
        ({"laterality": ["right"]}, "Right lung mass.", "Left lung mass."),
        ({"descriptors": ["spiculated"]}, "Spiculated lung mass.", "Round lung mass."),
    ],
)
def test_each_condition_on_the_statement(judge, conditions, fits, fails):
    mine = judge(rule("expected", concepts=["mass", "spiculated_mass"], **conditions))
    assert weigh(mine, fits).level == "expected"
    assert weigh(mine, fails).level != "expected"


def test_each_condition_on_the_patient(judge):
    mine = judge(rule("expected", concepts=["mass"], age_from=20, age_under=30, sex="female", background=["injury"]))
    fitting = {"age": 25.0, "sex": "female", "indication": "Fall from a horse"}
    assert weigh(mine, "Lung mass.", **fitting).level == "expected"
    for key, other in (("age", 30.0), ("age", None), ("sex", "male"), ("sex", None), ("indication", "Cough")):
        assert weigh(mine, "Lung mass.", **{**fitting, key: other}).level == "actionable"


def test_a_pack_adds_terms_to_a_background(judge):
    mine = judge('[[background]]\nname = "abdominal_operation"\nterms = ["gallbladder out"]\n')
    assert weigh(mine, "Free air.", indication="Gallbladder out on Monday").level == "expected"
    assert weigh(mine, "Free air.", indication="After colectomy").level == "expected"


def test_words_of_an_indication_stop_at_what_it_denies():
    assert ("motor", "vehicle", "accident") in words_of("Motor vehicle accidents")
    found = words_of("No trauma, but fever. Denies cancer; cough")
    assert {("fever",), ("cough",)} <= found
    assert not {("trauma",), ("cancer",)} & found


def test_phrases_of_a_long_indication_grow_with_its_length():
    def phrases(n: int) -> int:
        return len(words_of(" ".join("ab"[place % 2] * (place + 1) for place in range(n))))

    assert phrases(200) < 2.1 * phrases(100)


def test_every_rule_of_ours_can_decide():
    """A rule that another one always goes before, or that names what no finding has, says nothing."""
    for modality in ("cxr", "ct"):
        judge = reader(modality)
        rules = SignificanceRules(judge)
        for one in judge.lexicon.rules:
            names = [name for name in (*one.concepts, *one.cases_of) if name in judge.lexicon.concepts]
            findings = [_example(one, name, judge) for name in names]
            context = Context(
                age=one.age_from if one.age_from is not None else (one.age_under or 50.0) - 0.01,
                sex=one.sex,
                indication=judge.lexicon.backgrounds[one.background[0]].terms[0] if one.background else None,
            )
            reasons = {rules.weigh(finding, context).reason for finding in findings}
            assert not findings or one.reason in reasons, (one, reasons)


def _example(one, concept, judge):
    """Returns a finding that fulfils a rule's conditions."""
    severity = one.severity_from if one.severity_from is not None else one.severity_to
    size = one.size_from_mm if one.size_from_mm is not None else one.size_to_mm
    return Finding(
        concept,
        Presence(one.presence[0]) if one.presence else Presence.PRESENT,
        locations=one.locations[:1],
        laterality=one.laterality[0] if one.laterality else None,
        severity=severity,
        sizes_mm=((size, size),) if size is not None else (),
        count=one.count_from,
        change=one.change[0] if one.change else None,
        descriptors=one.descriptors[:1],
        tip_position=one.tips[0] if one.tips else None,
        tip=Tip(one.sites[0]) if one.sites else None,
        kind=Kind(judge.lexicon.concepts[concept].kind),
    )


def test_a_level_costs_far_less_than_reading():
    findings = [
        one for _ in range(200) for one in read("Small left effusion. PICC tip in the SVC. Old rib fracture.").findings
    ]
    rules, context = rules_of(reader()), Context(70.0, "female", "Fall, cancer, shortness of breath after surgery")
    for one in findings:
        rules.weigh(one, context)
    started = time.process_time()
    for one in findings:
        rules.weigh(dataclasses.replace(one), context)
    assert (time.process_time() - started) / len(findings) < 1e-3
