"""Functions that were written anew in their cell, while operators of other cells go on with what they were before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from types import FunctionType
from typing import TYPE_CHECKING, Any, cast

from hydro_nb.errors import label
from hydro_nb.ir.func import Func
from hydro_nb.ir.same import same_value

if TYPE_CHECKING:
    from hydro_nb.ir.node import Node
    from hydro_nb.lang.flow import FlowBuilder

_keys: dict[str, str] = {}
"""the cell that ran as `In[5]`"""


def note(ran_as: str, key: str) -> None:
    """Note under which number a cell runs."""
    _keys[ran_as] = key


def slots(flow: FlowBuilder) -> Iterator[str]:
    """Give the operators whose functions the reader has written anew since.

    >>> from hydro_nb import FlowBuilder
    >>> list(slots(FlowBuilder()))
    []
    """
    yield from (node.slot for node in flow.graph.nodes.values() if any(map(_is_redefined, _functions(node))))


def _functions(node: Node) -> Iterator[FunctionType]:
    """Give the functions of an operator that other cells have defined by name."""
    for field in fields(cast("Any", node.op)):
        given: Any = getattr(node.op, field.name)
        if (
            isinstance(given, Func)
            and isinstance(given.fn, FunctionType)
            and _cell(given.fn) != _keys.get(node.site.cell)
        ):
            yield given.fn


def _is_redefined(fn: FunctionType) -> bool:
    """Whether the cell that defined a function has run again, and defined another one of its name."""
    now = fn.__globals__.get(fn.__name__)
    if now is fn or not isinstance(now, FunctionType) or fn.__qualname__ != fn.__name__:
        return False
    return _cell(fn) is not None and _cell(fn) == _cell(now) and not same_value(fn, now)


def _cell(fn: FunctionType) -> str | None:
    return _keys.get(label(fn.__code__.co_filename))
