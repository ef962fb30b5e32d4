"""What functions on numbers mean: the builtins, those of `math` and `operator`, and numpy's of the same names."""

from __future__ import annotations

import ast
import builtins
import math
import operator as _operator
from collections.abc import Sequence
from typing import Any

operator: Any = _operator

REAL = {
    "sqrt": "sqrt",
    "exp": "exp",
    "expm1": "expm1",
    "log": "log",
    "log2": "log2",
    "log10": "log10",
    "log1p": "log1p",
    "sin": "sin",
    "cos": "cos",
    "tan": "tan",
    "asin": "arcsin",
    "acos": "arccos",
    "atan": "arctan",
    "sinh": "sinh",
    "cosh": "cosh",
    "tanh": "tanh",
    "asinh": "arcsinh",
    "acosh": "arccosh",
    "atanh": "arctanh",
    "fabs": "fabs",
    "degrees": "degrees",
    "radians": "radians",
    "atan2": "arctan2",
    "hypot": "hypot",
    "copysign": "copysign",
    "fmod": "fmod",
}
"""Functions of `math` that give floats, under numpy's names."""
TWO = frozenset({"arctan2", "hypot", "copysign", "fmod"})
"""Those of them that take two numbers."""
TESTS = frozenset({"isnan", "isinf", "isfinite"})
ROUND = frozenset({"floor", "ceil", "trunc"})
"""Functions that give whole numbers: of `math` integers, of numpy floats."""
BINARY: dict[Any, type[ast.operator]] = {
    operator.add: ast.Add,
    operator.sub: ast.Sub,
    operator.mul: ast.Mult,
    operator.truediv: ast.Div,
    operator.floordiv: ast.FloorDiv,
    operator.mod: ast.Mod,
    operator.and_: ast.BitAnd,
    operator.or_: ast.BitOr,
    operator.xor: ast.BitXor,
    math.pow: ast.Pow,
}
_OPERATIONS: dict[type[ast.operator], Any] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
    ast.BitAnd: operator.and_,
    ast.BitOr: operator.or_,
    ast.BitXor: operator.xor,
    ast.LShift: operator.lshift,
    ast.RShift: operator.rshift,
}
COMPARED: dict[type[ast.cmpop], Any] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}


def named(function: Any) -> str:
    """Give the name by which the translation knows a function, empty where it knows none.

    >>> named(math.atan2), named(abs), named(print)
    ('arctan2', 'abs', '')
    """
    plain = getattr(function, "__name__", "")
    if plain in ("abs", "min", "max", "int", "float", "bool", "round", "pow") and _is(builtins, plain, function):
        return plain
    if _is(math, plain, function):
        return REAL.get(plain, plain if plain in TESTS else f"math.{plain}" if plain in ROUND else "")
    known = plain in REAL.values() or plain in TESTS or plain in ROUND
    return plain if known and _is(_numpy(), plain, function) else ""


def operation(function: Any) -> type[ast.operator] | None:
    """Give the operation on two numbers that a function is."""
    return next((op for known, op in BINARY.items() if known is function), None)


def _is(module: Any, plain: str, function: Any) -> bool:
    return getattr(module, plain, None) is function


def _numpy() -> Any:
    import numpy as np  # noqa: PLC0415 - there are arrays, so it is loaded

    return np


def worked_out(op: ast.operator, left: Any, right: Any) -> Any:
    """Work out two constants as numpy does with numbers of 64 bits."""
    np = _numpy()
    with np.errstate(all="ignore"):
        return _OPERATIONS[type(op)](_wide(left), _wide(right)).item()


def _wide(value: float) -> Any:
    np = _numpy()
    return np.float64(value) if isinstance(value, float) else np.int64(value)


def called(known: str, given: Sequence[float]) -> Any:
    """Work out a function of constants as numpy does.

    >>> called("sqrt", [-1.0]), called("abs", [-3])
    (nan, 3)
    """
    np = _numpy()
    with np.errstate(all="ignore"):
        return getattr(np, known)(*map(_wide, given)).item()


def whole(rounded: str, value: float) -> int:
    """Give a constant as an integer; what is no number of 64 bits gives the smallest one.

    >>> whole("floor", -0.5), whole("trunc", 1e300)
    (-1, -9223372036854775808)
    """
    found = called(rounded, [value])
    return int(found) if -(2.0**63) <= found < 2.0**63 else -(2**63)
