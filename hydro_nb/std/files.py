"""Files as sources and sinks: lines, CSV, JSON lines, folders.

Files are opened on the process, with names as they are there. Where a name depends on who opens it, give a function
without arguments: `lambda: f"part-{CLUSTER_SELF_ID.raw_id}.txt"`.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Literal, overload

from typing_extensions import TypeVar

from hydro_nb.errors import GraphError
from hydro_nb.lang.guarantees import Bounded, ExactlyOnce, TotalOrder, Unbounded
from hydro_nb.lang.outside import Outside
from hydro_nb.lang.site import here
from hydro_nb.lang.stream import Stream
from hydro_nb.lang.top_level import TopLevel
from hydro_nb.std import following, readers, writers
from hydro_nb.std.names import checked_name
from hydro_nb.std.readers import Named

__all__ = [
    "source_csv",
    "source_directory",
    "source_json_lines",
    "source_lines",
    "write_csv",
    "write_json_lines",
    "write_lines",
]

T = TypeVar("T", default=Any)
P = TypeVar("P", bound=TopLevel)

# ---------------------------------------------------------------- sources


@overload
def source_lines(
    process: P, path: Named, *, follow: Literal[False] = False, encoding: str = "utf-8"
) -> Stream[str, P, Bounded, TotalOrder, ExactlyOnce]: ...
@overload
def source_lines(
    process: P, path: Named, *, follow: bool, encoding: str = "utf-8"
) -> Stream[str, P, Unbounded, TotalOrder, ExactlyOnce]: ...
def source_lines(process: TopLevel, path: Named, *, follow: bool = False, encoding: str = "utf-8") -> Any:
    r"""Bring in the lines of a file, without their ends.

    >>> import os, tempfile
    >>> path = os.path.join(tempfile.mkdtemp(), "words.txt")
    >>> with open(path, "w") as file:
    ...     _ = file.write("one\ntwo\n")
    >>> source_lines(FlowBuilder().process(), path).preview().rows
    ['one', 'two']

    Totally ordered, exactly once, bounded. With `follow` it goes on as the file grows, and is unbounded: an incomplete
    last line waits for its end, a file that is not there yet is waited for, and one that is rotated or truncated is
    read on from its new beginning. It looks ten times in a second; a deployment settles when it has read what was there
    at the start, and between two looks. What cannot be decoded is an error that names the line.
    """
    path = checked_name(path, "source_lines")
    codec = _known(encoding)
    if follow:
        return _followed(process, partial(following.look_for_lines, path, codec), str)
    return process.source_iter(partial(readers.text_lines, path, codec))


def source_csv(
    process: P,
    path: Named,
    *,
    fields: Sequence[str] | None = None,
    delimiter: str = ",",
    encoding: str = "utf-8-sig",
) -> Stream[dict[str, str], P, Bounded, TotalOrder, ExactlyOnce]:
    r"""Bring in the rows of a CSV file, each a dict by the names in the file's first row, or by `fields`.

    >>> import os, tempfile
    >>> path = os.path.join(tempfile.mkdtemp(), "ages.csv")
    >>> with open(path, "w") as file:
    ...     _ = file.write("name,age\nann,30\n")
    >>> source_csv(FlowBuilder().process(), path).preview().rows
    [{'name': 'ann', 'age': '30'}]

    Totally ordered, exactly once, bounded. Empty lines are nothing. A row with more or fewer values than there are
    names is an error that names its line.
    """
    path = checked_name(path, "source_csv")
    names = None if fields is None else [*fields]
    return process.source_iter(partial(readers.csv_rows, path, names, delimiter, _known(encoding)))


@overload
def source_json_lines(
    process: P, path: Named, *, of: type[T], follow: Literal[False] = False
) -> Stream[T, P, Bounded, TotalOrder, ExactlyOnce]: ...
@overload
def source_json_lines(
    process: P, path: Named, *, of: type[T], follow: bool
) -> Stream[T, P, Unbounded, TotalOrder, ExactlyOnce]: ...
@overload
def source_json_lines(
    process: P, path: Named, *, of: object = ..., follow: Literal[False] = False
) -> Stream[Any, P, Bounded, TotalOrder, ExactlyOnce]: ...
@overload
def source_json_lines(
    process: P, path: Named, *, of: object = ..., follow: bool
) -> Stream[Any, P, Unbounded, TotalOrder, ExactlyOnce]: ...
def source_json_lines(process: TopLevel, path: Named, *, of: Any = Any, follow: bool = False) -> Any:
    r"""Bring in the values of a file with one JSON value in each line.

    >>> import os, tempfile
    >>> path = os.path.join(tempfile.mkdtemp(), "points.jsonl")
    >>> with open(path, "w") as file:
    ...     _ = file.write('{"x": 1}\n{"x": 2}\n')
    >>> source_json_lines(FlowBuilder().process(), path).preview().rows
    [{'x': 1}, {'x': 2}]

    Totally ordered, exactly once, bounded; with `follow` unbounded, as `source_lines` is. `of` is what each value must
    be: a dataclass, `dict[str, int]`, ..., which is then the type of the elements. Empty lines are nothing; any other
    line without such a value is an error that names it.
    """
    path = checked_name(path, "source_json_lines")
    if follow:
        return _followed(process, partial(following.look_for_json, path, of), of)
    stream: Any = process.source_iter(partial(readers.json_values, path, of))
    return stream if of is Any else stream.typed(of)


@overload
def source_directory(
    process: P, path: Named, pattern: str = "*", *, follow: Literal[False] = False
) -> Stream[str, P, Bounded, TotalOrder, ExactlyOnce]: ...
@overload
def source_directory(
    process: P, path: Named, pattern: str = "*", *, follow: bool
) -> Stream[str, P, Unbounded, TotalOrder, ExactlyOnce]: ...
def source_directory(process: TopLevel, path: Named, pattern: str = "*", *, follow: bool = False) -> Any:
    """Bring in the paths of the files in a folder that match a pattern, sorted; `**/*` looks into its folders too.

    >>> import os, pathlib, tempfile
    >>> folder = tempfile.mkdtemp()
    >>> pathlib.Path(folder, "a.txt").touch()
    >>> found = source_directory(FlowBuilder().process(), folder, "*.txt")
    >>> found.map(os.path.basename).preview().rows
    ['a.txt']

    Totally ordered, exactly once, bounded. With `follow` it goes on with the files that come, and is unbounded: those
    that come together are sorted, one that was removed and made again comes again, a folder that is not there yet is
    waited for. A file comes when it is made, so let its writer make it elsewhere and move it in when it is whole.
    """
    path = checked_name(path, "source_directory")
    if follow:
        return _followed(process, partial(following.look_for_files, path, pattern), str)
    return process.source_iter(partial(readers.files_in, path, pattern))


def _followed(process: TopLevel, make: Callable[[], following.Look], of: Any) -> Any:
    # a cluster has no ports, but async functions beside its ticks do their work on each member
    place: Any = Outside(process.flow, process.place)
    return place.sidecar_bidi(partial(following.follow, make), of=of, accepts=None)[0]


def _known(encoding: str) -> str:
    try:
        return codecs.lookup(encoding).name
    except (LookupError, TypeError):
        raise GraphError(f"there is no encoding {encoding!r}; most files are in 'utf-8'.\n  {here()}") from None


# ---------------------------------------------------------------- sinks


def write_lines(
    stream: Stream[str, TopLevel, Any, TotalOrder, ExactlyOnce],
    path: Named,
    *,
    append: bool = False,
    encoding: str = "utf-8",
) -> None:
    r"""Write each text as a line of a file, made anew or appended to.

    >>> import os, tempfile
    >>> path = os.path.join(tempfile.mkdtemp(), "words.txt")
    >>> flow = FlowBuilder()
    >>> write_lines(flow.process().source_iter(["one", "two"]), path)
    >>> with flow.deploy(backend="inprocess") as deployment:
    ...     deployment.settle()
    >>> with open(path) as file:
    ...     file.read()
    'one\ntwo\n'

    Each line is handed to the operating system as it comes, so what has settled can be read. Needs a total order and
    no repeats. A text with a newline in it makes two lines.
    """
    path = checked_name(path, "write_lines")
    stream.dest_sink(partial(writers.lines_into, path, _known(encoding), append=append))


def write_csv(
    stream: Stream[Any, TopLevel, Any, TotalOrder, ExactlyOnce],
    path: Named,
    fields: Sequence[str] | None = None,
    *,
    delimiter: str = ",",
    append: bool = False,
) -> None:
    r"""Write each element as a row of a CSV file: a dict, a dataclass or other record, a tuple or a list.

    >>> import os, tempfile
    >>> path = os.path.join(tempfile.mkdtemp(), "ages.csv")
    >>> flow = FlowBuilder()
    >>> write_csv(flow.process().source_iter([("ann", 30), ("bob", 25)]), path, ["name", "age"])
    >>> with flow.deploy(backend="inprocess") as deployment:
    ...     deployment.settle()
    >>> with open(path) as file:
    ...     file.read()
    'name,age\nann,30\nbob,25\n'

    The header is `fields`, else the names that the first element has; plain tuples and lists have none, and no header
    is written where rows are appended to some. Rows are written as `write_lines` does; one that does not fit the header
    is an error. Needs a total order and no repeats.
    """
    path = checked_name(path, "write_csv")
    names = None if fields is None else [*fields]
    stream.dest_sink(partial(writers.csv_into, path, names, delimiter, append=append))


def write_json_lines(
    stream: Stream[Any, TopLevel, Any, TotalOrder, ExactlyOnce], path: Named, *, append: bool = False
) -> None:
    r"""Write each element as a line of JSON.

    >>> import os, tempfile
    >>> path = os.path.join(tempfile.mkdtemp(), "points.jsonl")
    >>> flow = FlowBuilder()
    >>> write_json_lines(flow.process().source_iter([{"x": 1}, {"x": 2}]), path)
    >>> with flow.deploy(backend="inprocess") as deployment:
    ...     deployment.settle()
    >>> with open(path) as file:
    ...     file.read()
    '{"x":1}\n{"x":2}\n'

    Dataclasses and other records are written as objects, tuples and sets as arrays, times as text, what is no number as
    null; another class is an error. Lines are written as `write_lines` does. Needs a total order and no repeats.
    """
    path = checked_name(path, "write_json_lines")
    stream.dest_sink(partial(writers.json_into, path, append=append))
