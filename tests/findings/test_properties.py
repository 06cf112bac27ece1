"""What holds for every text: reading never fails, spans lie in the text, nothing depends on what was read before."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radeval.core.finding import Finding
from radeval.findings import Verdict, entails, read
from radeval.findings.assign import best_assignment
from radeval.findings.compare import compare
from radeval.findings.reader import ReportReader, reader
from radeval.findings.reading import Reading

WORDS = [
    "no", "not", "without", "left", "right", "bilateral", "small", "moderate", "to", "and", "or", ",", "with", "but",
    "effusion", "pneumothorax", "opacity", "consolidation", "heart", "lungs", "is", "are", "enlarged", "clear",
    "normal",
    "lower", "lobe", "lobes", "stable", "unchanged", "resolved", "likely", "may represent", "cannot exclude", "tip",
    "endotracheal tube", "2 cm", "3 x 4 mm", "1.5", "in", "the", "there is", "nodule", "rib fracture", "fracture",
    "rib",
    "XXXX", "___", "pnuemonia", "neither", "nor", "removed", "new", "at the base", "two", ";", ":", "acute", "process",
    "abnormality", "not seen", "IMPRESSION:", "\n", "1.",
]  # fmt: skip
SENTENCES = [
    "No focal consolidation, effusion or pneumothorax.", "Small left pleural effusion.", "The heart is enlarged.",
    "The lungs are clear.", "Stable cardiomegaly.", "Left lower lobe opacity, likely atelectasis.",
    "A 5 mm nodule in the right upper lobe.", "Moderate right effusion has increased.", "ETT 4 cm above the carina.",
    "No pneumothorax.", "The effusion has resolved.", "Possible pneumonia.", "Right rib fracture.", "Thank you.",
    "The aorta is tortuous.", "Heart size is stable.", "Bilateral effusions and atelectasis.",
    "Two nodules and a large mass.", "Small effusion and large effusion.", "Lungs are XXXX.",
]  # fmt: skip

texts = st.one_of(
    st.text(max_size=200),
    st.lists(st.sampled_from(WORDS), max_size=30).map(" ".join),
    st.lists(st.sampled_from(WORDS), max_size=12).map("".join),
)
prose = st.lists(st.sampled_from(WORDS), min_size=1, max_size=12).map(" ".join)
reports = st.lists(st.sampled_from(SENTENCES), max_size=6).map(" ".join)


@settings(max_examples=300, deadline=None)
@given(texts, st.sampled_from(["cxr", "ct"]))
def test_never_raises_and_points_into_the_text(text, modality):
    reading = read(text, modality)
    assert all(0 <= start < end <= len(text) for start, end in reading.sentences)
    assert all(a[1] <= b[0] for a, b in itertools.pairwise(reading.sentences))
    assert all(0 <= start < end <= len(text) for start, end in reading.unread)
    assert all(a[1] <= b[0] for a, b in itertools.pairwise(reading.unread))
    assert all(any(a <= start and end <= b for a, b in reading.sentences) for start, end in reading.unread)
    order = [one.sentence for one in reading.findings]
    assert order == sorted(order)
    for one in reading.findings:
        start, end = reading.sentences[one.sentence]
        assert start <= one.span[0] < one.span[1] <= end
        assert one.severity is None or 1 <= one.severity <= 5
        assert all(0 <= low <= high for low, high in one.sizes_mm)


@settings(max_examples=100, deadline=None)
@given(st.lists(texts, min_size=1, max_size=4))
def test_does_not_depend_on_what_was_read_before(several):
    fresh = [ReportReader().read(text) for text in several]
    used = ReportReader()
    assert [used.read(text) for text in several] == fresh
    assert [used.read(text) for text in several] == fresh
    assert [read(text) for text in several] == fresh


def test_does_not_depend_on_a_full_memo(monkeypatch):
    monkeypatch.setattr("radeval.findings.reader._REMEMBERED_SENTENCES", 2)
    small = ReportReader()
    assert [small.read(text) for text in SENTENCES * 2] == [ReportReader().read(text) for text in SENTENCES * 2]
    assert len(small._memo) <= 2


@settings(deadline=None)
@given(st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=4), st.lists(st.sampled_from(SENTENCES), min_size=1))
def test_two_sentences_read_as_both(first, second):
    one, other = " ".join(first), " ".join(second)
    start, count = len(one) + 1, len(read(one).sentences)
    moved = [
        replace(found, span=(found.span[0] + start, found.span[1] + start), sentence=found.sentence + count)
        for found in read(other).findings
    ]
    assert list(read(f"{one} {other}").findings) == [*read(one).findings, *moved]


def total(weights: list[list[float]], pairs: list[tuple[int, int]]) -> float:
    return sum(weights[row][column] for row, column in pairs)


def by_force(weights: list[list[float]]) -> float:
    rows, columns = range(len(weights)), range(len(weights[0]) if weights else 0)
    if len(rows) > len(columns):
        return by_force([list(column) for column in zip(*weights, strict=True)]) if columns else 0.0
    return max(
        sum(max(0.0, weights[row][column]) for row, column in zip(rows, order, strict=True))
        for order in itertools.permutations(columns, len(rows))
    )


matrices = st.tuples(st.integers(0, 5), st.integers(0, 5)).flatmap(
    lambda size: st.lists(
        st.lists(st.sampled_from([0.0, 0.3, 0.5, 0.7, 0.95, 1.0]), min_size=size[1], max_size=size[1]),
        min_size=size[0],
        max_size=size[0],
    )
)


@settings(deadline=None)
@given(matrices)
def test_assignment_is_the_best(weights):
    pairs = best_assignment(weights)
    assert len({row for row, _ in pairs}) == len({column for _, column in pairs}) == len(pairs)
    assert total(weights, pairs) == pytest.approx(by_force(weights))


@settings(deadline=None)
@given(reports | prose)
def test_a_reading_matches_itself(text):
    reading = read(text)
    same = compare(reading, reading, reader())
    assert not same.omitted
    assert not same.false
    assert all(match.credit == 1 and not match.differences for match in same.matched)
    assert all(match.candidate == match.reference for match in same.matched)


def unordered(findings: tuple[Finding, ...]) -> list[str]:
    return sorted(map(repr, findings))


@settings(deadline=None)
@given(reports, reports)
def test_swapping_the_sides_swaps_omitted_and_false(one, other):
    first, second = read(one), read(other)
    there, back = compare(first, second, reader()), compare(second, first, reader())
    assert unordered(there.omitted) == unordered(back.false)
    assert unordered(there.false) == unordered(back.omitted)
    assert there.denied == back.denied
    assert sorted(match.credit for match in there.matched) == sorted(match.credit for match in back.matched)


def test_nothing_matches_nothing():
    empty = Reading((), (), ())
    assert compare(empty, empty, reader()).matched == ()
    assert len(compare(empty, read("Effusion."), reader()).omitted) == 1


@settings(max_examples=200, deadline=None)
@given(prose | reports | st.sampled_from(SENTENCES))
def test_a_statement_entails_itself(text):
    found = read(text).findings
    verdict = entails([text], text)
    assert verdict.verdict is (Verdict.ENTAILMENT if found else Verdict.NEUTRAL)
    assert verdict.premises == ((0,) if found else ())


def test_reports_of_hundreds_of_findings_are_still_compared():
    judge = reader("cxr")
    terms = [concept.terms[0] for concept in judge.lexicon.concepts.values() if concept.terms]
    reading = judge.read(" ".join(f"There is {term}." for term in terms))
    found = compare(reading, reading, judge)
    assert len(found.matched) > 100
    assert not found.omitted
    assert not found.false


def test_beyond_the_exact_method_the_heaviest_pairs_are_taken():
    weights = [[1.0 if row == column else 0.5 for column in range(60)] for row in range(60)]
    assert best_assignment(weights) == [(place, place) for place in range(60)]
