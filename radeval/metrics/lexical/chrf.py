"""chrF and chrF++: F-score of character n-grams.

M. Popović, chrF: character n-gram F-score for automatic MT evaluation, WMT 2015; chrF++: words helping character
n-grams, WMT 2017.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from radeval.core.batch import Floats, ScoreBatch
from radeval.core.example import Example
from radeval.core.info import EmptyRules, MetricInfo, Parameter, ParameterValue
from radeval.core.metric import Metric, RunContext
from radeval.metrics.lexical.ngrams import Integers, Texts, ngram_totals, shared_ngrams
from radeval.metrics.lexical.pairs import Pairs, candidates_of, references_of
from radeval.metrics.lexical.tokens import chrf_words

_CHARACTER_ORDER = 6
_BETA = 2.0


def _statistic_names(word_order: int) -> tuple[str, ...]:
    orders = [f"char{order}" for order in range(1, _CHARACTER_ORDER + 1)]
    orders += [f"word{order}" for order in range(1, word_order + 1)]
    return tuple(f"{order}_{kind}" for order in orders for kind in ("candidate", "reference", "matches"))


class Chrf(Metric):
    """chrF: how many character n-grams two reports share, recall counting more than precision."""

    info = MetricInfo(
        name="chrf",
        version=1,
        summary="F-score (beta 2) of the character n-grams (1 to 6, without blanks) that two reports share",
        main="chrf",
        direction="higher",
        range=(0.0, 1.0),
        citation="Popović, WMT 2015 and 2017; as sacreBLEU 2.6, divided by 100",
        empty=EmptyRules(candidate=0.0, reference=0.0, both=0.0),
        parameters=(
            Parameter("word_order", "int", 0, "longest word n-gram: 2 is chrF++", minimum=0, maximum=2),
            Parameter("lowercase", "bool", False, "whether case is ignored"),
        ),
        aggregate="chrF of the summed n-gram counts of all examples",
        statistics=_statistic_names(0),
        multi_reference="native",
        multi_reference_rule="the reference with the best score",
        notes="Compares wording only; more forgiving than BLEU of other word forms and of spelling.",
    )

    def __init__(self, word_order: int = 0, lowercase: bool = False) -> None:
        super().__init__(word_order=word_order, lowercase=lowercase)
        self._word_order = word_order
        self._lowercase = lowercase
        self.info = replace(self.info, statistics=_statistic_names(word_order))

    def method(self) -> dict[str, ParameterValue]:
        """Returns the choices that change chrF."""
        return {"char_order": _CHARACTER_ORDER, **self.parameters, "beta": _BETA, "space": False, "refs": "best"}

    def score_batch(self, examples: Sequence[Example], context: RunContext) -> ScoreBatch:
        """Returns the chrF of each example, with the counts that pool into that of the set."""
        pairs = Pairs.of(examples)
        statistics = self._count(examples, pairs)
        values = _f_score(statistics)
        best = pairs.best_row(values)
        return ScoreBatch.from_columns(values[best], statistics=statistics[best])

    def corpus(self, totals: Floats) -> dict[str, Floats]:
        """Returns chrF of sets from their summed counts."""
        return {"chrf": _f_score(totals)}

    def _count(self, examples: Sequence[Example], pairs: Pairs) -> Floats:
        case = str.lower if self._lowercase else str
        characters = [
            *candidates_of(examples, lambda text: "".join(case(text).split())),
            *references_of(examples, lambda text: "".join(case(text).split())),
        ]
        counts = [_triples(Texts.of_characters(characters), pairs, _CHARACTER_ORDER)]
        if self._word_order:
            words = [
                *candidates_of(examples, lambda text: chrf_words(case(text))),
                *references_of(examples, lambda text: chrf_words(case(text))),
            ]
            counts.append(_triples(Texts.of(words), pairs, self._word_order))
        return np.concatenate(counts, axis=1).astype(np.float64)


def _triples(texts: Texts, pairs: Pairs, max_order: int) -> Integers:
    """Returns candidate, reference and shared n-grams of each order, shape (pairs, 3 * max_order)."""
    n_examples, n = len(pairs.first), len(pairs.example)
    totals = ngram_totals(texts.lengths, max_order)
    candidate, reference = totals[:n_examples][pairs.example], totals[n_examples:]
    if n_examples != n:
        texts = _repeat_candidates(texts, pairs)
    shared = shared_ngrams(texts, np.tile(np.arange(n), 2), np.repeat([0, 1], n), n, max_order)
    # As in the original, candidate n-grams do not count where the reference has none of that length.
    candidate = np.where(reference > 0, candidate, 0)
    return np.stack([candidate, reference, shared], axis=2).reshape(n, 3 * max_order)


def _repeat_candidates(texts: Texts, pairs: Pairs) -> Texts:
    """Returns the texts with each candidate as often as it has references."""
    starts = np.cumsum(texts.lengths) - texts.lengths
    order = np.concatenate([pairs.example, len(pairs.first) + np.arange(len(pairs.example))])
    lengths = texts.lengths[order]
    within = np.arange(int(lengths.sum())) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    return Texts(texts.tokens[np.repeat(starts[order], lengths) + within], lengths)


def _f_score(statistics: Floats) -> Floats:
    """Returns the F-score of the mean precision and recall over the orders that both sides have."""
    candidate, reference, shared = statistics[:, 0::3], statistics[:, 1::3], statistics[:, 2::3]
    defined = (candidate > 0) & (reference > 0)
    orders = np.maximum(1, defined.sum(axis=1))
    precision = np.where(defined, shared / np.maximum(1, candidate), 0.0).sum(axis=1) / orders
    recall = np.where(defined, shared / np.maximum(1, reference), 0.0).sum(axis=1) / orders
    weight = _BETA**2
    below = weight * precision + recall
    found: Floats = (1 + weight) * precision * recall / np.where(below > 0, below, 1.0)
    return found
