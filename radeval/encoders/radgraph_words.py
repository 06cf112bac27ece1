"""How RadGraph's models cut a report into words, each as its package does."""

from __future__ import annotations

import re

_SIGN = re.compile(r"([/,:.!?()])")
_WORD = re.compile(r"\w+|[^\w\s]+")
_ESCAPED = (
    ("\\n", " "), ("\\f", " "), ("\\u2122", " "), ('\\"', "``"),
)  # fmt: skip
"""What JSON writes for signs and a report may hold by mistake."""
_APART = (
    (").", ") ."), ("%.", "% ."), (".'", ". '"), ("%,", "% ,"), ("%)", "% )"),
)  # fmt: skip
"""Runs of signs that are several words, one replacement after the other."""


def radgraph_words(text: str, model: str) -> list[str]:
    """Returns the words that a model reads of a report.

    "radgraph" parts `/ , : . ! ? ( )` from what is beside them, so that 3.5 is three words and 3-5 is one. The others
    part runs of letters and digits from runs of signs; this holds for "echograph" too, whose own way the package 0.1.18
    never reaches.

    Args:
        text: The report.
        model: The model's name.
    """
    if model == "radgraph":
        return _SIGN.sub(r" \1 ", text).split()
    for written, meant in _ESCAPED:
        text = text.replace(written, meant)
    spaced = " ".join(_WORD.findall(text))
    for run, parted in _APART:
        spaced = spaced.replace(run, parted)
    return spaced.split()
