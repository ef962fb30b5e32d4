"""Frames in and out: pandas and Arrow, in record batches, so that a large table is never in a process whole.

Record batches, tables and frames travel between processes as Arrow's own bytes. Needs the extra `frames`.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from importlib.util import find_spec
from typing import Any

from typing_extensions import TypeVar

from hydro_nb.errors import GraphError, HydroError
from hydro_nb.lang.guarantees import B_co, Bounded, ExactlyOnce, L_co, O_co, R_co, TotalOrder
from hydro_nb.lang.site import called, here
from hydro_nb.lang.stream import Stream
from hydro_nb.lang.top_level import TopLevel
from hydro_nb.std import batches
from hydro_nb.std.names import checked_name
from hydro_nb.std.readers import Named

__all__ = [
    "frame_rows",
    "source_frame",
    "to_frame",
    "to_table",
    "write_parquet",
]

P = TypeVar("P", bound=TopLevel)


def source_frame(process: P, frame: Any, rows: int = 1024) -> Stream[Any, P, Bounded, TotalOrder, ExactlyOnce]:
    """Bring in a table as Arrow record batches of at most so many rows.

    >>> import pandas
    >>> frame = pandas.DataFrame({"name": ["ann", "bob", "eve"], "age": [30, 25, 35]})
    >>> batches = source_frame(FlowBuilder().process(), frame, rows=2)
    >>> batches.map(lambda batch: batch.num_rows).preview().rows
    [2, 1]

    Totally ordered, exactly once, bounded. The table is a pandas DataFrame, an Arrow Table, RecordBatch or
    RecordBatchReader, the name of a Parquet file, or a function that gives one of these on the process. A reader given
    as a value is read when the line runs; a Parquet file, and a reader made by a function, a batch at a time.
    """
    _require()
    if not isinstance(rows, int) or rows < 1:  # pyright: ignore[reportUnnecessaryIsInstance] - not everybody has one
        raise GraphError(f"`source_frame` cuts into batches of one row or more, not {rows!r}.\n  {here()}")
    if not (callable(frame) or batches.is_name(frame) or batches.is_frame(frame)):
        raise GraphError(f"`source_frame` needs {batches.FRAMES}, but was given {_kind(frame)}.\n  {here()}")
    return process.source_iter(partial(batches.batches_of, _kept(frame), rows)).typed(batches.arrow().RecordBatch)


def _kept(frame: Any) -> Any:
    # a reader can be read once and not be carried
    return batches.table_of(frame) if type(frame).__name__ == "RecordBatchReader" else frame


def frame_rows(stream: Stream[Any, L_co, B_co, O_co, R_co]) -> Stream[dict[str, Any], L_co, B_co, O_co, R_co]:
    """Take record batches, tables or frames apart into their rows, each a dict by the names of the columns.

    >>> import pandas
    >>> frame = pandas.DataFrame({"name": ["ann", "bob"], "age": [30, 25]})
    >>> frame_rows(source_frame(FlowBuilder().process(), frame)).preview().rows
    [{'name': 'ann', 'age': 30}, {'name': 'bob', 'age': 25}]

    Order, repeats and boundedness stay; rows of one batch follow one another. What is missing is `None`.
    """
    _require()
    return stream.flat_map_ordered(batches.rows_of)


def to_frame(elements: Iterable[Any]) -> Any:
    """Make one pandas DataFrame of record batches, tables, frames, or rows that are dicts.

    >>> rows = FlowBuilder().process().source_iter([{"n": 1}, {"n": 2}])
    >>> to_frame(collect(rows, backend="inprocess"))
       n
    0  1
    1  2

    For what came out of a flow: `to_frame(collect(stream))`, or what a port gave.
    """
    return to_table(elements).to_pandas()


def to_table(elements: Iterable[Any]) -> Any:
    """Make one Arrow table of record batches, tables, frames, or rows that are dicts.

    >>> to_table([{"n": 1}, {"n": 2}]).column("n").to_pylist()
    [1, 2]
    """
    _require()
    return batches.gathered(elements)


def write_parquet(stream: Stream[Any, TopLevel, Any, TotalOrder, ExactlyOnce], path: Named, schema: Any = None) -> None:
    """Write record batches, tables, frames, or rows that are dicts, into a Parquet file.

    >>> import os, pandas, tempfile
    >>> path = os.path.join(tempfile.mkdtemp(), "numbers.parquet")
    >>> flow = FlowBuilder()
    >>> write_parquet(flow.process().source_iter([{"n": 1}, {"n": 2}]), path)
    >>> with flow.deploy(backend="inprocess") as deployment:
    ...     deployment.settle()
    >>> pandas.read_parquet(path)["n"].tolist()
    [1, 2]

    The file is whole when the process has stopped: Parquet ends with what says where everything is. Its columns are
    those of an Arrow `schema`, else those of what is written first; what has others is an error. Where nothing comes
    there is a file only with a `schema`. Needs a total order and no repeats.
    """
    _require()
    stream.dest_sink(partial(batches.parquet_into, checked_name(path, "write_parquet"), schema))


def _require() -> None:
    missing = [name for name in ("pyarrow", "pandas") if find_spec(name) is None]
    if missing:
        raise HydroError(
            f"`{called()}` needs {' and '.join(missing)}, which the extra `frames` brings: "
            f'pip install "hydro_nb[frames]".\n  {here()}'
        )


def _kind(value: Any) -> str:
    return f"{type(value).__name__} {value!r}"
