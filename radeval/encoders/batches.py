"""Sorts texts by length and cuts them into batches of a bounded number of tokens."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence


def batches(lengths: Sequence[int], most: Callable[[], int], filled: float = 0.0) -> Iterator[list[int]]:
    """Yields places of texts, the longest first, so that a batch that is too large shows at once.

    Args:
        lengths: Tokens of each text.
        most: Returns the most tokens of a batch, padding included; a longer text is a batch of its own. It is asked for
            each batch, since it may fall once one did not fit.
        filled: Least length of a text as a share of the longest in its batch.
    """
    batch: list[int] = []
    for place in sorted(range(len(lengths)), key=lambda place: -lengths[place]):
        # The first is the longest, to which all others are padded.
        longest = lengths[batch[0]] if batch else 0
        if batch and (longest * (len(batch) + 1) > most() or lengths[place] < filled * longest):
            yield batch
            batch = []
        batch.append(place)
    if batch:
        yield batch
