"""Reads examples from one table, or from two joined by id."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from radeval.core.errors import UsageError
from radeval.core.example import Example
from radeval.io import cells
from radeval.io.columns import choose_ids, choose_pair, choose_text
from radeval.io.contexts import read_background
from radeval.io.ids import Joined, Pair, check_unique, join, uneven_systems
from radeval.io.sides import Side, read_side
from radeval.io.tables import read_table
from radeval.io.texts import text_notices

_LONGEST_REPORT = 200_000


@dataclass(frozen=True, slots=True)
class Loaded:
    """The examples of a run.

    Attributes:
        examples: One a candidate, in the order of the predictions file.
        notices: Sentences the user must read: what was left out, empty, or could not be read, with counts.
        left_out: How many candidates without a reference, and ids without a candidate, `allow_missing` left out.
    """

    examples: list[Example]
    notices: list[str]
    left_out: int


def read_examples(
    predictions: str | Path,
    references: str | Path | None = None,
    *,
    id_columns: Sequence[str] = (),
    text_columns: Sequence[str] = (),
    allow_missing: bool = False,
    max_chars: int = _LONGEST_REPORT,
    quote: bool = True,
) -> Loaded:
    """Reads candidates and references from CSV, TSV, JSON lines or Parquet files.

    Several reference rows with one id are several references. Columns named system, group, age, sex, indication,
    comparison and modality feed the example; further ones go to its meta.

    Args:
        predictions: The file of candidates, or of candidates and references where `references` is None.
        references: The file of references.
        id_columns: The name of the id column: one for all files, or the predictions' and the references'.
        text_columns: The name of the text column: one for both files, or the candidates' and the references'.
        allow_missing: Leave out ids that are on one side only.
        max_chars: The longest text allowed, in characters.
        quote: Whether notices may quote cells, which can hold what must not be stored.

    Raises:
        InputError: The data cannot be used as it is; the class says why, the error where and what to do.
        MissingExtraError: A file's format needs packages that are not installed.
        UsageError: The options contradict each other.
    """
    _check_options(references is None, id_columns, text_columns, max_chars)
    if references is None:
        return _one_file(predictions, id_columns, text_columns, max_chars, quote)
    return _two_files(predictions, references, id_columns, text_columns, allow_missing, max_chars, quote)


def read_reports(path: str | Path) -> dict[str, list[str]]:
    """Reads reference reports by id, several rows with one id being several reports of one study.

    Args:
        path: A table with an id column and a text column, as for `read_examples`.

    Raises:
        InputError: The data cannot be used as it is.
        MissingExtraError: The file's format needs packages that are not installed.
    """
    table = read_table(path)
    columns, _ = choose_ids([table], ())
    side = read_side(table, columns[0], choose_text(table, "reference"), _LONGEST_REPORT)
    studies: dict[str, list[str]] = {}
    for name, text in zip(side.ids, side.texts, strict=True):
        studies.setdefault(name, []).append(text)
    return studies


def _one_file(
    path: str | Path, id_columns: Sequence[str], text_columns: Sequence[str], max_chars: int, quote: bool
) -> Loaded:
    table = read_table(path)
    columns, notices = choose_ids([table], id_columns)
    ours, theirs = choose_pair(table, text_columns)
    candidates = read_side(table, columns[0], ours, max_chars, theirs.columns)
    references = read_side(table, columns[0], theirs, max_chars, ours.columns)
    systems = _systems(candidates)
    check_unique(table, candidates.ids, systems)
    pairs = [Pair(row, (row,)) for row in range(len(table))]
    return _loaded(candidates, references, systems, Joined(pairs, 0, notices), quote)


def _two_files(
    predictions: str | Path,
    references: str | Path,
    id_columns: Sequence[str],
    text_columns: Sequence[str],
    allow_missing: bool,
    max_chars: int,
    quote: bool,
) -> Loaded:
    ours, theirs = read_table(predictions), read_table(references)
    columns, notices = choose_ids([ours, theirs], id_columns)
    names = [None, None] if not text_columns else [text_columns[0], text_columns[-1]]
    sources = choose_text(ours, "candidate", names[0]), choose_text(theirs, "reference", names[1])
    candidates = read_side(ours, columns[0], sources[0], max_chars, sources[1].columns)
    systems = _systems(candidates)
    check_unique(ours, candidates.ids, systems)
    known = read_side(theirs, columns[1], sources[1], max_chars, sources[0].columns)
    joined = join(ours, candidates.ids, theirs, known.ids, allow_missing)
    return _loaded(candidates, known, systems, joined._replace(notices=notices + joined.notices), quote)


def _loaded(candidates: Side, references: Side, systems: Sequence[str], joined: Joined, quote: bool) -> Loaded:
    pairs = joined.pairs
    one_table = candidates.table is references.table
    background = read_background(pairs, candidates, None if one_table else references, quote)
    scored = [pair.candidate for pair in pairs]
    known = list(dict.fromkeys(row for pair in pairs for row in pair.references))
    notices = [
        *joined.notices,
        *uneven_systems([candidates.ids[row] for row in scored], [systems[row] for row in scored]),
        *text_notices("candidate", candidates.table, candidates.source, candidates.texts, candidates.ids, scored),
        *text_notices("reference", references.table, references.source, references.texts, references.ids, known),
        *_heading_notice(candidates, references),
        *background.notices,
    ]
    examples = [
        Example(
            id=candidates.ids[pair.candidate],
            candidate=candidates.texts[pair.candidate],
            references=tuple(references.texts[row] for row in pair.references),
            system=systems[pair.candidate],
            group=group,
            context=context,
            meta=meta,
        )
        for pair, group, context, meta in zip(
            pairs, background.groups, background.contexts, background.meta, strict=True
        )
    ]
    return Loaded(examples, notices, joined.left_out)


def _heading_notice(candidates: Side, references: Side) -> list[str]:
    """Returns a sentence where headings are words of the texts that no column held."""
    headed = [name for name, side in (("candidates", candidates), ("references", references)) if side.source.headings]
    if not headed:
        return []
    return [
        f"the {' and '.join(headed)} are put together from findings and impression columns; with --sections whole "
        "their headings are scored as words, with --sections auto they are not."
    ]


def _systems(side: Side) -> list[str]:
    column = side.optional.get("system")
    if column is None:
        return [""] * len(side.table)
    return [cells.plain(cell) for cell in side.table.columns[column]]


def _check_options(one_file: bool, id_columns: Sequence[str], text_columns: Sequence[str], max_chars: int) -> None:
    for option, names in (("--id-col", id_columns), ("--text-col", text_columns)):
        if isinstance(names, str):
            raise UsageError("a list of column names is needed, not one text", where=option, hint=f"write [{names!r}]")
        if len(names) > 2:
            raise UsageError(
                f"{len(names)} columns are named, two are the most",
                where=option,
                hint="one for both files, or the predictions' first and the references' second",
            )
    if one_file and len(id_columns) > 1:
        raise UsageError("one file has one id column", where="--id-col", hint="name it once, or give two files")
    if one_file and len(text_columns) == 1:
        raise UsageError(
            "one file alone needs two text columns",
            where="--text-col",
            hint="name the candidates' column first, then the references'",
        )
    if max_chars < 1:
        raise UsageError("the longest text allowed is less than one character", where="--max-chars")
