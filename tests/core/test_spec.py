"""Metric specs: what is read, what is written, and that both agree."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radeval.core.errors import MetricError, SpecError
from radeval.core.spec import MetricSpec, parse_spec, split_specs

NAMES = st.from_regex(r"\A[A-Za-z][A-Za-z0-9_.-]{0,12}\Z")
BLANKS = "\u00a0\x85\u2003\u3000\u2028"
VALUES = st.text(max_size=20)
SPECS = st.builds(MetricSpec, NAMES, st.none() | st.integers(0, 10**6), st.dictionaries(NAMES, VALUES, max_size=4))


@given(SPECS)
@settings(deadline=None)
def test_every_spec_is_read_back_from_its_text(spec):
    assert parse_spec(str(spec)) == spec


@pytest.mark.parametrize("blank", BLANKS)
def test_a_value_that_ends_with_a_blank_beyond_ascii_is_read_back(blank):
    spec = MetricSpec("cider", None, {"df": f"a{blank}"})
    assert parse_spec(str(spec)) == spec


@given(SPECS)
@settings(deadline=None)
def test_writing_what_was_read_changes_nothing_more(spec):
    once = str(parse_spec(str(spec)))
    assert str(parse_spec(once)) == once


@given(SPECS)
@settings(deadline=None)
def test_a_written_spec_survives_a_shell_word_and_a_list_separated_by_blanks(spec):
    # Settings in the environment are separated by blanks.
    assert str(spec).split() == [str(spec)]


@given(st.text(max_size=40))
@settings(deadline=None)
def test_any_text_is_a_spec_or_a_named_error(text):
    try:
        spec = parse_spec(text)
    except SpecError:
        return
    assert parse_spec(str(spec)) == spec


@pytest.mark.parametrize(
    ("text", "name", "version", "parameters"),
    [
        ("bleu", "bleu", None, {}),
        (" bleu\n", "bleu", None, {}),
        ("bleu@2", "bleu", 2, {}),
        ("bleu@0", "bleu", 0, {}),
        ("bleu:preset=sacrebleu", "bleu", None, {"preset": "sacrebleu"}),
        ("bleu@1:preset=coco,n=2", "bleu", 1, {"preset": "coco", "n": "2"}),
        ("radfact:judge=http://host:80/v1#m@x", "radfact", None, {"judge": "http://host:80/v1#m@x"}),
        ("radfact:judge=a=b==", "radfact", None, {"judge": "a=b=="}),
        ("cider:df=", "cider", None, {"df": ""}),
        ("cider:df=a%2Cb%25%20c", "cider", None, {"df": "a,b% c"}),
        ("cider:df=%C3%A9", "cider", None, {"df": "é"}),
        ("cider:df=é", "cider", None, {"df": "é"}),
    ],
)
def test_the_first_colon_ends_the_name_and_the_first_equals_sign_a_key(text, name, version, parameters):
    spec = parse_spec(text)
    assert (spec.name, spec.version, dict(spec.parameters)) == (name, version, parameters)


@pytest.mark.parametrize(
    "text",
    [
        "", " ", ":", "@1", ":a=b", "9bleu", "-bleu", "ble u", "blé", "bleu,rouge", "bleu@", "bleu@x", "bleu@-1",
        "bleu@1.0", "bleu@²", "bleu@1@2", "bleu@ 1", "bleu:", "bleu:n", "bleu:=1", "bleu:n=1,", "bleu:,n=1",
        "bleu:n=1,,m=2", "bleu:n=1,n=2", "bleu: n=1", "bleu:1n=1", "bleu:n=%", "bleu:n=%2", "bleu:n=%zz",
        "bleu:n=%ff", "bleu:n=%C3",
    ],
)  # fmt: skip
def test_a_malformed_spec_is_refused_with_its_text(text):
    with pytest.raises(SpecError) as caught:
        parse_spec(text)
    assert repr(text) in (caught.value.where or "")
    assert isinstance(caught.value, MetricError)


def test_a_version_of_absurd_length_is_refused_as_a_spec():
    with pytest.raises(SpecError):
        parse_spec("bleu@" + "9" * 5000)


def test_specs_that_are_equal_have_one_hash_whatever_the_order_of_their_parameters():
    one, other = parse_spec("bleu:n=1,preset=coco"), parse_spec("bleu:preset=coco,n=1")
    assert one == other
    assert len({one, other, parse_spec("bleu:n=2,preset=coco")}) == 2


@pytest.mark.parametrize(
    ("argument", "specs"),
    [
        ("bleu", ["bleu"]),
        ("bleu,rouge", ["bleu", "rouge"]),
        (" bleu , rouge,", ["bleu", "rouge"]),
        ("bleu:n=1,preset=coco", ["bleu:n=1,preset=coco"]),
        ("bleu,rouge:stem=true", ["bleu,rouge:stem=true"]),
        ("", []),
        (",", []),
    ],
)
def test_an_argument_with_a_colon_is_one_spec_and_one_without_a_list_of_names(argument, specs):
    assert split_specs(argument) == specs
