"""Sorts texts by length and cuts them into batches of a bounded number of tokens."""

from __future__ import annotations

from collections.abc import Iterator, Sequence


def batches(lengths: Sequence[int], most: int) -> Iterator[list[int]]:
    """Yields places of texts, the longest first, so that a batch that is too large shows at once.

    Args:
        lengths: Tokens of each text.
        most: Most tokens of a batch, padding included; a longer text is a batch of its own.
    """
    batch: list[int] = []
    for place in sorted(range(len(lengths)), key=lambda place: -lengths[place]):
        # The first is the longest, to which all others are padded.
        if batch and lengths[batch[0]] * (len(batch) + 1) > most:
            yield batch
            batch = []
        batch.append(place)
    if batch:
        yield batch
