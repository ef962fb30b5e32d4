"""Writing a user's function into generated code: spliced where that means the same, called where it might not.

A function is spliced only if its syntax tree, compiled alone, gives exactly its code; `Rendered.reason` says why
another is called.
"""

from __future__ import annotations

import ast
import builtins
import inspect
from dataclasses import dataclass, field
from types import FunctionType
from typing import TYPE_CHECKING, Any

from hydro_nb.compile.body import Body, SpliceError, body_of
from hydro_nb.compile.names import BUILTINS, Names
from hydro_nb.compile.outside import Outside, importable, written_globals
from hydro_nb.compile.rename import Renamer, literal
from hydro_nb.compile.resolve import Resolver, Variable
from hydro_nb.compile.text import text_of
from hydro_nb.ir.code import global_names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hydro_nb.ir.func import Func

_ASYNC = {
    inspect.CO_GENERATOR: "a generator function",
    inspect.CO_COROUTINE: "a coroutine function",
    inspect.CO_ASYNC_GENERATOR: "an asynchronous generator function",
}


@dataclass(frozen=True)
class Rendered:
    """A use of a function in generated code: statements to put before, and the expression of its result.

    `parts` are the elements of the result where it is written as a tuple. `lines` are the user's own line numbers,
    one for each line of `before` and one for the expression, where the function is spliced.
    """

    before: tuple[str, ...]
    expr: str
    spliced: bool
    reason: str = ""
    simple: bool = False
    parts: tuple[str, ...] | None = None
    lines: tuple[int, ...] = field(default=(), compare=False)

    @property
    def atom(self) -> str:
        """The expression, in parentheses where an operator beside it could tear it apart."""
        return self.expr if self.simple else f"({self.expr})"


def render(
    func: Func, args: Sequence[str], names: Names, *, captured_at_compile: bool = True, wanted: str = ""
) -> Rendered:
    """Write the use of a function on these arguments.

    With `captured_at_compile` small constants are written as literals; without it every value keeps a name, so that
    the source does not depend on values. `wanted` names a function that has no name of its own.
    """
    mark = names.mark()
    try:
        return _spliced(func, args, names, inline=captured_at_compile)
    except SpliceError as error:
        names.reset(mark)
        return _called(func, args, names, str(error), wanted)


def _spliced(func: Func, args: Sequence[str], names: Names, *, inline: bool) -> Rendered:
    fn = _plain(func)
    tree = func.located.tree if func.located else None
    if tree is None:
        raise SpliceError("its source is not at hand")
    outside = Outside(func, fn)
    written = names.cached(id(fn.__globals__), lambda: written_globals(fn.__globals__))

    def lookup(variable: Variable) -> ast.expr:
        if outside.is_builtin(variable.name):
            return ast.Name(variable.name, ast.Load())
        value = outside.value(variable.name)
        outside.check(variable.name, value, written)
        hot = any(use.hot for use in variable.uses)
        return _constant(variable.name, value, names, inline=inline and not hot)

    bound = _bound(fn, tree.args, args)
    body = body_of(tree)
    resolver = Resolver(body, bound, outside.is_builtin)
    given = {
        resolver.params[name]: _argument(text, names)
        if isinstance(text, str)
        else _constant(name, text.value, names, inline=inline)
        for name, text in bound.items()
    }
    return _written(body, Renamer(resolver, names, given, lookup), tree.lineno)


def _argument(text: str, names: Names) -> ast.expr:
    if text.isidentifier() and text not in ("None", "True", "False"):
        names.reserve(text)
        return ast.Name(text, ast.Load())
    expr = ast.parse(text, mode="eval").body
    for node in ast.walk(expr):
        if isinstance(node, ast.Name):
            names.reserve(node.id)
    return expr


@dataclass(frozen=True)
class _Default:
    value: Any


def _plain(func: Func) -> FunctionType:
    fn = func.fn
    if not isinstance(fn, FunctionType):
        raise SpliceError("it is not a Python function")
    if "__wrapped__" in fn.__dict__:
        raise SpliceError("it is decorated")
    for flag, what in _ASYNC.items():
        if fn.__code__.co_flags & flag:
            raise SpliceError(f"it is {what}")
    return fn


def _bound(fn: FunctionType, params: ast.arguments, args: Sequence[str]) -> dict[str, str | _Default]:
    """Give each parameter its argument's text or its default."""
    if params.vararg or params.kwarg:
        raise SpliceError("it takes `*` arguments")
    positional = [arg.arg for arg in (*params.posonlyargs, *params.args)]
    defaults = fn.__defaults__ or ()
    bound: dict[str, str | _Default] = {}
    known = dict(zip(positional[len(positional) - len(defaults) :], defaults, strict=True)) | (fn.__kwdefaults__ or {})
    texts = dict(zip(positional, args, strict=False))
    for name in (*positional, *(arg.arg for arg in params.kwonlyargs)):
        if name not in texts and name not in known:
            raise SpliceError(f"`{name}` is not given")
        bound[name] = texts[name] if name in texts else _Default(known[name])
    if len(args) > len(positional):
        raise SpliceError(f"it takes {len(positional)} arguments")
    return bound


def _constant(name: str, value: Any, names: Names, *, inline: bool) -> ast.expr:
    """Give the literal of a value, or the name that it is captured under."""
    written = literal(value) if inline else None
    return written or ast.Name(names.capture(name, value), ast.Load())


def _written(body: Body, renamer: Renamer, line: int) -> Rendered:
    statements = [renamer.visit(statement) for statement in body.statements]
    result = renamer.visit(body.result)
    made = [ast.copy_location(assignment, body.result) for assignment in renamer.before]
    before, lines = text_of([*made, *statements])
    (expr,), _ = text_of([ast.copy_location(ast.Expr(result), body.result)])
    return Rendered(
        before=before,
        expr=expr,
        spliced=True,
        simple=isinstance(result, ast.Name | ast.Constant),
        parts=_parts(result),
        lines=(*lines, getattr(body.result, "lineno", line)),
    )


def _parts(result: ast.expr) -> tuple[str, ...] | None:
    if not isinstance(result, ast.Tuple) or any(isinstance(element, ast.Starred) for element in result.elts):
        return None
    return tuple(ast.unparse(element) for element in result.elts)


def _called(func: Func, args: Sequence[str], names: Names, reason: str, wanted: str) -> Rendered:
    fn = func.fn
    given = f"({', '.join(args)})"
    name = getattr(fn, "__name__", type(fn).__name__)
    if name in BUILTINS and getattr(builtins, name) is fn:
        return Rendered((), f"{name}{given}", spliced=False, reason="it is a builtin")
    if isinstance(fn, FunctionType) and not importable(fn):
        _check_globals(func, fn, names)
    name = (wanted or "function") if name == "<lambda>" else name
    return Rendered((), f"{names.capture(name, fn)}{given}", spliced=False, reason=reason)


def _check_globals(func: Func, fn: FunctionType, names: Names) -> None:
    outside = Outside(func, fn)
    written = names.cached(id(fn.__globals__), lambda: written_globals(fn.__globals__))
    for name in (*outside.cells, *global_names(fn.__code__)):
        if name not in written:
            outside.value(name)
