"""What a user's function means as arithmetic: its tree, with the values that its names from outside have."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from types import FunctionType
from typing import Any

from hydro_nb.compile.capture import render
from hydro_nb.compile.names import Names
from hydro_nb.compile.numeric.arithmetic import Dialect
from hydro_nb.compile.numeric.dialects import Scalar
from hydro_nb.compile.numeric.trees import NotArithmeticError, Number, name
from hydro_nb.errors import Site
from hydro_nb.ir.func import Func
from hydro_nb.ir.numbers import Column


@dataclass(frozen=True)
class Meaning:
    """A function of numbers, to be written for any of them."""

    parameters: tuple[str, ...]
    statements: tuple[ast.stmt, ...]
    result: ast.expr
    outside: Mapping[str, Any]
    site: Site

    @classmethod
    def of(cls, func: Func, count: int) -> Meaning:
        """Read a function of so many numbers, or say what in it is no arithmetic."""
        if func.skips:
            raise NotArithmeticError('may fail, and goes on without the element: on_error="skip"')
        names = Names()
        parameters = [names.local(f"number_{index}") for index in range(count)]
        rendered = render(func, parameters, names)
        if not rendered.spliced and isinstance(func.fn, FunctionType):
            raise NotArithmeticError(f"cannot be written here: {rendered.reason}")
        try:
            tree = ast.parse("\n".join(rendered.before))
        except SyntaxError:
            raise NotArithmeticError("is more than arithmetic") from None
        result = ast.parse(rendered.expr, mode="eval").body
        return cls(tuple(parameters), tuple(tree.body), result, names.captures, func.site)

    def write(self, dialect: Dialect, *given: Number) -> Number:
        """Write it for these numbers; what must be worked out first is among the dialect's statements."""
        dialect.variables.update(zip(self.parameters, given, strict=True))
        dialect.outside = self.outside
        dialect.reader = lambda function, count: Meaning.of(Func.of(function, self.site), count)
        dialect.run(self.statements)
        return dialect.result(self.result)

    def kind(self, *given: Column) -> Number:
        """Give what comes out for numbers of these kinds."""
        numbers = [Number(name(each), kind) for each, kind in zip(self.parameters, given, strict=True)]
        made = count()
        return self.write(Scalar(lambda wanted: f"{wanted}_{next(made)}"), *numbers)
