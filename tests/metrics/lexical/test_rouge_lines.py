"""Reports of many lines: what is counted once, and that the count does not change."""

from radeval.metrics.lexical import lcs


def test_lines_that_repeat_are_compared_once(monkeypatch):
    compared = []
    real = lcs._common_places
    monkeypatch.setattr(lcs, "_common_places", lambda one, other: compared.append(1) or real(one, other))
    lines = [[1, 2], [3]] * 500
    assert lcs.summary_hits(lines, lines) == 1500
    assert len(compared) == 2


def test_lines_without_a_common_word_are_not_compared(monkeypatch):
    compared = []
    real = lcs._common_places
    monkeypatch.setattr(lcs, "_common_places", lambda one, other: compared.append(1) or real(one, other))
    lines = [[number, number + 1000] for number in range(300)]
    assert lcs.summary_hits(lines, lines) == 600
    assert len(compared) == 300
