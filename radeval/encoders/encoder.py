"""Reads many texts with one model: each different text once, in batches of like length, on all devices."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from sys import getsizeof
from threading import Event, Lock
from typing import Generic, Protocol, TypeVar

from radeval.core.encoding import EncodingOptions
from radeval.core.errors import MissingResourceError, RadevalError
from radeval.encoders.batches import batches
from radeval.encoders.memory import ENTRY, Memory

Result = TypeVar("Result")
Made = TypeVar("Made")

Tokens = list[int]

MEMORY = 256 << 20
"""Bytes of texts and results that are remembered, so that repeated references are not read again."""


PROCESSOR_TOKENS = 1024
PROCESSOR_FILLED = 0.8
"""Most tokens of a batch on a processor, and the least length of a text as a share of the longest in it: more does not
fit into its caches, and padding costs as much as text. On two cores this is three times as fast as 16,384 tokens."""


class TextModel(Protocol[Made]):
    """One copy of a model on one device.

    Attributes:
        longest: Most tokens that it reads of a text.
        cut: The texts that were longer, since this was last emptied.
    """

    longest: int
    cut: list[str]

    def tokens(self, texts: Sequence[str]) -> list[Tokens]:
        """Returns the ids of each text's tokens, as the model is to read them."""

    def read(self, batch: Sequence[Tokens]) -> list[Made]:
        """Returns what the model makes of each text, off the device."""


class Encoder(Generic[Result]):
    """Copies of one model, one a device, and what they read last.

    Loads the model when the first text comes. A result depends on its text only, up to rounding: not on those that were
    read together with it.

    Args:
        name: What the user calls it.
        load: Makes the copy on one device.
        devices: Returns the devices; called when the model is loaded.
        options: How it runs.
        size: Returns the bytes of a result.
        alert: Is told where batches must be made smaller.
    """

    def __init__(
        self,
        name: str,
        load: Callable[[str], TextModel[Result]],
        devices: Callable[[], Sequence[str]],
        options: EncodingOptions,
        size: Callable[[Result], int],
        alert: Callable[[str], None],
    ) -> None:
        self.name = name
        self._load = load
        self._find_devices = devices
        self._most_tokens = options.batch_tokens
        self._filled = 0.0
        self._alert = alert
        self._memory: Memory[str, Result] = Memory(MEMORY, lambda text, made: ENTRY + getsizeof(text) + size(made))
        self._copies: list[TextModel[Result]] = []
        self._known_cut: set[int] = set()
        self._cut: set[int] = set()
        self._longest = 0

    def read(self, texts: Sequence[str]) -> list[Result]:
        """Returns what the model makes of each text."""
        found = {text: self._memory.get(text) for text in dict.fromkeys(texts)}
        new = [text for text, result in found.items() if result is None]
        if new:
            found.update(zip(new, self._read_new(new), strict=True))
            for text in new:
                result = found[text]
                assert result is not None
                self._memory.keep(text, result)
        self.used(found)
        results = [found[text] for text in texts]
        assert all(result is not None for result in results)
        return results  # type: ignore[return-value]

    def used(self, texts: Iterable[str]) -> None:
        """Counts those texts of which a part was not read, also where the model need not read them again."""
        if self._known_cut:
            self._cut.update(self._known_cut.intersection(map(hash, texts)))

    def sentence(self) -> str | None:
        """Returns what the user must read: how many of the texts used since this was last asked were cut."""
        cut = len(self._cut)
        self._cut.clear()
        if not cut:
            return None
        return (
            f"{self.name} reads at most {self._longest} tokens: {cut} longer text{'' if cut == 1 else 's'} "
            f"{'was' if cut == 1 else 'were'} read up to there"
        )

    def close(self) -> None:
        """Lets the model go, and the memory that it holds on its devices."""
        self._memory.clear()
        if not self._copies:
            return
        self._copies.clear()
        import torch

        if torch.cuda.is_available():
            torch.cuda.empty_cache()

    def _read_new(self, texts: Sequence[str]) -> list[Result]:
        if not self._copies:
            devices = self._find_devices()
            self._copies = [self._loaded(device) for device in devices]
            if set(devices) == {"cpu"}:
                self._most_tokens, self._filled = min(self._most_tokens, PROCESSOR_TOKENS), PROCESSOR_FILLED
        tokens = self._copies[0].tokens(texts)
        self._count_cut(self._copies[0])
        results: dict[int, Result] = {}
        # Each batch is cut when it is read: after one that did not fit, the next ones are smaller.
        cut = batches([len(one) for one in tokens], lambda: self._most_tokens, self._filled)
        if len(self._copies) == 1:
            for places in cut:
                results.update(self._read_batch(self._copies[0], places, tokens))
        else:
            for part in self._on_all(cut, tokens):
                results.update(part)
        return [results[place] for place in range(len(texts))]

    def _loaded(self, device: str) -> TextModel[Result]:
        """Returns the copy on a device.

        Raises:
            MissingResourceError: It cannot be loaded. It ends the run: no later text would fare better.
        """
        import torch

        try:
            return self._load(device)
        except RadevalError:
            raise
        except torch.OutOfMemoryError as error:
            raise MissingResourceError(
                f"{self.name} does not fit into the memory of {device}",
                hint="--dtype bfloat16 halves it; --device names another device, such as cpu",
            ) from error
        except Exception as error:  # whatever a package raises
            raise MissingResourceError(
                f"{self.name} cannot be loaded: {type(error).__name__}: {error}",
                hint="radeval models check tells whether its files are complete",
            ) from error

    def _count_cut(self, copy: TextModel[Result]) -> None:
        # The run tells of it at its end, when the copies may have been given back.
        self._known_cut.update(map(hash, copy.cut))
        self._longest = copy.longest
        copy.cut.clear()

    def _on_all(self, cut: Iterator[list[int]], tokens: Sequence[Tokens]) -> list[dict[int, Result]]:
        """Reads batches with all copies, each of which takes the next one when it is free."""
        taking, failed = Lock(), Event()

        def take() -> list[int] | None:
            with taking:
                return None if failed.is_set() else next(cut, None)

        def work(copy: TextModel[Result]) -> dict[int, Result]:
            found: dict[int, Result] = {}
            try:
                while (places := take()) is not None:
                    found.update(self._read_batch(copy, places, tokens))
            except Exception:
                failed.set()
                raise
            return found

        with ThreadPoolExecutor(len(self._copies)) as pool:
            return list(pool.map(work, self._copies))

    def _read_batch(
        self, copy: TextModel[Result], places: Sequence[int], tokens: Sequence[Tokens]
    ) -> dict[int, Result]:
        """Reads a batch, in parts where it does not fit into the device's memory."""
        import torch

        found: dict[int, Result] = {}
        waiting = [places]
        while waiting:
            part = waiting.pop()
            size = len(tokens[part[0]]) * len(part)
            if part is places or len(part) == 1 or size <= self._most_tokens:
                try:
                    found.update(zip(part, copy.read([tokens[place] for place in part]), strict=True))
                    continue
                except torch.OutOfMemoryError:
                    if len(part) == 1:
                        raise
                if torch.cuda.is_available():
                    torch.cuda.empty_cache()
                self._make_smaller(size)
            middle = len(part) // 2
            waiting += [part[middle:], part[:middle]]
        return found

    def _make_smaller(self, tried: int) -> None:
        half = max(1, tried // 2)
        if half < self._most_tokens:
            self._most_tokens = half
            self._alert(
                f"a batch of {tried:,} tokens did not fit into the device's memory; going on with {half:,} "
                "(--batch-tokens sets it)"
            )
