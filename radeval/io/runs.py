"""Writes runs so that a folder holds either a complete run or none.

Everything goes to a folder of its own first and is moved into place when it is complete, the run file last: whatever
stops the program before, a run that was there stays, and what is not complete never looks like a run.
"""

from __future__ import annotations

import contextlib
import csv
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

from radeval.core.errors import OutputError
from radeval.core.results import MetricResult, RunResult
from radeval.core.signature import Signature
from radeval.core.stored import EVIDENCE_FILE, RUN_FILE, run_json

SCORES_FILE = "scores.csv"
_FILES = (EVIDENCE_FILE, SCORES_FILE, RUN_FILE)
_TEXT_FIELDS = ("text", "note")
_ROWS_AT_ONCE = 1000


class RunWriter:
    """Writes one run into a folder. A context manager: leaving it without `finish` leaves no trace.

    Args:
        folder: Where the run goes; made if it is not there.
        overwrite: Whether a run that is there is replaced.
        resume: Whether a run that is there may lend its scores, and is then replaced.
        no_text: Whether report text is left out of the evidence.

    Raises:
        OutputError: The folder holds a run already, or cannot be written.
    """

    def __init__(self, folder: Path, overwrite: bool = False, resume: bool = False, no_text: bool = False) -> None:
        self._folder = folder
        self._resume = resume
        self._replaces = overwrite or resume
        self._no_text = no_text
        self._evidence: TextIO | None = None
        self._work: Path | None = None
        self._made: list[Path] = []
        if (folder / RUN_FILE).exists():
            if not (overwrite or resume):
                raise OutputError(
                    "this folder holds a run already",
                    where=str(folder),
                    hint="use --overwrite, --resume or another folder",
                )
        else:
            self._refuse_foreign()

    def _refuse_foreign(self) -> None:
        """Raises where a file that is not of a run stands where one of ours would go."""
        for name in _FILES:
            if (self._folder / name).exists():
                raise OutputError(
                    f"there is a {name} in this folder that belongs to no run",
                    where=str(self._folder),
                    hint="move it away, or name another folder",
                )

    def __enter__(self) -> RunWriter:
        with self._named_errors():
            for one in (self._folder, *self._folder.parents):
                if one.exists() and not one.is_dir():
                    raise OutputError(
                        "this is a file, not a folder", where=str(one), hint="name a folder, which may be new"
                    )
            parent = self._folder if self._folder.is_dir() else self._folder.parent
            self._made = [one for one in (parent, *parent.parents) if not one.exists()]
            parent.mkdir(parents=True, exist_ok=True)
            # mkdtemp makes it readable by the user alone, as the reports in it must be.
            self._work = Path(tempfile.mkdtemp(prefix=".radeval-partial-", dir=parent))
            self._evidence = _private(self._work / EVIDENCE_FILE)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._evidence is not None:
            try:
                self._evidence.close()
            except OSError:
                # The error that matters is on its way already, or `finish` has closed the file and checked it.
                if kind is None:
                    raise
        if self._work is not None:
            shutil.rmtree(self._work, ignore_errors=True)
        if kind is not None:
            for folder in self._made:
                with contextlib.suppress(OSError):
                    folder.rmdir()

    def kept(self, data_digest: str) -> Mapping[str, MetricResult]:
        """Returns the results by label that a run in the folder has to lend, none without `resume`.

        Args:
            data_digest: Digest of the examples that are to be scored.

        Raises:
            OutputError: The run there is of other data.
        """
        if not self._resume or not (self._folder / RUN_FILE).exists():
            return {}
        old = RunResult.load(self._folder)
        if old.data_digest != data_digest:
            raise OutputError(
                "the run in this folder is of other data",
                where=str(self._folder),
                hint="use another folder or --overwrite",
            )
        return old.metrics

    def keep_evidence(self, label: str) -> None:
        """Copies a kept metric's lines from the evidence of the run that is there."""
        with self._named_errors():
            old = self._folder / EVIDENCE_FILE
            if not old.exists():
                return
            with old.open(encoding="utf-8") as file:
                self.write_evidence(line for line in _evidence_of(file, old) if line["metric"] == label)

    def write_evidence(self, lines: Iterable[Mapping[str, Any]]) -> None:
        """Appends lines of evidence."""
        if self._evidence is None:
            raise ValueError("the writer is not open")
        with self._named_errors():
            for line in lines:
                stored = _without_text(line) if self._no_text else line
                self._evidence.write(json.dumps(stored, allow_nan=False, ensure_ascii=False) + "\n")

    def finish(self, run: RunResult) -> None:
        """Writes the numbers and moves the run into place."""
        if self._evidence is None or self._work is None:
            raise ValueError("the writer is not open")
        if self._no_text:
            for metric in run.metrics.values():
                metric.scores.details.clear()
        with self._named_errors():
            self._evidence.flush()
            os.fsync(self._evidence.fileno())
            self._evidence.close()
            with _private(self._work / SCORES_FILE) as file:
                write_scores(run, file)
                _sync(file)
            with _private(self._work / RUN_FILE) as file:
                file.writelines(run_json(run))
                _sync(file)
            self._move()
        run.evidence_path = self._folder / EVIDENCE_FILE

    def _move(self) -> None:
        assert self._work is not None
        if not self._replaces and (self._folder / RUN_FILE).exists():
            raise OutputError(
                "another run was written to this folder meanwhile", where=str(self._folder), hint="name another folder"
            )
        if not self._folder.exists():
            os.rename(self._work, self._folder)
            return
        for name in _FILES:
            if (self._folder / name).exists() and not (self._folder / name).is_file():
                raise OutputError(f"{name} in this folder is not a file", where=str(self._folder), hint="move it away")
        old = self._work / "old"
        old.mkdir()
        try:
            # The run file marks a complete run: it goes first and comes back last.
            for name in reversed(_FILES):
                if (self._folder / name).exists():
                    os.rename(self._folder / name, old / name)
            for name in _FILES:
                os.rename(self._work / name, self._folder / name)
        except OSError:
            for name in _FILES:
                if (old / name).exists():
                    os.replace(old / name, self._folder / name)
            raise

    @contextmanager
    def _named_errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise OutputError(
                f"the run cannot be written: {error.strerror or error}",
                where=str(self._folder),
                hint="nothing was changed there; make room or name another folder",
            ) from error
        except UnicodeError as error:
            raise OutputError(
                f"the run cannot be written: {error}",
                where=str(self._folder),
                hint="an id, a name or a reason holds characters that no UTF-8 file can hold",
            ) from error


def _evidence_of(file: TextIO, path: Path) -> Iterator[Mapping[str, Any]]:
    """Yields the lines of stored evidence.

    Raises:
        OutputError: A line is none.
    """
    for number, text in enumerate(file, 1):
        try:
            line = json.loads(text)
        except ValueError:
            line = None
        if not isinstance(line, dict) or not {"metric", "evidence"} <= line.keys():
            raise OutputError(
                "the evidence of the run in this folder is damaged",
                where=f"{path}, line {number}",
                hint="use --overwrite, or name another folder",
            )
        yield line


def write_scores(run: RunResult, file: TextIO) -> None:
    """Writes one row an example: id, system where there are several, and the columns of each metric."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["id", *run.table(slice(0))])
    for start in range(0, len(run), _ROWS_AT_ONCE):
        rows = slice(start, start + _ROWS_AT_ONCE)
        writer.writerows(zip(run.ids[rows], *run.table(rows).values(), strict=True))


def same_method(old: MetricResult, new: Signature) -> bool:
    """Returns whether a stored result was made by a method, as far as that is known before scoring."""
    observed = set(old.scores.observed)
    fields = {key: value for key, value in old.signature.fields.items() if key not in observed}
    expected = {key: value for key, value in new.fields.items() if key not in observed}
    return (old.signature.name, old.signature.version, fields) == (new.name, new.version, expected)


def _private(path: Path) -> TextIO:
    """Returns a new file that only the user can read."""
    return os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8", newline="")


def _sync(file: TextIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _without_text(line: Mapping[str, Any]) -> dict[str, Any]:
    evidence = [{**item, **dict.fromkeys(_TEXT_FIELDS, "")} for item in line["evidence"]]
    return {**line, "detail": "", "evidence": evidence}
