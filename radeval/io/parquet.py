"""Reads .parquet files, with the extra `tables`."""

from __future__ import annotations

import importlib
import io
from pathlib import Path

from radeval.core.errors import EmptyTableError, EncodingError, MissingExtraError, TableFormatError
from radeval.io.files import Parsed, column_names, read_bytes


def parse_parquet(path: Path) -> Parsed:
    """Reads a Parquet file; its cells keep their types.

    Raises:
        InputError: The file cannot be read, is empty, or is not Parquet.
        MissingExtraError: pyarrow is not installed.
    """
    data = read_bytes(path)
    try:
        parquet = importlib.import_module("pyarrow.parquet")
        arrow = importlib.import_module("pyarrow")
    except ImportError:
        raise MissingExtraError(
            "reading Parquet needs pyarrow, which is not installed",
            where=str(path),
            hint="pip install 'radeval-judge[tables]'",
        ) from None
    try:
        # From bytes, because pyarrow reads columns out of folder names such as "split=test" when it is given a path.
        table = parquet.ParquetFile(io.BytesIO(data)).read()
        names = column_names(table.schema.names, str(path))
        columns = {name: table.column(index).to_pylist() for index, name in enumerate(names)}
    except UnicodeDecodeError:
        raise EncodingError(
            "a text column is not UTF-8", where=str(path), hint="write the file again from texts, not bytes"
        ) from None
    except (arrow.ArrowException, OSError) as error:
        raise TableFormatError(
            f"the file is not Parquet or is damaged: {str(error).splitlines()[0]}",
            where=str(path),
            hint="check that it was copied whole, and that its ending fits its format",
        ) from None
    if table.num_rows == 0:
        raise EmptyTableError("the file has columns but no rows", where=str(path), hint="was it cut short?")
    return Parsed(columns, None)
