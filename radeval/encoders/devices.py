"""Which devices a run's options mean."""

from __future__ import annotations

import re

from radeval.core.errors import UsageError

_CUDA = re.compile(r"cuda(?::(\d+(?:,\d+)*))?")


def check_device(text: str) -> None:
    """Raises where a text is no device, or names a GPU that is not there.

    Raises:
        UsageError: It is none, or is not there.
    """
    # These two are there on every machine, and are not worth the import of torch.
    if text not in ("auto", "cpu"):
        devices_of(text)


def devices_of(text: str) -> tuple[str, ...]:
    """Returns the devices that "auto", "cpu", "cuda" or "cuda:0,1" stand for.

    Raises:
        UsageError: The text is none of these, or names a GPU that is not there.
    """
    import torch

    there = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if text == "auto":
        return tuple(f"cuda:{number}" for number in range(there)) or ("cpu",)
    if text == "cpu":
        return ("cpu",)
    match = _CUDA.fullmatch(text)
    if match is None:
        raise UsageError(f"{text!r} is no device", where="device", hint="auto, cpu, cuda, or cuda:0,1")
    numbers = list(dict.fromkeys(int(number) for number in (match[1] or "0").split(",")))
    if max(numbers) >= there:
        seen = f"{there} GPU{'' if there == 1 else 's'} visible to this torch"
        raise UsageError(f"there is no GPU {max(numbers)}: {seen}", where="device", hint="--device cpu, or auto")
    return tuple(f"cuda:{number}" for number in numbers)
