"""The tokenisers of the published lexical metrics."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, cast

from radeval.metrics.lexical.porter import stem

Tokenizer = Callable[[str], list[str]]

_SENTENCE_END = re.compile(r"\.(?:\s+|$)")
_LIST_NUMBER = re.compile(r"(?:^|(?<=\s))\d{1,2}\.(?=\s)")
# The characters of its expression, in which ":-[" is a range: "@" goes, and hyphens stay.
_DELETED_BY_R2GEN = str.maketrans("", "", "\"'/\\.,?;*!%^&_+():<=>@[]{}")
_REMEMBERED_WORDS = 200_000


def whitespace(text: str) -> list[str]:
    """Returns the words between white space: case and punctuation stay (pycocoevalcap, after its tokeniser)."""
    return text.split()


def r2gen(text: str) -> list[str]:
    """Returns lower-case words without punctuation, each sentence closed by a full stop of its own.

    The cleaning that the R2Gen line of papers applies before scoring. They also replace rare words of their training
    set and cut long reports, which depends on the data set and is not done here.
    """
    tokens: list[str] = []
    for sentence in _SENTENCE_END.split(_LIST_NUMBER.sub(" ", text.lower())):
        words = sentence.translate(_DELETED_BY_R2GEN).split()
        if words:
            tokens += [*words, "."]
    return tokens


def radcliq(text: str) -> list[str]:
    """Returns lower-case words with full stops split off, as RadCliQ's BLEU-2 takes them."""
    return [token for token in text.lower().replace(".", " .").split(" ") if token]


@lru_cache(maxsize=1)
def _mteval_13a() -> Callable[[str], str]:
    from sacrebleu.tokenizers.tokenizer_13a import Tokenizer13a

    # The undecorated function: the class remembers 65,536 texts, which would hold a whole corpus in memory.
    made: Any = Tokenizer13a
    tokenizer = made()
    plain = made.__call__.__wrapped__
    return lambda line: cast(str, plain(tokenizer, line))


def mteval_13a(text: str) -> list[str]:
    """Returns the tokens of mteval-v13a, by sacreBLEU."""
    return _mteval_13a()(text.rstrip()).split()


def words_and_marks(text: str) -> list[str]:
    """Returns lower-case words and runs of punctuation apart."""
    return re.findall(r"\w+|[^\w\s]+", text.lower())


def chrf_words(text: str) -> list[str]:
    """Returns words with one leading or trailing punctuation mark split off, as chrF++ takes them."""
    tokens: list[str] = []
    for word in text.split():
        if len(word) > 1 and word[-1] in _PUNCTUATION:
            tokens += [word[:-1], word[-1]]
        elif len(word) > 1 and word[0] in _PUNCTUATION:
            tokens += [word[0], word[1:]]
        else:
            tokens.append(word)
    return tokens


_PUNCTUATION = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")

_ROUGE_LETTERS = bytes(byte if chr(byte) in "abcdefghijklmnopqrstuvwxyz0123456789" else ord(" ") for byte in range(256))


class _WordNumbers(dict[bytes, int]):
    """Numbers words; words with one stem share their number."""

    def __init__(self, stemmed: bool) -> None:
        super().__init__()
        self._stemmed = stemmed
        self._numbers: dict[str, int] = {}

    def __missing__(self, word: bytes) -> int:
        text = word.decode("ascii")
        if self._stemmed and len(text) > 3:
            text = stem(text)
        number = self[word] = self._numbers.setdefault(text, len(self._numbers))
        return number


class RougeWords:
    """Words as ROUGE takes them, numbered: lower case, letters a to z and digits only, longer ones stemmed or not.

    Args:
        stemmed: Whether words of more than three letters are reduced to their Porter stem.
    """

    def __init__(self, stemmed: bool) -> None:
        self._stemmed = stemmed
        self._numbers = _WordNumbers(stemmed)

    def trim(self) -> None:
        """Forgets the numbers where they have become many; numbers from before and after do not mix."""
        if len(self._numbers) > _REMEMBERED_WORDS:
            self._numbers = _WordNumbers(self._stemmed)

    def __call__(self, text: str) -> list[int]:
        """Returns the numbers of a text's words."""
        # Every other character becomes a blank, also those outside ASCII, as in the original's expression.
        plain = text.lower().encode("ascii", "replace").translate(_ROUGE_LETTERS)
        return list(map(self._numbers.__getitem__, plain.split()))
