"""BLEU-1 to BLEU-4 in the four ways in which report-generation papers compute it.

K. Papineni et al., BLEU: a method for automatic evaluation of machine translation, ACL 2002.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import cast

import numpy as np

from radeval.core.batch import Floats, ScoreBatch
from radeval.core.example import Example
from radeval.core.info import EmptyRules, MetricInfo, Parameter, ParameterValue, Part, Properties
from radeval.core.metric import Metric, RunContext
from radeval.metrics.lexical import tokens
from radeval.metrics.lexical.ngrams import Integers, Texts, ngram_totals, shared_ngrams
from radeval.metrics.lexical.pairs import candidates_of, references_of

_ORDERS = 4
_NAMES = tuple(f"bleu{order}" for order in range(1, _ORDERS + 1))
_STATISTICS = (
    "candidate_length",
    "reference_length",
    *(f"matches{order}" for order in range(1, _ORDERS + 1)),
    *(f"totals{order}" for order in range(1, _ORDERS + 1)),
)


def _coco(statistics: Floats, whole_set: bool) -> Floats:
    """BLEU as pycocoevalcap has it: no smoothing but for constants that keep divisions defined."""
    tiny, small = 1e-15, 1e-9
    lengths, reference = statistics[:, 0], statistics[:, 1]
    matches, totals = statistics[:, 2 : 2 + _ORDERS], statistics[:, 2 + _ORDERS :]
    products = np.cumprod((matches + tiny) / (totals + small), axis=1)
    ratio = (lengths + tiny) / (reference + small)
    penalty = np.where(ratio < 1, np.exp(1 - 1 / ratio), 1.0)
    roots: Floats = products ** (1 / np.arange(1, _ORDERS + 1))
    return roots * penalty[:, None]


def _sacrebleu(statistics: Floats, whole_set: bool) -> Floats:
    """BLEU as sacreBLEU has it: an order without a match counts half as much as the one before it.

    A single example leaves out the orders that it is too short for; a set does not.
    """
    lengths, reference = statistics[:, 0], statistics[:, 1]
    matches, totals = statistics[:, 2 : 2 + _ORDERS], statistics[:, 2 + _ORDERS :]
    missed = (matches == 0) & (totals > 0)
    numerators = np.where(missed, 0.5 ** np.cumsum(missed, axis=1), matches)
    defined = totals > 0
    logs = np.log(np.where(defined, numerators, 1.0) / np.where(defined, totals, 1.0))
    if whole_set:
        means = np.cumsum(np.where(defined, logs, -np.inf), axis=1) / np.arange(1, _ORDERS + 1)
    else:
        means = np.cumsum(logs, axis=1) / np.maximum(1, np.cumsum(defined, axis=1))
    anything = np.cumsum(matches, axis=1) > 0
    return np.where(anything, np.exp(means) * _brevity_penalty(lengths, reference)[:, None], 0.0)


def _radcliq(statistics: Floats, whole_set: bool) -> Floats:
    """BLEU as fast_bleu's default has it: an order without a match counts a tenth of one, none without a word."""
    lengths, reference = statistics[:, 0], statistics[:, 1]
    matches, totals = statistics[:, 2 : 2 + _ORDERS], statistics[:, 2 + _ORDERS :]
    logs = np.log(np.where(matches > 0, matches, 0.1) / np.maximum(1, totals))
    means = np.cumsum(logs, axis=1) / np.arange(1, _ORDERS + 1)
    values = np.exp(means) * _brevity_penalty(lengths, reference)[:, None]
    return np.where(matches[:, :1] > 0, values, 0.0)


def _brevity_penalty(lengths: Floats, reference: Floats) -> Floats:
    penalty = np.exp(1 - reference / np.maximum(1, lengths))
    return np.where(lengths >= reference, 1.0, np.where(lengths > 0, penalty, 0.0))


@dataclass(frozen=True, slots=True)
class _Preset:
    tokenize: tokens.Tokenizer
    token_name: str
    formula: Callable[[Floats, bool], Floats]
    smoothing: str
    order: int
    pooled: bool
    identity_is_best: bool


_PRESETS = {
    "coco": _Preset(tokens.whitespace, "whitespace", _coco, "none", 4, True, False),
    "sacrebleu": _Preset(tokens.mteval_13a, "13a", _sacrebleu, "exp", 4, True, True),
    "r2gen": _Preset(tokens.r2gen, "r2gen", _coco, "none", 4, True, False),
    "radcliq": _Preset(tokens.radcliq, "lower+stop", _radcliq, "0.1", 2, False, False),
}

_POOLED = "BLEU of the summed n-gram counts and lengths of all examples"


class Bleu(Metric):
    """BLEU: the share of the candidate's n-grams that stand in a reference, with a penalty for brevity."""

    info = MetricInfo(
        name="bleu",
        version=1,
        summary="share of the candidate's word n-grams that stand in a reference, with a penalty for brevity",
        main="bleu4",
        direction="higher",
        range=(0.0, 1.0),
        citation="Papineni et al., ACL 2002; as pycocoevalcap 1.2, sacreBLEU 2.6, R2Gen or CXR-Report-Metric",
        empty=EmptyRules(candidate=0.0, reference="computed", both="computed"),
        parts=tuple(Part(name, f"BLEU-{name[-1]}") for name in _NAMES[:3]),
        parameters=(
            Parameter(
                "preset",
                "str",
                "coco",
                "coco: white-space tokens, no smoothing; sacrebleu: 13a tokens, exponential smoothing; r2gen: as coco "
                "on lower-case words without punctuation; radcliq: BLEU-2 on lower-case words, mean over examples",
                choices=tuple(_PRESETS),
            ),
            Parameter("n", "int", None, "order of the main value: 4, or 2 with radcliq", minimum=1, maximum=_ORDERS),
        ),
        aggregate=_POOLED,
        statistics=_STATISTICS,
        multi_reference="native",
        multi_reference_rule="n-grams clipped by the reference that has most of them, length of the closest reference",
        properties=Properties(identity_is_best=False),
        notes="Compares wording only. Without smoothing a report of fewer words than the order scores about 0 even "
        "against itself. Published BLEU differs by tokens and smoothing: compare within one preset.",
    )

    def __init__(self, preset: str = "coco", n: int | None = None) -> None:
        super().__init__(preset=preset, n=n)
        self._preset = _PRESETS[preset]
        self._main = (n or self._preset.order) - 1
        self.info = replace(
            self.info,
            main=_NAMES[self._main],
            parts=tuple(Part(name, f"BLEU-{name[-1]}") for name in _NAMES if name != _NAMES[self._main]),
            aggregate=_POOLED if self._preset.pooled else "mean",
            statistics=_STATISTICS if self._preset.pooled else (),
            properties=replace(self.info.properties, identity_is_best=self._preset.identity_is_best),
        )

    def method(self) -> dict[str, ParameterValue]:
        """Returns the choices that change BLEU."""
        return {
            "preset": self.parameters["preset"],
            "n": self._main + 1,
            "tok": self._preset.token_name,
            "smooth": self._preset.smoothing,
            "refs": "closest",
        }

    def score_batch(self, examples: Sequence[Example], context: RunContext) -> ScoreBatch:
        """Returns the BLEU of each example, with the counts that pool into that of the set."""
        statistics = self._count(examples)
        values = self._preset.formula(statistics, False)
        return ScoreBatch.from_columns(
            values[:, self._main],
            {part.name: values[:, _NAMES.index(part.name)] for part in self.info.parts},
            statistics if self._preset.pooled else None,
        )

    def corpus(self, totals: Floats) -> dict[str, Floats]:
        """Returns BLEU of sets from their summed counts."""
        return dict(zip(_NAMES, self._preset.formula(totals, True).T, strict=True))

    def _count(self, examples: Sequence[Example]) -> Floats:
        n = len(examples)
        texts = Texts.of(
            candidates_of(examples, self._preset.tokenize) + references_of(examples, self._preset.tokenize)
        )
        counts = [len(one.references) for one in examples]
        rows = np.concatenate([np.arange(n), np.repeat(np.arange(n), counts)])
        ranks = np.concatenate([np.zeros(n, np.int64), *(np.arange(1, count + 1) for count in counts)])
        lengths = texts.lengths[:n]
        statistics = np.column_stack(
            [
                lengths,
                _closest(lengths, texts.lengths[n:], counts),
                shared_ngrams(texts, rows, ranks, n, _ORDERS),
                ngram_totals(lengths, _ORDERS),
            ]
        )
        return statistics.astype(np.float64)


def _closest(lengths: Integers, references: Integers, counts: Sequence[int]) -> Integers:
    """Returns for each candidate the reference length nearest to its own, the shorter one of two as near."""
    if len(lengths) == len(references):
        return references
    groups = np.split(references, np.cumsum(counts[:-1]))
    closest = [min(map(int, group), key=lambda r: (abs(r - c), r)) for c, group in zip(lengths, groups, strict=True)]
    return cast(Integers, np.array(closest, dtype=np.int64))
