"""The encoders of a run: what several metrics use is loaded once."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TypeVar

from radeval.core.metric import RunContext
from radeval.encoders.devices import devices_of
from radeval.encoders.encoder import Encoder, TextModel

Result = TypeVar("Result")


def shared_encoder(
    context: RunContext,
    key: Hashable,
    name: str,
    load: Callable[[str], TextModel[Result]],
    size: Callable[[Result], int],
) -> Encoder[Result]:
    """Returns the run's encoder under a key, made by the first metric that asks; texts that it cuts are told of.

    Args:
        context: The run.
        key: What tells it from others: model, commit, and what is taken from it. A metric returns it from `uses`.
        name: What the user calls it.
        load: Makes its copy on one device.
        size: Returns the bytes of a result.
    """
    options = context.encoding
    encoder = context.shared(
        key,
        lambda: Encoder(name, load, lambda: devices_of(options.device), options, size, context.alert),
        lambda encoder: encoder.close(),
    )
    context.tally(f"encoder {key!r}", lambda: encoder)
    return encoder
