"""What metrics on one encoder have in common: which model it is, and where it is."""

from __future__ import annotations

from collections.abc import Sequence

from radeval.core.batch import ScoreBatch
from radeval.core.encoding import Dtype
from radeval.core.example import Example
from radeval.core.info import ParameterValue
from radeval.core.metric import Metric, RunContext
from radeval.encoders.packages import need_packages
from radeval.weights.catalogue import find_model, public_name
from radeval.weights.contents import WHOLE
from radeval.weights.find import Weights


class EncoderMetric(Metric):
    """A metric on one encoder. A subclass says which, and turns single-reference examples into columns.

    Attributes:
        model_name: A name of the catalogue, a hub id or a path.
        dtype: The precision that the encoder runs in.
    """

    model_name: str

    def __init__(self, **parameters: ParameterValue) -> None:
        super().__init__(**parameters)
        self._weights: Weights | None = None
        self.dtype: Dtype = "float32"

    def check(self, context: RunContext) -> None:
        """Finds the encoder.

        Raises:
            MissingExtraError: torch or transformers is not installed.
            MissingResourceError: The weights are not on this machine.
        """
        need_packages(self.info.name)
        self._weights, self.dtype = find_model(self.model_name, WHOLE), context.encoding.dtype

    @property
    def weights(self) -> Weights:
        """Where the encoder is; found where `check` was not called."""
        if self._weights is None:
            self.check(RunContext())
        assert self._weights is not None
        return self._weights

    def model_fields(self) -> dict[str, ParameterValue]:
        """Returns the fields of a signature that say which encoder it is; a path is told by its content only."""
        return {"model": public_name(self.model_name), "commit": self.weights.commit, "dtype": self.dtype}

    def score_batch(self, examples: Sequence[Example], context: RunContext) -> ScoreBatch:
        """Returns the scores of examples."""
        if self._weights is None:
            self.check(context)
        return super().score_batch(examples, context)
