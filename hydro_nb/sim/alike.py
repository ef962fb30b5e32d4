"""Whether two values are alike, and whether one is at least as great as another, as far as that can be told.

Nothing is said of what cannot be compared: `None` stands for that.
"""

from __future__ import annotations

import dataclasses
import math
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from numbers import Complex, Number, Rational, Real
from typing import Any, NamedTuple, TypeVar, cast

import msgspec

T = TypeVar("T")
_DEEPEST = 12
_LARGEST = 100_000
"""Numbers of one array that are compared one by one."""
_NEAR, _NOTHING = 1e-9, 1e-12
"""What rounding may do to a float, for its size and at all."""
_STEPS = {"float16": 2.0**-10, "bfloat16": 2.0**-7, "float32": 2.0**-23, "complex64": 2.0**-23}
"""What one is apart from the number after it, by the type of the number; of other types that is `_STEP`."""
_STEP = 2.0**-52
_ROUNDED = 16
"""How often a number may have been rounded."""


class Room(NamedTuple):
    """How far two values are compared, and what lies between them."""

    depth: int = _DEEPEST
    step: float = _STEP
    size: float = 0.0
    """the greatest number that they were made of, which may have cancelled out"""


WHOLLY = Room()


def alike(one: Any, two: Any, room: Room = WHOLLY) -> bool | None:
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
        return _near(one, two, room)
    if type(one) is not type(two):
        return same
    if room.depth == 0:
        return None
    return _by_parts(one, two, room._replace(depth=room.depth - 1), same=same)


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


def _answered(ask: Callable[[], T]) -> T | None:
    """Give what comes of a question to a user's value, if anything does."""
    try:
        return ask()
    except Exception:  # noqa: BLE001 - a user's own methods may raise anything
        return None


def _answer(ask: Callable[[], Any]) -> bool | None:
    """Give what a comparison says; a value that says it of each of its parts says it where it does of all."""

    def said() -> bool:
        answer = ask()
        if isinstance(answer, bool):
            return answer
        return bool(answer.all()) if hasattr(answer, "all") else bool(answer)

    return _answered(said)


def _near(one: Any, two: Any, room: Room) -> bool:
    room = room._replace(step=max(room.step, _step(one), _step(two)))
    if _is_complex(one) or _is_complex(two):
        return _near(one.real, two.real, room) and _near(one.imag, two.imag, room)
    if _is_nan(one) or _is_nan(two):
        return _is_nan(one) and _is_nan(two)
    relative, absolute = max(_NEAR, _ROUNDED * room.step), max(_NOTHING, _ROUNDED * room.step * room.size)
    is_close = partial(math.isclose, one, two, rel_tol=relative, abs_tol=absolute)
    return (_is_rounded(one) or _is_rounded(two)) and bool(_answer(is_close))


def _step(number: Any) -> float:
    """Give what one is apart from the number after it, in the type of a number or an array."""
    return _STEPS.get(str(getattr(number, "dtype", "")).removeprefix("torch."), _STEP)


def _is_complex(number: Any) -> bool:
    return isinstance(number, Complex) and not isinstance(number, Real)


def _is_nan(number: Any) -> bool:
    return _answer(lambda: number == number) is False  # noqa: PLR0124 - NaN alone is not equal to itself


def _is_rounded(number: Any) -> bool:
    return isinstance(number, Real) and not isinstance(number, Rational)


def _by_parts(one: Any, two: Any, room: Room, *, same: bool | None) -> bool | None:
    """Compare what is inside of two values of one type that `==` does not find equal."""
    if isinstance(one, Mapping):
        return _tables(cast("Mapping[Any, Any]", one), two, room)
    if isinstance(one, set | frozenset):
        return _sets(cast("set[Any]", one), two, room)
    if isinstance(one, list | tuple | deque):
        return _rows(cast("list[Any]", one), two, room)
    if hasattr(one, "tolist") and hasattr(one, "shape"):
        return _arrays(one, two, room._replace(step=max(room.step, _step(one), _step(two))))
    names = _fields(one)
    if names is not None:
        return _all(alike(getattr(one, name), getattr(two, name), room) for name in names)
    return None if type(one).__eq__ is object.__eq__ else same


def _all(answers: Iterable[bool | None]) -> bool | None:
    """Say no where one does, and nothing where one says nothing."""
    known = list(answers)
    return False if False in known else None if None in known else True


def _rows(one: Any, two: Any, room: Room) -> bool | None:
    return len(one) == len(two) and _all(alike(a, b, room) for a, b in zip(one, two, strict=True))


def _tables(one: Mapping[Any, Any], two: Mapping[Any, Any], room: Room) -> bool | None:
    if one.keys() == two.keys():
        return _all(alike(value, two[key], room) for key, value in one.items())
    return _sets(set(one), set(two), room) and None


def _sets(one: Iterable[Any], two: Iterable[Any], room: Room) -> bool | None:
    """Look for the partner of each element that the other does not have."""
    left, right = [each for each in one if each not in two], [each for each in two if each not in one]
    if len(left) != len(right):
        return None if any(map(_is_itself_only, (*left, *right))) else False
    found = [_any(alike(a, b, room) for b in right) for a in left]
    return _all(found)


def _any(answers: Iterable[bool | None]) -> bool | None:
    known = list(answers)
    return True if True in known else None if None in known else False


def _is_itself_only(value: Any) -> bool:
    return type(value).__eq__ is object.__eq__


def _arrays(one: Any, two: Any, room: Room) -> bool | None:
    if one.shape != two.shape:
        return False
    size = getattr(one, "size", _LARGEST + 1)
    return alike(one.tolist(), two.tolist(), room) if size <= _LARGEST else None


def _fields(value: Any) -> tuple[str, ...] | None:
    """Give the fields of a record whose `==` was made for it, not written."""
    if isinstance(value, msgspec.Struct):
        return value.__struct_fields__ if value.__struct_config__.eq else None
    if dataclasses.is_dataclass(value) and "__eq__" in vars(type(value)):
        return tuple(field.name for field in dataclasses.fields(value) if field.compare)
    return None


def greatest(values: Any) -> float:
    """Give the size of the greatest number in some values.

    >>> greatest([(1, -3.5), {"a": 2}, "text", math.inf])
    3.5
    """
    sizes = [_answered(partial(_size, number)) for number in _numbers(values)]
    return max((size for size in sizes if size and math.isfinite(size)), default=0.0)


def _size(number: Any) -> float:
    return float(abs(number))


def _has_nan(value: Any) -> bool:
    """Whether there is a number in it that is not even equal to itself."""
    return any(map(_is_nan, _numbers(value)))


def _numbers(value: Any, depth: int = _DEEPEST) -> Iterator[Any]:
    """Give all numbers in a value."""
    if isinstance(value, Number):
        yield value
        return
    if depth == 0:
        return
    if isinstance(value, Mapping):
        value = tuple(cast("Mapping[Any, Any]", value).values())
    elif hasattr(value, "tolist") and getattr(value, "size", _LARGEST + 1) <= _LARGEST:
        value = value.tolist()
    if isinstance(value, list | tuple | set | frozenset | deque):
        parts: Iterable[Any] = cast("Iterable[Any]", value)
    else:
        parts = (getattr(value, name) for name in _fields(value) or ())
    for part in parts:
        yield from _numbers(part, depth - 1)
