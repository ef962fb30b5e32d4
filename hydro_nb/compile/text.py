"""Syntax trees as text that reads back as exactly those trees, one statement or expression to a line."""

from __future__ import annotations

import ast
import math
import re
import warnings
from typing import TYPE_CHECKING, Any, cast

from hydro_nb.compile.body import SpliceError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def text_of(statements: list[ast.stmt]) -> tuple[tuple[str, ...], list[int]]:
    """Give the lines of statements, and for each the line of the user's that it came from."""
    if not statements:
        return (), []
    if len(statements) == 1 and isinstance(statements[0], ast.Expr) and _is_plain(statements[0].value):
        return (ast.unparse(statements[0]),), [statements[0].lineno]
    # A string that comes first would be written as a docstring.
    module = ast.Module([ast.Pass(lineno=0), *statements], [])
    try:
        text = ast.unparse(module)
        again = ast.parse(text)
        # What Python warns of would be warned of, or refused, where the generated module is compiled.
        with warnings.catch_warnings(action="error"):
            compile(again, "<spliced>", "exec", dont_inherit=True)
    except (ValueError, SyntaxError, RecursionError, Warning) as error:
        raise SpliceError(f"its text cannot be written ({error})") from None
    triple = "'''" in text or '"""' in text
    if not _same(again, module) or (triple and any(map(_is_broken, ast.walk(again)))):
        raise SpliceError("its text would read back as something else")
    lines = text.split("\n")
    return tuple(lines[1:]), _lines(again, module, len(lines))[1:]


FEW = 64
"""Parts of an expression that may be taken for plain; a deep one need not be read at all."""
_OPERATIONS = (ast.BinOp, ast.BoolOp, ast.Compare, ast.UnaryOp, ast.IfExp, ast.Tuple)
_OPERATORS = (
    ast.operator,
    ast.boolop,
    ast.unaryop,
    ast.Eq,
    ast.NotEq,
    ast.Lt,
    ast.LtE,
    ast.Gt,
    ast.GtE,
    ast.In,
    ast.NotIn,
)
_PLAIN = (ast.Name, ast.expr_context, *_OPERATIONS, *_OPERATORS)
"""`is` is warned of beside a literal."""


def _is_plain(expr: ast.expr) -> bool:
    """Whether an expression is made of variables, numbers, short texts and operations: it is read as it is written.

    >>> [_is_plain(ast.parse(text, mode="eval").body) for text in ("n % 2 == 0", "a.b[c](1)", "n is 1", "1[n]")]
    [True, True, False, False]
    """
    nodes = list(ast.walk(expr))
    return len(nodes) <= FEW and all(map(_is_plain_node, nodes))


def _is_plain_node(node: ast.AST) -> bool:
    match node:
        case ast.Constant():
            return node.value is None or _is_plain_value(node.value, node.kind)
        case ast.Attribute(value=owner) | ast.Subscript(value=owner) | ast.Call(func=owner, keywords=[]):
            return isinstance(owner, ast.Name | ast.Attribute | ast.Subscript | ast.Call)
        case _:
            return isinstance(node, _PLAIN)


def _is_plain_value(value: object, kind: str | None) -> bool:
    """Whether a literal is a number without a sign, which is read as an operation, or a text without escapes."""
    if isinstance(value, int):
        return 0 <= value < 1 << 63
    return isinstance(value, str) and kind is None and value.isascii() and value.isprintable()


def _is_broken(node: ast.AST) -> bool:
    """Whether an expression takes several lines, which an indented block would change."""
    return isinstance(node, ast.expr) and node.end_lineno != node.lineno


def _same(one: Any, two: Any) -> bool:
    if isinstance(one, ast.AST):
        return type(one) is type(two) and all(_same(getattr(one, f), getattr(two, f, None)) for f in one._fields)
    if isinstance(one, list):
        pair = cast("tuple[list[Any], list[Any]]", (one, two))
        return len(pair[0]) == len(pair[1]) and all(map(_same, *pair))
    return type(one) is type(two) and repr(one) == repr(two)


def _lines(again: ast.Module, module: ast.Module, count: int) -> list[int]:
    pairs = zip(_statements(again), _statements(module), strict=True)
    first = {new.lineno: old.lineno for new, old in pairs}
    lines: list[int] = []
    for number in range(1, count + 1):
        lines.append(first.get(number, lines[-1] if lines else 0))
    return lines


def _statements(node: ast.AST) -> Iterator[ast.stmt]:
    for block in ("body", "orelse"):
        statements: list[ast.stmt] = getattr(node, block, [])
        for statement in statements:
            yield statement
            yield from _statements(statement)


def is_simple(text: str) -> bool:
    """Whether an expression may be written twice without being worked out twice."""
    return text.isidentifier() or bool(re.fullmatch(r"-?\d+(\.\d+)?|'[^'\\]*'|\(\)", text))


def is_made_of_names(text: str) -> bool:
    """Whether an expression is a tuple of variables, or of such tuples, which may be made where it is needed.

    >>> is_made_of_names("(a, (b, c))"), is_made_of_names("a"), is_made_of_names("(a, f(b))")
    (True, False, False)
    """
    if not re.fullmatch(r"\([\w, ()]+\)", text):
        return False
    node = ast.parse(text, mode="eval").body
    return isinstance(node, ast.Tuple) and all(
        isinstance(each, ast.Name | ast.Tuple | ast.expr_context) for each in ast.walk(node)
    )


def is_literal(value: Any) -> bool:
    """Whether a value's text means the value, and is short."""
    if type(value) is float:
        return math.isfinite(value)
    return (type(value) in (bool, int, str, bytes, type(None)) and len(repr(value)) <= 40) or (
        type(value) is tuple and not value
    )


_SETS = re.compile(r"(?<![^\s;:(,])(\w+)(?=\s*(?:(?:, \w+ )?=(?!=)|[-+*/&|^%@]=|//=|>>=|<<=|\*\*=|:=))")


def rebound(lines: Iterable[str]) -> set[str]:
    """Give the variables that lines set, and some names beside them, such as those of keyword arguments.

    >>> sorted(rebound(["a, b = f(c=1)", "d[0] = e", "g += 1 == h"]))
    ['a', 'b', 'c', 'g']
    """
    return {name for line in lines for name in _SETS.findall(line)}
