"""Loading packs: what the user's add and replace, and how a broken one is refused."""

from __future__ import annotations

import pytest

from radeval.findings.packs import LexiconError, load_lexicon, read_pack
from radeval.findings.reader import ReportReader

HEAD = '[pack]\nname = "mine"\nversion = 1\nsummary = "ours"\nmodalities = ["cxr"]\n'
FLUMMOX = """
[[concept]]
name = "flummox"
kind = "observation"
terms = ["flummox", "flummoxes"]
composed = [{ structure = "lung", quality = "flummoxed" }]
site = "lung"
normal_of = ["lung"]
significance = "minor"
reason = "made up"

[[quality]]
name = "flummoxed"
terms = ["flummoxed"]
"""
ENTRY = """
[[concept]]
name = "{name}"
kind = "observation"
terms = ["{name}"]
significance = "minor"
reason = "made up"
"""


@pytest.fixture
def pack(tmp_path):
    def write(text: str) -> str:
        path = tmp_path / "mine.toml"
        path.write_text(text, encoding="utf-8")
        return str(path)

    return write


def concepts(reader: ReportReader, text: str) -> list[tuple[str, str]]:
    return [(one.concept, str(one.presence)) for one in reader.read(text).findings]


def test_adds_a_concept(pack):
    reader = ReportReader("cxr", (pack(HEAD + FLUMMOX),))
    assert concepts(reader, "No flummoxes.") == [("flummox", "absent")]
    assert concepts(reader, "The lungs are flummoxed.") == [("flummox", "present")]
    assert "flummox" in reader.kinship.denied_by_normal("lung")
    assert reader.lexicon.packs["mine"] == 1
    assert reader.lexicon.digest != load_lexicon("cxr").digest


def test_replaces_a_concept(pack):
    text = HEAD + ENTRY.format(name="pneumothorax").replace('["pneumothorax"]', '["popped lung"]')
    reader = ReportReader("cxr", (pack(text),))
    assert concepts(reader, "Popped lung.") == [("pneumothorax", "present")]
    assert concepts(reader, "PTX.") == []
    assert reader.lexicon.concepts["pneumothorax"].significance == "minor"


def test_extends_a_concept(pack):
    text = HEAD + '[[extend]]\nconcept = "pneumothorax"\nterms = ["popped lung"]\n'
    reader = ReportReader("cxr", (pack(text),))
    assert concepts(reader, "Popped lung.") == [("pneumothorax", "present")]
    assert concepts(reader, "PTX.") == [("pneumothorax", "present")]


def test_a_term_of_the_users_pack_is_taken_from_ours(pack):
    reader = ReportReader("cxr", (pack(HEAD + ENTRY.format(name="flummox").replace('["flummox"]', '["PTX"]')),))
    assert concepts(reader, "Left PTX.") == [("flummox", "present")]
    assert concepts(reader, "Left pneumothorax.") == [("pneumothorax", "present")]
    reader = ReportReader("cxr", (pack(HEAD + '[[extend]]\nconcept = "nodule"\nterms = ["ptx"]\n'),))
    assert concepts(reader, "Left PTX.") == [("nodule", "present")]


def test_leaves_other_readers_alone(pack):
    ReportReader("cxr", (pack(HEAD + FLUMMOX),))
    assert "flummox" not in ReportReader("cxr").lexicon.concepts


def after(text: str, *parts: str) -> int:
    """Returns the line on which the last of several parts stands, each sought after the one before."""
    place = 0
    for part in parts:
        place = text.index(part, place)
    return text.count("\n", 0, place) + 1


TWICE = HEAD + ENTRY.format(name="a") + ENTRY.format(name="a")
UNKNOWN_KEY = HEAD + ENTRY.format(name="a") + 'sight = "lung"\n'
BAD_VALUE = HEAD + ENTRY.format(name="a") + ENTRY.format(name="b").replace('"observation"', '"guess"')
UNKNOWN_SITE = HEAD + ENTRY.format(name="a") + 'site = "tail"\n'
UNKNOWN_QUALITY = HEAD + ENTRY.format(name="a") + 'composed = [{ structure = "lung", quality = "blue" }]\n'
UNKNOWN_KIN = HEAD + ENTRY.format(name="a") + 'implies = ["zz"]\n'
NO_REASON = HEAD + ENTRY.format(name="a").replace('reason = "made up"\n', "")
BAD_EXTENSION = HEAD + '[[extend]]\nconcept = "zz"\n'
BAD_EXTENSION_PLACE = HEAD + '[[extend]]\nconcept = "mass"\ncomposed = [{ structure = "tail", quality = "blue" }]\n'
BAD_PART = HEAD + '[[structure]]\nname = "tip"\npart_of = "tail"\n'
BAD_CUE = HEAD + '[[cue]]\nkind = "severity"\nvalue = "awful"\nterms = ["awful"]\n'
BAD_KIND = HEAD + '[[cue]]\nkind = "mood"\nvalue = "awful"\nterms = ["awful"]\n'
RULE = HEAD + '[[significance]]\nlevel = "minor"\nreason = "made up"\n'
TWO_TIPS = HEAD + '[[structure]]\nname = "tip"\n[[structure]]\nname = "tip"\n'


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        (HEAD + "[[concept\n", 6, "not TOML"),
        (HEAD + 'x = "', 6, "not TOML"),
        (UNKNOWN_KEY, after(UNKNOWN_KEY, "sight"), "sight"),
        (BAD_VALUE, after(BAD_VALUE, "guess"), "kind"),
        (NO_REASON, after(NO_REASON, "[[concept"), "reason"),
        (HEAD.replace("version = 1", "version = 0"), 3, "version"),
        (HEAD + 'colour = "red"\n', 6, "colour"),
        (HEAD + "[[colour]]\n", 6, "colour"),
        (HEAD.replace('"cxr"', '"x-ray"'), 5, "modalities"),
        (HEAD.replace('["cxr"]', "[]"), 5, "modalities"),
        (UNKNOWN_SITE, after(UNKNOWN_SITE, "[[concept"), "'tail'"),
        (UNKNOWN_QUALITY, after(UNKNOWN_QUALITY, "[[concept"), "'blue'"),
        (UNKNOWN_KIN, after(UNKNOWN_KIN, "[[concept"), "'zz'"),
        (BAD_EXTENSION, 6, "'zz'"),
        (BAD_EXTENSION_PLACE, 6, "'tail'"),
        (BAD_PART, 6, "'tail'"),
        (TWICE, after(TWICE, "made up", "[[concept"), "two entries"),
        (TWO_TIPS, 8, "two entries"),
        (BAD_CUE, 6, "awful"),
        (RULE, 6, "needs a concept or a condition"),
        (RULE + 'concepts = ["zz"]\n', 9, "'zz'"),
        (RULE + 'cases_of = ["zz"]\n', 9, "'zz'"),
        (RULE + 'locations = ["tail"]\n', 9, "'tail'"),
        (RULE + 'descriptors = ["fluffy as a lamb"]\n', 9, "'fluffy as a lamb'"),
        (RULE + 'background = ["zz"]\n', 9, "'zz'"),
        (RULE + "severity_from = 7\n", 9, "severity_from"),
        (RULE + 'change = ["sideways"]\n', 9, "change"),
        (RULE.replace("minor", "meh") + 'concepts = ["mass"]\n', 7, "level"),
        (RULE + "wheight = 3\n", 9, "wheight"),
        (BAD_KIND, 6, "mood"),
    ],
)
def test_refuses_a_broken_pack(pack, text, line, says):
    path = pack(text)
    with pytest.raises(LexiconError) as error:
        load_lexicon("cxr", (path,))
    assert error.value.where == f"{path}, line {line}"
    assert says in str(error.value)


def test_refuses_a_pack_that_is_not_there(tmp_path):
    with pytest.raises(LexiconError, match=r"gone\.toml"):
        load_lexicon("cxr", (str(tmp_path / "gone.toml"),))


def test_refuses_a_pack_that_is_not_text(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(LexiconError, match="cannot be read"):
        load_lexicon("cxr", (str(path),))


def test_refuses_an_unknown_modality():
    with pytest.raises(LexiconError, match="modality"):
        load_lexicon("tea leaves")


def test_a_rule_may_name_what_only_another_examination_has(pack):
    only_ct = next(iter(set(load_lexicon("ct").concepts) - set(load_lexicon("cxr").concepts)))
    assert load_lexicon("cxr", (pack(RULE + f'concepts = ["{only_ct}"]\n'),)).rules[-1].concepts == (only_ct,)


def test_a_pack_counts_by_its_content(pack):
    before = load_lexicon("cxr", (read_pack(pack(HEAD)),))
    after = load_lexicon("cxr", (read_pack(pack(HEAD + FLUMMOX)),))
    again = load_lexicon("cxr", (read_pack(pack(HEAD)),))
    assert before is again
    assert "flummox" not in before.concepts
    assert "flummox" in after.concepts
    assert before.digest != after.digest


@pytest.mark.parametrize("modality", ["cxr", "ct"])
def test_ours_load(modality):
    lexicon = load_lexicon(modality)
    assert len(lexicon.concepts) > 100
    assert len(lexicon.digest) == 12
