"""Classes by name, without ever importing: from the types that the program mentions, else from modules already loaded.

An import by a name that stands in a frame would let a sender run any module's code.
"""

from __future__ import annotations

import enum
import functools
import inspect
import sys
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from itertools import repeat
from keyword import iskeyword
from operator import attrgetter
from types import MemberDescriptorType
from typing import Any, cast

import msgspec

from hydro_nb.errors import DecodeError
from hydro_nb.runtime.codec.limits import PICKLE_HINT, Unfit
from hydro_nb.schema import field_names, is_record


def name_of(kind: type) -> str:
    """Give the name under which a class travels.

    >>> name_of(int)
    'builtins:int'
    """
    return f"{kind.__module__}:{kind.__qualname__}"


class Classes:
    """The record and enum classes that one codec knows, each with how to take it apart and make it again."""

    def __init__(self, types: Iterable[type] = ()) -> None:
        self._given = {name_of(kind): kind for kind in types}
        self._found: dict[str, type] = {}
        self._names: dict[type, str] = {}

    def name(self, kind: type) -> str:
        """Give a class's name, or refuse one that a receiver could not find."""
        known = self._names.get(kind)
        if known is None:
            known = self._names[kind] = self._checked(kind)
        return known

    def _checked(self, kind: type) -> str:
        name = name_of(kind)
        if not (is_record(kind) or issubclass(kind, enum.Enum)):
            raise Unfit(None, f"a {kind.__name__} has no packed form; {PICKLE_HINT}")
        if self._look(name) is not kind:
            raise Unfit(None, f"the class {name} cannot be found by its name; define it at the top of a cell or module")
        return name

    def find(self, name: str) -> type:
        """Give the class of this name, or refuse."""
        kind = self._found.get(name)
        if kind is None:
            kind = self._look(name)
            if kind is None:
                raise DecodeError(f"the frame names the class {name!r}, which this process does not have")
            self._found[name] = kind
        return kind

    def record(self, name: str) -> type:
        """Give the class of this name, or refuse if it is an enum."""
        kind = self.find(name)
        if is_enum(kind):
            raise DecodeError(f"{name} is an enum here, not a record")
        return kind

    def _look(self, name: str) -> type | None:
        if name in self._given:
            return self._given[name]
        module, _, path = name.partition(":")
        found: object = sys.modules.get(module)
        for part in path.split("."):
            # not getattr: a module's own __getattr__ may import
            found = getattr(found, "__dict__", {}).get(part)
        return found if isinstance(found, type) and (is_record(found) or issubclass(found, enum.Enum)) else None


def columns_of(kind: type, values: Sequence[Any]) -> list[list[Any]]:
    """Take records apart into one list per field.

    >>> from hydro_nb.values import Some
    >>> columns_of(Some, [Some(1), Some(2)])
    [[1, 2]]
    """
    return _taker(kind)(values)


def records_of(kind: type, columns: Sequence[Sequence[Any]]) -> list[Any]:
    """Make records of one list per field.

    >>> from hydro_nb.values import Some
    >>> records_of(Some, [[1, 2]])
    [Some(value=1), Some(value=2)]
    """
    return _builder(kind)(columns)


@functools.lru_cache(maxsize=1024)
def _taker(kind: type) -> Callable[[Sequence[Any]], list[list[Any]]]:
    """Write the function for the fields of a class: the interpreter learns where each is, and reads it at once."""
    names = field_names(kind)
    if not all(name.isidentifier() and not iskeyword(name) for name in names):
        getters = [*map(attrgetter, names)]
        return lambda values: [[*map(getter, values)] for getter in getters]
    columns = ", ".join(f"[each.{name} for each in values]" for name in names)
    return eval(f"lambda values: [{columns}]", {})  # noqa: S307 - made here, of the names of a class that is loaded


@functools.lru_cache(maxsize=1024)
def _builder(kind: type) -> Callable[[Sequence[Sequence[Any]]], list[Any]]:
    """Give the fastest way that brings every field back as it was, whatever the class's constructor does."""
    if is_tuple(kind):
        return lambda columns: [*map(new_tuple, repeat(kind), zip(*columns, strict=True))]
    plain = constructs_plainly(kind)
    setters = None if plain and kind.__setattr__ is object.__setattr__ else _slots(kind)
    if setters is not None:
        return lambda columns: _filled(kind, setters, columns)
    if plain:
        return lambda columns: [*map(kind, *columns)]
    make = maker(kind)
    return lambda columns: [make(kind, row) for row in zip(*columns, strict=True)]


def _slots(kind: type) -> list[Callable[[Any, Any], None]] | None:
    """Give what sets each field of a dataclass with slots, also of a frozen one; None without slots."""
    if issubclass(cast("type[object]", kind), msgspec.Struct):
        return None
    found: list[Any] = [inspect.getattr_static(kind, name, None) for name in field_names(kind)]
    slots = [each for each in found if isinstance(each, MemberDescriptorType)]
    return [each.__set__ for each in slots] if len(slots) == len(found) else None


def _filled(kind: type, setters: list[Callable[[Any, Any], None]], columns: Sequence[Sequence[Any]]) -> list[Any]:
    made: list[Any] = [object.__new__(kind) for _ in columns[0]]
    for setter, column in zip(setters, columns, strict=True):
        deque(map(setter, made, column), maxlen=0)
    return made


def constructs_plainly(kind: type) -> bool:
    """Whether calling the class with all fields in order gives exactly these fields.

    >>> from hydro_nb.values import Some
    >>> constructs_plainly(Some)
    True
    """
    if hasattr(kind, "__post_init__"):
        return False
    if issubclass(kind, msgspec.Struct):
        return not _takes_keywords(kind)
    return _constructs_plainly(cast("Any", kind))


def _constructs_plainly(kind: Any) -> bool:
    own = kind.__new__ is object.__new__ and (
        kind.__setattr__ is object.__setattr__ or kind.__dataclass_params__.frozen
    )
    fields = kind.__dataclass_fields__.values()
    plain = all(field.init and not field.kw_only and field._field_type.name != "_FIELD_INITVAR" for field in fields)
    return own and plain and kind.__dataclass_params__.init and _is_generated(kind)


def _takes_keywords(kind: type) -> bool:
    return any(each.kind is inspect.Parameter.KEYWORD_ONLY for each in inspect.signature(kind).parameters.values())


def _is_generated(kind: type) -> bool:
    # dataclass writes its __init__ by exec, so that it comes from no file; one of the user's own comes from a cell
    init = vars(kind).get("__init__")
    return getattr(getattr(init, "__code__", None), "co_filename", "") == "<string>"


def is_enum(kind: type) -> bool:
    """Whether a class is an enum.

    >>> is_enum(int)
    False
    """
    return issubclass(kind, enum.Enum)


def is_tuple(kind: type) -> bool:
    """Whether a record class is a NamedTuple.

    >>> is_tuple(int)
    False
    """
    return issubclass(kind, tuple)


new_tuple: Callable[[Any, tuple[Any, ...]], Any] = cast("Any", tuple).__new__
"""Makes a NamedTuple without its own `__new__`."""


def maker(kind: type) -> Callable[[Any, tuple[Any, ...]], Any]:
    """Give the function that makes a record of the values of its fields.

    >>> maker(int) is make_dataclass
    True
    """
    if is_tuple(kind):
        return new_tuple
    return make_struct if issubclass(kind, msgspec.Struct) else make_dataclass


def make_struct(kind: Any, row: tuple[Any, ...]) -> Any:
    """Make a Struct whose fields are these, whatever its `__post_init__` changes.

    >>> from hydro_nb.values import Some
    >>> make_struct(Some, (1,))
    Some(value=1)
    """
    names = field_names(kind)
    made = kind(**dict(zip(names, row, strict=True)))
    for name, value in zip(names, row, strict=True):
        msgspec.structs.force_setattr(made, name, value)
    return made


def make_dataclass(kind: Any, row: tuple[Any, ...]) -> Any:
    """Make a dataclass instance whose fields are these, without its constructor.

    >>> import dataclasses
    >>> make_dataclass(dataclasses.make_dataclass("Pair", ["a", "b"]), (1, 2)).b
    2
    """
    made: Any = object.__new__(kind)
    for name, value in zip(field_names(kind), row, strict=True):
        object.__setattr__(made, name, value)
    return made
