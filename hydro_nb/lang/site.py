"""Where in the user's cells an operator was called: found by walking out of this package's own frames."""

from __future__ import annotations

import ast
import inspect
import linecache
import os
import re
import warnings
from collections import deque
from collections.abc import Iterator, Sequence
from types import CodeType, FrameType
from typing import Any, cast

from msgspec.structs import replace

from hydro_nb import errors
from hydro_nb.errors import Site

_LIMIT = 4096
"""Entries that the caches hold before they start anew: cells that ran long ago must not stay in memory."""

_Entries = tuple[tuple[str, tuple[str, ...]], ...]
"""(the method that is called last, the names that its result is assigned to), for each value of a statement"""
_Names = dict[int, _Entries]
"""line -> what the statement there assigns"""

_sites: dict[tuple[int, int, str, int], tuple[CodeType, Site]] = {}
_statements: dict[str, tuple[Sequence[str], _Names]] = {}


def here(pick: int = -1) -> Site:
    """Give the user's line that called into this package; of several assigned names only number `pick`.

    >>> there = here()
    >>> there.line, there.text
    (1, 'there = here()')
    """
    frame, method = _users_frame()
    if frame is None:
        return Site()
    code = frame.f_code
    key = (id(code), frame.f_lasti, method, pick)
    known = _sites.get(key)
    if known is None:
        known = code, _site(code, frame.f_lineno, method, pick)
        if len(_sites) >= _LIMIT:
            _sites.clear()
        _sites[key] = known  # the code object is kept so that its id stays its own
    return known[1]


def called() -> str:
    """Give the name of the function of this package that the user's line called, unless a sign stands for it."""
    name = _users_frame()[1]
    return "" if name.startswith("_") else name


def name_file(filename: str, label: str) -> None:
    """Call the code of this file name by a label, such as `In[5]`.

    >>> name_file("/tmp/ipykernel_1/2.py", "In[5]")
    """
    errors.name_file(filename, label)
    _statements.pop(filename, None)
    _sites.clear()


def conceal(secret: str) -> None:
    """Show `...` instead of this text from now on, wherever a line of the user's code holds it.

    >>> conceal("hunter22")
    >>> here().text
    'here().text'
    """
    if secret not in _secrets:
        _secrets.append(secret)
        _sites.clear()


_secrets: deque[str] = deque(maxlen=64)


def _users_frame() -> tuple[FrameType | None, str]:
    """Give the first frame outside of this package, and the name of the function that it called."""
    frame, method = inspect.currentframe(), ""
    while frame is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        method, frame = frame.f_code.co_name, frame.f_back
    while frame is not None and frame.f_globals.get("__name__", "").startswith("IPython."):
        frame = frame.f_back  # a magic is called by IPython, and that by the cell
    return frame, method


_MAGIC = re.compile(r"get_ipython\(\)\.run_(cell|line)_magic\('(\w+)', '([^']*)'")
_PACKAGE = os.path.dirname(os.path.dirname(here.__code__.co_filename)) + os.sep  # noqa: PTH120 - text as frames have it


def _site(code: CodeType, line: int, method: str, pick: int) -> Site:
    entries = _assigned(code.co_filename).get(line, ())
    fitting = [names for last, names in entries if method in (last, "__init__")]
    names = fitting[0] if len(fitting) == 1 else ()
    name = names[pick] if 0 <= pick < len(names) else ", ".join(names)
    function = "" if code.co_name == "<module>" else code.co_qualname.replace(".<locals>", "")
    return _without_secrets(_as_typed(Site.at(code.co_filename, line, name, function)))


def _as_typed(site: Site) -> Site:
    """Show a magic as it stands in the cell, not as what IPython makes of it."""
    magic = _MAGIC.match(site.text)
    return replace(site, text=f"{'%%' if magic[1] == 'cell' else '%'}{magic[2]} {magic[3]}") if magic else site


def _without_secrets(site: Site) -> Site:
    for secret in _secrets:
        if secret in site.text:
            site = replace(site, text=site.text.replace(secret, "..."))
    return site


def _assigned(filename: str) -> _Names:
    lines = linecache.getlines(filename)
    known = _statements.get(filename)
    if known is None or known[0] is not lines:
        if len(_statements) >= _LIMIT:
            _statements.clear()
        known = _statements[filename] = lines, _read("".join(lines))
    return known[1]


def _read(source: str) -> _Names:
    try:
        with warnings.catch_warnings(action="ignore"):
            tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {}
    found: _Names = {}
    for statement in _statements_of(tree):
        entries = _entries(statement)
        for line in range(statement.lineno, (statement.end_lineno or statement.lineno) + 1) if entries else ():
            found[line] = found.get(line, ()) + entries
    return found


def _statements_of(tree: ast.AST) -> Iterator[ast.stmt]:
    """Iterate over all statements without looking into expressions."""
    for field in ("body", "orelse", "finalbody", "handlers", "cases"):
        children: Any = getattr(tree, field, ())
        for child in cast("list[ast.AST]", children) if isinstance(children, list) else ():
            if isinstance(child, ast.stmt):
                yield child
            yield from _statements_of(child)


def _entries(statement: ast.stmt) -> _Entries:
    if isinstance(statement, ast.Assign):
        target = statement.targets[0]
    elif isinstance(statement, ast.AnnAssign) and statement.value:
        target = statement.target
    else:
        return ()
    return tuple(_pairs(target, statement.value))


def _pairs(target: ast.expr, value: ast.expr | None) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Match values with names: `a, b = x.map(f), y.filter(g)` assigns two."""
    if isinstance(value, ast.Call):
        yield _last_called(value), tuple(_names_in(target))
    elif isinstance(value, ast.Tuple) and isinstance(target, ast.Tuple) and len(value.elts) == len(target.elts):
        for each, part in zip(target.elts, value.elts, strict=True):
            yield from _pairs(each, part)


def _last_called(call: ast.Call) -> str:
    match call.func:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
        case _:
            return ""


def _names_in(target: ast.expr) -> list[str]:
    if isinstance(target, ast.Tuple | ast.List):
        return [ast.unparse(each) for each in target.elts]
    return [ast.unparse(target)]
