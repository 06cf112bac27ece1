"""How a run is made, beside the examples and the metrics."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from radeval.core.encoding import EncodingOptions
from radeval.core.errors import UsageError
from radeval.core.judging import JudgeOptions
from radeval.run.prepare import check_sections

MOST_DRAWS = 1_000_000
RULES = "rules"
"""The judge that every judge has: the report reader."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """How a run is made, beside the examples and the metrics.

    Attributes:
        sections: What is scored of each report: "whole", "findings", "impression" or "auto".
        seed: Seed of the resampling.
        n_boot: Resamples for the intervals; 0 for none.
        max_unscored: Largest allowed share of examples without a score, for each metric; None for any.
        out: Folder for scores.csv, run.json and evidence.jsonl; None for none.
        overwrite: Whether a run in that folder is replaced.
        resume: Whether metrics that a run in that folder has on the same data by the same method are kept.
        no_text: Whether report text is kept out of all files.
        config: Further settings to be stored with the run.
        parameters: Parameters for every metric that has them and whose spec leaves them open.
        judging: How judges may use models.
        encoding: How encoders run.
        skip_unavailable: Whether a metric whose packages or weights are not on this machine is left out.
    """

    sections: str = "whole"
    seed: int = 0
    n_boot: int = 1000
    max_unscored: float | None = None
    out: str | Path | None = None
    overwrite: bool = False
    resume: bool = False
    no_text: bool = False
    config: Mapping[str, Any] | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    judging: JudgeOptions = field(default_factory=JudgeOptions)
    encoding: EncodingOptions = field(default_factory=EncodingOptions)
    skip_unavailable: bool = False

    def __post_init__(self) -> None:
        for name in ("seed", "n_boot"):
            if type(getattr(self, name)) is not int or getattr(self, name) < 0:
                raise UsageError(f"{name}={getattr(self, name)!r} is not a whole number from 0 on")
        if self.n_boot > MOST_DRAWS:
            raise UsageError(f"n_boot={self.n_boot:,} is more than {MOST_DRAWS:,}", hint="1,000 to 10,000 are usual")
        if self.out is not None and not str(self.out):
            raise UsageError("the output folder has no name", hint="is a shell variable empty?")
        check_sections(self.sections)
        if self.max_unscored is not None and not 0 <= self.max_unscored <= 1:
            raise UsageError("max_unscored is a share from 0 to 1", hint="0.05 allows 5 %")
        if self.overwrite and self.resume:
            raise UsageError("overwrite and resume exclude each other")
        if (self.overwrite or self.resume) and self.out is None:
            raise UsageError("overwrite and resume need an output folder", hint="name it with out, or -o DIR")
