"""ROUGE-1, ROUGE-2, ROUGE-L and ROUGE-Lsum.

C.-Y. Lin, ROUGE: a package for automatic evaluation of summaries, ACL workshop 2004.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from rapidfuzz.distance import LCSseq

from radeval.core.batch import Floats, ScoreBatch
from radeval.core.errors import ParameterError
from radeval.core.example import Example
from radeval.core.info import EmptyRules, MetricInfo, Parameter, ParameterValue, Part, Properties
from radeval.core.metric import Metric, RunContext
from radeval.metrics.lexical.lcs import summary_hits
from radeval.metrics.lexical.ngrams import Texts, ngram_totals, shared_ngrams
from radeval.metrics.lexical.pairs import Pairs, candidates_of, references_of
from radeval.metrics.lexical.tokens import RougeWords

_COCO_BETA = 1.2


class Rouge(Metric):
    """ROUGE: F-measure of the words, word pairs or longest common subsequence that two reports share."""

    info = MetricInfo(
        name="rouge",
        version=1,
        summary="F-measure of the longest common subsequence of words; word and word-pair overlap beside it",
        main="rougeL",
        direction="higher",
        range=(0.0, 1.0),
        citation="Lin, ACL workshop 2004; presets after rouge_score 0.1.2 and pycocoevalcap 1.2",
        empty=EmptyRules(candidate=0.0, reference=0.0, both=0.0),
        parts=(
            Part("rouge1", "F-measure of shared words"),
            Part("rouge2", "F-measure of shared word pairs"),
            Part("rougeLsum", "as the main value, line by line of the reports"),
        ),
        parameters=(
            Parameter(
                "preset",
                "str",
                "google",
                "google: rouge_score, lower-case letters and digits, balanced F; coco: pycocoevalcap, words as they "
                "stand between blanks, F with beta 1.2, ROUGE-L only",
                choices=("google", "coco"),
            ),
            Parameter(
                "stem", "bool", None, "whether words are reduced to their stem: true by default, never with coco"
            ),
        ),
        multi_reference="native",
        multi_reference_rule="the best reference for each value on its own",
        properties=Properties(identity_is_best=True, symmetric=True),
        languages=("en",),
        notes="Compares wording only: a negation flip or a wrong side costs one word.",
    )

    def __init__(self, preset: str = "google", stem: bool | None = None) -> None:
        if preset == "coco" and stem:
            raise ParameterError("preset=coco does not stem", where="metric 'rouge'", hint="leave stem out")
        super().__init__(preset=preset, stem=stem)
        self._stemmed = preset == "google" if stem is None else stem
        self._words = RougeWords(self._stemmed)
        if preset == "coco":
            self.info = replace(
                self.info,
                parts=(),
                empty=EmptyRules(candidate="computed", reference="computed", both="computed"),
                multi_reference_rule="best precision and best recall over the references",
                properties=replace(self.info.properties, symmetric=False),
                languages=("any",),
            )

    def method(self) -> dict[str, ParameterValue]:
        """Returns the choices that change ROUGE."""
        beta = _COCO_BETA if self.parameters["preset"] == "coco" else 1.0
        return {"preset": self.parameters["preset"], "stem": self._stemmed, "beta": beta, "refs": "best"}

    def score_batch(self, examples: Sequence[Example], context: RunContext) -> ScoreBatch:
        """Returns the ROUGE of each example."""
        if self.parameters["preset"] == "coco":
            return ScoreBatch.from_columns(_coco_rouge_l(examples))
        return self._google(examples)

    def _google(self, examples: Sequence[Example]) -> ScoreBatch:
        self._words.trim()
        pairs = Pairs.of(examples)
        candidates = candidates_of(examples, self._words)
        references = references_of(examples, self._words)
        paired = candidates if len(candidates) == len(references) else [candidates[row] for row in pairs.example]
        n = len(references)
        texts = Texts.of_numbers(paired + references)
        rows, ranks = np.tile(np.arange(n), 2), np.repeat([0, 1], n)
        shared = shared_ngrams(texts, rows, ranks, n, 2)
        totals = ngram_totals(texts.lengths, 2)
        common = np.fromiter(map(LCSseq.similarity, paired, references), dtype=np.int64, count=n)
        values = {
            "rouge1": _f1(shared[:, 0], totals[:n, 0], totals[n:, 0]),
            "rouge2": _f1(shared[:, 1], totals[:n, 1], totals[n:, 1]),
            "rougeL": _f1(common, totals[:n, 0], totals[n:, 0]),
        }
        hits = common.copy()
        for row in range(n):
            example = examples[pairs.example[row]]
            reference = example.references[row - pairs.first[pairs.example[row]]]
            # On one line each, the union of common subsequences is the common subsequence.
            if "\n" in reference or "\n" in example.candidate:
                hits[row] = summary_hits(self._lines(reference), self._lines(example.candidate))
        values["rougeLsum"] = _f1(hits, totals[:n, 0], totals[n:, 0])
        best = {name: pairs.best(column) for name, column in values.items()}
        return ScoreBatch.from_columns(best.pop("rougeL"), best)

    def _lines(self, text: str) -> list[list[int]]:
        return [self._words(line) for line in text.split("\n") if line]


def _f1(shared: np.ndarray, candidate: np.ndarray, reference: np.ndarray) -> Floats:
    """Returns the harmonic mean of shared/candidate and shared/reference, 0 where nothing is shared."""
    precision = shared / np.maximum(1, candidate)
    recall = shared / np.maximum(1, reference)
    total = precision + recall
    found: Floats = 2 * precision * recall / np.where(total > 0, total, 1.0)
    return found


def _words_between_blanks(text: str) -> list[str]:
    # An empty word stands between two blanks; rapidfuzz would take it for the NUL character.
    return [word or "  " for word in text.split(" ")]


def _coco_rouge_l(examples: Sequence[Example]) -> Floats:
    values = np.zeros(len(examples))
    for row, example in enumerate(examples):
        candidate = _words_between_blanks(example.candidate)
        references = [_words_between_blanks(reference) for reference in example.references]
        common = [LCSseq.similarity(reference, candidate) for reference in references]
        precision = max(common) / len(candidate)
        recall = max(shared / len(reference) for shared, reference in zip(common, references, strict=True))
        if precision and recall:
            squared = _COCO_BETA**2
            values[row] = (1 + squared) * precision * recall / (recall + squared * precision)
    return values
