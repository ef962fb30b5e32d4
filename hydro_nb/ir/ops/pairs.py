"""Types of elements that are made of two: pairs, keys and values, and what may be one of several."""

from __future__ import annotations

from types import NoneType
from typing import Any, get_args, get_origin

from hydro_nb.errors import GraphError
from hydro_nb.ir import check
from hydro_nb.ir.node import Kind

NO_PAIRS = (bool, int, float, complex, str, bytes, NoneType)
"""types of elements, or of keys, that are known to have no halves"""


def tuple_of(one: Any, two: Any) -> Any:
    """Give the type of a pair, where both halves are known.

    >>> tuple_of(int, str), tuple_of(int, Any)
    (tuple[int, str], typing.Any)
    """
    return Any if Any in (one, two) else tuple[one, two]


def common(one: Any, two: Any) -> Any:
    """Give the type of what is one or the other, where they are the same.

    >>> common(int, int), common(int, str)
    (<class 'int'>, typing.Any)
    """
    return one if one == two else Any


def or_none(element: Any) -> Any:
    """Give the type of what may also be `None`.

    >>> or_none(int), or_none(None)
    (int | None, None)
    """
    return element if element in (Any, None, NoneType) else element | None


def are_pairs(element: Any) -> bool:
    """Whether elements of a type are known to be pairs.

    >>> are_pairs(tuple[int, str]), are_pairs(tuple[int, ...])
    (True, False)
    """
    args = get_args(element)
    return get_origin(element) is tuple and len(args) == 2 and ... not in args


def halves(element: Any) -> tuple[Any, Any]:
    """Give the types of the two halves of a pair, or `Any` where they are not known.

    >>> halves(tuple[int, str])
    (<class 'int'>, <class 'str'>)
    """
    return get_args(element) if are_pairs(element) else (Any, Any)


def may_match(one: Any, two: Any, needs: str, has: str, remedy: str) -> None:
    """Refuse types that are known to have no value in common, such as texts and pairs."""
    groups = _group(one), _group(two)
    if all(groups) and groups[0] != groups[1]:
        raise check.Fault(GraphError, f"{needs} {_text(one)}", f"{has} {_text(two)}", remedy, port=1)


def _group(element: Any) -> str:
    """Give what values of a plain type may equal; nothing where that is not known."""
    groups = {"numbers": (bool, int, float, complex), "texts": (str,), "bytes": (bytes,)}
    if get_origin(element) is tuple:
        return "tuples"
    return next((group for group, types in groups.items() if element in types), "")


def _text(element: Any) -> str:
    return str(element) if get_origin(element) else element.__name__


def key_and_value(kind: Kind, port: int = 0) -> tuple[Any, Any]:
    """Give the types of keys and values of what must be pairs."""
    if kind.shape.is_keyed:
        return kind.key, kind.element
    if kind.element in NO_PAIRS:
        name = getattr(kind.element, "__name__", str(kind.element))
        remedy = "Make pairs first: .map(lambda x: (key, x))"
        raise check.Fault(GraphError, "pairs of key and value", f"of {name}", remedy, port=port)
    return halves(kind.element)
