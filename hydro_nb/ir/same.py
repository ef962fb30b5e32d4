"""Whether two nodes mean the same: a cell that runs again unchanged makes new functions, and changes nothing."""

from __future__ import annotations

from dataclasses import fields
from functools import partial
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any, cast

from hydro_nb.ir.freeze import contents
from hydro_nb.ir.func import Func
from hydro_nb.ir.locate import same_code

if TYPE_CHECKING:
    from hydro_nb.ir.node import Node, Op


def same_node(one: Node, two: Node) -> bool:
    """Whether both are the same operator, with the same settings, on the same inputs, wherever their lines stand."""
    return one is two or ((one.inputs, one.outputs) == (two.inputs, two.outputs) and _same_op(one.op, two.op))


def _same_op(one: Op, two: Op) -> bool:
    if type(one) is not type(two) or (one.label, one.detail) != (two.label, two.detail):
        return False
    names = [each.name for each in fields(cast("Any", one))]
    return all(same_value(getattr(one, name), getattr(two, name)) for name in names)


def same_value(one: Any, two: Any) -> bool:
    """Whether two settings mean the same; functions do where their code and what they hold does.

    >>> same_value([lambda n: n + 1], [lambda n: n + 1]), same_value(lambda n: n + 1, lambda n: n + 2)
    (True, False)
    """
    if isinstance(one, Func) and isinstance(two, Func):
        return (one.inplace, one.on_error) == (two.inplace, two.on_error) and same_value(one.fn, two.fn)
    if isinstance(one, CodeType) and isinstance(two, CodeType):
        return same_code(one, two)
    if isinstance(one, FunctionType) and isinstance(two, FunctionType):
        return one is two or (same_code(one.__code__, two.__code__) and same_value(_held(one), _held(two)))
    if isinstance(one, partial) and isinstance(two, partial):
        return same_value(_parts(cast("partial[Any]", one)), _parts(cast("partial[Any]", two)))
    return _equal(one, two) or _same_members(one, two)


def _held(fn: FunctionType) -> list[object]:
    """Give what a function carries besides its code; of functions in it the code alone, as they may hold each other."""
    held = [value for cell in fn.__closure__ or () for value in contents(cell)]
    plain = [value.__code__ if isinstance(value, FunctionType) else value for value in held]
    return [*plain, fn.__defaults__, fn.__kwdefaults__]


def _parts(of: partial[Any]) -> list[object]:
    return [of.func, of.args, of.keywords]


def _same_members(one: Any, two: Any) -> bool:
    """Whether two containers hold the same, where they cannot be compared at once."""
    if type(one) is not type(two):
        return False
    match one, two:
        case (list() | tuple(), list() | tuple()):
            mine, other = cast("list[object]", one), cast("list[object]", two)
            return len(mine) == len(other) and all(map(same_value, mine, other))
        case dict(), dict():
            mine, other = cast("dict[object, object]", one), cast("dict[object, object]", two)
            return mine.keys() == other.keys() and all(same_value(mine[key], other[key]) for key in mine)
        case _:
            return False


def _equal(one: Any, two: Any) -> bool:
    """Compare two values of the user's, whatever their `==` does; arrays are equal where all of their elements are."""
    if one is two:
        return True
    if type(one) is not type(two) or getattr(one, "shape", None) != getattr(two, "shape", None):
        return False
    try:
        verdict = one == two
        return bool(verdict.all() if hasattr(verdict, "all") else verdict)
    except Exception:  # noqa: BLE001 - the user's own comparison may raise anything; what cannot be compared has changed
        return False
