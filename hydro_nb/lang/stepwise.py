"""What the functions of `scan` and its kin give: a pair of the next accumulator and what is used at once."""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import Any, TypeAlias, TypeVar, Union, cast, get_args, get_origin

from hydro_nb.ir.ops.futures import awaited, is_awaitable
from hydro_nb.lang import annotate
from hydro_nb.lang.quote import Inplace
from hydro_nb.values import Return, Some, Step, Yield

A = TypeVar("A")
T = TypeVar("T")
U = TypeVar("U")

Steps: TypeAlias = Yield[U] | Return[U] | Step
"""What the function of a `generator` gives beside its accumulator."""

Beside: TypeAlias = Callable[[A, T], tuple[A, U]] | Inplace[A, T, U]
"""A function of an accumulator and an element that gives something beside the next accumulator, in either way."""


def beside(f: Callable[..., Any]) -> Any:
    """Give the annotated type of what a function gives beside its accumulator, or `Any`.

    >>> def step(total: int, n: int) -> tuple[int, str | None]: ...
    >>> beside(step)
    str | None
    """
    if isinstance(f, Inplace):
        return _given(cast("Inplace[Any, Any, Any]", f).fn)
    result = _given(f)
    return get_args(result)[1] if _is_pair(result) else Any


def accumulator_of(f: Callable[..., Any]) -> Any:
    """Give the annotated type of the accumulator that a function makes, or `Any`.

    >>> def step(total: int, n: int) -> tuple[int, bool]: ...
    >>> accumulator_of(step)
    <class 'int'>
    """
    result = annotate.result_of(f)
    return get_args(result)[0] if _is_pair(result) else Any


def _given(f: Callable[..., Any]) -> Any:
    """Give the annotated result of a function; of an async one what it gives once it was waited for."""
    result = annotate.result_of(f)
    return awaited(result) if is_awaitable(result) else result


def output_of(f: Callable[..., Any]) -> Any:
    """Give what the function of a `scan` lets out where it is not `None`, or `Any`.

    >>> def step(total: int, n: int) -> tuple[int, str | None]: ...
    >>> output_of(step)
    <class 'str'>
    """
    kept = tuple(each for each in _choices(beside(f)) if each is not types.NoneType)
    if len(kept) != 1:
        return Union[kept] if kept else Any  # noqa: UP007 - built from a tuple
    return get_args(kept[0])[0] if get_origin(kept[0]) is Some else kept[0]


def step_of(f: Callable[..., Any]) -> Any:
    """Give what the function of a `generator` yields, or `Any`.

    >>> def step(total: int, n: int) -> tuple[int, Yield[str] | Return[str]]: ...
    >>> step_of(step)
    <class 'str'>
    """
    values = {get_args(each)[0] for each in _choices(beside(f)) if get_origin(each) in (Yield, Return)}
    return values.pop() if len(values) == 1 else Any


def _choices(union: Any) -> tuple[Any, ...]:
    return get_args(union) if get_origin(union) in (Union, types.UnionType) else (union,)


def _is_pair(result: Any) -> bool:
    return get_origin(result) is tuple and len(get_args(result)) == 2 and ... not in get_args(result)
