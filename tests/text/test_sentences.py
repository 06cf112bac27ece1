"""Sentences: where they end, and that their places are those of the text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radeval.text.sentences import split_sentences


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in split_sentences(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" \n ", []),
        ("...", []),
        ("Clear lungs", ["Clear lungs"]),
        ("Clear lungs. Normal heart.", ["Clear lungs.", "Normal heart."]),
        ("Clear lungs.Normal heart.", ["Clear lungs.", "Normal heart."]),
        ("Clear lungs; normal heart!", ["Clear lungs;", "normal heart!"]),
        ("A 1.5 cm nodule. No mass.", ["A 1.5 cm nodule.", "No mass."]),
        ("Told to Dr. Who. No mass.", ["Told to Dr. Who.", "No mass."]),
        ("Atelectasis vs. pneumonia.", ["Atelectasis vs. pneumonia."]),
        ("1. Effusion.\n2. No mass.", ["Effusion.", "No mass."]),
        ("1. Effusion. 2. No mass.", ["Effusion.", "No mass."]),
        ("1) Effusion\n2) No mass", ["Effusion", "No mass"]),
        ("- Effusion\n- No mass", ["Effusion", "No mass"]),
        ("No focal\nconsolidation.", ["No focal\nconsolidation."]),
        ("No effusion or\nPneumothorax.", ["No effusion or\nPneumothorax."]),
        ("No effusion\nClear lungs", ["No effusion", "Clear lungs"]),
        ("No effusion\n\nclear lungs", ["No effusion", "clear lungs"]),
        ("Lines are unchanged approx. as before.", ["Lines are unchanged approx. as before."]),
        ("Seen by Dr.\tWho.\nNo mass.\n", ["Seen by Dr.\tWho.", "No mass."]),
        ("Nodule (approx. 8 mm). Mass", ["Nodule (approx. 8 mm).", "Mass"]),
        ("Effusion .No mass. x", ["Effusion .No mass.", "x"]),
        ("Effusion).No mass.", ["Effusion).", "No mass."]),
        ("1. 2. Effusion. 12. No mass.", ["2. Effusion.", "No mass."]),
        ("Clear\u2028lungs.\u00a0No mass.", ["Clear\u2028lungs.", "No mass."]),
        ("?? Mass ?!", ["Mass ?!"]),
        ("Stable (see above.) No mass.", ["Stable (see above.", ") No mass."]),
    ],
)
def test_splits(text, expected):
    assert sentences(text) == expected


@given(st.text(alphabet=" \n.;1)aB-:•", max_size=60) | st.text(max_size=60))
def test_spans_are_in_order_and_trimmed(text):
    before = 0
    for start, end in split_sentences(text):
        assert before <= start < end <= len(text)
        assert text[start:end] == text[start:end].strip()
        before = end
