"""Finds the value that a bincode schema refuses, after the generated function has only said that there is one."""

from __future__ import annotations

import struct
import types
from typing import Any, cast

from hydro_nb.runtime.codec import limits
from hydro_nb.runtime.codec.paths import parts, text_of
from hydro_nb.schema import Atom, EnumOf, MapOf, MemberOf, Names, OptionOf, RecordOf, Shape, TupleOf, UnionOf
from hydro_nb.values import ClusterSelfId, MemberId

Found = tuple[str, Any, str]


def first_misfit(value: Any, shape: Shape, names: Names, path: str = "", depth: int = 0) -> Found | None:
    """Give the path, the value and the reason of the first part that does not fit, None if all do.

    >>> first_misfit((1, "x"), TupleOf((Atom(int, "B"), Atom(int, "B"))), {})
    ('[1]', 'x', 'it is str, where u8 is expected')
    """
    if depth > limits.MAX_DEPTH:
        return path, value, "it is nested too deep, or contains itself"
    if why := _refused(value, shape):
        return path, value, why
    for suffix, part, inner in parts(value, shape, names):
        if found := first_misfit(part, inner, names, path + suffix, depth + 1):
            return found
    return None


def _refused(value: Any, shape: Shape) -> str | None:
    match shape:
        case Atom(kind, code):
            return _refused_atom(value, kind, code)
        case OptionOf():
            return None
        case UnionOf(items):
            fits = any(type(value) is cast("RecordOf", item).type for item in items)
        case TupleOf(items):
            fits = type(value) is tuple and len(cast("tuple[Any, ...]", value)) == len(items)
        case EnumOf(kind):
            fits = type(value) is kind and any(value is member for member in kind)
        case MemberOf():
            fits = type(value) in (MemberId, ClusterSelfId)
        case _:
            fits = type(value) is (dict if isinstance(shape, MapOf) else cast("RecordOf", shape).type)
    return None if fits else f"it is {_kind(value)}, where {text_of(shape)} is expected"


def _kind(value: Any) -> str:
    name = type(value).__name__
    return f"a tuple of {len(value)}" if name == "tuple" else name


def _refused_atom(value: Any, kind: type, code: str) -> str | None:
    if type(value) is int and kind is float:
        return _refused_float(value)
    if type(value) is not kind:
        return f"it is {type(value).__name__}, where {NUMBERS.get(code) or _atom_name(kind)} is expected"
    if kind is str and not _is_utf8(str(value)):
        return "it has a lone surrogate, which UTF-8 cannot carry"
    if code and code != "?" and not _packs(value, code):
        wider = "" if code in "qQd" else "; annotate with a wider one of hydro_nb.types"
        return f"it does not fit {NUMBERS[code]}{wider or '; send a text or bytes'}"
    return None


def _atom_name(kind: type) -> str:
    return "None" if kind is types.NoneType else kind.__name__


def _refused_float(value: int) -> str | None:
    try:
        exact = float(value) == value
    except OverflowError:
        exact = False
    return None if exact else "no float equals this int exactly"


def _is_utf8(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _packs(value: Any, code: str) -> bool:
    try:
        struct.pack("<" + code, value)
    except (struct.error, OverflowError):
        return False
    return True


NUMBERS = {
    "b": "i8",
    "h": "i16",
    "i": "i32",
    "q": "int (i64)",
    "B": "u8",
    "H": "u16",
    "I": "u32",
    "Q": "u64",
    "f": "f32",
    "d": "float",
}
