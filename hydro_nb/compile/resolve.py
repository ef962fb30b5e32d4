"""What each name in a function's body means, and whether the body means the same inside another function."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from hydro_nb.compile.body import Body, SpliceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

FORBIDDEN = frozenset({"locals", "globals", "vars", "dir", "eval", "exec", "super", "__class__", "breakpoint"})
_FRAMES = frozenset({"_getframe", "_current_frames", "currentframe", "f_back", "f_locals", "f_globals", "gi_frame"})
_CONSUMERS = frozenset({"sum", "any", "all", "min", "max", "sorted", "list", "tuple", "set", "dict", "frozenset"})
_KEYED = frozenset({"sorted", "min", "max"})
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)

Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


class Role(Enum):
    """Whose name it is."""

    PARAM = "parameter"
    LOCAL = "local"
    SCOPED = "of a comprehension"
    KEPT = "parameter of a lambda inside"
    OUTER = "from outside"


@dataclass(eq=False)
class Use:
    """One reading of a variable: `kv[0][1]` reads `kv` by the path (0, 1)."""

    node: ast.expr
    path: tuple[int, ...]
    repeated: bool
    hot: bool
    """a literal in its place would make Python warn"""


@dataclass(eq=False)
class Variable:
    """A name with one meaning."""

    name: str
    role: Role
    assigned: bool = False
    uses: list[Use] = field(default_factory=list[Use])


class Resolver(ast.NodeVisitor):
    """Walks a body in the order in which it runs, and refuses what would mean something else when spliced."""

    def __init__(self, body: Body, params: Iterable[str], is_builtin: Callable[[str], bool]) -> None:
        self.owner: dict[ast.Name, Variable] = {}
        self.paths: dict[ast.expr, tuple[Variable, Use]] = {}
        self.kept: dict[ast.Name, frozenset[str]] = {}
        self.outer: dict[str, Variable] = {}
        self.params = {name: Variable(name, Role.PARAM) for name in params}
        self._is_builtin = is_builtin
        stored = {name for node in (*body.statements, body.result) for name in _stored(node)}
        self.locals = {name: Variable(name, Role.LOCAL) for name in sorted(stored - set(self.params))}
        self._scopes: list[dict[str, Variable]] = [self.params | self.locals]
        self._lambdas: list[tuple[ast.Lambda, int]] = []
        self._ready: set[Variable] = set(self.params.values())
        self._hot: set[ast.expr] = set()
        self._consumed: set[ast.expr] = set()
        self._depth = 0
        _check_walrus((*body.statements, body.result))
        self._all(body.statements)
        self.visit(body.result)

    # ------------------------------------------------------------ names

    def visit_Name(self, node: ast.Name) -> None:
        """Note what a name refers to."""
        if isinstance(node.ctx, ast.Store):
            self._store(node)
        else:
            self._load(node, node, ())

    def visit_Subscript(self, node: ast.Subscript) -> None:
        """Note `x[0][1]` as one use of `x`."""
        base, path = _chain(node)
        if isinstance(base, ast.Name) and path:
            self._load(base, node, path)
            return
        self._hot.add(node.value)
        self.generic_visit(node)

    def _load(self, name: ast.Name, whole: ast.expr, path: tuple[int, ...]) -> None:
        variable = self._find(name)
        if variable.role in (Role.LOCAL, Role.SCOPED) and variable not in self._ready:
            raise SpliceError(f"`{name.id}` may have no value where it is read")
        if variable.role is Role.OUTER and name.id in FORBIDDEN:
            raise SpliceError(f"it uses `{name.id}`")
        use = Use(whole, path, self._depth > 0, whole in self._hot)
        variable.uses.append(use)
        if path:
            self.paths[whole] = (variable, use)

    def _store(self, name: ast.Name) -> None:
        variable = self._find(name)
        if variable.role in (Role.OUTER, Role.KEPT):
            raise SpliceError(f"it assigns `{name.id}`")
        variable.assigned = True
        self._ready.add(variable)

    def _find(self, name: ast.Name) -> Variable:
        for level in reversed(range(len(self._scopes))):
            if variable := self._scopes[level].get(name.id):
                self._check_closure(level, name.id)
                break
        else:
            variable = self.outer.setdefault(name.id, Variable(name.id, Role.OUTER))
        self.owner[name] = variable
        kept = [scope for scope in self._scopes if any(v.role is Role.KEPT for v in scope.values())]
        if kept and variable.role is not Role.KEPT:
            self.kept[name] = frozenset(taken for scope in kept for taken in scope)
        return variable

    def _check_closure(self, level: int, name: str) -> None:
        for inner, at in self._lambdas:
            if level < at and inner not in self._consumed:
                raise SpliceError(f"a lambda inside it keeps `{name}`")

    # ------------------------------------------------------------ expressions

    def visit_Call(self, node: ast.Call) -> None:
        """See which generators and lambdas are used up by the call itself."""
        self._hot.add(node.func)
        builtin = node.func.id if isinstance(node.func, ast.Name) and self._builtin(node.func.id) else ""
        if node.args and (builtin in _CONSUMERS or _is_join(node.func)):
            self._consumed.add(node.args[0])
        if builtin in _KEYED:
            self._consumed.update(keyword.value for keyword in node.keywords if keyword.arg == "key")
        self.generic_visit(node)

    def _builtin(self, name: str) -> bool:
        return not any(name in scope for scope in self._scopes) and self._is_builtin(name)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        """Refuse a look at frames."""
        if node.attr in _FRAMES:
            raise SpliceError(f"it looks at frames (`{node.attr}`)")
        self._hot.add(node.value)
        self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> None:
        """Only the first two operands are sure to be evaluated."""
        if any(isinstance(op, ast.Is | ast.IsNot) for op in node.ops):
            self._hot.update((node.left, *node.comparators))
        self._all((node.left, node.comparators[0]))
        self._maybe(node.comparators[1:])

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        """Only the first operand is sure to be evaluated."""
        self.visit(node.values[0])
        self._maybe(node.values[1:])

    def visit_IfExp(self, node: ast.IfExp) -> None:
        """Either branch may be evaluated."""
        self.visit(node.test)
        self._either([node.body], [node.orelse])

    def visit_Dict(self, node: ast.Dict) -> None:
        """Visit a key before its value."""
        for key, value in zip(node.keys, node.values, strict=True):
            self._all(child for child in (key, value) if child)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        """Visit the value before its name."""
        self._all((node.value, node.target))

    def visit_Lambda(self, node: ast.Lambda) -> None:
        """Keep the parameters of a lambda inside, which may not outlive what it closes over."""
        given = node.args
        self._all(default for default in (*given.defaults, *given.kw_defaults) if default)
        every = (*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg)
        self._lambdas.append((node, len(self._scopes)))
        self._inside({arg.arg: Variable(arg.arg, Role.KEPT) for arg in every if arg}, (node.body,))
        self._lambdas.pop()

    def _comprehension(self, node: Comprehension, elements: Iterable[ast.expr]) -> None:
        if isinstance(node, ast.GeneratorExp) and node not in self._consumed:
            raise SpliceError("a generator expression may outlive the call")
        if any(generator.is_async for generator in node.generators):
            raise SpliceError("it is asynchronous")
        self.visit(node.generators[0].iter)
        targets = {name for generator in node.generators for name in _stored(generator.target)}
        scope = {name: Variable(name, Role.SCOPED) for name in sorted(targets)}
        self._inside(scope, (*_clauses(node), *elements))

    def visit_ListComp(self, node: ast.ListComp) -> None:
        """Give its variables a scope."""
        self._comprehension(node, (node.elt,))

    def visit_SetComp(self, node: ast.SetComp) -> None:
        """Give its variables a scope."""
        self._comprehension(node, (node.elt,))

    def visit_GeneratorExp(self, node: ast.GeneratorExp) -> None:
        """Give its variables a scope."""
        self._comprehension(node, (node.elt,))

    def visit_DictComp(self, node: ast.DictComp) -> None:
        """Give its variables a scope."""
        self._comprehension(node, (node.key, node.value))

    def visit_Yield(self, node: ast.Yield) -> None:
        """Refuse a generator."""
        raise SpliceError(f"it has `yield` in line {node.lineno}")

    def visit_YieldFrom(self, node: ast.YieldFrom) -> None:
        """Refuse a generator."""
        raise SpliceError(f"it has `yield from` in line {node.lineno}")

    def visit_Await(self, node: ast.Await) -> None:
        """Refuse a coroutine."""
        raise SpliceError(f"it has `await` in line {node.lineno}")

    # ------------------------------------------------------------ statements

    def visit_Assign(self, node: ast.Assign) -> None:
        """Visit the value before the targets."""
        self._all((node.value, *node.targets))

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        """Python does not evaluate annotations in functions."""
        if node.value:
            self._all((node.value, node.target))

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        """Read the target, then the value, then write the target."""
        if isinstance(node.target, ast.Name):
            self._load(node.target, node.target, ())
            self._all((node.value, node.target))
        else:
            self._all((node.target, node.value))

    def visit_Assert(self, node: ast.Assert) -> None:
        """Python warns of an assertion on a tuple display."""
        self._hot.add(node.test)
        self.visit(node.test)
        self._maybe([node.msg] if node.msg else [])

    def visit_Raise(self, node: ast.Raise) -> None:
        """Nothing after it is reached, so nothing lacks a value there."""
        self.generic_visit(node)
        self._ready.update(self.locals.values())

    def visit_If(self, node: ast.If) -> None:
        """Either branch may run."""
        self.visit(node.test)
        self._either(node.body, node.orelse)

    def visit_For(self, node: ast.For) -> None:
        """Expect the body to run any number of times."""
        self.visit(node.iter)
        self._loop((node.target, *node.body), node.orelse)

    def visit_While(self, node: ast.While) -> None:
        """Expect the test and the body to run any number of times."""
        self._loop((node.test, *node.body), node.orelse)

    # ------------------------------------------------------------ order of evaluation

    def _all(self, nodes: Iterable[ast.AST]) -> None:
        for node in nodes:
            self.visit(node)

    def _maybe(self, nodes: Iterable[ast.AST]) -> None:
        ready = set(self._ready)
        self._all(nodes)
        self._ready = ready

    def _either(self, yes: Iterable[ast.AST], no: Iterable[ast.AST]) -> None:
        before = set(self._ready)
        self._all(yes)
        after, self._ready = self._ready, before
        self._all(no)
        self._ready &= after

    def _loop(self, body: Iterable[ast.AST], orelse: Iterable[ast.AST]) -> None:
        self._depth += 1
        self._maybe(body)
        self._depth -= 1
        self._maybe(orelse)

    def _inside(self, scope: dict[str, Variable], nodes: Iterable[ast.AST]) -> None:
        self._scopes.append(scope)
        self._depth += 1
        self._all(nodes)
        self._depth -= 1
        self._scopes.pop()


def _check_walrus(nodes: Iterable[ast.AST]) -> None:
    kinds = {type(inner) for node in nodes for inner in ast.walk(node)}
    if ast.NamedExpr in kinds and kinds.intersection((*_COMPREHENSIONS, ast.Lambda)):
        raise SpliceError("it has `:=` beside a comprehension or lambda")


def _stored(node: ast.AST) -> Iterator[str]:
    """Give the names that a function's own body assigns."""
    if isinstance(node, (*_COMPREHENSIONS, ast.Lambda)):
        return
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id
    for child in ast.iter_child_nodes(node):
        yield from _stored(child)


def _clauses(node: Comprehension) -> Iterator[ast.expr]:
    for index, generator in enumerate(node.generators):
        if index:
            yield generator.iter
        yield generator.target
        yield from generator.ifs


def _is_join(func: ast.expr) -> bool:
    return (
        isinstance(func, ast.Attribute)
        and func.attr == "join"
        and isinstance(func.value, ast.Constant)
        and isinstance(func.value.value, str)
    )


def _chain(node: ast.Subscript) -> tuple[ast.expr, tuple[int, ...]]:
    """Take `x[0][1]` apart into `x` and (0, 1); an empty path if it is anything else."""
    path: list[int] = []
    at: ast.expr = node
    while isinstance(at, ast.Subscript):
        index = _index(at.slice) if isinstance(at.ctx, ast.Load) else None
        if index is None:
            return node, ()
        path.insert(0, index)
        at = at.value
    return at, tuple(path)


def _index(node: ast.expr) -> int | None:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        index = _index(node.operand)
        return None if index is None else -index
    if isinstance(node, ast.Constant) and type(node.value) is int:
        return node.value
    return None
