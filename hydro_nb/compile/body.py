"""The body of a function as statements and one result expression, without `return`."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hydro_nb.ir.locate import FunctionTree

RESULT = ".result"
"""The variable that holds the result where branches give it; no user's variable has this name."""

DEEPEST = 6
"""Loops of one function inside another; CPython refuses more than 20 with those that are around them."""

PLAIN = (
    ast.Expr,
    ast.Assign,
    ast.AugAssign,
    ast.AnnAssign,
    ast.Assert,
    ast.Pass,
    ast.Break,
    ast.Continue,
    ast.Raise,
    ast.If,
    ast.For,
    ast.While,
)


class SpliceError(Exception):
    """Why a function is called and not spliced."""


@dataclass
class Body:
    """Statements, then the expression that is the function's result."""

    statements: list[ast.stmt]
    result: ast.expr


def body_of(tree: FunctionTree) -> Body:
    """Turn a function's body into statements and a result, or say what stands against it."""
    if isinstance(tree, ast.Lambda):
        return Body([], tree.body)
    statements = [statement for statement in tree.body if not _is_constant(statement)]
    for node in (inner for statement in statements for inner in ast.walk(statement)):
        _check(node)
    if max(map(_loops, statements), default=0) > DEEPEST:
        raise SpliceError("its loops are nested too deeply")
    return _tail(statements, tree)


def _loops(node: ast.AST) -> int:
    """Count the loops of a statement that stand one inside another."""
    inner = max(map(_loops, ast.iter_child_nodes(node)), default=0)
    return inner + isinstance(node, ast.For | ast.While)


def _is_constant(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _check(node: ast.AST) -> None:
    if isinstance(node, ast.Raise) and node.exc is None:
        raise SpliceError("`raise` without an exception")
    if isinstance(node, ast.stmt) and not isinstance(node, (*PLAIN, ast.Return)):
        raise SpliceError(f"it has {_word(node)}")


def _word(node: ast.stmt) -> str:
    words = {"FunctionDef": "nested def", "ClassDef": "class", "AsyncFunctionDef": "nested async def"}
    return f"`{words.get(type(node).__name__, type(node).__name__.lower())}`"


def _tail(statements: list[ast.stmt], at: ast.AST) -> Body:
    """Statements in tail position: each path through them gives the result."""
    for index, statement in enumerate(statements):
        if isinstance(statement, ast.Return):
            result = statement.value or ast.copy_location(ast.Constant(None), statement)
            return Body(statements[:index], result)
        if isinstance(statement, ast.If) and _returns(statement):
            return _branches(statements[:index], statement, statements[index + 1 :])
        if isinstance(statement, ast.Raise):
            return Body(statements[: index + 1], ast.copy_location(ast.Constant(None), statement))
        if _returns(statement):
            raise SpliceError("it returns from inside a loop")
    return Body(statements, ast.copy_location(ast.Constant(None), at))


def _branches(before: list[ast.stmt], test: ast.If, rest: list[ast.stmt]) -> Body:
    falls = [not _ends(branch) for branch in (test.body, test.orelse)]
    if rest and all(falls):
        raise SpliceError("it returns from one branch and goes on after another")
    yes = _tail([*test.body, *(rest if falls[0] else [])], test)
    no = _tail([*test.orelse, *(rest if falls[1] else [])], test)
    if not yes.statements and not no.statements and _fits_one_line(test, yes.result, no.result):
        return Body(before, ast.copy_location(ast.IfExp(test.test, yes.result, no.result), test))
    branch = ast.copy_location(ast.If(test.test, _stored(yes), _stored(no)), test)
    return Body([*before, branch], ast.copy_location(ast.Name(RESULT, ast.Load()), test))


def _fits_one_line(test: ast.If, *results: ast.expr) -> bool:
    """Whether whatever fails of the results fails in the line of the test, as one line of ours is one of the user's."""
    return all(isinstance(each, ast.Name | ast.Constant) or each.lineno == test.lineno for each in results)


def _stored(body: Body) -> list[ast.stmt]:
    if isinstance(body.result, ast.Name) and body.result.id == RESULT:
        return body.statements
    if body.statements and isinstance(body.statements[-1], ast.Raise):
        return body.statements
    store = ast.Assign([ast.Name(RESULT, ast.Store())], body.result)
    return [*body.statements, ast.copy_location(store, body.result)]


def _returns(statement: ast.stmt) -> bool:
    return any(isinstance(node, ast.Return) for node in ast.walk(statement))


def _ends(statements: list[ast.stmt]) -> bool:
    """Whether nothing after these statements is reached."""
    if not statements:
        return False
    last = statements[-1]
    if isinstance(last, ast.If):
        return _ends(last.body) and _ends(last.orelse)
    return isinstance(last, ast.Return | ast.Raise)
