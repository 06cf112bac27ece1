"""How judges may use models in a run: what is the run's to say, not a metric's."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

CacheMode = Literal["off", "read", "write", "only"]


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeOptions:
    """Limits and permissions for the models that judges ask. None of them changes a verdict.

    Attributes:
        concurrency: Most requests in flight to one backend.
        rpm: Most requests a minute to one backend; None for no limit.
        tpm: Most tokens a minute to one backend; None for no limit.
        max_cost: Most US dollars that a run may cost; None for no limit.
        allow_remote: Whether reports may be sent to an address that is not this machine.
        cache: "write" reads and stores replies, "read" stores none, "off" does neither, "only" never asks a model.
        cache_folder: Where replies are stored; None for the user's cache folder.
        retry_unscored: Whether a stored reply that was not usable is asked for again.
        strict_model: Whether a reply of another model than the one asked for gives no verdict.
        timeout: Seconds that one request may take.
        retries: Most repetitions of a request that failed in passing.
        prompts: The user's own folder of prompts; None for ours.
    """

    concurrency: int = 16
    rpm: int | None = None
    tpm: int | None = None
    max_cost: float | None = None
    allow_remote: bool = False
    cache: CacheMode = "write"
    cache_folder: Path | None = None
    retry_unscored: bool = False
    strict_model: bool = False
    timeout: float = 120.0
    retries: int = 6
    prompts: Path | None = None
