from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from radeval.metrics.lexical.lcs import _common_places, summary_hits

sentence = st.lists(st.integers(0, 3), max_size=10)
summary = st.lists(sentence, max_size=5)


def original_hits(reference, candidate):
    """Returns the hits of rouge_score, from its recall."""
    from rouge_score.rouge_scorer import _summary_level_lcs

    return round(_summary_level_lcs(reference, candidate).recall * sum(map(len, reference)))


@settings(max_examples=300, deadline=None)
@given(summary, summary)
def test_summary_hits_equal_rouge_score(reference, candidate):
    assert summary_hits(reference, candidate) == original_hits(reference, candidate)


@settings(max_examples=300, deadline=None)
@given(sentence, sentence)
def test_the_chosen_subsequence_is_the_one_of_rouge_score(reference, candidate):
    from rouge_score.rouge_scorer import lcs_ind

    assert sorted(_common_places(reference, candidate)) == lcs_ind(reference, candidate)


def test_words_past_the_sixty_fourth_are_found():
    long = [number % 7 for number in range(500)]
    assert len(_common_places(long, long)) == 500
    assert summary_hits([long, long[::-1]], [long[:300], long[300:]]) == original_hits(
        [long, long[::-1]], [long[:300], long[300:]]
    )


def test_empty_summaries_have_no_hits():
    assert summary_hits([], []) == summary_hits([[]], [[1]]) == summary_hits([[1]], []) == 0
