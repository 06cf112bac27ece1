"""The longest common subsequence against several sentences, as summary-level ROUGE-L needs it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence


def summary_hits(reference: Sequence[Sequence[int]], candidate: Sequence[Sequence[int]]) -> int:
    """Returns how many reference words the union of common subsequences covers.

    For each reference sentence, the words that lie on its longest common subsequence with any candidate sentence;
    each word counts at most as often as it occurs on either side (C.-Y. Lin, ROUGE, 2004, section 3.2, with the
    clipping of ROUGE-1.5.5).
    """
    left_reference = Counter(word for sentence in reference for word in sentence)
    left_candidate = Counter(word for sentence in candidate for word in sentence)
    lines_with: dict[int, set[tuple[int, ...]]] = {}
    for other in {tuple(sentence) for sentence in candidate}:
        for word in other:
            lines_with.setdefault(word, set()).add(other)
    covered: dict[tuple[int, ...], list[int]] = {}
    hits = 0
    for sentence in map(tuple, reference):
        if sentence not in covered:
            # Reports of many lines repeat them; only lines that share a word have a common subsequence.
            others = set().union(*(lines_with.get(word, ()) for word in set(sentence)))
            covered[sentence] = sorted({place for other in others for place in _common_places(sentence, other)})
        for place in covered[sentence]:
            word = sentence[place]
            if left_reference[word] > 0 and left_candidate[word] > 0:
                left_reference[word] -= 1
                left_candidate[word] -= 1
                hits += 1
    return hits


def _common_places(reference: Sequence[int], candidate: Sequence[int]) -> list[int]:
    """Returns the places in the reference of one longest common subsequence.

    Of several longest ones it is the one found by walking back from both ends, where a word is taken as soon as it is
    equal and the candidate is shortened only where that keeps a longer rest: the choice of rouge_score.
    """
    rows = _lcs_rows(reference, candidate)
    i, j = len(reference), len(candidate)
    places: list[int] = []
    while i > 0 and j > 0:
        if reference[i - 1] == candidate[j - 1]:
            places.append(i - 1)
            i, j = i - 1, j - 1
            continue
        below = (rows[i] & ((1 << (j - 1)) - 1)).bit_count()
        beside = (rows[i - 1] & ((1 << j) - 1)).bit_count()
        if below > beside:
            j -= 1
        else:
            i -= 1
    return places


def _lcs_rows(reference: Sequence[int], candidate: Sequence[int]) -> list[int]:
    """Returns the table of common lengths, a row an integer.

    The length for the first i and j words is the number of ones among the j lowest bits of row i. Each row follows
    from the one before in a few operations on whole integers (H. Hyyrö, Bit-parallel LCS-length computation
    revisited, 2004), which keeps long reports fast without a table of their product's size.
    """
    full = (1 << len(candidate)) - 1
    places: dict[int, int] = {}
    for place, word in enumerate(candidate):
        places[word] = places.get(word, 0) | (1 << place)
    zeros = full
    rows = [0]
    for word in reference:
        matches = zeros & places.get(word, 0)
        zeros = ((zeros + matches) | (zeros - matches)) & full
        rows.append(full & ~zeros)
    return rows
