"""Whether two values are alike, and whether one is at least as great as another, as far as that can be told.

Nothing is said of what cannot be compared: `None` stands for that.
"""

from __future__ import annotations

import dataclasses
import math
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from numbers import Number, Rational, Real
from typing import Any, cast

import msgspec

_DEEPEST = 12
_LARGEST = 100_000
"""Numbers of one array that are compared one by one."""
_NEAR = {"rel_tol": 1e-9, "abs_tol": 1e-12}
"""What rounding may do to a float."""


def alike(one: Any, two: Any, depth: int = _DEEPEST) -> bool | None:
    """Tell whether two values are the same to a program; `None` where that cannot be told.

    >>> alike([0.1 + 0.2, math.nan], [0.3, math.nan]), alike({1: {2}}, {1: {3}}), alike(object(), object())
    (True, False, None)

    They are where `==` says so. Where it does not, floats may differ by what rounding does, NaN is the same as NaN, and
    collections, dataclasses, structs and arrays are compared part by part. Objects that are equal only to themselves
    are never said to differ: their copies always would.
    """
    if one is two:
        return True
    same = _answer(lambda: one == two)
    if same:
        return True
    if isinstance(one, Number) and isinstance(two, Number):
        return _near(one, two)
    if type(one) is not type(two):
        return same
    if depth == 0:
        return None
    return _by_parts(one, two, depth - 1, same=same)


def grown(before: Any, after: Any) -> bool | None:
    """Tell whether a value is greater than one before it, or alike; `None` where they cannot be compared.

    >>> grown(1, 2), grown({1}, {2}), grown(math.nan, 1.0), grown({}, {1: 2})
    (True, False, None, None)

    It is where `>=` says so, for arrays number by number.
    """
    is_greater = _answer(lambda: after >= before)
    if is_greater is None or is_greater:
        return is_greater
    if _has_nan(before) or _has_nan(after):
        return None
    return bool(alike(before, after))


def _answer(ask: Callable[[], Any]) -> bool | None:
    """Give what a comparison says; a value that says it of each of its parts says it where it does of all."""
    try:
        answer = ask()
        if isinstance(answer, bool):
            return answer
        return bool(answer.all()) if hasattr(answer, "all") else bool(answer)
    except Exception:  # noqa: BLE001 - a user's own comparison may raise anything
        return None


def _near(one: Any, two: Any) -> bool:
    if isinstance(one, complex) or isinstance(two, complex):
        return _near(one.real, two.real) and _near(one.imag, two.imag)
    if _is_nan(one) or _is_nan(two):
        return _is_nan(one) and _is_nan(two)
    return (_is_rounded(one) or _is_rounded(two)) and bool(_answer(lambda: math.isclose(one, two, **_NEAR)))


def _is_nan(number: Any) -> bool:
    return _answer(lambda: number == number) is False  # noqa: PLR0124 - NaN alone is not equal to itself


def _is_rounded(number: Any) -> bool:
    return isinstance(number, Real) and not isinstance(number, Rational)


def _by_parts(one: Any, two: Any, depth: int, *, same: bool | None) -> bool | None:
    """Compare what is inside of two values of one type that `==` does not find equal."""
    if isinstance(one, Mapping):
        return _tables(cast("Mapping[Any, Any]", one), two, depth)
    if isinstance(one, set | frozenset):
        return _sets(cast("set[Any]", one), two, depth)
    if isinstance(one, list | tuple | deque):
        return _rows(cast("list[Any]", one), two, depth)
    if hasattr(one, "tolist") and hasattr(one, "shape"):
        return _arrays(one, two, depth)
    names = _fields(one)
    if names is not None:
        return _all(alike(getattr(one, name), getattr(two, name), depth) for name in names)
    return None if type(one).__eq__ is object.__eq__ else same


def _all(answers: Iterable[bool | None]) -> bool | None:
    """Say no where one does, and nothing where one says nothing."""
    known = list(answers)
    return False if False in known else None if None in known else True


def _rows(one: Any, two: Any, depth: int) -> bool | None:
    return len(one) == len(two) and _all(alike(a, b, depth) for a, b in zip(one, two, strict=True))


def _tables(one: Mapping[Any, Any], two: Mapping[Any, Any], depth: int) -> bool | None:
    if one.keys() == two.keys():
        return _all(alike(value, two[key], depth) for key, value in one.items())
    return _sets(set(one), set(two), depth) and None


def _sets(one: Iterable[Any], two: Iterable[Any], depth: int) -> bool | None:
    """Look for the partner of each element that the other does not have."""
    left, right = [each for each in one if each not in two], [each for each in two if each not in one]
    if len(left) != len(right):
        return None if any(map(_is_itself_only, (*left, *right))) else False
    found = [_any(alike(a, b, depth) for b in right) for a in left]
    return _all(found)


def _any(answers: Iterable[bool | None]) -> bool | None:
    known = list(answers)
    return True if True in known else None if None in known else False


def _is_itself_only(value: Any) -> bool:
    return type(value).__eq__ is object.__eq__


def _arrays(one: Any, two: Any, depth: int) -> bool | None:
    if one.shape != two.shape:
        return False
    size = getattr(one, "size", _LARGEST + 1)
    return alike(one.tolist(), two.tolist(), depth) if size <= _LARGEST else None


def _fields(value: Any) -> tuple[str, ...] | None:
    """Give the fields of a record whose `==` was made for it, not written."""
    if isinstance(value, msgspec.Struct):
        return value.__struct_fields__ if value.__struct_config__.eq else None
    if dataclasses.is_dataclass(value) and "__eq__" in vars(type(value)):
        return tuple(field.name for field in dataclasses.fields(value) if field.compare)
    return None


def _has_nan(value: Any, depth: int = _DEEPEST) -> bool:
    """Whether there is a number in it that is not even equal to itself."""
    if isinstance(value, Number):
        return _is_nan(value)
    if depth == 0:
        return False
    if isinstance(value, Mapping):
        value = tuple(cast("Mapping[Any, Any]", value).values())
    elif hasattr(value, "tolist") and getattr(value, "size", _LARGEST + 1) <= _LARGEST:
        value = value.tolist()
    if isinstance(value, list | tuple | set | frozenset | deque):
        return any(_has_nan(part, depth - 1) for part in cast("Iterable[Any]", value))
    return any(_has_nan(getattr(value, name), depth - 1) for name in _fields(value) or ())
