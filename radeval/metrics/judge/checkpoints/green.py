"""GREEN-RadLlama2-7b: its makers' prompt from the user's file, its analysis read section by section."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import ClassVar

from radeval.core.metric import RunContext
from radeval.core.score import Evidence, Score
from radeval.llm.endpoint import Kind
from radeval.llm.outcome import CONTRADICTS, InvalidReply
from radeval.metrics.judge.checkpoints.wording import CheckpointTask, Wording, wording_from_file
from radeval.metrics.judge.counts import EVIDENCE
from radeval.metrics.judge.errors import ERROR_KINDS, ErrorKind
from radeval.metrics.judge.forms import Form
from radeval.metrics.judge.pair import Pair, pair_slots

MOST_WORDS = 300
"""Longest report that the checkpoint was made for; its makers cut longer ones, we leave them unscored."""

_SECTION = re.compile(r"\[([A-Z][A-Za-z ]+)\]\s*:")
_SIGNIFICANT = "Clinically Significant Errors"
_INSIGNIFICANT = "Clinically Insignificant Errors"
_MATCHED = "Matched Findings"
_NONE = re.compile(r"(?:no|none)\b", re.IGNORECASE)
_ENTRY = re.compile(r"^\s*\(([a-f])\)(.*)$", re.MULTILINE)
_COUNT = re.compile(r":\s*(\d+)\s*\.(?!\d)(.*)$")
_FIRST_COUNT = re.compile(r"(\d+)\s*\.(?!\d)(.*)", re.DOTALL)
_KINDS: Mapping[str, ErrorKind] = dict(zip("abcdef", ERROR_KINDS, strict=True))


class CountedErrors(Form):
    """Errors of one kind.

    Attributes:
        kind: Which of the six kinds.
        significant: Whether they are clinically significant.
        number: How many the checkpoint counts.
        descriptions: What it says of them.
    """

    kind: ErrorKind
    significant: bool
    number: int
    descriptions: tuple[str, ...]


class GreenAnalysis(Form):
    """What GREEN's checkpoint writes.

    Attributes:
        errors: Its counts of errors.
        matched: How many findings it counts as matched.
        matched_findings: Which, in its words.
    """

    errors: tuple[CountedErrors, ...]
    matched: int
    matched_findings: tuple[str, ...]


class AnalyseAsGreen(CheckpointTask):
    """Asks GREEN's own checkpoint for its analysis of two reports."""

    name: ClassVar[str] = "green/analysis"
    output = GreenAnalysis
    # Behind a server the conversation would be written as the server sees fit.
    kinds: ClassVar[frozenset[Kind]] = frozenset({"hf"})
    # As it was trained: an empty answer before the true one, and an end token after the prompt.
    chat_template: ClassVar[str | None] = (
        "{{ bos_token + '<|user|>\n' + messages[0]['content'] + eos_token + '\n<|assistant|>\n' + eos_token"
        " + '\n<|assistant|>\n' + eos_token }}"
    )

    def wording(self, context: RunContext) -> Wording:
        """Returns the prompt of the user's file."""
        return wording_from_file("green", ("reference", "candidate"), context)

    def slots(self, asked: Pair) -> Mapping[str, str]:
        """Returns the slots `reference` and `candidate`, blanks as single spaces, as in training."""
        return {name: " ".join(text.split()) for name, text in pair_slots(asked).items()}

    def read(self, text: str) -> GreenAnalysis:
        """Returns the counts of an analysis: all sections must be there, and every listed error must have a count."""
        sections = _sections(text)
        errors = (*_errors(sections, _SIGNIFICANT), *_errors(sections, _INSIGNIFICANT))
        body = _section(sections, _MATCHED)
        count = _FIRST_COUNT.match(body)
        if count is None and not _NONE.match(body):
            raise InvalidReply(f"the section {_MATCHED} begins with no count")
        number, listed = (0, "") if count is None else (int(count.group(1)), count.group(2))
        if not number and not any(one.number for one in errors):
            raise InvalidReply("two reports have errors or findings of both, and neither is counted", CONTRADICTS)
        return GreenAnalysis.made(errors=errors, matched=number, matched_findings=_items(listed))


def analysis_score(found: GreenAnalysis, names: Mapping[ErrorKind, str]) -> Score:
    """Returns GREEN's score of an analysis, with the parts of our own GREEN.

    Args:
        found: The analysis.
        names: The parts' names of the six kinds.
    """
    counts = {kind: sum(one.number for one in found.errors if one.significant and one.kind == kind) for kind in names}
    significant = sum(counts.values())
    insignificant = sum(one.number for one in found.errors if not one.significant)
    total = found.matched + significant
    parts = {
        "matched": float(found.matched),
        "significant": float(significant),
        "insignificant": float(insignificant),
        **{name: float(counts[kind]) for kind, name in names.items()},
        **{f"no_{name}": float(not counts[kind]) for kind, name in names.items()},
    }
    return Score.ok(found.matched / total if total else 0.0, parts, evidence=_evidence(found))


def _evidence(found: GreenAnalysis) -> tuple[Evidence, ...]:
    items = [Evidence("matched", note=words) for words in found.matched_findings]
    for one in found.errors:
        weight = "significant" if one.significant else "insignificant"
        items += [Evidence(EVIDENCE.get(one.kind, one.kind), note=f"{weight}; {words}") for words in one.descriptions]
    return tuple(items)


def _sections(text: str) -> dict[str, str]:
    marks = list(_SECTION.finditer(text))
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    found: dict[str, str] = {}
    for mark, end in zip(marks, ends, strict=True):
        name = mark.group(1)
        if name in found:
            raise InvalidReply(f"the section {name} stands twice")
        found[name] = text[mark.end() : end].strip()
    return found


def _section(sections: Mapping[str, str], name: str) -> str:
    if name not in sections:
        raise InvalidReply(f"the section {name} is missing")
    return sections[name]


def _errors(sections: Mapping[str, str], name: str) -> list[CountedErrors]:
    body = _section(sections, name)
    entries = _ENTRY.findall(body)
    if not entries and body and not _NONE.match(body):
        raise InvalidReply(f"the section {name} lists no kind of error")
    return [_counted(letter, rest, name == _SIGNIFICANT) for letter, rest in entries]


def _counted(letter: str, rest: str, significant: bool) -> CountedErrors:
    count = _COUNT.search(rest)
    if count is None:
        raise InvalidReply(f"the errors of kind ({letter}) have no count")
    return CountedErrors.made(
        kind=_KINDS[letter], significant=significant, number=int(count.group(1)), descriptions=_items(count.group(2))
    )


def _items(listed: str) -> tuple[str, ...]:
    return tuple(item for part in listed.split(";") if (item := part.strip().rstrip(".").strip()))
