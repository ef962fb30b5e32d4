"""Where a statement reads a variable, and what of the statement is worked out before and after that."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

Slot = tuple[ast.AST, str, ast.Name]
"""What a name stands in, the field that it is, and the name"""

_DISPLAYS = (ast.Tuple, ast.List, ast.Set, ast.Dict, ast.JoinedStr, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_HIDDEN = (ast.NamedExpr, ast.Await, ast.Yield, ast.YieldFrom, ast.Starred)
_BUILTINS = {"abs", "bool", "bytes", "chr", "divmod", "float", "int", "len", "ord", "repr", "round", "str", "tuple"}
"""Builtins that give the same for the same however often they are asked, and change nothing."""
_REPEATABLE = (
    ast.Name,
    ast.Constant,
    ast.BinOp,
    ast.UnaryOp,
    ast.BoolOp,
    ast.Compare,
    ast.IfExp,
    ast.Attribute,
    ast.Subscript,
    ast.Slice,
    ast.Tuple,
    ast.expr_context,
    ast.operator,
    ast.unaryop,
    ast.boolop,
    ast.cmpop,
)
_BINDING: dict[type[ast.AST], int] = {
    ast.Lambda: 0,
    ast.IfExp: 1,
    ast.Or: 2,
    ast.And: 3,
    ast.Not: 4,
    ast.Compare: 5,
    ast.BitOr: 6,
    ast.BitXor: 7,
    ast.BitAnd: 8,
    ast.LShift: 9,
    ast.RShift: 9,
    ast.Add: 10,
    ast.Sub: 10,
    ast.Mult: 11,
    ast.Div: 11,
    ast.FloorDiv: 11,
    ast.Mod: 11,
    ast.MatMult: 11,
    ast.UnaryOp: 12,
    ast.Pow: 13,
}
"""How tightly an expression holds together; what is not here is one piece."""
_PIECE = 14


@dataclass(frozen=True, slots=True)
class Reading:
    """How a statement reads a variable that the statement before it has set."""

    name: str
    expression: str
    torn: bool
    """whether it needs parentheses where it is read"""
    bare: tuple[int, int]
    """where the expression stands in the first statement"""
    place: tuple[int, int]
    """where the name stands in the second"""
    harmless: bool
    """whether nothing can fail once the value is there"""
    again: bool
    """whether the value can be worked out once more after the second statement has failed"""

    @property
    def whole(self) -> str:
        """The expression, fit for any place."""
        return f"({self.expression})"

    @property
    def text(self) -> str:
        """What is written in place of the name."""
        return f"({self.expression})" if self.torn else self.expression

    @property
    def width(self) -> int:
        """How many bytes take the place of the name."""
        return len(self.text.encode())


def reading(first: str, second: str, name: str, lists: frozenset[str]) -> Reading | None:
    """Look at two statements, the first of which sets a variable that only the second reads.

    None where its value cannot be worked out where it is read without changing what happens, and in which order.

    >>> read = reading("y = x ^ 5", "total = total + y", "y", frozenset())
    >>> read.text, read.place, read.again
    ('(x ^ 5)', (16, 17), True)
    """
    before, after = _parsed(first), _parsed(second)
    if not isinstance(before, ast.Assign) or len(before.targets) > 1 or not after or not _may_move(before.value):
        return None
    slot = _found(after, name, lists)
    if not slot or _is_exposed(slot[0]) or _is_warned_of(before.value, *slot[:2]):
        return None
    within, where, read = slot
    bare = (before.value.col_offset, before.value.end_col_offset or 0)
    text = first.encode()[slice(*bare)].decode()
    return Reading(
        name,
        text,
        _is_torn(before.value, text, within, where),
        bare,
        (read.col_offset, read.end_col_offset or 0),
        harmless=_is_harmless(after, lists),
        again=_again(before.value, after),
    )


def _parsed(text: str) -> ast.stmt | None:
    """Read one statement; of one that opens a block, its first line."""
    try:
        statements = ast.parse(f"{text} pass" if text.endswith(":") else text).body
    except (SyntaxError, ValueError, RecursionError):
        return None
    return statements[0] if len(statements) == 1 else None


def _may_move(value: ast.expr) -> bool:
    """Whether an expression is worth moving, and sets nothing on the way; a constant may mean something else there."""
    nodes = list(ast.walk(value))
    return not any(isinstance(node, _HIDDEN) for node in nodes) and any(isinstance(node, ast.Name) for node in nodes)


def _found(node: ast.AST, name: str, lists: frozenset[str]) -> Slot | None:
    """Find the name where nothing that matters comes before it."""
    for child, where in _children(node):
        if isinstance(child, ast.Name) and child.id == name:
            return (node, where, child) if isinstance(child.ctx, ast.Load) else None
        if found := _found(child, name, lists):
            return found
        if not _is_plain(child, lists):
            return None
    return None


_FIRST: dict[type[ast.AST], tuple[str, ...]] = {
    ast.Assign: ("value",),
    ast.AugAssign: ("target", "value"),
    ast.Expr: ("value",),
    ast.If: ("test",),
    ast.IfExp: ("test",),
    ast.BinOp: ("left", "right"),
    ast.UnaryOp: ("operand",),
    ast.Compare: ("left", "comparators"),
    ast.BoolOp: ("values",),
    ast.Call: ("func", "args", "keywords"),
    ast.keyword: ("value",),
    ast.Attribute: ("value",),
    ast.Subscript: ("value", "slice"),
    ast.Tuple: ("elts",),
    ast.List: ("elts",),
}
"""What is worked out, in this order, before anything else of a node is done."""
_ONE = (ast.Compare, ast.BoolOp)
"""Of whose many parts only the first is worked out whatever it is."""


def _children(node: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    """Give what is worked out first whenever a node is, in that order."""
    for where in _FIRST.get(type(node), ()):
        child = cast("ast.AST | list[ast.AST]", getattr(node, where))
        several = child if isinstance(child, list) else [child]
        yield from ((each, where) for each in several[: 1 if isinstance(node, _ONE) else None])


def _is_plain(node: ast.AST, lists: frozenset[str]) -> bool:
    """Whether working a node out changes nothing and does not depend on when it is done."""
    if isinstance(node, ast.Attribute):
        return isinstance(node.value, ast.Name) and node.value.id in lists
    if isinstance(node, ast.Tuple | ast.List):
        return all(_is_plain(each, lists) for each in node.elts)
    if isinstance(node, ast.keyword):
        return bool(node.arg) and _is_plain(node.value, lists)
    return isinstance(node, ast.Name | ast.Constant)


def _is_warned_of(value: ast.expr, within: ast.AST, where: str) -> bool:
    """Whether Python would warn of the expression in this place, or of what stands beside it."""
    shown = isinstance(value, (*_DISPLAYS, *_COMPREHENSIONS))
    if isinstance(within, ast.Subscript):
        return shown or isinstance(within.value, (*_DISPLAYS, *_COMPREHENSIONS, ast.Constant))
    return shown and (isinstance(within, ast.Compare) or where == "func")


def _is_torn(value: ast.expr, text: str, within: ast.AST, where: str) -> bool:
    """Whether an expression needs parentheses where it is put."""
    if isinstance(value, ast.Tuple):
        return len(_arguments(text)) != 1
    own = _binding(value)
    match within:
        case ast.BinOp():
            least = _binding(within) + (where == "right" or isinstance(within.op, ast.Pow))
        case ast.Compare() | ast.BoolOp() | ast.UnaryOp() | ast.IfExp():
            least = _binding(within) + 1
        case ast.Attribute() | ast.Subscript() if where == "value":
            least = _PIECE
        case ast.Call() if where == "func":
            least = _PIECE
        case ast.Assign() | ast.AugAssign() | ast.Call() | ast.keyword():
            least = 0
        case _:
            least = 1
    return own < least


def _arguments(text: str) -> list[ast.expr]:
    call = ast.parse(f"f({text})", mode="eval").body
    return call.args if isinstance(call, ast.Call) else []


def _binding(node: ast.AST) -> int:
    if isinstance(node, ast.BinOp | ast.BoolOp):
        return _BINDING[type(node.op)]
    if isinstance(node, ast.UnaryOp):
        return _BINDING[ast.Not if isinstance(node.op, ast.Not) else ast.UnaryOp]
    return _BINDING.get(type(node), _PIECE)


def _is_exposed(within: ast.AST) -> bool:
    """Whether the value is tested or taken apart, which has no place of its own in the text.

    Python also tests the halves of `a and b` once where that is tested at once, and twice where a variable holds it.
    """
    if isinstance(within, ast.UnaryOp):
        return isinstance(within.op, ast.Not)
    if isinstance(within, ast.keyword):
        return not within.arg
    return isinstance(within, ast.If | ast.IfExp | ast.BoolOp)


def _is_harmless(node: ast.AST, lists: frozenset[str]) -> bool:
    """Whether a statement only puts names somewhere: an element into a list of ours, a value into a variable."""
    match node:
        case ast.Assign(targets=[ast.Name()]):
            return _is_plain(node.value, frozenset())
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id), attr="append"), args=[arg], keywords=[])):
            return id in lists and _is_plain(arg, frozenset())
        case _:
            return False


def _again(value: ast.expr, after: ast.AST) -> bool:
    """Whether an expression gives the same when it is worked out once more, after the statement has failed."""
    looks = False
    for node in ast.walk(value):
        if isinstance(node, ast.Call):
            if not isinstance(node.func, ast.Name) or node.func.id not in _BUILTINS or node.keywords:
                return False
        elif not isinstance(node, _REPEATABLE):
            return False
        looks = looks or isinstance(node, ast.Call | ast.Attribute | ast.Subscript)
    changes = any(isinstance(node, ast.Call) for node in ast.walk(after))
    return not (looks and changes) and not (_names(value) & _set_early(after))


def _names(node: ast.AST) -> set[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}


def _set_early(node: ast.AST) -> set[str]:
    """Give the variables that a statement sets before it is through with everything that can fail."""
    early: ast.AST = node
    if isinstance(node, ast.AugAssign) or (isinstance(node, ast.Assign) and _names_only(node.targets)):
        early = node.value
    return {each.id for each in ast.walk(early) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)}


def _names_only(targets: list[ast.expr]) -> bool:
    return all(isinstance(target, ast.Name) for target in targets)
