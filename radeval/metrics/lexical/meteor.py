"""METEOR with exact, stem and WordNet-synonym matches, by NLTK.

A. Lavie and A. Agarwal, METEOR: an automatic metric for MT evaluation with high levels of correlation with human
judgments, WMT 2007.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

from radeval.core.errors import MissingExtraError, MissingResourceError
from radeval.core.example import Example
from radeval.core.info import EmptyRules, MetricInfo, ParameterValue, Properties
from radeval.core.metric import Metric, RunContext
from radeval.core.score import Score
from radeval.metrics.lexical.tokens import words_and_marks

_WORDNET_HINT = (
    "run `python -m nltk.downloader wordnet`, or, without network, put WordNet's database files into "
    "corpora/wordnet below a folder named in NLTK_DATA (docs/meteor.md)"
)


class Meteor(Metric):
    """METEOR: matched words in as few runs as possible, synonyms included."""

    info = MetricInfo(
        name="meteor",
        version=1,
        summary="weighted F of words matched exactly, by stem or by WordNet synonym, less a penalty for word order",
        main="meteor",
        direction="higher",
        range=(0.0, 1.0),
        citation="Lavie and Agarwal, WMT 2007; as NLTK's meteor_score (not the METEOR 1.5 jar)",
        empty=EmptyRules(candidate=0.0, reference=0.0, both=0.0),
        multi_reference="best",
        properties=Properties(identity_is_best=False),
        languages=("en",),
        needs=("WordNet",),
        extra="meteor",
        notes="Compares wording only. Identical reports score just below 1 (the order penalty is never 0). The METEOR "
        "1.5 jar of pycocoevalcap has other weights and paraphrase tables: its numbers are not comparable.",
    )

    def check(self, context: RunContext) -> None:
        """Raises where NLTK or WordNet is missing."""
        _ = self._scorer, self._wordnet_version

    def method(self) -> dict[str, ParameterValue]:
        """Returns the choices that change METEOR, among them the version of WordNet."""
        import nltk

        return {
            "alpha": 0.9,
            "beta": 3.0,
            "gamma": 0.5,
            "tok": "wordpunct",
            "case": "lower",
            "wordnet": self._wordnet_version,
            "nltk": nltk.__version__,
        }

    def score(self, example: Example, context: RunContext) -> Score:
        """Returns the METEOR of one candidate against one reference."""
        reference, candidate = words_and_marks(example.references[0]), words_and_marks(example.candidate)
        return Score.ok(self._scorer(reference, candidate))

    @cached_property
    def _scorer(self) -> Callable[[list[str], list[str]], float]:
        try:
            from nltk.translate.meteor_score import single_meteor_score
        except ImportError as error:
            raise MissingExtraError(
                "meteor needs NLTK", where="metric 'meteor'", hint="pip install 'radeval-judge[meteor]'"
            ) from error
        scorer: Callable[[list[str], list[str]], float] = single_meteor_score
        return scorer

    @cached_property
    def _wordnet_version(self) -> str:
        try:
            from nltk.corpus import wordnet
        except ImportError as error:
            raise MissingExtraError(
                "meteor needs NLTK", where="metric 'meteor'", hint="pip install 'radeval-judge[meteor]'"
            ) from error
        reader: Any = wordnet
        try:
            return str(reader.get_version())
        except (LookupError, OSError) as error:
            raise MissingResourceError(
                "meteor needs WordNet, which is not on this machine", where="metric 'meteor'", hint=_WORDNET_HINT
            ) from error
