"""The user's functions on their way into operators: `q`, `inplace`, and the checks made at the user's line."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeAlias, TypeVar, cast

from hydro_nb.errors import CaptureError, GraphError, Site
from hydro_nb.ir.func import Func, OnError

X = TypeVar("X")
A = TypeVar("A")
T = TypeVar("T")
T_contra = TypeVar("T_contra", contravariant=True)
X_co = TypeVar("X_co", covariant=True)

_MAY_WAIT = frozenset({"map", "filter_map", "source_stream", "flat_map_stream_blocking", "scan_async_blocking"})
"""Methods whose function may be an `async def`: what it makes is waited for by them or further down."""
_INSTEAD = {
    "flat_map_ordered": "An async function with `yield` belongs in .flat_map_stream_blocking(f)",
    "flat_map_unordered": "An async function with `yield` belongs in .flat_map_stream_blocking(f)",
    "scan": "Use .scan_async_blocking(init, f)",
}
_ONLY_BEGUN = frozenset({"map", "filter_map"})
"""Methods that do not wait for what an `async def` makes."""
_SHARED = (list, dict, set, bytearray)
_NEVER_CHANGE = (bool, int, float, complex, str, bytes, tuple, frozenset)
"""Types of which one empty value is as good as another."""


def q(value: X) -> X:
    """Mark code or a value that runs later, on the process; the result is what was given.

    >>> q(lambda n: n + 1)(2)
    3
    """
    return value


@dataclass(frozen=True)
class Inplace(Generic[A, T_contra, X_co]):
    """A function that mutates its first argument; what it returns is no accumulator."""

    fn: Callable[[A, T_contra], X_co]

    def __call__(self, made: A, element: T_contra) -> A:
        """Call the function and give its first argument, so that it can be tried out by hand."""
        self.fn(made, element)
        return made


Stepping: TypeAlias = Callable[[A, T], A] | Inplace[A, T, object]
"""A function that makes the next accumulator of the one before and an element, in either way."""


def inplace(f: Callable[[A, T], X]) -> Inplace[A, T, X]:
    """Mark a function of a fold that mutates the accumulator instead of returning the next one.

    >>> FlowBuilder().process().source_iter([1, 2]).fold(list, inplace(lambda seen, n: seen.append(n))).preview().rows
    [[1, 2]]
    """
    return Inplace(f)


def function(value: Any, arity: int, method: str, site: Site, on_error: OnError = "raise", remedy: str = "") -> Func:
    """Take the function that an operator was given, or say what is wrong with it."""
    checked_on_error(on_error, method, site)
    mutates = isinstance(value, Inplace)
    fn: Any = cast("Inplace[Any, Any, Any]", value).fn if isinstance(value, Inplace) else value
    if not callable(fn):
        # of a collection the type alone: its operators would tear the sentence apart
        shown = repr(fn).partition("\n")[0]
        called = "\n  Give its name alone, `print` and not `print(...)`: it is called later." if fn is None else ""
        raise CaptureError(f"`{method}` needs a function, but was given {shown}.\n  {site}{called}")
    if inspect.iscoroutinefunction(fn) and method not in _MAY_WAIT:
        plain = _INSTEAD.get(method, "Give a plain function, and wait before: .map(fetch).resolve_futures()")
        raise CaptureError(
            f"`{method}` was given the asynchronous function `{_name(fn)}`, whose results are coroutines.\n"
            f"  {site}\n  {plain}."
        )
    if inspect.iscoroutinefunction(fn) and on_error == "skip" and method in _ONLY_BEGUN:
        raise GraphError(
            f"`{method}` only begins the asynchronous function `{_name(fn)}`, which fails where it is waited for.\n"
            f'  {site}\n  Skip it there: .{method}({_name(fn)}).resolve_futures(on_error="skip")'
        )
    func = Func.of(fn, site, inplace=mutates, on_error=on_error)
    error = func.arity_error(arity)
    if error:
        raise CaptureError(f"{error}\n  {remedy}") if remedy else error
    return func


def checked_on_error(on_error: object, method: str, site: Site) -> OnError:
    """Take what becomes of an element that a function fails on, or say what there is to choose."""
    if on_error == "raise":
        return "raise"
    if on_error == "skip":
        return "skip"
    raise GraphError(
        f"`{method}` was given on_error={on_error!r}.\n  {site}\n"
        '  Give "raise" (the process fails with the element, as without it) or "skip" (the element is counted and '
        "left out)."
    )


def start(init: Any, method: str, site: Site) -> Any:
    """Take the first accumulator: an immutable value, or a factory of no arguments."""
    if callable(init):
        factory = function(init, 0, method, site, remedy=f"What `{method}` is given first makes the start: lambda: 0")
        return factory.fn() if _is_of_literal(factory) else factory
    if isinstance(init, _SHARED):
        shared: Any = cast("Any", init)
        raise GraphError(
            f"`{method}` was given {shared!r} to start from, and one {_class(shared)} would be shared by all folds.\n"
            f"  {site}\n  Give the factory, which is called where one is needed: {_factory(shared)}"
        )
    return init


def _is_of_literal(factory: Func) -> bool:
    """Whether a factory only gives a value that nobody can change, which may as well be given itself."""
    tree = factory.located.tree if factory.located else None
    if not isinstance(tree, ast.Lambda):
        return any(factory.fn is each for each in _NEVER_CHANGE)
    body = tree.body.operand if isinstance(tree.body, ast.UnaryOp) else tree.body
    return isinstance(body, ast.Constant) and isinstance(body.value, _NEVER_CHANGE)


def _name(fn: Any) -> str:
    return getattr(fn, "__name__", type(fn).__name__)


def _factory(init: Any) -> str:
    return f"lambda: {init!r}" if init else _class(init)


def _class(value: Any) -> str:
    return type(value).__name__
