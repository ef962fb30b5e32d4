"""Copies of values: what one process, or the test, does to a value is not seen by another that was sent it."""

from __future__ import annotations

import dataclasses
import enum
import sys
from collections.abc import Callable, Iterable, Sequence
from copy import deepcopy
from functools import lru_cache
from operator import attrgetter
from typing import Any, cast

import msgspec

from hydro_nb.values import ATOMS

_UNIT: Any = ()
Read = Callable[[Any], Iterable[Any]]


def version(value: Any) -> Any:
    """Copy a live value so that what happens to it later cannot be seen in this version of it.

    >>> version((1, 2))
    (1, 2)
    """
    return value if is_lasting(value) else _copied(value)


def carried(value: Any) -> Any:
    """Give what arrives of a value that is sent: a copy, where it can change and can be copied.

    >>> numbers = [1]
    >>> carried(numbers) is numbers, carried("a")
    (False, 'a')
    """
    return _carried(value)


def received(value: Any) -> Any:
    """Give what arrives of a value that is sent as deployments send it: a copy, whose arrays can only be read.

    >>> import numpy
    >>> received([numpy.zeros(2)])[0].flags.writeable
    False
    """
    return _carried(value, locked=True)


def _carried(value: Any, *, locked: bool = False) -> Any:
    if is_lasting(value):
        return value
    try:
        return _copied(value, locked=locked)
    except Exception:  # noqa: BLE001 - a value may refuse it in any way, and is then seen by both
        return value


def _copied(value: Any, *, locked: bool = False) -> Any:
    """Copy a value; lists and tables of what cannot change as a whole, for they are long and there are many of them."""
    kind = cast("type[Any]", type(value))
    if kind is list and _all_lasting(value):
        return value.copy()
    if kind is dict and _all_lasting(value.values()) and _all_lasting(value):
        return value.copy()
    return _copied_deep(value, locked=locked) if "numpy" in sys.modules else deepcopy(value)


def _copied_deep(value: Any, *, locked: bool) -> Any:
    """Copy a value and all that is in it; arrays that can only be read stay so, and all become so with `locked`."""
    array, made = sys.modules["numpy"].ndarray, dict[int, Any]()
    own = deepcopy(value, made)
    # `deepcopy` keeps there what it has copied
    for original in made.get(id(made), ()):
        copied: Any = made.get(id(original))
        if type(copied) is array and (locked or not original.flags.writeable):
            copied.flags.writeable = False
    return own


def _all_lasting(values: Iterable[Any]) -> bool:
    return ATOMS.issuperset(map(type, values)) or all(map(is_lasting, values))


def handed(items: Sequence[Any], carry: Callable[[Any], Any] = carried) -> Sequence[Any]:
    """Give what a test sends, or is given, of values: copies, but of those that are equal to nothing but themselves.

    >>> numbers = [1]
    >>> handed([numbers])[0] is numbers, handed([1])
    (False, [1])
    """
    for each in items:
        if type(each) not in ATOMS and each is not _UNIT and not is_lasting(each):
            return [_known_again(value, carry) for value in items]
    return items


def _known_again(value: Any, carry: Callable[[Any], Any]) -> Any:
    own = carry(value)
    try:
        differs = (own == value) is False
    except Exception:  # noqa: BLE001 - a value may refuse to be compared in any way
        return value
    return value if differs else own


def is_lasting(value: Any) -> bool:
    """Whether nothing can change a value, as far as that is seen at once.

    >>> is_lasting((1, ("a", None))), is_lasting(([],))
    (True, False)
    """
    if type(value) in ATOMS or value is _UNIT:
        return True
    read = _reader(cast("type[Any]", type(value)))
    return read is not None and all(map(is_lasting, read(value)))


@lru_cache(maxsize=1024)
def _reader(kind: type[Any]) -> Read | None:
    """Give what reads the parts of a value that can only change in them, by its type."""
    if kind is tuple or kind is frozenset:
        return iter
    if issubclass(kind, enum.Enum):
        return _nothing
    names = frozen_fields(kind)
    if names is None:
        return None
    return _nothing if not names else attrgetter(*names) if len(names) > 1 else _only(attrgetter(*names))


def frozen_fields(kind: type[Any]) -> tuple[str, ...] | None:
    """Give the fields of a class whose objects cannot change but in what these hold; None of another class."""
    if issubclass(kind, msgspec.Struct):
        return kind.__struct_fields__ if kind.__struct_config__.frozen else None
    if "__dataclass_params__" not in vars(kind):  # a class made from one may hold more
        return None
    frozen = cast("bool", kind.__dataclass_params__.frozen)  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
    return tuple(field.name for field in dataclasses.fields(kind)) if frozen else None


def _nothing(value: Any) -> Iterable[Any]:  # noqa: ARG001 - as what reads the parts of others
    return ()


def _only(part: Callable[[Any], Any]) -> Read:
    return lambda value: (part(value),)
