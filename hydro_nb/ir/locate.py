"""Finding the syntax tree of a function: the one that compiles to exactly its code, or none."""

from __future__ import annotations
import __future__

import ast
import inspect
import linecache
import warnings
from dataclasses import dataclass
from functools import lru_cache
from types import CodeType
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

FunctionTree = ast.Lambda | ast.FunctionDef

_FUTURE = sum({getattr(__future__, name).compiler_flag for name in __future__.all_feature_names})
_NUMBERS = ("co_argcount", "co_posonlyargcount", "co_kwonlyargcount", "co_nlocals")
_NAMES = ("co_name", "co_names", "co_varnames", "co_freevars", "co_cellvars")
_BYTES = ("co_code", "co_exceptiontable")


@dataclass(frozen=True)
class Located:
    """A function's syntax tree, with the user's own text of it."""

    tree: FunctionTree
    text: str


def locate(code: CodeType) -> Located | None:
    """Give the syntax tree that compiles to this code, from the lines that Python itself would show, or None."""
    try:
        return _located(code)
    except LookupError:
        return None


@lru_cache(maxsize=1024)
def _located(code: CodeType) -> Located:
    """Search once for the functions that a loop makes of one text; what is not found may be there later."""
    found = _search(code)
    if found is None:
        # A file that was edited and imported again: what is cached is older than the function.
        linecache.checkcache(code.co_filename)
        found = _search(code)
    if found is None:
        raise LookupError(code.co_name)
    return found


def same_code(one: CodeType, two: CodeType) -> bool:
    """Whether two code objects do the same, wherever they stand."""
    nested = inspect.CO_NESTED
    return (
        one.co_flags & ~nested == two.co_flags & ~nested
        and all(getattr(one, field) == getattr(two, field) for field in (*_NUMBERS, *_NAMES, *_BYTES))
        and _same_constants(one.co_consts, two.co_consts)
    )


def _search(code: CodeType) -> Located | None:
    lines = linecache.getlines(code.co_filename)
    index = _index("".join(lines))
    nodes = index.functions.get(code.co_firstlineno, ())
    # Python 3.11 calls functions of modules imported in the same text in another way; IPython compiles each statement
    # of a cell as a text of its own.
    imported = sorted(index.imported.intersection(code.co_names))
    positions = list(code.co_positions())
    first: FunctionTree | None = None
    for names in ([], imported)[: 1 + bool(imported)]:
        for node in sorted(nodes, key=lambda each: not _holds(each, positions)):
            made = _recompiled(node, code, names)
            if made is not None and same_code(made, code):
                if list(made.co_positions()) == positions:
                    return Located(node, _segment(lines, node))
                first = first or node
    return Located(first, _segment(lines, first)) if first else None


def _holds(node: FunctionTree, positions: Sequence[tuple[int | None, int | None, int | None, int | None]]) -> bool:
    """Whether the last thing that a code does stands in a function's text: then it is most likely of it."""
    _, _, start, end = positions[-1]
    return None not in (start, end) and node.col_offset <= (start or 0) and (end or 0) <= (node.end_col_offset or 0)


@dataclass(frozen=True)
class _Index:
    """All functions of a text, by the line that their code objects call the first, and the names it imports."""

    functions: dict[int, list[FunctionTree]]
    imported: set[str]


@lru_cache(maxsize=256)
def _index(source: str) -> _Index:
    index = _Index({}, set())
    try:
        with warnings.catch_warnings(action="ignore"):
            tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return index
    for node in ast.walk(tree):
        if isinstance(node, ast.Lambda):
            index.functions.setdefault(node.lineno, []).append(node)
        elif isinstance(node, ast.FunctionDef):
            first = node.decorator_list[0] if node.decorator_list else node
            index.functions.setdefault(first.lineno, []).append(node)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            index.imported.update((alias.asname or alias.name).partition(".")[0] for alias in node.names)
    return index


def _recompiled(node: FunctionTree, code: CodeType, imported: Sequence[str]) -> CodeType | None:
    """Compile a function's tree alone, below a function that has its free variables, beside these imports."""
    body = _alone(node)
    if code.co_freevars:
        free = [ast.arg(name) for name in code.co_freevars]
        body = _def("outer", _arguments(args=free), [body])
    imports = [ast.Import([ast.alias(name)]) for name in imported]
    module = ast.fix_missing_locations(ast.Module([*imports, body], []))
    try:
        with warnings.catch_warnings(action="ignore"):
            flags = code.co_flags & _FUTURE
            made: CodeType = compile(module, code.co_filename, "exec", flags=flags, dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    for _ in range(2 if code.co_freevars else 1):
        made = next(iter(_nested(made)))
    return made


def _alone(node: FunctionTree) -> ast.stmt:
    """Give the function without what is evaluated around it: decorators, defaults and annotations."""
    given = node.args
    args = _arguments(
        [_bare(arg) for arg in given.posonlyargs],
        [_bare(arg) for arg in given.args],
        [_bare(arg) for arg in given.kwonlyargs],
        given.vararg and _bare(given.vararg),
        given.kwarg and _bare(given.kwarg),
    )
    if isinstance(node, ast.Lambda):
        function = ast.copy_location(ast.Lambda(args, node.body), node)
        return ast.copy_location(ast.Assign([ast.Name("kept", ast.Store())], function), node)
    return ast.copy_location(_def(node.name, args, node.body), node)


def _bare(arg: ast.arg) -> ast.arg:
    return ast.copy_location(ast.arg(arg.arg), arg)


def _arguments(
    posonly: Sequence[ast.arg] = (),
    args: Sequence[ast.arg] = (),
    kwonly: Sequence[ast.arg] = (),
    vararg: ast.arg | None = None,
    kwarg: ast.arg | None = None,
) -> ast.arguments:
    return ast.arguments(list(posonly), list(args), vararg, list(kwonly), [None] * len(kwonly), kwarg, [])


def _def(name: str, args: ast.arguments, body: list[ast.stmt]) -> ast.FunctionDef:
    extra: dict[str, Any] = {"type_params": []} if "type_params" in ast.FunctionDef._fields else {}
    return ast.FunctionDef(name, args, body, [], **extra)


def _nested(code: CodeType) -> Iterator[CodeType]:
    return (const for const in code.co_consts if isinstance(const, CodeType))


def _same_constants(one: Sequence[object], two: Sequence[object]) -> bool:
    return len(one) == len(two) and all(_same_constant(a, b) for a, b in zip(one, two, strict=True))


def _same_constant(one: object, two: object) -> bool:
    if type(one) is not type(two):
        return False
    if isinstance(one, CodeType) and isinstance(two, CodeType):
        return same_code(one, two)
    if isinstance(one, tuple):
        return _same_constants(cast("tuple[object, ...]", one), cast("tuple[object, ...]", two))
    if isinstance(one, float | complex | frozenset):
        return repr(cast("object", one)) == repr(two)
    return one == two


def _segment(lines: Sequence[str], node: FunctionTree) -> str:
    """Give the text of a lambda in one line, or the name of a function."""
    if isinstance(node, ast.FunctionDef):
        return node.name
    if node.end_lineno != node.lineno:
        return ast.unparse(node)
    return lines[node.lineno - 1].encode()[node.col_offset : node.end_col_offset].decode()
