"""Writing a resolved body with the names of the generated module."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, cast

from hydro_nb.compile.body import RESULT, SpliceError
from hydro_nb.compile.resolve import Resolver, Role, Use, Variable

if TYPE_CHECKING:
    from hydro_nb.compile.names import Names

Lookup = Callable[[Variable], ast.expr]


def literal(value: Any) -> ast.expr | None:
    """Give the display of a small immutable value that reads back as exactly itself, else None."""
    if type(value) not in (int, str, float, bool, type(None)):
        return None
    if isinstance(value, int) and value.bit_length() > 128:
        return None
    text = repr(value)
    if len(text) > 40 or text in ("inf", "-inf", "nan"):
        return None
    return ast.parse(text, mode="eval").body


def is_pure(arg: ast.expr) -> bool:
    """Whether an argument may be written where it is used: names, constants and tuples of them."""
    if isinstance(arg, ast.Tuple):
        return all(is_pure(element) for element in arg.elts)
    if isinstance(arg, ast.UnaryOp):
        return isinstance(arg.operand, ast.Constant)
    return isinstance(arg, ast.Name | ast.Constant)


def descend(arg: ast.expr, path: tuple[int, ...]) -> tuple[ast.expr, tuple[int, ...]]:
    """Follow a path of indexes into tuple displays as far as it leads."""
    while path and isinstance(arg, ast.Tuple) and -len(arg.elts) <= path[0] < len(arg.elts):
        arg, path = arg.elts[path[0]], path[1:]
    return arg, path


def is_direct(element: ast.expr, use: Use, rest: tuple[int, ...]) -> bool:
    """Whether it costs nothing and changes nothing to write this in the place of that use."""
    return isinstance(element, ast.Name) or (not isinstance(element, ast.Tuple) and not use.hot and not rest)


def needs_local(param: Variable, arg: ast.expr) -> bool:
    """Whether a parameter must be a variable: it is assigned, or its argument would be made more than once."""
    if param.assigned or not is_pure(arg):
        return True
    whole: list[Use] = []
    for use in param.uses:
        element, rest = descend(arg, use.path)
        if is_direct(element, use, rest):
            continue
        if use.repeated or use.hot or rest:
            return True
        whole.append(use)
    return len(whole) > 1


class Renamer(ast.NodeTransformer):
    """Puts in the place of each name what stands for it in the generated module."""

    def __init__(self, resolver: Resolver, names: Names, args: Mapping[Variable, ast.expr], lookup: Lookup) -> None:
        self._resolver = resolver
        self._names = names
        self._args = args
        self._lookup = lookup
        self._stands: dict[Variable, ast.expr] = {}
        self._scoped: Counter[str] = Counter()
        self.before: list[ast.stmt] = []
        for param, arg in args.items():
            self._stands[param] = self._assigned(param, arg) if needs_local(param, arg) else arg

    def _assigned(self, param: Variable, arg: ast.expr) -> ast.expr:
        name = self._names.local(param.name)
        self.before.append(ast.Assign([ast.Name(name, ast.Store())], arg))
        return ast.Name(name, ast.Load())

    def generic_visit(self, node: ast.AST) -> ast.AST:
        """Make a new node: the trees that functions are found in are shared."""
        fields = {name: self._visited(value) for name, value in ast.iter_fields(node)}
        return ast.copy_location(type(node)(**fields), node)

    def _visited(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._visited(item) for item in cast("list[Any]", value)]
        return self.visit(value) if isinstance(value, ast.AST) else value

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """Replace a name."""
        return self._placed(node, self._stand(self._resolver.owner[node]), node.ctx)

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        """Replace `kv[0]` by `k` where `kv` stands for `(k, v)`."""
        variable, use = self._resolver.paths.get(node, (None, None))
        if variable is None or use is None or variable.assigned or variable not in self._args:
            return self.generic_visit(node)
        element, rest = descend(self._args[variable], use.path)
        kept = self._stands[variable] is self._args[variable]
        if rest == use.path or not (kept or is_direct(element, use, rest)):
            return self.generic_visit(node)
        return self._indexed(node, element, len(rest))

    def _indexed(self, node: ast.expr, element: ast.expr, depth: int) -> ast.expr:
        """Put the last `depth` subscripts of a chain, on something else."""
        if depth and isinstance(node, ast.Subscript):
            return ast.Subscript(self._indexed(node.value, element, depth - 1), node.slice, ast.Load())
        base = node
        while isinstance(base, ast.Subscript):
            base = base.value
        return self._placed(base, element, ast.Load()) if isinstance(base, ast.Name) else element

    def _placed(self, node: ast.Name, stand: ast.expr, ctx: ast.expr_context) -> ast.expr:
        taken = self._resolver.kept.get(node, frozenset())
        used = {inner.id for inner in ast.walk(stand) if isinstance(inner, ast.Name)}
        if clash := sorted(taken & used):
            raise SpliceError(f"a lambda inside it has a parameter `{clash[0]}` too")
        return ast.Name(stand.id, ctx) if isinstance(stand, ast.Name) else stand

    def _stand(self, variable: Variable) -> ast.expr:
        if variable not in self._stands:
            self._stands[variable] = self._made(variable)
        return self._stands[variable]

    def _made(self, variable: Variable) -> ast.expr:
        if variable.role is Role.OUTER:
            return self._lookup(variable)
        if variable.role is Role.KEPT:
            return ast.Name(variable.name, ast.Load())
        if variable.role is Role.SCOPED:
            self._scoped[variable.name] += 1
            return ast.Name(self._names.scoped(variable.name, self._scoped[variable.name]), ast.Load())
        wanted = "result" if variable.name == RESULT else variable.name
        return ast.Name(self._names.local(wanted), ast.Load())

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        """Leave out the annotation, which Python does not evaluate in a function."""
        if node.value is None:
            return ast.copy_location(ast.Pass(), node)
        return self.generic_visit(ast.copy_location(ast.Assign([node.target], node.value), node))
