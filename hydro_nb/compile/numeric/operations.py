"""Operations on numbers in generated source, worked out at once where the numbers are known.

Every operation is total, as numpy's are: integers wrap, what has no result is `nan` or 0. So it does not matter when,
or for which elements, something is worked out, which is what lets whole columns be worked on at once.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from hydro_nb.compile.numeric import functions, trees
from hydro_nb.compile.numeric.trees import NOTHING, NotArithmeticError, Number, constant, wider
from hydro_nb.ir.numbers import Column

_BITS = (ast.BitAnd, ast.BitOr, ast.BitXor)
_SHIFTS: dict[type[ast.operator], str] = {ast.LShift: "shift_left", ast.RShift: "shift_right"}
_WHOLE = {"int": "trunc", "round": "rint", "math.floor": "floor", "math.ceil": "ceil", "math.trunc": "trunc"}
"""Functions that make integers of floats, and how they round."""


class Operations:
    """Writes operations; what differs between one element at a time and whole columns is left to the dialects."""

    def __init__(self, fresh: Callable[[str], str]) -> None:
        self.statements: list[ast.stmt] = []
        """what is worked out before the result"""
        self.fresh = fresh
        self.outside: Mapping[str, Any] = {}
        self.variables: dict[str, Number] = {}

    def chosen(self, test: Number, yes: ast.expr, no: ast.expr) -> ast.expr:
        """Write one of two results."""
        raise NotImplementedError

    def logical(self, op: ast.And | ast.Or, tests: Sequence[ast.expr]) -> ast.expr:
        """Write what holds where all, or any, of these hold."""
        raise NotImplementedError

    def negated(self, test: ast.expr) -> ast.expr:
        """Write that something does not hold."""
        raise NotImplementedError

    def cast_node(self, number: Number, kind: Column) -> ast.expr:
        """Write a number as one of another kind."""
        raise NotImplementedError

    def divided(self, op: ast.FloorDiv | ast.Mod, left: Number, right: Number) -> ast.expr:
        """Write a division of integers, where zero gives 0."""
        raise NotImplementedError

    def let(self, number: Number, wanted: str = "part") -> Number:
        """Put a number into a variable, unless it is in one."""
        if number.value is not None or isinstance(number.node, ast.Name):
            return number
        target = self.fresh(wanted)
        self.statements.append(trees.assign(target, number.node))
        return replace(number, node=trees.name(target))

    def cast(self, number: Number, kind: Column) -> Number:
        """Give a number as one of another kind."""
        if number.kind == kind:
            return number
        if number.value is not None:
            value = {"bool": bool, "int64": int, "float64": float}[kind](number.value)
            return replace(constant(value), present=number.present, missing=number.missing)
        return replace(number, node=self.cast_node(number, kind), kind=kind)

    def truth(self, number: Number) -> Number:
        """Give whether a number counts as true."""
        if number.kind == "bool":
            return number
        if number.value is not None:
            return constant(bool(number.value))
        return Number(ast.Compare(number.node, [ast.NotEq()], [ast.Constant(0)]), "bool")

    def as_number(self, number: Number) -> Number:
        """Give a truth value as 0 or 1, and a number as it is."""
        return self.cast(number, "int64") if number.kind == "bool" else number

    def binary(self, op: ast.operator, one: Number, other: Number) -> Number:
        """Write an operation on two numbers, or work it out where both are known."""
        if isinstance(op, _BITS) and one.kind == other.kind == "bool":
            return self._operated(op, one, other, "bool")
        left, right = self.as_number(one), self.as_number(other)
        kind = wider(left.kind, right.kind)
        if isinstance(op, ast.Pow):
            return self._power(left, right, kind)
        if isinstance(op, ast.Div):
            return self._operated(op, left, right, "float64")
        if not isinstance(op, (ast.Add, ast.Sub, ast.Mult, ast.FloorDiv, ast.Mod)) and kind == "float64":
            raise NotArithmeticError("takes floats for bits")
        if isinstance(op, ast.MatMult):
            raise NotArithmeticError("multiplies matrices")
        return self._operated(op, left, right, kind)

    def _operated(self, op: ast.operator, left: Number, right: Number, kind: Column) -> Number:
        if left.value is not None and right.value is not None:
            value = functions.worked_out(op, left.value, right.value)
            return self.cast(constant(value), kind)
        if isinstance(op, ast.FloorDiv | ast.Mod) and kind == "int64" and right.value in (None, 0, -1):
            return Number(self.divided(op, left, right), kind)
        known = right.value is not None and 0 <= right.value < 64
        if type(op) in _SHIFTS and not known:
            return Number(trees.call(_SHIFTS[type(op)], left.node, right.node), kind)
        return Number(ast.BinOp(left.node, op, right.node), kind)

    def _power(self, left: Number, right: Number, kind: Column) -> Number:
        if left.value is not None and right.value is not None and (kind == "float64" or right.value >= 0):
            return self.cast(constant(functions.worked_out(ast.Pow(), left.value, right.value)), kind)
        if kind == "int64":
            if right.value is None or not 0 <= right.value < 64:
                raise NotArithmeticError("raises integers to a power that is not a number from 0 to 63")
            return Number(ast.BinOp(left.node, ast.Pow(), right.node), kind)
        if right.value in (2, 3, 4):
            return self._multiplied(self.let(left), int(right.value))
        return Number(ast.BinOp(self.cast(left, kind).node, ast.Pow(), self.cast(right, kind).node), kind)

    def _multiplied(self, base: Number, times: int) -> Number:
        square = ast.BinOp(base.node, ast.Mult(), base.node)
        if times == 4:
            half = self.let(Number(square, "float64"))
            return Number(ast.BinOp(half.node, ast.Mult(), half.node), "float64")
        node = square if times == 2 else ast.BinOp(square, ast.Mult(), base.node)
        return Number(node, "float64")

    def unary(self, op: ast.unaryop, operand: Number) -> Number:
        """Write an operation on one number."""
        if isinstance(op, ast.Not):
            test = self.truth(operand)
            return constant(not test.value) if test.value is not None else Number(self.negated(test.node), "bool")
        number = self.as_number(operand)
        if isinstance(op, ast.Invert) and number.kind == "float64":
            raise NotArithmeticError("takes floats for bits")
        if number.value is not None:
            if isinstance(op, ast.USub):
                return constant(-number.value) if number.kind == "float64" else self._minus(ast.Mult(), number)
            return self._minus(ast.BitXor(), number) if isinstance(op, ast.Invert) else number
        return number if isinstance(op, ast.UAdd) else Number(ast.UnaryOp(op, number.node), number.kind)

    def _minus(self, op: ast.operator, number: Number) -> Number:
        return self.binary(op, number, constant(-1))

    def test(self, op: ast.cmpop, left: Number, right: Number) -> Number:
        """Write a comparison of two numbers."""
        one, other = self.as_number(left), self.as_number(right)
        if one.value is not None and other.value is not None:
            return constant(bool(functions.COMPARED[type(op)](one.value, other.value)))
        return Number(ast.Compare(one.node, [op], [other.node]), "bool")

    def any_of(self, op: ast.boolop, operands: Sequence[Number]) -> Number:
        """Write `a and b`, which is one of the two."""
        if all(each.kind == "bool" for each in operands):
            return self._all_or_any(op, operands)
        first, rest = self.let(operands[0]), operands[1:]
        if not rest:
            return first
        test, other = self.truth(first), self.any_of(op, rest)
        return self.choice(test, other, first) if isinstance(op, ast.And) else self.choice(test, first, other)

    def _all_or_any(self, op: ast.boolop, operands: Sequence[Number]) -> Number:
        decides = isinstance(op, ast.Or)
        if any(each.value is decides for each in operands):
            return constant(decides)
        open_ones = [each for each in operands if each.value is None]
        if len(open_ones) < 2:
            return open_ones[0] if open_ones else constant(not decides)
        tested = ast.Or() if decides else ast.And()
        return Number(self.logical(tested, [each.node for each in open_ones]), "bool")

    def choice(self, test: Number, yes: Number, no: Number) -> Number:
        """Write one result or the other, either of which may be None."""
        if test.value is not None:
            return yes if test.value else no
        if yes.missing and no.missing:
            return NOTHING
        if yes.is_plain and no.is_plain:
            return self._one_of(test, yes, no)
        test = self.let(test, "wanted")
        present = self._one_of(test, _presence(yes), _presence(no))
        value = no if yes.missing else yes if no.missing else self._one_of(test, yes.there(), no.there())
        return replace(value, present=present, missing=False)

    def _one_of(self, test: Number, yes: Number, no: Number) -> Number:
        if yes.kind == no.kind == "bool":
            both = [yes.value, no.value]
            if both == [True, False]:
                return test
            if both == [False, True]:
                return self.unary(ast.Not(), test)
        kind = wider(yes.kind, no.kind)
        return Number(self.chosen(test, self.cast(yes, kind).node, self.cast(no, kind).node), kind)

    def of_function(self, known: str, given: Sequence[Number]) -> Number:
        """Write a function that the translation knows by name, of one number or two."""
        first = given[0]
        if known in _WHOLE:
            return first if first.kind == "int64" else self._whole(first, _WHOLE[known])
        if known == "bool":
            return self.truth(first)
        if known == "float":
            return self.cast(first, "float64")
        if all(each.value is not None for each in given):
            return constant(functions.called(known, [each.value for each in given]))
        if known == "abs":
            return Number(trees.call("abs", first.node), first.kind)
        kind: Column = "bool" if known in functions.TESTS else "float64"
        nodes = [self.cast(each, "float64").node for each in given]
        return Number(trees.call(trees.numpy_name(known), *nodes), kind)

    def _whole(self, number: Number, rounded: str) -> Number:
        if number.value is not None:
            return constant(functions.whole(rounded, number.value))
        node = number.node if rounded == "trunc" else trees.call(trees.numpy_name(rounded), number.node)
        return Number(trees.call("whole", node), "int64")

    def extreme(self, known: str, given: Sequence[Number]) -> Number:
        """Write as Python chooses: a later one only where it goes beyond."""
        best = self.let(given[0])
        for each in given[1:]:
            other = self.let(each)
            test = self.test(ast.Lt() if known == "min" else ast.Gt(), other, best)
            best = self.let(self.choice(test, other, best))
        return best


def _presence(number: Number) -> Number:
    return constant(value=False) if number.missing else number.present or constant(value=True)
