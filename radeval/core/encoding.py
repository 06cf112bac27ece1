"""How models that turn text into numbers are run in this process: what is the run's to say, not a metric's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from radeval.core.errors import UsageError

Dtype = Literal["float32", "bfloat16", "float16"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodingOptions:
    """Where and how encoders run. Only the precision changes a score by more than rounding; it is in the signature.

    Attributes:
        device: "auto" for all visible GPUs, else the CPU; "cpu"; "cuda" for the first GPU; "cuda:0,1" for those two.
        dtype: Precision of the weights. The same everywhere by default, so that scores do not depend on the machine.
        batch_tokens: Most tokens that a model reads at once, padding included; on the CPU, fewer are faster and 1,024
            are never exceeded.
    """

    device: str = "auto"
    dtype: Dtype = "float32"
    batch_tokens: int = 16_384

    def __post_init__(self) -> None:
        if not isinstance(self.device, str) or not self.device:
            raise UsageError(f"{self.device!r} is no device", where="device", hint="auto, cpu, cuda, or cuda:0,1")
        if self.dtype not in get_args(Dtype):
            raise UsageError(f"{self.dtype!r} is no precision", where="dtype", hint=", ".join(get_args(Dtype)))
        if type(self.batch_tokens) is not int or self.batch_tokens < 1:
            raise UsageError(
                f"{self.batch_tokens!r} is no number of tokens", where="batch_tokens", hint="a whole number from 1 on"
            )
