"""Which part of a user's line failed: what Python knows of the generated line, found again in the user's own."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterator

from msgspec.structs import replace

from hydro_nb.errors import Site

LONGEST = 1 << 16
"""Where a line ends at the latest."""
_SYMBOLS: dict[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
    ast.MatMult: "@",
    ast.LShift: "<<",
    ast.RShift: ">>",
}


def pointed(site: Site, statement: str, start: int, end: int) -> Site:
    """Point at what failed in a line of the user's, if that is there once.

    `start` and `end` are the bytes of the generated statement that failed. There variables have other names, and what
    they hold may stand in their place; an operator, a function or an attribute is what the user has written.

    >>> pointed(Site(text="xs.map(lambda n: 1 // n)"), "y = 1 // (x * 3)", 4, 16).start
    19
    """
    mark = _mark(statement, start, end)
    found = [at for text, at in _tokens(site.text) if text == mark] if mark else []
    return replace(site, start=found[0], end=found[0] + len(mark)) if len(found) == 1 else site


def within(site: Site, start: int, end: int) -> Site:
    """Point at the bytes of a line that Python names itself; what goes on below it ends with the line."""
    return replace(site, start=start, end=end if end > start else LONGEST)


def lettered(site: Site, line: str) -> Site:
    """Count the letters of a line's text, without what it is indented by, where bytes of the line were pointed at."""
    if not site.end:
        return site
    data, before = line.encode(), len(line) - len(line.lstrip())
    start, end = (len(data[:at].decode(errors="ignore")) - before for at in (site.start, site.end))
    return replace(site, start=max(start, 0), end=min(end, len(line.strip())))


def _mark(statement: str, start: int, end: int) -> str:
    """Give the sign or the name by which an expression of a statement is known."""
    try:
        tree = ast.parse(f"{statement} pass" if statement.endswith(":") else statement)
    except SyntaxError:  # the head of something that has begun above
        return ""
    for node in ast.walk(tree):
        if isinstance(node, ast.expr) and (node.col_offset, node.end_col_offset) == (start, end):
            return _sign(node)
    return ""


def _sign(node: ast.expr) -> str:
    match node:
        case ast.BinOp(op=op):
            return _SYMBOLS.get(type(op), "")
        case ast.Call(func=ast.Name(id=name)) | ast.Call(func=ast.Attribute(attr=name)) | ast.Attribute(attr=name):
            return name
        case ast.Subscript():
            return "["
        case _:
            return ""


def _tokens(text: str) -> Iterator[tuple[str, int]]:
    """Give the words and signs of one line, with where they begin, as far as it can be read by itself."""
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.start[0] == 1 and token.type in (tokenize.OP, tokenize.NAME):
                yield token.string, token.start[1]
    except (tokenize.TokenError, SyntaxError):  # the line goes on below
        return
