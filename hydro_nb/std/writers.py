"""What writes files on a process: generators for `dest_sink`, each element written out before the next is taken."""

from __future__ import annotations

import csv
import dataclasses
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import Any, cast

import msgspec

from hydro_nb.errors import HydroError
from hydro_nb.std.readers import Named, name_of

__all__ = ["csv_into", "json_into", "lines_into"]


@contextmanager
def _opened(path: Named, *, append: bool, encoding: str = "utf-8") -> Generator[TextIOWrapper]:
    with Path(name_of(path)).open("a" if append else "w", encoding=encoding, newline="") as file:
        yield file


def lines_into(path: Named, encoding: str, *, append: bool) -> Generator[None, str]:
    """Write each text and an end of line."""
    with _opened(path, append=append, encoding=encoding) as file:
        while True:
            line = yield
            if not isinstance(line, str):  # pyright: ignore[reportUnnecessaryIsInstance] - an element may be anything
                raise HydroError(f"`write_lines` writes texts, not {line!r}; make one of it: .map(str)")
            file.write(line + "\n")
            file.flush()


def json_into(path: Named, *, append: bool) -> Generator[None, Any]:
    """Write each value as a line of JSON."""
    with Path(name_of(path)).open("ab" if append else "wb") as file:
        while True:
            value = yield
            file.write(_json(value) + b"\n")
            file.flush()


def _json(value: Any) -> bytes:
    try:
        return msgspec.json.encode(value)
    except (TypeError, ValueError, msgspec.MsgspecError) as error:
        raise HydroError(f"{value!r} has no form in JSON: {error}; map it to what has one before") from None


def csv_into(path: Named, fields: Sequence[str] | None, delimiter: str, *, append: bool) -> Generator[None, Any]:
    """Write each element as a row, under a header where the names of the fields are known and the file is empty."""
    with _opened(path, append=append) as file:
        # the ends that it believes in make it quote each part of them, of which it overlooks "\r" otherwise
        rows = csv.writer(_Rows(file), delimiter=delimiter, lineterminator="\r\n")
        element = (yield) if fields is None else None
        header = _fields(element) if fields is None else list(fields)
        if header and not file.tell():
            rows.writerow(header)
        if fields is not None:
            element = yield
        while True:
            rows.writerow(_row(element, header))
            element = yield


class _Rows:
    """Takes whole rows, and writes each out with the end of line that lines have here."""

    def __init__(self, file: TextIOWrapper) -> None:
        self._file = file

    def write(self, row: str) -> None:
        """Write out a row."""
        self._file.write(row.removesuffix("\r\n") + "\n")
        self._file.flush()


def _fields(element: Any) -> list[str]:
    """Give the names of an element's fields; a plain tuple or list has none."""
    if isinstance(element, Mapping):
        return [str(key) for key in cast("Mapping[Any, Any]", element)]
    if dataclasses.is_dataclass(element):
        return [field.name for field in dataclasses.fields(element)]
    return [*getattr(element, "_fields", getattr(element, "__struct_fields__", ()))]


def _row(element: Any, header: list[str]) -> list[Any]:
    if isinstance(element, tuple | list):
        values = list(cast("Sequence[Any]", element))
        _check(len(values) == len(header) or not header, element, f"{len(values)} values", header)
        return values
    names = _fields(element)
    if not names:
        raise HydroError(f"`write_csv` writes dicts, records, tuples and lists, not {element!r}; map it to one of them")
    _check(set(names) == set(header), element, ", ".join(names), header)
    return [element[name] if isinstance(element, Mapping) else getattr(element, name) for name in header]


def _check(fits: bool, element: Any, has: str, header: list[str]) -> None:  # noqa: FBT001 - it is what is checked
    if not fits:
        raise HydroError(f"`write_csv` was given {element!r} with {has}, where the header is {', '.join(header)}")
