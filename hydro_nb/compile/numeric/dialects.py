"""The two ways to write arithmetic: for one element, compiled or not, and for a whole column."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

from hydro_nb.compile.numeric import trees
from hydro_nb.compile.numeric.arithmetic import Dialect
from hydro_nb.compile.numeric.trees import Number, constant, wider
from hydro_nb.ir.numbers import Column


class Scalar(Dialect):
    """One element at a time, with 64-bit numbers: as numba compiles it, and as numpy's own scalars do it."""

    def chosen(self, test: Number, yes: ast.expr, no: ast.expr) -> ast.expr:
        """Write a conditional expression."""
        return ast.IfExp(test.node, yes, no)

    def logical(self, op: ast.And | ast.Or, tests: Sequence[ast.expr]) -> ast.expr:
        """Write `and` or `or`."""
        return ast.BoolOp(op, list(tests))

    def negated(self, test: ast.expr) -> ast.expr:
        """Write `not`."""
        return ast.UnaryOp(ast.Not(), test)

    def cast_node(self, number: Number, kind: Column) -> ast.expr:
        """Write the type around it."""
        return trees.call(trees.numpy_name(trees.dtype(kind)), number.node)

    def divided(self, op: ast.FloorDiv | ast.Mod, left: Number, right: Number) -> ast.expr:
        """Write a call, as the division by zero must be caught."""
        return trees.call("floor_div" if isinstance(op, ast.FloorDiv) else "remainder", left.node, right.node)

    def branches(self, test: Number, yes: Sequence[ast.stmt], no: Sequence[ast.stmt]) -> None:
        """Write an `if`, at the end of whose branches what they set is in the same variables."""
        before, outer = dict(self.variables), self.statements
        sides: list[tuple[list[ast.stmt], dict[str, Number]]] = []
        for branch in (yes, no):
            self.statements, self.variables = [], dict(before)
            self.run(branch)
            sides.append((self.statements, self.variables))
        self.statements, self.variables = outer, before
        for name in _set_by_both(before, *(variables for _, variables in sides)):
            self._joined(name, sides)
        blocks = [block or [ast.Pass()] for block, _ in sides]
        self.statements.append(ast.If(test.node, blocks[0], blocks[1] if sides[1][0] else []))

    def _joined(self, name: str, sides: Sequence[tuple[list[ast.stmt], dict[str, Number]]]) -> None:
        numbers = [variables[name] for _, variables in sides]
        kinds: list[Column] = [each.kind for each in numbers if not each.missing]
        kind = wider(*kinds) if kinds else "int64"
        plain = all(each.is_plain for each in numbers)
        target, present = self.fresh(name), "" if plain else self.fresh(f"{name}_there")
        for (block, _), number in zip(sides, numbers, strict=True):
            block.append(trees.assign(target, self.cast(number.there(), kind).node))
            if present:
                there = constant(value=False) if number.missing else number.present or constant(value=True)
                block.append(trees.assign(present, there.node))
        known = Number(trees.name(present), "bool") if present else None
        self.variables[name] = Number(trees.name(target), kind, present=known)


class Batch(Dialect):
    """A whole column at once: both branches are worked out, and the one that counts is taken element by element."""

    def chosen(self, test: Number, yes: ast.expr, no: ast.expr) -> ast.expr:
        """Write the choice by a mask."""
        return trees.call(trees.numpy_name("where"), test.node, yes, no)

    def logical(self, op: ast.And | ast.Or, tests: Sequence[ast.expr]) -> ast.expr:
        """Combine masks."""
        combined = tests[0]
        for test in tests[1:]:
            combined = ast.BinOp(combined, ast.BitAnd() if isinstance(op, ast.And) else ast.BitOr(), test)
        return combined

    def negated(self, test: ast.expr) -> ast.expr:
        """Turn a mask round."""
        return ast.UnaryOp(ast.Invert(), test)

    def cast_node(self, number: Number, kind: Column) -> ast.expr:
        """Write a conversion of the column."""
        return trees.method(number.node, "astype", trees.numpy_name(trees.dtype(kind)))

    def divided(self, op: ast.FloorDiv | ast.Mod, left: Number, right: Number) -> ast.expr:
        """Write the operation, which numpy does so."""
        return ast.BinOp(left.node, op, right.node)

    def branches(self, test: Number, yes: Sequence[ast.stmt], no: Sequence[ast.stmt]) -> None:
        """Work on both branches, then choose what they set."""
        test, before = self.let(test, "wanted"), dict(self.variables)
        sides: list[dict[str, Number]] = []
        for branch in (yes, no):
            self.variables = dict(before)
            self.run(branch)
            sides.append(self.variables)
        self.variables = before
        for name in _set_by_both(before, *sides):
            chosen = self.choice(test, sides[0][name], sides[1][name])
            self.variables[name] = self.let(chosen, name)


def _set_by_both(before: Mapping[str, Number], yes: Mapping[str, Number], no: Mapping[str, Number]) -> list[str]:
    """Give the variables that have a value after either branch, and not the one from before."""
    return [name for name in yes if name in no and not yes[name] is no[name] is before.get(name)]
