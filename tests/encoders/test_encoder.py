"""Encoders read each text once, in bounded batches, on every device, and within its memory."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Event

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radeval.core.encoding import EncodingOptions
from radeval.core.errors import UsageError
from radeval.encoders.batches import batches
from radeval.encoders.devices import devices_of
from radeval.encoders.encoder import Encoder
from radeval.encoders.memory import Memory


class Counter:
    """Stands for a model: a token a word; a text's result is its number of tokens and the device."""

    longest = 10_000

    def __init__(self, device: str, room: int = 1 << 30) -> None:
        self.device, self.room = device, room
        self.cut: list[str] = []
        self.batches: list[list[int]] = []
        self.failed: list[int] = []

    def tokens(self, texts: Sequence[str]) -> list[list[int]]:
        return [list(range(len(text.split()))) for text in texts]

    def read(self, batch: Sequence[list[int]]) -> list[tuple[int, str]]:
        import torch

        if max(map(len, batch)) * len(batch) > self.room:
            self.failed.append(max(map(len, batch)) * len(batch))
            raise torch.OutOfMemoryError("no room")
        self.batches.append([len(one) for one in batch])
        return [(len(one), self.device) for one in batch]


def encoder(copies: dict[str, Counter], said: list[str], most: int = 100) -> Encoder[tuple[int, str]]:
    options = EncodingOptions(batch_tokens=most)
    return Encoder("counter", copies.__getitem__, lambda: list(copies), options, lambda _: 8, said.append)


TEXTS = [" ".join(["word"] * n) for n in (3, 60, 1, 3, 30, 60, 2)]


@given(st.lists(st.integers(1, 40), max_size=40), st.integers(1, 120), st.sampled_from([0.0, 0.5, 0.8, 1.0]))
def test_batches_hold_every_text_once_within_the_limits(lengths: list[int], most: int, filled: float) -> None:
    cut = list(batches(lengths, lambda: most, filled))
    assert sorted(place for batch in cut for place in batch) == list(range(len(lengths)))
    for batch in cut:
        longest = max(lengths[place] for place in batch)
        assert len(batch) == 1 or longest * len(batch) <= most
        assert all(lengths[place] >= filled * longest for place in batch)


def test_each_different_text_is_read_once_and_results_keep_the_order() -> None:
    copy = Counter("cpu")
    made = encoder({"cpu": copy}, [])
    assert [length for length, _ in made.read(TEXTS)] == [3, 60, 1, 3, 30, 60, 2]
    assert sorted(length for batch in copy.batches for length in batch) == [1, 2, 3, 30, 60]
    made.read(TEXTS)
    assert sum(map(len, copy.batches)) == 5


def test_all_devices_take_part() -> None:
    copies = {"first": Counter("first"), "second": Counter("second")}
    texts = [" ".join(["word"] * n) for n in range(1, 100)]
    found = encoder(copies, []).read(texts)
    assert [length for length, _ in found] == list(range(1, 100))
    assert {device for _, device in found} <= {"first", "second"}
    assert sum(len(batch) for copy in copies.values() for batch in copy.batches) == 99


def test_a_batch_that_does_not_fit_is_halved_told_once_and_stays_small() -> None:
    import torch

    copy, said = Counter("cpu", room=130), []
    made = encoder({"cpu": copy}, said, most=1000)
    assert [length for length, _ in made.read([f"{number} " + "word " * 59 for number in range(8)])] == [60] * 8
    assert said
    assert all("did not fit" in one for one in said)
    told = len(said)
    made.read([f"again {number} " + "word " * 58 for number in range(8)])
    assert len(said) == told
    with pytest.raises(torch.OutOfMemoryError):
        made.read(["word " * 200])


@pytest.mark.parametrize("names", [["cpu"], ["first", "second"]])
def test_a_size_that_has_failed_is_not_tried_again(names: list[str]) -> None:
    copies = {name: Counter(name, room=130) for name in names}
    texts = [f"{number} " + "word " * 59 for number in range(64)]
    assert [length for length, _ in encoder(copies, [], most=960).read(texts)] == [60] * 64
    for copy in copies.values():
        # Devices that fail at once do not know of each other yet.
        assert len(copy.failed) <= 3
        assert all(60 * len(batch) <= 120 for batch in copy.batches)


def test_an_error_of_one_device_ends_the_reading_of_all() -> None:
    begun = Event()

    class Broken(Counter):
        def read(self, batch: Sequence[list[int]]) -> list[tuple[int, str]]:
            begun.set()
            raise ValueError("broken")

    class Waiting(Counter):
        def read(self, batch: Sequence[list[int]]) -> list[tuple[int, str]]:
            begun.wait()
            return super().read(batch)

    copies = {"first": Waiting("first"), "second": Broken("second")}
    with pytest.raises(ValueError, match="broken"):
        encoder(copies, [], most=60).read([f"{number} " + "word " * 59 for number in range(40)])


def test_memory_counts_texts_and_not_only_what_was_made_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("radeval.encoders.encoder.MEMORY", 1 << 20)
    copy = Counter("cpu")
    made, texts = encoder({"cpu": copy}, []), [f"{number}{'x' * 10_000}" for number in range(200)]
    made.read(texts)
    assert sum(map(len, copy.batches)) == 200
    made.read(texts[-80:])
    assert sum(map(len, copy.batches)) == 200
    made.read(texts[:80])
    assert sum(map(len, copy.batches)) == 280


def test_what_was_cut_is_told_once_even_after_the_model_is_gone() -> None:
    copy = Counter("cpu")
    copy.cut = TEXTS[:2]
    made = encoder({"cpu": copy}, [])
    made.read(TEXTS)
    made.close()
    assert made.sentence() == "counter reads at most 10000 tokens: 2 longer texts were read up to there"
    assert made.sentence() is None


def test_what_was_cut_is_told_again_where_it_is_used_again() -> None:
    copy = Counter("cpu")
    copy.cut = TEXTS[:1]
    made = encoder({"cpu": copy}, [])
    for use in (made.read, made.read, made.used):
        use(TEXTS)
        assert "1 longer text was read" in str(made.sentence())
    made.read(TEXTS[1:2])
    assert made.sentence() is None


def test_memory_is_bounded_and_drops_what_was_not_used_for_longest() -> None:
    memory: Memory[str, str] = Memory(6, lambda key, _: len(key))
    for word in ("aa", "bb", "cc"):
        memory.keep(word, word)
    assert memory.get("aa") == "aa"
    memory.keep("dd", "dd")
    assert memory.get("bb") is None
    assert memory.get("aa") == "aa"
    memory.keep("too long", "too long")
    assert memory.get("too long") is None
    assert len(memory) == 3


@pytest.mark.parametrize("text", ["gpu", "cuda:", "cuda:a", "cuda:0;1", "cuda:99"])
def test_a_device_that_is_none_or_not_there(text: str) -> None:
    with pytest.raises(UsageError):
        devices_of(text)


def test_the_processor_is_always_there() -> None:
    assert devices_of("cpu") == ("cpu",)
