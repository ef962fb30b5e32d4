"""Records: dataclasses, Structs and NamedTuples, and the names of their fields."""

from __future__ import annotations

import dataclasses
import functools
from typing import Any

import msgspec


def is_record(kind: type) -> bool:
    """Whether a class is a dataclass, a Struct or a NamedTuple, itself and not only through a base.

    >>> is_record(int)
    False
    """
    known: Any = kind
    if issubclass(known, msgspec.Struct):
        return True
    if tuple in known.__mro__:
        return hasattr(known, "_fields")
    return "__dataclass_fields__" in vars(kind) and all(_plain(base) for base in kind.__mro__)


def _plain(base: type) -> bool:
    # a class of the interpreter's own, such as dict, has contents that are not among the fields
    return base is object or bool(base.__flags__ & 1 << 9)


@functools.lru_cache(maxsize=1024)
def field_names(kind: type) -> tuple[str, ...]:
    """Give the names of a record's fields in their order.

    >>> from hydro_nb.values import Some
    >>> field_names(Some)
    ('value',)
    """
    known: Any = kind
    if issubclass(known, msgspec.Struct):
        return known.__struct_fields__
    return tuple(known._fields) if tuple in known.__mro__ else tuple(each.name for each in dataclasses.fields(known))
