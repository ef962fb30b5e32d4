"""Element types that can be known without running anything: from data, and from annotations on functions."""

from __future__ import annotations

import functools
import inspect
import types
from collections.abc import Awaitable, Callable, Iterable
from typing import Annotated, Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from hydro_nb.values import Some

_ENOUGH = 10_000
"""Elements whose structure is looked at; beyond, only data of one plain type is trusted."""
_PLAIN = (int, float, str, bool, bytes)
_CONTAINERS = (list, dict, set, frozenset, tuple)


def data_type(data: Iterable[Any]) -> Any:
    """Give the type that all elements have, or `Any`.

    >>> data_type([1, 2, 3])
    <class 'int'>
    """
    from hydro_nb.schema import type_of_literal

    if isinstance(data, range):
        return int
    size = len(data) if hasattr(data, "__len__") else 0  # pyright: ignore[reportArgumentType]
    if not size:
        return Any
    if size > _ENOUGH:
        kinds = set(map(type, data))
        return kinds.pop() if len(kinds) == 1 and kinds <= set(_PLAIN) else Any
    found = type_of_literal(data)
    return Any if found is None else found


def result_of(f: Any) -> Any:
    """Give the annotated result type of a function, or `Any`; an async one gives an awaitable.

    >>> result_of(str)
    <class 'str'>
    """
    if inspect.iscoroutinefunction(f):
        return Awaitable[awaited_of(f)]
    if isinstance(f, type):
        return Any if f in _CONTAINERS else f
    if isinstance(f, functools.partial):
        return result_of(cast("functools.partial[Any]", f).func)
    if not getattr(f, "__annotations__", None):
        return Any
    return _solved(_hints(f).get("return", Any))


def awaited_of(f: Any) -> Any:
    """Give what an async function is annotated to give once it was waited for, or `Any`."""
    if isinstance(f, functools.partial):
        return awaited_of(cast("functools.partial[Any]", f).func)
    return _solved(_hints(f).get("return", Any))


def present_of(f: Callable[..., Any]) -> Any:
    """Give what a function results in where it is not `None`: `int` for `-> int | None`."""
    return present_type(result_of(f))


def present_type(result: Any) -> Any:
    """Give what is left of a type without `None`.

    >>> present_type(int | None)
    <class 'int'>
    """
    if get_origin(result) not in (Union, types.UnionType):
        return _held(result)
    kept = tuple(_held(arg) for arg in get_args(result) if arg is not types.NoneType)
    return Any if Any in kept else Union[kept]  # noqa: UP007 - built from a tuple


def _held(result: Any) -> Any:
    """Give what a `Some` holds, or the type itself."""
    origin: Any = get_origin(result)
    return Any if result is Some else get_args(result)[0] if origin is Some else result


def item_of(f: Callable[..., Any]) -> Any:
    """Give the type of the items of a function's result: `str` for `-> list[str]`."""
    return item_type(result_of(f))


def item_type(container: Any) -> Any:
    """Give the type of the items of a container type, or `Any`.

    >>> item_type(list[int])
    <class 'int'>
    """
    if get_origin(container) is Annotated:
        return item_type(get_args(container)[0])
    if container is str:
        return str
    args = get_args(container)
    if not args:
        return Any
    if get_origin(container) is tuple and ... not in args:
        return args[0] if len(set(args)) == 1 else Any
    return _solved(args[0])


def _hints(f: Any) -> dict[str, Any]:
    try:
        return get_type_hints(f, include_extras=True)
    except (NameError, TypeError, AttributeError, SyntaxError):
        return {}


def _solved(annotation: Any) -> Any:
    return Any if isinstance(annotation, TypeVar) or annotation is object else annotation
