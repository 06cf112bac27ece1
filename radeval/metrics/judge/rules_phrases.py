"""How the report reader takes reports apart into phrases, and judges what follows from them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from radeval.core.finding import Finding, Kind, Presence
from radeval.findings.entail import Verdict, entails
from radeval.metrics.judge.readings import Readings

_GRADES = {1: "trace", 2: "mild", 3: "moderate", 4: "severe", 5: "massive"}


class Phrase(NamedTuple):
    """A statement on one finding.

    Attributes:
        text: The phrase.
        report: The report that it was taken from; empty where it was given as a phrase.
    """

    text: str
    report: str = ""


class Spoken(NamedTuple):
    """A sentence of a report and its phrases.

    Attributes:
        span: Where it stands.
        phrases: One for each finding.
        findings: The finding of each phrase.
    """

    span: tuple[int, int]
    phrases: tuple[str, ...]
    findings: tuple[Finding, ...]


def sentences(report: str, readings: Readings) -> list[Spoken]:
    """Returns the sentences of a report with one phrase for each finding.

    A sentence of one finding is its phrase; one of several becomes as many phrases in the lexicon's words.
    """
    reading = readings.read(report)
    by_sentence: dict[int, list[Finding]] = {}
    for one in reading.findings:
        by_sentence.setdefault(one.sentence, []).append(one)
    spoken = []
    for place, findings in by_sentence.items():
        span = reading.sentences[place]
        phrases = (report[slice(*span)],) if len(findings) == 1 else tuple(in_words(one) for one in findings)
        spoken.append(Spoken(span, phrases, tuple(findings)))
    return spoken


def states_finding(phrase: Phrase, readings: Readings) -> bool:
    """Tells whether a phrase states something as present or uncertain."""
    stated = readings.read(phrase.text).findings
    return any(one.kind is not Kind.NORMAL and one.presence is not Presence.ABSENT for one in stated)


def follows(premises: Sequence[Phrase], hypothesis: Phrase, readings: Readings) -> tuple[bool, tuple[int, ...]]:
    """Returns whether a phrase follows from others, and the places of those that decide it, also where they deny it."""
    modality = "ct" if "chest_ct" in readings.reader.lexicon.packs else "cxr"
    found = entails([one.text for one in premises], hypothesis.text, modality)
    return found.verdict is Verdict.ENTAILMENT, found.premises


def in_words(finding: Finding) -> str:
    """Returns a finding as a phrase of its own."""
    place = f" in the {' and '.join(finding.locations)}" if finding.locations else ""
    side = f"{finding.laterality} " if finding.laterality else ""
    if finding.kind is Kind.NORMAL:
        return f"the {side}{finding.concept} is normal"
    if finding.presence is Presence.ABSENT:
        gone = ", resolved" if finding.change == "resolved" else ""
        return f"no {side}{finding.concept}{place}{gone}"
    doubt = "possible " if finding.presence is Presence.UNCERTAIN else ""
    grade = f"{_GRADES[round(finding.severity)]} " if finding.severity is not None else ""
    described = "".join(f"{word} " for word in finding.descriptors)
    sizes = " x ".join(f"{high:g}" for _, high in finding.sizes_mm)
    measured = f" of {sizes} mm" if sizes else ""
    tip = f", tip in the {finding.tip_position}" if finding.tip_position else ""
    change = f", {finding.change}" if finding.change else ""
    return f"{doubt}{grade}{described}{side}{finding.concept}{measured}{place}{tip}{change}"
