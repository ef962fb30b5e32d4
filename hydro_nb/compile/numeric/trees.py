"""Pieces of syntax trees, and numbers in flight as such pieces."""

from __future__ import annotations

import ast
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from hydro_nb.ir.emit import Emit
from hydro_nb.ir.numbers import Column
from hydro_nb.ir.ops.fold import Fold

_RANK: dict[Column, int] = {"bool": 0, "int64": 1, "float64": 2}


class NotArithmeticError(Exception):
    """What in a function no column of numbers can go through, as the end of "its function ..."."""


@dataclass(frozen=True)
class Number:
    """A number that is worked out in generated source: its expression, and of which kind it is."""

    node: ast.expr
    kind: Column
    value: Any = None
    """what it is, where it is the same for every element"""
    present: Number | None = None
    """whether it is there and not None, where that differs from element to element"""
    missing: bool = False
    """it is None for every element"""

    @property
    def is_plain(self) -> bool:
        """Whether it is always there."""
        return self.present is None and not self.missing

    def there(self) -> Number:
        """Give it without the question whether it is there."""
        return replace(self, present=None, missing=False)


NOTHING = Number(ast.Constant(0), "int64", value=0, missing=True)
"""None, which drops an element."""


def constant(value: Any) -> Number:
    """Give a number that is known now; integers wrap to 64 bits as all do."""
    if isinstance(value, bool):
        return Number(ast.Constant(value), "bool", value)
    if isinstance(value, int):
        if not -(2**63) <= value < 2**63:
            raise NotArithmeticError(f"has the number {value}, which is beyond 64 bits")
        return Number(_signed(int(value)), "int64", int(value))
    return Number(_real(float(value)), "float64", float(value))


def _signed(value: float) -> ast.expr:
    shown = ast.Constant(abs(value))
    return ast.UnaryOp(ast.USub(), shown) if math.copysign(1, value) < 0 else shown


def _real(value: float) -> ast.expr:
    if math.isnan(value):
        return numpy_name("nan")
    if math.isinf(value):
        return ast.UnaryOp(ast.USub(), numpy_name("inf")) if value < 0 else numpy_name("inf")
    return _signed(value)


def wider(*kinds: Column) -> Column:
    """Give the kind that all of these go into.

    >>> wider("bool", "int64"), wider("int64", "float64")
    ('int64', 'float64')
    """
    return max(kinds, key=_RANK.__getitem__)


def name(text: str) -> ast.expr:
    """Give the tree of a variable that is read."""
    return ast.Name(text, ast.Load())


def numpy_name(attribute: str) -> ast.expr:
    """Give the tree of something of numpy's."""
    return ast.Attribute(name("np"), attribute, ast.Load())


def dtype(kind: Column) -> str:
    """Give what numpy calls a kind.

    >>> dtype("bool"), dtype("int64")
    ('bool_', 'int64')
    """
    return "bool_" if kind == "bool" else kind


def call(function: ast.expr | str, *given: ast.expr) -> ast.expr:
    """Give the tree of a call."""
    return ast.Call(name(function) if isinstance(function, str) else function, list(given), [])


def method(node: ast.expr, attribute: str, *given: ast.expr) -> ast.expr:
    """Give the tree of the call of a method."""
    return ast.Call(ast.Attribute(node, attribute, ast.Load()), list(given), [])


def text(node: ast.AST) -> str:
    """Write a tree."""
    return ast.unparse(ast.fix_missing_locations(node))


def lines(statements: Sequence[ast.stmt]) -> list[str]:
    """Write statements, each as a text of one or more lines."""
    return [text(statement) for statement in statements]


def variable(emit: Emit, expr: str, wanted: str) -> str:
    """Put an expression into a fresh variable."""
    name = emit.local(wanted)
    emit.write(f"{name} = {expr}")
    return name


def accumulator(emit: Emit, op: Fold, kind: Column) -> str:
    """Give the variable of what a fold has gathered; it begins as what it becomes, 0 as 0.0 where it takes floats."""
    plain = {"bool": bool, "int64": int, "float64": float}[kind]
    if type(op.init) is not plain:
        emit.state("", repr(plain(op.init)))
    return op.accumulator(emit)


def count(emit: Emit, slots: dict[str, str], column: str) -> None:
    """Count what an operator has given, which its column knows."""
    slots[emit.name] = emit.node.slot
    emit.write(f'state.counts["{emit.name}"] += len({column})')


def assign(target: str, value: ast.expr) -> ast.stmt:
    """Give the tree of an assignment."""
    return cast("ast.stmt", ast.Assign([ast.Name(target, ast.Store())], value, lineno=0))
