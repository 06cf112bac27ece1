"""Words of reports and of lexicon terms in one form: lower case, singular, American spelling."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

_new = tuple.__new__
# Letters of any script are words, so that what is written in another one counts as unknown, not as nothing.
_TOKEN = re.compile(
    r"[^\W\d_]+(?:/[A-Za-z](?![A-Za-z]))?(?:'[a-z]+)?|[0-9]+(?:\.[0-9]+|(?:st|nd|rd|th)\b)?|_{2,}|[^\s\w]|_|\d"
)
_RANGE = re.compile(r"(?:st|nd|rd|th)[-–]\d{1,2}(?:st|nd|rd|th)\b")
"""From one number to another: "3rd-5th ribs"."""
_MARK = re.compile(r"[Xx]{3,}|_{2,}")

_IRREGULAR = {
    "apices": "apex", "bases": "base", "basal": "basilar", "bullae": "bulla", "blebs": "bleb", "bronchi": "bronchus",
    "calculi": "calculus", "diverticula": "diverticulum", "emboli": "embolus", "hila": "hilum", "hilar": "hilar",
    "hemithoraces": "hemithorax", "indices": "index", "lumina": "lumen", "metastases": "metastasis",
    "pleurae": "pleura", "pneumothoraces": "pneumothorax", "pneumothoracies": "pneumothorax", "septa": "septum",
    "sulci": "sulcus", "thoraces": "thorax", "thrombi": "thrombus", "vertebrae": "vertebra", "atria": "atrium",
    "stenoses": "stenosis", "fibroses": "fibrosis", "atelectases": "atelectasis", "diagnoses": "diagnosis",
    "prostheses": "prosthesis", "bullas": "bulla", "scolioses": "scoliosis", "areas": "area", "gas": "gas",
    "pancreas": "pancreas", "atlas": "atlas", "lens": "lens", "always": "always", "has": "has", "was": "was",
    "as": "as", "does": "does", "perhaps": "perhaps", "versus": "versus", "pus": "pus", "copd": "copd",
    "gases": "gas", "are": "are", "is": "is", "this": "this", "ribs": "rib", "discs": "disc", "disks": "disc",
    "disk": "disc", "rule": "rule", "excludes": "excludes", "rules": "rules", "series": "series",
    "biopsies": "biopsy", "plus": "plus", "less": "less", "us": "us", "ms": "ms", "represents": "represents",
    "suggests": "suggests", "reflects": "reflects", "shows": "shows", "remains": "remains", "persists": "persists",
    "continues": "continues", "terminates": "terminates", "ends": "ends", "extends": "extends", "courses": "courses",
    "projects": "projects", "favors": "favors", "denies": "denies", "fails": "fails", "overlies": "overlies",
    "includes": "includes", "sequelae": "sequela",
}  # fmt: skip

_BRITISH = tuple(
    (re.compile(pattern), american)
    for pattern, american in (
        (r"oedema", "edema"), (r"oesoph", "esoph"), (r"haem", "hem"), (r"anaem", "anem"), (r"ischaem", "ischem"),
        (r"leukaem", "leukem"), (r"tumour", "tumor"), (r"calibre", "caliber"), (r"centre", "center"),
        (r"fibre", "fiber"), (r"colour", "color"), (r"favour", "favor"), (r"neighbour", "neighbor"), (r"paed", "ped"),
        (r"isation", "ization"),
        (r"(visual|local|mineral|catheter|stabil|normal|character|general)is(e|ed|ing|ation)$", r"\1iz\2"),
        (r"^grey", "gray"), (r"labelled", "labeled"), (r"diarrhoea", "diarrhea"), (r"caecum", "cecum"),
        (r"foetal", "fetal"), (r"aluminium", "aluminum"), (r"^metre", "meter"), (r"(centi|milli)metre", r"\1meter"),
        (r"sulph", "sulf"), (r"programme", "program"), (r"aneurism", "aneurysm"),
    )
)  # fmt: skip


class Token(NamedTuple):
    """A word, number or mark.

    Attributes:
        word: Its folded form.
        start: Offset of its first character.
        end: Offset after its last character.
    """

    word: str
    start: int
    end: int


def tokenize(text: str) -> list[Token]:
    """Returns the tokens of a text; hyphens between words and de-identification marks are left out.

    One between two ordinal numbers is the word "through".
    """
    tokens = []
    for match in _TOKEN.finditer(text):
        word = _form(match[0])
        if word:
            # Named tuples are made by a function of their own, which takes twice as long, for every word of a report.
            tokens.append(_new(Token, (word, *match.span())))
        elif match[0] in "-–" and _RANGE.match(text, max(0, match.start() - 2)):
            tokens.append(_new(Token, ("through", *match.span())))
    return tokens


@lru_cache(maxsize=50_000)
def _form(raw: str) -> str:
    """Returns a token's folded form, nothing for hyphens and marks."""
    return "" if raw in "-–—‐‑" or (raw[0] in "xX_" and _MARK.fullmatch(raw)) else fold(raw)


@lru_cache(maxsize=50_000)
def fold(word: str) -> str:
    """Returns a word in lower case, American spelling and the singular."""
    word = word.lower()
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if word.endswith("'s"):
        word = word[:-2]
    if len(word) < 4 or not word[-1].isalpha():
        return word
    for pattern, american in _BRITISH:
        word = pattern.sub(american, word)
    return _singular(word)


def is_plural(raw: str) -> bool:
    """Tells whether a word as written names several of what it folds to ("apices", "bases", "hila")."""
    raw = raw.lower()
    return (raw.endswith("s") or raw == "hila") and fold(raw) != raw


def _singular(word: str) -> str:
    if not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes", "zes")):
        return word[:-2]
    return word[:-1]
