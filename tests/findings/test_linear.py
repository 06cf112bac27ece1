"""Reading takes steps in proportion to the text, whatever the text is."""

from __future__ import annotations

import itertools
import time
from typing import Any

import pytest

from radeval.findings import read, vocabulary
from radeval.findings.packs import load_lexicon
from radeval.findings.sizes import find_sizes
from radeval.findings.statements import SentenceReader
from radeval.findings.vocabulary import Mention, Vocabulary
from radeval.text.sentences import split_sentences

STEPS = [0]


class CountedMention(Mention):
    """A mention that counts how often someone asks what it means: each place that the reader visits."""

    @property
    def roles(self) -> dict[str, str]:
        STEPS[0] += 1
        return self[0]


class CountedTree(dict[str, Any]):
    """A node of the vocabulary's tree that counts each word looked up in it."""

    def get(self, key: str, default: Any = None) -> Any:
        STEPS[0] += 1
        return super().get(key, default)


def counted(tree: dict[str, Any]) -> CountedTree:
    return CountedTree({word: counted(below) if word else below for word, below in tree.items()})


@pytest.fixture(scope="module")
def counting():
    """Returns a function that tells how many steps a sentence takes."""
    words = Vocabulary(load_lexicon("cxr"))
    words._tree = counted(words._tree)
    sentence_reader = SentenceReader(words)

    def steps(text: str) -> int:
        STEPS[0] = 0
        sentence_reader.read(text)
        return STEPS[0]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vocabulary, "Mention", CountedMention)
        yield steps


PATTERNS = [
    "no ", "and ", "or ", ", ", "left ", "right ", "effusion ", "effusion, ", "1 x ", "1 ", "1.1 ", "1-", "(", ")",
    "heart ",
    "lungs ", "no effusion and ", "no effusion, ", "heart is ", "enlarged ", "heart enlarged ", "heart, ", "clear ",
    "likely ", "or effusion ", "with ", "with effusion ", "small to ", "2 cm nodule ", "2 cm ", "tip ",
    "endotracheal tube tip ", "lower and ", "left lower and ", "not seen ", "resolved ", "in ", "in the left lung ",
    "there is ", "effusion in lung, ", "effusion and left ", "heart and ", "fracture ", "pulmonary ",
    "no no effusion or ",
    "stable ", "is ", "effusion with ", "x", "xxxx ", "___", "-", "a/b", "'", "left and right ", "opacity likely ",
    "1 cm x ", "acute ", "abnormality ", "pleural ", "effusion and nodule in left ", "no lung ", "enlarged lung , ",
]  # fmt: skip
SLACK = 60_000
"""What the cutting of long sentences may add: the square of the longest stretch, a few times over."""


@pytest.mark.parametrize("pattern", PATTERNS)
def test_steps_at_most_double_when_the_text_doubles(counting, pattern):
    steps = [counting(pattern * count) for count in (250, 500, 1000, 2000)]
    for one, twice in itertools.pairwise(steps):
        assert twice <= 2 * one + SLACK
    # Without the slack the same must hold where the text is much longer than a stretch, within one part in five.
    assert steps[-1] <= 1.2 * (2 * steps[-2]) + 100


def seconds(text: str, call) -> float:
    best = float("inf")
    for _ in range(3):
        start = time.process_time()
        call(text)
        best = min(best, time.process_time() - start)
    return best


# The steps above do not see inside expressions; a quadratic one would take minutes on these.
@pytest.mark.parametrize("call", [find_sizes, split_sentences])
@pytest.mark.parametrize(
    "pattern",
    [
        "1",
        "1 ",
        "1.",
        "1. ",
        "1 x ",
        "1-",
        "1 to ",
        "1x1",
        ".",
        ". ",
        "\n",
        " ",
        "\n ",
        "1\n",
        "- ",
        ")",
        "a.",
        ".A",
        "x",
    ],
)
def test_expressions_do_not_backtrack(pattern, call):
    text = pattern * (200_000 // len(pattern))
    assert seconds(text, call) < 2


@pytest.mark.parametrize("pattern", ["no ", "effusion, ", "1 x ", "Heart is normal.\n", "FINDINGS: ", "left "])
def test_a_huge_text_is_read(pattern):
    start = time.process_time()
    reading = read(pattern * (100_000 // len(pattern)))
    assert time.process_time() - start < 20
    assert len(reading.sentences) <= 100_000
