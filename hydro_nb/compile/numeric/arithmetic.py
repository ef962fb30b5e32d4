"""Reading a user's function as arithmetic on numbers of known kinds."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Sequence
from types import FunctionType
from typing import Any, Protocol

from hydro_nb.compile.names import BUILTINS
from hydro_nb.compile.numeric import functions
from hydro_nb.compile.numeric.operations import Operations
from hydro_nb.compile.numeric.trees import NOTHING, NotArithmeticError, Number, constant

_WORDS: dict[type[ast.AST], str] = {
    ast.Tuple: "makes a tuple",
    ast.List: "makes a list",
    ast.Dict: "makes a dict",
    ast.Set: "makes a set",
    ast.JoinedStr: "makes a text",
    ast.Subscript: "looks something up",
    ast.For: "has a loop",
    ast.While: "has a loop",
    ast.Raise: "may raise",
    ast.Assert: "may raise",
    ast.ListComp: "makes a list",
    ast.SetComp: "makes a set",
    ast.DictComp: "makes a dict",
    ast.GeneratorExp: "has a loop",
    ast.Lambda: "makes a function",
    ast.Starred: "unpacks something",
}


DEEPEST = 5
"""Functions that are written one inside the other."""


class Dialect(Operations):
    """Writes what it reads; one dialect is for single elements, another for whole columns."""

    def __init__(self, fresh: Callable[[str], str]) -> None:
        super().__init__(fresh)
        self.reader: Reader | None = None
        """reads a function of so many numbers that another one calls"""
        self._within: list[FunctionType] = []

    def branches(self, test: Number, yes: Sequence[ast.stmt], no: Sequence[ast.stmt]) -> None:
        """Work on the one branch or the other, or on both."""
        raise NotImplementedError

    def number(self, node: ast.expr) -> Number:
        """Write an expression that always gives a number."""
        found = self.result(node)
        if not found.is_plain:
            raise NotArithmeticError("computes with None")
        return found

    def result(self, node: ast.expr) -> Number:
        """Write an expression that gives a number or None."""
        reader = _READERS.get(type(node))
        if reader is None:
            raise _unknown(node)
        return reader(self, node)

    def constant(self, node: ast.Constant) -> Number:
        """Give a number that stands in the text, or None."""
        if node.value is None:
            return NOTHING
        if not isinstance(node.value, bool | int | float):
            raise NotArithmeticError(f"has {node.value!r} in it")
        return constant(node.value)

    def named(self, node: ast.Name) -> Number:
        """Give what a variable holds, or a name from outside."""
        return self.variables[node.id] if node.id in self.variables else self._outer(node)

    def attribute(self, node: ast.Attribute) -> Number:
        """Give a number of a module, such as `math.pi`."""
        return self._outer(node)

    def operation(self, node: ast.BinOp) -> Number:
        """Write an operation on two numbers."""
        return self.binary(node.op, self.number(node.left), self.number(node.right))

    def signed(self, node: ast.UnaryOp) -> Number:
        """Write an operation on one number."""
        return self.unary(node.op, self.number(node.operand))

    def either(self, node: ast.BoolOp) -> Number:
        """Write `and` or `or`."""
        _require_no_names(node.values[1:])
        return self.any_of(node.op, [self.number(each) for each in node.values])

    def conditional(self, node: ast.IfExp) -> Number:
        """Write a conditional expression."""
        _require_no_names([node.body, node.orelse])
        return self.choice(self.truth(self.number(node.test)), self.result(node.body), self.result(node.orelse))

    def remembered(self, node: ast.NamedExpr) -> Number:
        """Write `:=`."""
        self.variables[node.target.id] = self.let(self.number(node.value), node.target.id)
        return self.variables[node.target.id]

    def compared(self, node: ast.Compare) -> Number:
        """Write a comparison, of two or of a whole row."""
        _require_no_names(node.comparators[1:])
        left, tests = self.number(node.left), list[Number]()
        for op, right in zip(node.ops, node.comparators, strict=True):
            if isinstance(op, ast.In | ast.NotIn):
                tests.append(self._among(self.let(left), op, right))
                continue
            if not isinstance(op, (ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq)):
                raise NotArithmeticError("asks which object something is")
            operand = self.number(right)
            operand = self.let(operand) if len(node.ops) > 1 else operand
            tests.append(self.test(op, left, operand))
            left = operand
        return tests[0] if len(tests) == 1 else self.any_of(ast.And(), tests)

    def _among(self, left: Number, op: ast.In | ast.NotIn, right: ast.expr) -> Number:
        if not isinstance(right, ast.Tuple | ast.List | ast.Set) or not right.elts:
            raise NotArithmeticError("looks something up")
        found = self.any_of(ast.Or(), [self.test(ast.Eq(), left, self.number(each)) for each in right.elts])
        return self.unary(ast.Not(), found) if isinstance(op, ast.NotIn) else found

    def called(self, node: ast.Call) -> Number:
        """Write the call of a function that is arithmetic."""
        func, args = node.func, node.args
        if node.keywords or any(isinstance(each, ast.Starred) for each in args):
            raise _unknown(node)
        try:
            function = self._object(func)
        except NotArithmeticError:
            raise NotArithmeticError(f"calls `{ast.unparse(func)}`") from None
        known, operation = functions.named(function), functions.operation(function)
        if not (known or operation or isinstance(function, FunctionType)):
            raise NotArithmeticError(f"calls `{ast.unparse(func)}`")
        given = [self.number(each) for each in args]
        if operation and len(given) == 2:
            return self.binary(operation(), *given)
        return self._worked_out(known, given, ast.unparse(func)) if known else self._inside(function, given)

    def _inside(self, function: FunctionType, given: Sequence[Number]) -> Number:
        """Write a function of the user's that this one calls."""
        if self.reader is None or len(self._within) > DEEPEST:
            raise NotArithmeticError(f"calls `{function.__name__}`, which calls others without end")
        around = self.outside, self.variables
        self._within.append(function)
        self.variables = {}
        try:
            return self.reader(function, len(given)).write(self, *map(self.let, given))
        except NotArithmeticError as error:
            raise NotArithmeticError(f"calls `{function.__name__}`, which {error}") from None
        finally:
            self.outside, self.variables = around
            self._within.pop()

    def _worked_out(self, known: str, given: Sequence[Number], shown: str) -> Number:
        if known in ("min", "max") and len(given) > 1:
            return self.extreme(known, given)
        if known == "pow" and len(given) == 2:
            return self.binary(ast.Pow(), *given)
        wanted = 2 if known in functions.TWO else 1
        if len(given) != wanted:
            raise NotArithmeticError(f"calls `{shown}` with {len(given)} arguments")
        return self.of_function(known, [self.as_number(each) for each in given])

    def _outer(self, node: ast.expr) -> Number:
        value = self._object(node)
        if hasattr(value, "dtype") and getattr(value, "shape", None) == ():
            value = value.item()  # a scalar of numpy's
        if not isinstance(value, bool | int | float):
            raise NotArithmeticError(f"uses `{ast.unparse(node)}`, which is no number")
        return constant(value)

    def _object(self, node: ast.expr) -> Any:
        """Give what a name from outside, or something in a module, stands for."""
        if isinstance(node, ast.Name) and node.id not in self.variables:
            if node.id in self.outside:
                return self.outside[node.id]
            if node.id in BUILTINS:
                return getattr(builtins, node.id)
        if isinstance(node, ast.Attribute):
            holder = self._object(node.value)
            if type(holder).__name__ == "module" and hasattr(holder, node.attr):
                return getattr(holder, node.attr)
        raise NotArithmeticError(f"uses `{ast.unparse(node)}`, which is no number")

    def run(self, statements: Sequence[ast.stmt]) -> None:
        """Write statements; every variable that is set is a new one."""
        for statement in statements:
            self._statement(statement)

    def _statement(self, statement: ast.stmt) -> None:
        match statement:
            case ast.Assign(targets=[ast.Name(id=target)]):
                self._set(target, self.result(statement.value))
            case ast.AnnAssign(target=ast.Name(id=target), value=ast.expr() as value):
                self._set(target, self.result(value))
            case ast.AugAssign(target=ast.Name(id=target)):
                self._set(target, self.binary(statement.op, self.variables[target], self.number(statement.value)))
            case ast.If():
                self.branches(self.truth(self.number(statement.test)), statement.body, statement.orelse)
            case ast.Pass():
                pass
            case _:
                raise _unknown(statement)

    def _set(self, target: str, number: Number) -> None:
        self.variables[target] = self.let(number, target)


_READERS: dict[type[ast.expr], Callable[[Dialect, Any], Number]] = {
    ast.Constant: Dialect.constant,
    ast.Name: Dialect.named,
    ast.Attribute: Dialect.attribute,
    ast.BinOp: Dialect.operation,
    ast.UnaryOp: Dialect.signed,
    ast.BoolOp: Dialect.either,
    ast.IfExp: Dialect.conditional,
    ast.NamedExpr: Dialect.remembered,
    ast.Compare: Dialect.compared,
    ast.Call: Dialect.called,
}


class Writable(Protocol):
    """A function that was read as arithmetic."""

    def write(self, dialect: Dialect, *given: Number) -> Number:
        """Write it for these numbers."""
        ...


Reader = Callable[[FunctionType, int], Writable]


def _require_no_names(nodes: Sequence[ast.expr]) -> None:
    """Refuse `:=` where it may not be reached."""
    if any(isinstance(inner, ast.NamedExpr) for node in nodes for inner in ast.walk(node)):
        raise NotArithmeticError("sets a variable on a condition")


def _unknown(node: ast.AST) -> NotArithmeticError:
    if isinstance(node, ast.Call):
        return NotArithmeticError(f"calls `{ast.unparse(node.func)}` with keywords")
    return NotArithmeticError(_WORDS.get(type(node), f"is more than arithmetic: `{ast.unparse(node)}`"))
