"""Signatures: equal for equal methods, and the same after a trip through a file."""

from __future__ import annotations

import json
import re

from hypothesis import given, settings
from hypothesis import strategies as st

from radeval.core.signature import Signature
from radeval.core.stored import signature_to_dict

VALUES = st.text(max_size=8) | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.booleans()
FIELDS = st.dictionaries(st.text(min_size=1, max_size=8), VALUES | st.none(), max_size=5)


def test_the_text_has_name_version_and_fields_in_their_order():
    signature = Signature("bleu", 2, {"preset": "coco", "n": 4, "stem": False, "df": None, "radeval": "1.2.3"})
    assert str(signature) == "bleu@2|preset=coco|n=4|stem=false|radeval=1.2.3"


def test_the_id_is_twelve_hexadecimal_digits():
    assert re.fullmatch("[0-9a-f]{12}", Signature("bleu", 1, {"n": 4}).id)


def test_the_id_of_a_method_never_changes_between_versions():
    # Stored in papers and run files: whoever changes this breaks comparisons with all earlier runs.
    assert Signature("bleu", 1, {"preset": "coco", "n": 4, "stem": True, "é": 0.5, "gone": None}).id == "9556fc5972c7"


def test_every_choice_changes_the_id_and_their_order_does_not():
    base = Signature("bleu", 1, {"n": 4, "tok": "13a"})
    others = [
        Signature("rouge", 1, {"n": 4, "tok": "13a"}),
        Signature("bleu", 2, {"n": 4, "tok": "13a"}),
        Signature("bleu", 1, {"n": 3, "tok": "13a"}),
        Signature("bleu", 1, {"n": "4", "tok": "13a"}),
        Signature("bleu", 1, {"n": 4}),
        Signature("bleu", 1, {"n": 4, "tok": "13a", "refs": "best"}),
    ]
    assert len({one.id for one in (base, *others)}) == len(others) + 1
    assert Signature("bleu", 1, {"tok": "13a", "n": 4}).id == base.id
    assert Signature("bleu", 1, {"tok": "13a", "n": 4}) == base


def test_a_field_without_a_value_is_no_field():
    assert Signature("bleu", 1, {"n": 4, "df": None}).id == Signature("bleu", 1, {"n": 4}).id


@given(FIELDS)
@settings(deadline=None)
def test_a_signature_comes_back_from_json_with_its_id_and_text(fields):
    signature = Signature("toy", 1, fields)
    stored = json.loads(json.dumps(signature_to_dict(signature), allow_nan=False))
    again = Signature(stored["name"], stored["version"], stored["fields"])
    assert again == signature
    assert (str(again), again.id) == (stored["text"], stored["id"]) == (str(signature), signature.id)


def test_signatures_can_be_put_into_a_set():
    assert len({Signature("bleu", 1, {"n": 4}), Signature("bleu", 1, {"n": 4})}) == 1
