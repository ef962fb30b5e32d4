"""What reads whole files on a process: lines, rows, values, folders; every error names the file and the line."""

from __future__ import annotations

import codecs
import csv
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import msgspec

from hydro_nb.errors import HydroError

__all__ = [
    "Name",
    "Named",
    "at_line",
    "csv_rows",
    "files_in",
    "json_value",
    "json_values",
    "matching",
    "name_of",
    "text_lines",
]

Name: TypeAlias = str | os.PathLike[str]
Named: TypeAlias = Name | Callable[[], Name]
"""A file's name, or a function that gives it on the process."""


def name_of(path: Named) -> str:
    """Give the name of a file.

    >>> name_of(lambda: Path("a") / "b.txt")
    'a/b.txt'
    """
    return os.fspath(path() if callable(path) else path)


def at_line(name: str, line: int, why: object) -> HydroError:
    """Make the error for a line of a file.

    >>> at_line("a.csv", 3, "it is empty")
    HydroError('a.csv, line 3: it is empty')
    """
    return HydroError(f"{name}, line {line}: {why}")


def text_lines(path: Named, encoding: str) -> Iterator[str]:
    """Give the lines of a file without their ends."""
    for _, line in _numbered(name_of(path), encoding, None):
        yield line.removesuffix("\n")


def _numbered(name: str, encoding: str, newline: str | None) -> Iterator[tuple[int, str]]:
    with open(name, encoding=encoding, newline=newline) as file:  # noqa: PTH123 - Path.open does the same in two calls
        try:
            yield from enumerate(file, 1)
        except UnicodeError as error:
            raise at_line(name, _undecodable(name, encoding), f"no {encoding}: {error}") from None


def _undecodable(name: str, encoding: str) -> int:
    """Give the number of the line that cannot be decoded: texts are read in blocks, so the reader does not know."""
    decoder, line = codecs.getincrementaldecoder(encoding)(), 1
    with Path(name).open("rb") as file:
        for raw in file:
            try:
                line += decoder.decode(raw).count("\n")
            except UnicodeError:
                break
    return line


def csv_rows(path: Named, fields: Sequence[str] | None, delimiter: str, encoding: str) -> Iterator[dict[str, str]]:
    """Give each row of a CSV file by the names of its header, or by the given ones."""
    name = name_of(path)
    reader = csv.reader((line for _, line in _numbered(name, encoding, "")), delimiter=delimiter, strict=True)
    header = fields
    try:
        for row in filter(None, reader):
            if header is None:
                header = _header(row, name, reader.line_num)
            elif len(row) != len(header):
                why = f"{_counted(len(row), 'value')} for the {_counted(len(header), 'field')} {', '.join(header)}"
                raise at_line(name, reader.line_num, why)
            else:
                yield dict(zip(header, row, strict=True))
    except csv.Error as error:
        raise at_line(name, reader.line_num, error) from None


def _header(row: list[str], name: str, line: int) -> list[str]:
    twice = next((field for at, field in enumerate(row) if field in row[:at]), None)
    if twice is not None:
        raise at_line(name, line, f"the header has `{twice}` twice; give the names yourself: `fields=[...]`")
    return row


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def json_values(path: Named, of: Any) -> Iterator[Any]:
    """Give the value of each line of a file of JSON lines; empty lines are nothing."""
    name, decoder = name_of(path), msgspec.json.Decoder(of)
    with Path(name).open("rb") as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                yield json_value(decoder, line, name, number)


def json_value(decoder: msgspec.json.Decoder[Any], text: bytes | str, name: str, line: int) -> Any:
    """Read one value, or say which line of which file holds none.

    >>> json_value(msgspec.json.Decoder(int), "1", "a.jsonl", 1)
    1
    """
    try:
        return decoder.decode(text)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise at_line(name, line, f"{error}, in {_short(text)}") from None


def _short(text: bytes | str) -> str:
    shown = text if isinstance(text, str) else text.decode(errors="replace")
    shown = shown.strip()
    return repr(shown if len(shown) <= 60 else shown[:57] + "...")


def files_in(path: Named, pattern: str) -> Iterator[str]:
    """Give the names of the files in a folder that match a pattern, sorted."""
    name = name_of(path)
    if not Path(name).is_dir():
        raise HydroError(f"{name} is no folder; make it, or follow it: `follow=True` waits until it is there")
    yield from matching(name, pattern)


def matching(name: str, pattern: str) -> list[str]:
    """Give the names of the files that match now, sorted; none where there is no such folder.

    >>> matching("/no/such/folder", "*")
    []
    """
    return sorted(str(each) for each in Path(name).glob(pattern) if each.is_file())
