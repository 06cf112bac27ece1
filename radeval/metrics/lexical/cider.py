"""CIDEr-D: agreement of n-grams, rare ones counting more.

R. Vedantam et al., CIDEr: consensus-based image description evaluation, CVPR 2015.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from radeval.core.batch import ScoreBatch
from radeval.core.errors import EmptyTableError
from radeval.core.example import Example
from radeval.core.info import EmptyRules, MetricInfo, Parameter, ParameterValue, Properties
from radeval.core.metric import Metric, RunContext
from radeval.core.score import Score

_ORDERS = 4
_SIGMA = 6.0
_FEW_DOCUMENTS = 100

Gram = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Frequencies:
    """In how many studies each n-gram occurs.

    Attributes:
        studies: Number of studies.
        containing: Number of studies whose references contain an n-gram.
        digest: sha256 of the studies' references, 12 hexadecimal digits.
    """

    studies: int
    containing: Mapping[Gram, int]
    digest: str

    @classmethod
    def of(cls, studies: Iterable[Sequence[str]]) -> _Frequencies:
        containing: Counter[Gram] = Counter()
        digests = []
        for references in studies:
            containing.update(set(chain.from_iterable(map(_grams, references))))
            digests.append(hashlib.sha256("\0".join(references).encode("utf-8", "surrogatepass")).digest())
        return cls(len(digests), containing, hashlib.sha256(b"".join(sorted(digests))).hexdigest()[:12])


@dataclass(frozen=True, slots=True)
class _Vector:
    """A text's weighted n-grams.

    Attributes:
        weights: Weight of each n-gram, by order.
        norms: Euclidean norm, by order.
        pairs: Number of word pairs, the length that the penalty compares.
    """

    weights: tuple[dict[Gram, float], ...]
    norms: tuple[float, ...]
    pairs: int


class Cider(Metric):
    """CIDEr-D: cosine of n-gram vectors in which rare n-grams weigh more, with a penalty for another length."""

    info = MetricInfo(
        name="cider",
        version=1,
        summary="cosine of n-gram vectors weighted by rarity among the references, times 10",
        main="cider",
        direction="higher",
        range=(0.0, 10.0),
        citation="Vedantam et al., CVPR 2015; as pycocoevalcap 1.2 (CIDEr-D)",
        empty=EmptyRules(candidate=0.0, reference=0.0, both=0.0),
        parameters=(
            Parameter(
                "df",
                "path",
                None,
                "a table of reference reports (for example of the training set) from which rarity is taken; without "
                "it, the references of the run, and the score depends on them",
            ),
        ),
        multi_reference="native",
        multi_reference_rule="mean over the references",
        properties=Properties(identity_is_best=False, batch_independent=False),
        notes="Without df, a pair's score changes with the other pairs of the run; a run of one study is unscored.",
    )

    def __init__(self, df: str | None = None) -> None:
        super().__init__(df=df)
        self._path = df
        self._stored: _Frequencies | None = None
        if df is not None:
            self.info = replace(self.info, properties=replace(self.info.properties, batch_independent=True))

    def check(self, context: RunContext) -> None:
        """Reads the table of references, where one is named."""
        if self._path is None or self._stored is not None:
            return
        from radeval.io.reading import read_reports

        reports = read_reports(self._path)
        if len(reports) < 2:
            raise EmptyTableError("rarity needs the references of two studies or more", where=self._path)
        self._stored = _Frequencies.of(reports.values())

    def method(self) -> dict[str, ParameterValue]:
        """Returns the choices that change CIDEr; the table of references by its digest."""
        return {
            "n": _ORDERS,
            "sigma": _SIGMA,
            "tok": "whitespace",
            "df": self._stored.digest if self._stored else "run",
            "studies": self._stored.studies if self._stored else None,
        }

    def score_batch(self, examples: Sequence[Example], context: RunContext) -> ScoreBatch:
        """Returns the CIDEr of each example."""
        frequencies = self._stored
        observed: dict[str, ParameterValue] = {}
        if frequencies is None:
            # One entry a study: a second system on the same studies must not change the score of the first.
            frequencies = _Frequencies.of({one.id: one.references for one in examples}.values())
            observed = {"df": frequencies.digest, "studies": frequencies.studies}
            if frequencies.studies < 2:
                reason = "rarity is undefined within a single study"
                return ScoreBatch.from_scores([Score.unscored(reason, "name a table: cider:df=FILE")] * len(examples))
            if frequencies.studies < _FEW_DOCUMENTS:
                context.warn(
                    f"cider takes rarity from the {frequencies.studies} studies of this run: with so few, the value "
                    "says little outside it; name a larger table with cider:df=FILE"
                )
        known = frequencies
        vectors: dict[str, _Vector] = {}

        def vector(text: str) -> _Vector:
            if text not in vectors:
                vectors[text] = _vector(text, known)
            return vectors[text]

        scores = []
        for one in examples:
            candidate = _vector(one.candidate, known)
            similar = [_similarity(candidate, vector(reference)) for reference in one.references]
            scores.append(Score.ok(10 * math.fsum(similar) / len(similar)))
        batch = ScoreBatch.from_scores(scores)
        batch.observed = observed
        return batch


def _grams(text: str) -> list[Gram]:
    words = text.split()
    return [tuple(words[place : place + n]) for n in range(1, _ORDERS + 1) for place in range(len(words) - n + 1)]


def _vector(text: str, frequencies: _Frequencies) -> _Vector:
    weights: tuple[dict[Gram, float], ...] = tuple({} for _ in range(_ORDERS))
    most = math.log(frequencies.studies)
    pairs = 0
    for gram, count in Counter(_grams(text)).items():
        rarity = most - math.log(max(1, frequencies.containing.get(gram, 0)))
        weights[len(gram) - 1][gram] = count * rarity
        if len(gram) == 2:
            pairs += count
    norms = tuple(math.sqrt(sum(weight * weight for weight in order.values())) for order in weights)
    return _Vector(weights, norms, pairs)


def _similarity(candidate: _Vector, reference: _Vector) -> float:
    """Returns the mean over orders of the clipped cosine, times the length penalty, from 0 to 1."""
    total = 0.0
    for mine, theirs, my_norm, their_norm in zip(
        candidate.weights, reference.weights, candidate.norms, reference.norms, strict=True
    ):
        if my_norm and their_norm:
            shared = sum(min(weight, theirs[gram]) * theirs[gram] for gram, weight in mine.items() if gram in theirs)
            total += shared / (my_norm * their_norm)
    penalty = math.exp(-((candidate.pairs - reference.pairs) ** 2) / (2 * _SIGMA**2))
    return total * penalty / _ORDERS
