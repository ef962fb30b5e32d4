"""Carrying a `msgspec.Struct` that was defined in a notebook: its fields are made with it, its methods put in after.

A class that pickles by reference needs none of this. One that does not is made anew from its parts, and cloudpickle's
way, an empty class that is filled afterwards, gives a struct without fields.
"""

from __future__ import annotations

import inspect
import types
from typing import Any, cast

import msgspec

_OPTIONS = (
    "frozen", "eq", "order", "array_like", "gc", "repr_omit_defaults", "omit_defaults", "forbid_unknown_fields",
    "weakref", "dict", "cache_hash", "tag", "tag_field",
)  # fmt: skip
_MADE = frozenset({"__dict__", "__weakref__", "__slots__", "__annotations__", "__orig_bases__", "__match_args__"})
"""What the making of a class gives it by itself."""


def reduced(kind: type[msgspec.Struct]) -> tuple[Any, ...]:
    """Give how pickle makes a struct class again.

    >>> class Point(msgspec.Struct, frozen=True):
    ...     x: int
    >>> make, parts, state, *_, put = reduced(Point)
    >>> again = make(*parts)
    >>> again(3), again is Point
    (Point(x=3), False)
    """
    bases = cast("tuple[Any, ...]", getattr(kind, "__orig_bases__", kind.__bases__))
    own = inspect.get_annotations(kind)
    body: dict[str, Any] = {"__annotations__": own, "__qualname__": kind.__qualname__, "__module__": kind.__module__}
    if hasattr(kind, "__post_init__"):
        body["__post_init__"] = _post_init
    made = (kind.__name__, bases, body, _fields(kind, own), _options(kind, own))
    return _make, made, _methods(kind), None, None, _put


def _fields(kind: type[msgspec.Struct], own: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Give the defaults of its own fields, and the names under which they are written, where there are."""
    names, written, last = kind.__struct_fields__, kind.__struct_encode_fields__, kind.__struct_defaults__
    defaults = [msgspec.NODEFAULT] * (len(names) - len(last)) + list(last)
    fields: dict[str, dict[str, Any]] = {name: {} for name in own if name in names}
    for name, other, default in zip(names, written, defaults, strict=True):
        if name in fields and other != name:
            fields[name]["name"] = other
        if name in fields and default is not msgspec.NODEFAULT:
            factory = getattr(default, "factory", None) if type(default).__name__ == "Factory" else None
            fields[name] |= {"default_factory": factory} if factory else {"default": default}
    return {name: given for name, given in fields.items() if given}


def _options(kind: type[msgspec.Struct], own: dict[str, Any]) -> dict[str, Any]:
    """Give the settings of the class; that its own fields are given by name is not among them."""
    options = {name: getattr(kind.__struct_config__, name) for name in _OPTIONS}
    options["kw_only"] = any(name not in kind.__match_args__ for name in own if name in kind.__struct_fields__)
    return options


def _methods(kind: type[msgspec.Struct]) -> dict[str, Any]:
    fields = set(kind.__struct_fields__)
    left_out = _MADE | {name for name in vars(kind) if name.startswith("__struct_")}
    return {name: value for name, value in vars(kind).items() if name not in fields | left_out}


def _make(
    name: str, bases: tuple[Any, ...], body: dict[str, Any], fields: dict[str, dict[str, Any]], options: dict[str, Any]
) -> type[msgspec.Struct]:
    """Make the class with its fields."""
    settings = {field: msgspec.field(**given) for field, given in fields.items()}
    return types.new_class(name, bases, options, lambda namespace: namespace.update(body | settings))


def _post_init(self: Any) -> None:
    """Call what is put in later: a struct looks for its `__post_init__` only while it is made."""
    cast("Any", type(self)).__post_init__(self)


def _put(kind: type[msgspec.Struct], methods: dict[str, Any]) -> None:
    """Put the methods in."""
    for name, value in methods.items():
        setattr(kind, name, value)
