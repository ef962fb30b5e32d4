"""What cuts tables into record batches on a process, and what writes them; pyarrow is imported where it is met."""

from __future__ import annotations

import importlib
import os
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from hydro_nb.errors import HydroError
from hydro_nb.std.readers import Named, name_of

__all__ = [
    "FRAMES",
    "GATHERED",
    "arrow",
    "batches_of",
    "gathered",
    "is_frame",
    "is_name",
    "parquet_into",
    "rows_of",
    "table_of",
]

GATHERED = 1 << 16
"""rows that are gathered before they are written as one batch"""


def arrow() -> Any:
    """Give pyarrow, with what reads and writes Parquet.

    >>> arrow().__name__
    'pyarrow'
    """
    importlib.import_module("pyarrow.parquet")
    return importlib.import_module("pyarrow")


def is_frame(value: Any) -> bool:
    """Say whether something is a table of pandas or Arrow.

    >>> is_frame({"n": [1]})
    False
    """
    packages = {kind.__module__.partition(".")[0] for kind in type(value).__mro__}
    if "pyarrow" in packages:
        return isinstance(value, (arrow().Table, arrow().RecordBatch, arrow().RecordBatchReader))
    return "pandas" in packages and type(value).__name__ == "DataFrame"


def is_name(value: Any) -> bool:
    """Say whether something is the name of a file.

    >>> is_name(Path("a.parquet"))
    True
    """
    return isinstance(value, str | os.PathLike)


def table_of(frame: Any) -> Any:
    """Give the Arrow table of a frame, of whatever kind it is.

    >>> table_of(arrow().table({"n": [1]})).num_rows
    1
    """
    if isinstance(frame, arrow().RecordBatchReader):
        return frame.read_all()
    if isinstance(frame, arrow().RecordBatch):
        return arrow().Table.from_batches([frame])
    return frame if isinstance(frame, arrow().Table) else arrow().Table.from_pandas(frame)


def batches_of(frame: Any, rows: int) -> Iterator[Any]:
    """Cut a frame, or the Parquet file of this name, into batches of at most so many rows."""
    given: Any = frame() if callable(frame) else frame
    if is_name(given):
        yield from _read(name_of(given), rows)
    elif not is_frame(given):
        raise HydroError(f"`source_frame` needs a frame, and its function gave {given!r}: {FRAMES}")
    else:
        # a reader gives a part after the other, as many rows as it likes
        parts: Iterable[Any] = given if isinstance(given, arrow().RecordBatchReader) else [given]
        for part in parts:
            yield from table_of(part).to_batches(max_chunksize=rows)


FRAMES = "a pandas DataFrame, an Arrow Table, RecordBatch or RecordBatchReader, or the name of a Parquet file"


def _read(name: str, rows: int) -> Iterator[Any]:
    try:
        file = arrow().parquet.ParquetFile(name)
    except arrow().ArrowInvalid as error:
        raise HydroError(f"{name} is no Parquet file: {error}") from None
    with file:
        yield from file.iter_batches(batch_size=rows)


def rows_of(frame: Any) -> list[dict[str, Any]]:
    """Give the rows of a frame as dicts.

    >>> rows_of(arrow().table({"n": [1, 2]}))
    [{'n': 1}, {'n': 2}]
    """
    if not is_frame(frame):
        raise HydroError(f"`frame_rows` takes frames apart, and {frame!r} is none")
    return table_of(frame).to_pylist()


def gathered(elements: Iterable[Any]) -> Any:
    """Make one table of frames, or of rows that are dicts.

    >>> gathered([{"n": 1}, {"n": None}]).num_rows
    2
    """
    parts = [*elements]
    frames = [table_of(part) for part in parts if is_frame(part)]
    if not frames:
        return _table(parts, None)
    if len(frames) < len(parts):
        raise HydroError("frames and rows cannot be put into one frame; take the frames apart before: `frame_rows`")
    return arrow().concat_tables(frames, promote_options="default")


def _table(rows: list[Any], schema: Any) -> Any:
    stranger = next((row for row in rows if not isinstance(row, Mapping)), None)
    if stranger is not None:
        raise HydroError(f"a row of a frame is a dict by the names of columns, not {stranger!r}")
    known = [*schema.names] if schema is not None else [*dict.fromkeys(name for row in rows for name in row)]
    extra = next((name for row in rows for name in row if name not in known), None)
    if extra is not None:
        raise HydroError(f"a row has `{extra}`, where the file has {', '.join(known)}; name all columns in `schema=`")
    try:
        columns = {name: [row.get(name) for row in rows] for name in known}
        return arrow().Table.from_pydict(columns, schema=schema)
    except arrow().ArrowException as error:
        raise HydroError(f"rows do not make columns, each of one type: {error}") from None


class _File:
    """A Parquet file that is begun when the columns are known."""

    def __init__(self, name: str, schema: Any, closing: ExitStack) -> None:
        self.schema = schema
        self._name = name
        self._closing = closing
        self._writer: Any = None
        self._rows: list[Any] = []
        Path(name).unlink(missing_ok=True)

    def take(self, element: Any) -> None:
        """Write a frame, or keep a row until there are enough."""
        if is_frame(element):
            self.flush()
            self._write(table_of(element))
            return
        self._rows.append(element)
        if len(self._rows) == GATHERED:
            self.flush()

    def flush(self) -> None:
        """Write the rows that were kept."""
        rows, self._rows = self._rows, []
        if rows:
            self._write(_table(rows, self.schema))

    def finish(self) -> None:
        """Write what is left, and an empty table where nothing came."""
        self.flush()
        if self._writer is None and self.schema is not None:
            self._write(self.schema.empty_table())

    def _write(self, table: Any) -> None:
        if self._writer is None:
            self.schema = self.schema or table.schema
            self._writer = self._closing.enter_context(arrow().parquet.ParquetWriter(self._name, self.schema))
        try:
            self._writer.write_table(table.cast(self.schema))
        except (arrow().ArrowException, ValueError) as error:
            raise HydroError(f"`write_parquet` was given other columns than the file has: {error}") from None


def parquet_into(path: Named, schema: Any) -> Generator[None, Any]:
    """Write each frame, or rows as there are many, into a file that is whole when the generator is closed."""
    # loaded now: when the file is closed, at the end of the process, there is little time
    arrow()
    with ExitStack() as closing:
        file = _File(name_of(path), schema, closing)
        try:
            while True:
                file.take((yield))
        except GeneratorExit:
            file.finish()
