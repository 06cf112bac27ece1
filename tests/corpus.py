"""Synthetic pairs of reports, written by us: realistic ones and those that break tokenisers.

Everything follows from a seed, so that a failing pair can be found again.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import NamedTuple

LONG_WORDS = 5000


class Pair(NamedTuple):
    """A candidate with its references, and which kind of trouble it is."""

    candidate: str
    references: tuple[str, ...]
    kind: str


TEMPLATES = (
    "The heart is {heart}.",
    "Heart size is {heart}.",
    "Cardiac silhouette {heart} in size and contour.",
    "The cardiomediastinal contours are {stable}.",
    "The mediastinum is {stable} compared with {when}.",
    "There is no pneumothorax.",
    "No pneumothorax or pleural effusion is seen.",
    "There is a {sev} {side} pleural effusion.",
    "{Sev} {side} pleural effusion with adjacent atelectasis.",
    "Small bilateral pleural effusions are {stable}.",
    "The {side} pleural effusion has {trend} since {when}.",
    "There is {sev} pulmonary edema.",
    "No evidence of overt pulmonary edema.",
    "Interstitial markings are {sev}ly prominent.",
    "The lungs are clear.",
    "Both lungs are well expanded and clear.",
    "Lung volumes are low.",
    "Hyperinflated lungs with flattened diaphragms.",
    "There is a {size} nodule in the {side} {lobe} lobe.",
    "A {size} calcified granuloma projects over the {side} {lobe} lobe.",
    "{Side} {lobe} lobe consolidation is concerning for pneumonia.",
    "Patchy opacity at the {side} base may reflect atelectasis or aspiration.",
    "Streaky bibasilar opacities most likely represent atelectasis.",
    "Airspace disease in the {side} {lobe} lobe has {trend}.",
    "No focal consolidation.",
    "No focal airspace opacity to suggest pneumonia.",
    "An endotracheal tube ends {size} above the carina.",
    "The {device} terminates in the {place}.",
    "The {device} has been removed in the interval.",
    "Interval placement of a {device} with its tip in the {place}.",
    "{Side} {device} is unchanged in position.",
    "Median sternotomy wires are intact.",
    "Multiple surgical clips project over the {side} axilla.",
    "Degenerative changes of the thoracic spine.",
    "Mild S-shaped scoliosis of the thoracolumbar spine.",
    "There is an old healed fracture of the {side} {rib} rib.",
    "Acute, minimally displaced fracture of the {side} {rib} rib.",
    "No acute osseous abnormality.",
    "Bones are diffusely demineralized.",
    "The trachea is midline.",
    "The aorta is tortuous and calcified.",
    "Hila are {stable}.",
    "{Side} hilar prominence, possibly vascular.",
    "Elevation of the {side} hemidiaphragm is {stable}.",
    "Free air is not seen beneath the diaphragm.",
    "Upper abdomen is unremarkable.",
    "{Sev} cardiomegaly.",
    "{Sev} degenerative change, {stable}.",
    "Apical pleural thickening on the {side}.",
    "The {side} costophrenic angle is blunted.",
    "Costophrenic angles are sharp.",
    "Subcutaneous emphysema along the {side} chest wall has {trend}.",
    "Tiny {side} apical pneumothorax, measuring {size}.",
    "Low-lying {device}; recommend retraction by {size}.",
    "Findings discussed with the referring team at {time}.",
    "Follow-up CT of the chest is recommended in {n} months.",
    "Recommend clinical correlation.",
    "Comparison is made with the study of {when}.",
    "Post-operative changes of the {side} {lobe} lobe, {stable}.",
    "Bronchial wall thickening, {sev}, worse on the {side}.",
    "Diffuse reticulonodular pattern: infection vs. drug reaction.",
    "Overlying leads and external artifacts limit the evaluation.",
    "No suspicious lytic or blastic lesion (see report of {when}).",
    "SpO2 dropped; rule out PE, i.e. CTA chest.",
)

SLOTS = {
    "heart": ("normal", "mildly enlarged", "at the upper limit of normal", "moderately enlarged"),
    "stable": ("stable", "unchanged", "within normal limits", "unremarkable", "less conspicuous"),
    "sev": ("mild", "moderate", "severe", "small", "large", "trace"),
    "side": ("left", "right"),
    "lobe": ("upper", "lower", "middle"),
    "trend": ("increased", "decreased", "resolved", "worsened", "slightly improved"),
    "size": ("4 mm", "1.2 cm", "3.5-cm", "0.8 x 1.1 cm", "12mm"),
    "device": ("PICC", "nasogastric tube", "central venous catheter", "dual-lead pacemaker", "chest tube"),
    "place": ("superior vena cava", "right atrium", "stomach", "mid SVC", "cavo-atrial junction"),
    "rib": ("3rd", "sixth", "8th"),
    "when": ("the prior study", "01/02/2019", "yesterday", "last week's film"),
    "time": ("3:45 p.m.", "10.30 am", "noon"),
    "n": ("3", "6", "12"),
}

ODD_TEXTS = (
    "",
    " ",
    "\n",
    "\t \n ",
    "\u00a0",
    "\u2028",
    ".",
    "...",
    "-",
    "?!",
    "_",
    "a",
    "I",
    "7",
    "3.5",
    "1.",
    "effusion",
    "Effusion.",
    "no",
    "no effusion",
    "No. No.",
    "no no no no no no no no",
    "effusion effusion effusion",
    "the the the the of of of of the the",
    "心影不大，双肺清晰。",
    "右 下 肺 见 斑片 影",
    "Ο πνεύμονας είναι καθαρός. ΚΑΡΔΙΑΚΟΣ ΟΓΚΟΣ",
    "ΣΑΣ σας σασ",
    "İSTANBUL göğüs İnfiltrasyon ısı",
    "300 K and 37 °C",
    "re\u0301sume\u0301 e\u0301panchement",
    "r\u00e9sum\u00e9 \u00e9panchement",
    "lungs clear 👍 \U0001fac1 no effusion 🚫",
    "heart\u00a0size\u00a0normal",
    "line one\u2028line two\u2029line three",
    "zero\u200bwidth \ufeffbyte order",
    "ﬁndings: ﬂuid in ﬁssure",
    "lungs &amp; heart &lt;5 mm &quot;clear&quot; &gt; &nbsp;",
    "<skipped> no effusion <skipped>",
    "hyphen-\nated word and end-\nofline",
    "size 3.5 x 4,1 cm; 1,000 mL; 0.5-1.0",
    "S/P CABG w/ LVAD--stable. q.d. e.g. i.e. vs.",
    "x-ray T-spine L1-L2 follow-up",
    "tab\tseparated\tfindings\r\nand windows\r\nlines\r\n",
    "vertical\x0btab\x0cform\x1cfile\x85next",
    "\x00",
    "nul\x00inside",
    "lone \ud800 surrogate",
    "'quoted' \"double\" `back` «guillemets» “curly”",
    "100% [brackets] {braces} (parens) *stars* #hash @at ~tilde ^caret |pipe \\ slash",
    "FINDINGS:\nClear.\n\nIMPRESSION:\nNormal.",
    "FINDINGS: Clear. IMPRESSION: Normal.",
    "1. Effusion. 2. Atelectasis. 3. No pneumothorax.",
    "1) Effusion\n2) Atelectasis\n\n\n3) None",
    "...leading dots and trailing dots...",
    "a" * 400,
    "dying skies news proceed innings howe generalization agreed flies",
)

_FLIPS = (("left", "right"), ("no ", ""), ("There is no", "There is a"), ("mild", "severe"), ("stable", "new"))


def sentence(rng: random.Random) -> str:
    """Returns one sentence of a chest radiograph report."""
    chosen = {name: rng.choice(words) for name, words in SLOTS.items()}
    chosen |= {name.capitalize(): word.capitalize() for name, word in chosen.items()}
    return rng.choice(TEMPLATES).format(**chosen)


def report(rng: random.Random, low: int = 1, high: int = 8) -> str:
    """Returns a report of a few sentences in one of the usual layouts."""
    sentences = [sentence(rng) for _ in range(rng.randint(low, high))]
    layout = rng.randrange(6)
    if layout == 0:
        return "\n".join(sentences)
    if layout == 1:
        cut = rng.randint(0, len(sentences))
        return f"FINDINGS: {' '.join(sentences[:cut])}\n\nIMPRESSION:\n{' '.join(sentences[cut:])}"
    if layout == 2:
        return "\n".join(f"{number}. {text}" for number, text in enumerate(sentences, start=1))
    return " ".join(sentences)


def paragraph(rng: random.Random) -> str:
    """Returns a report on one line."""
    return " ".join(sentence(rng) for _ in range(rng.randint(1, 8)))


def long_text(rng: random.Random, words: int = LONG_WORDS) -> str:
    """Returns a text of exactly so many words."""
    found: list[str] = []
    while len(found) < words:
        found += sentence(rng).split()
    return " ".join(found[:words])


def rewrite(text: str, rng: random.Random) -> str:
    """Returns what a careless system might have written instead of the text."""
    words = text.split(" ")
    kind = rng.randrange(8)
    if kind == 0:
        old, new = rng.choice(_FLIPS)
        return text.replace(old, new)
    if kind == 1:
        return " ".join(word for word in words if rng.random() < 0.8)
    if kind == 2:
        return " ".join(words[: rng.randint(0, len(words))])
    if kind == 3:
        return text + " " + sentence(rng)
    if kind == 4:
        rng.shuffle(words)
        return " ".join(words)
    if kind == 5:
        return text.upper() if rng.random() < 0.5 else text.lower()
    if kind == 6:
        return " ".join(word for word in words for _ in range(rng.choice((1, 1, 1, 2, 5))))
    return text.replace(". ", "\n").replace(",", " ,")


def _realistic(rng: random.Random) -> Pair:
    reference = report(rng)
    return Pair(rewrite(reference, rng), (reference,), "realistic")


def _unrelated(rng: random.Random) -> Pair:
    return Pair(report(rng), (report(rng),), "unrelated")


def _identical(rng: random.Random) -> Pair:
    text = rng.choice([report(rng), rng.choice(ODD_TEXTS)])
    return Pair(text, (text,), "identical")


def _odd(rng: random.Random) -> Pair:
    return Pair(rng.choice(ODD_TEXTS), (rng.choice(ODD_TEXTS),), "odd")


def _mixed(rng: random.Random) -> Pair:
    texts = [rng.choice(ODD_TEXTS) + rng.choice(("", " ", "\n")) + report(rng, 1, 3), report(rng, 1, 3)]
    rng.shuffle(texts)
    return Pair(texts[0], (texts[1],), "mixed")


def _many_references(rng: random.Random) -> Pair:
    first = report(rng)
    references = [first, *(rewrite(first, rng) for _ in range(rng.randint(0, 7)))]
    if rng.random() < 0.3:
        references[rng.randrange(len(references))] = rng.choice(("", " ", rng.choice(ODD_TEXTS)))
    return Pair(rewrite(first, rng), tuple(references), "many references")


def _repeated(rng: random.Random) -> Pair:
    few = [rng.choice(sentence(rng).split()) for _ in range(rng.randint(1, 3))]
    texts = [" ".join(rng.choice(few) for _ in range(rng.randint(1, 40))) for _ in range(2)]
    return Pair(texts[0], (texts[1],), "repeated words")


def _short(rng: random.Random) -> Pair:
    words = sentence(rng).split()
    cut = rng.randint(1, 3)
    return Pair(" ".join(words[:cut]), (" ".join(rng.choice([words[:cut], words[1 : 1 + cut], words])),), "short")


_KINDS: tuple[tuple[Callable[[random.Random], Pair], int], ...] = (
    (_realistic, 30),
    (_unrelated, 8),
    (_identical, 8),
    (_odd, 16),
    (_mixed, 10),
    (_many_references, 12),
    (_repeated, 8),
    (_short, 8),
)


def long_pairs(seed: int = 1) -> list[Pair]:
    """Returns a few pairs with a text of 5,000 words on one side or on both."""
    rng = random.Random(seed)
    whole = long_text(rng)
    lines = whole.replace(". ", ".\n")
    other = rewrite(whole, random.Random(3))
    return [
        Pair(whole, (report(rng),), "long candidate"),
        Pair(report(rng), (whole, report(rng)), "long reference"),
        Pair(lines, (report(rng),), "long candidate in lines"),
        Pair(other, (whole,), "long"),
    ]


def adversarial_pairs(n: int = 2000, seed: int = 0) -> list[Pair]:
    """Returns pairs of every kind: each odd text against itself and nothing first, long ones last, the rest drawn."""
    rng = random.Random(seed)
    pairs = [
        *(Pair(text, (text,), "odd, identical") for text in ODD_TEXTS),
        *(Pair(text, ("",), "odd, empty reference") for text in ODD_TEXTS),
        *(Pair("", (text,), "odd, empty candidate") for text in ODD_TEXTS),
    ]
    last = long_pairs(seed + 1)
    makers, weights = zip(*_KINDS, strict=True)
    drawn = rng.choices(makers, weights, k=n - len(pairs) - len(last))
    return [*pairs, *(make(rng) for make in drawn), *last]
