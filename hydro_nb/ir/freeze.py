"""Freezing a function: its closure variables keep what they hold at this moment."""

from __future__ import annotations

from types import CellType, FunctionType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


def freeze(fn: FunctionType) -> FunctionType:
    """Copy a function with new cells; functions in its cells are copied too, and cells that they share stay shared.

    >>> adders = []
    >>> for step in (1, 10):
    ...     make = lambda step: lambda n: n + step
    ...     adders.append(freeze(make(step)))
    >>> [add(5) for add in adders]
    [6, 15]
    """
    return _copy(fn, {}, {})


def contents(cell: CellType) -> Iterator[object]:
    """Give what a cell holds, or nothing while it is empty."""
    try:
        yield cell.cell_contents
    except ValueError:
        return


def _copy(fn: FunctionType, cells: dict[int, CellType], copies: dict[int, FunctionType]) -> FunctionType:
    if fn.__closure__ is None:
        return fn
    if id(fn) in copies:
        return copies[id(fn)]
    mine = tuple(cells.setdefault(id(cell), CellType()) for cell in fn.__closure__)
    copy = copies[id(fn)] = _with_cells(fn, mine)
    for old, new in zip(fn.__closure__, mine, strict=True):
        for value in contents(old):
            new.cell_contents = _copy(value, cells, copies) if isinstance(value, FunctionType) else value
    return copy


def _with_cells(fn: FunctionType, cells: tuple[CellType, ...]) -> FunctionType:
    copy = FunctionType(fn.__code__, fn.__globals__, fn.__name__, fn.__defaults__, cells)
    copy.__kwdefaults__ = fn.__kwdefaults__
    copy.__annotations__ = fn.__annotations__
    copy.__doc__ = fn.__doc__
    copy.__module__ = fn.__module__
    copy.__qualname__ = fn.__qualname__
    copy.__dict__.update(fn.__dict__)
    return copy
