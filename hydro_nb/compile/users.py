"""What generated source takes from the text of the user's functions: names of elements, and lines."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from hydro_nb.errors import Site
from hydro_nb.ir.func import Func
from hydro_nb.ir.ops.fold import Folding

if TYPE_CHECKING:
    from hydro_nb.compile.capture import Rendered
    from hydro_nb.compile.split import Part


def lines_of(func: Func, rendered: Rendered) -> list[Site | None]:
    """Give the user's line of each statement and of the result, where a function has lines of its own."""
    located = func.located
    if not rendered.lines or located is None or isinstance(located.tree, ast.Lambda) or _is_ours(func):
        return [None] * (len(rendered.before) + 1)
    filename = func.fn.__code__.co_filename
    return [Site.at(filename, number) for number in rendered.lines]


def _is_ours(func: Func) -> bool:
    """Whether a method gave the function, and not the user."""
    return (func.fn.__module__ or "").partition(".")[0] == __name__.partition(".")[0]


def parameter(part: Part) -> str:
    """Give the name that the user's function of a part has for an element."""
    function = getattr(part.node.op, "function", None)
    if not isinstance(function, Func) or not hasattr(function.fn, "__code__"):
        return ""
    second = isinstance(part.node.op, Folding) or getattr(part.node.op, "with_key", False)
    code, position = function.fn.__code__, int(second)
    return code.co_varnames[position] if code.co_argcount > position else ""
