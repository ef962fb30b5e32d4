"""Loops over columns of numbers, compiled by numba. Importing this loads numba.

numba takes it that sums and products of integers do not overflow; here they wrap, as numpy's do, so they are compiled
as operations of our own.
"""

from __future__ import annotations

import ast
import gc
import linecache
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import numba
import numpy as np
from numba.core import config
from numba.extending import intrinsic, register_jitable

from hydro_nb.runtime.numeric_cache import file_of

_WRAPPING: dict[type[ast.operator], str] = {ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul"}
_TYPES: dict[str, Any] = {"bool": numba.types.boolean, "int64": numba.types.int64, "float64": numba.types.float64}


def _operation(name: str) -> Any:
    """Make an operation on two integers, which wraps, or on floats."""

    def typed(_: Any, left: Any, right: Any) -> Any:
        whole = isinstance(left, numba.types.Integer) and isinstance(right, numba.types.Integer)
        kind = numba.types.int64 if whole else numba.types.float64

        def write(_: Any, builder: Any, __: Any, given: Sequence[Any]) -> Any:
            return getattr(builder, name if whole else f"f{name}")(*given)

        return kind(kind, kind), write

    return intrinsic(typed)


@register_jitable
def whole(number: Any) -> Any:
    """Give the integer part of a float; what is no number of 64 bits gives the smallest one."""
    return np.int64(number) if -(2.0**63) <= number < 2.0**63 else np.int64(-(2**63))


@register_jitable
def floor_div(left: Any, right: Any) -> Any:
    """Divide as numpy does: by zero gives 0, and the smallest number by -1 wraps."""
    if right == -1:
        return -left
    return left // right if right else np.int64(0)


@register_jitable
def remainder(left: Any, right: Any) -> Any:
    """Give what a division leaves as numpy does: by zero gives 0."""
    return np.int64(0) if right in (0, -1) else left % right


@register_jitable
def shift_left(number: Any, by: Any) -> Any:
    """Shift as numpy does: beyond all bits nothing stays."""
    return number << by if 0 <= by < 64 else np.int64(0)


@register_jitable
def shift_right(number: Any, by: Any) -> Any:
    """Shift as numpy does: beyond all bits only the sign stays."""
    return number >> (by if 0 <= by < 64 else np.int64(63))


_KNOWN: dict[str, Any] = {
    "np": np,
    "whole": whole,
    "floor_div": floor_div,
    "remainder": remainder,
    "shift_left": shift_left,
    "shift_right": shift_right,
    **{f"wrapping_{name}": _operation(name) for name in _WRAPPING.values()},
}


def compiled(function: Callable[..., Any], kinds: Sequence[str]) -> Callable[..., Any]:
    """Compile a function for arguments of these kinds: `int64` is a number, `int64[:]` a column."""
    assert isinstance(function, FunctionType)  # noqa: S101 - it stands in generated source
    text = _wrapping(function.__code__)
    file = file_of(text, f"{numba.__version__} {Path(__file__).read_text(encoding='utf-8')}")
    plain = _defined(text, function.__name__, str(file or function.__code__.co_filename))
    run = _made(plain, tuple(map(_type, kinds)), kept=file is not None)
    _warm(run, kinds)
    if gc.get_freeze_count():  # a process that lives for its program: what numba is made of stays as long as it does
        gc.freeze()
    return run


def _made(plain: FunctionType, types: tuple[Any, ...], *, kept: bool) -> Callable[..., Any]:
    if kept:
        with _beside_its_file(), suppress(Exception):  # whatever is wrong with what was kept: it can be made again
            return numba.njit(types, error_model="numpy", nogil=True, cache=True)(plain)
    return numba.njit(types, error_model="numpy", nogil=True)(plain)


@contextmanager
def _beside_its_file() -> Generator[None]:
    """Let numba keep code nowhere else: a folder that its environment names may be one that others write too."""
    settings = vars(config)
    before = {name: settings[name] for name in ("CACHE_DIR", "CACHE_LOCATOR_CLASSES") if name in settings}
    try:
        for name in before:
            setattr(config, name, "")
        yield
    finally:
        for name, value in before.items():
            setattr(config, name, value)


def _warm(run: Callable[..., Any], kinds: Sequence[str]) -> None:
    """Call a function with nothing, as the first call takes as long as thousands; columns may be read-only or not."""
    for writeable in (True, False):
        given = [_nothing(kind, writeable=writeable) for kind in kinds]
        run(*given)


def _nothing(kind: str, *, writeable: bool) -> Any:
    plain = np.zeros(0, np.dtype(kind.removesuffix("[:]")))
    plain.flags.writeable = writeable
    return plain if kind.endswith("[:]") else plain.dtype.type(0).item()


def _defined(text: str, name: str, filename: str) -> FunctionType:
    known: dict[str, Any] = {"__name__": __name__, **_KNOWN}
    exec(compile(text, filename, "exec", dont_inherit=True), known)  # noqa: S102 - the generated function
    return known[name]


def _type(kind: str) -> Any:
    plain = _TYPES[kind.removesuffix("[:]")]
    return numba.types.Array(plain, 1, "C", readonly=True) if kind.endswith("[:]") else plain


def _wrapping(code: CodeType) -> str:
    """Give the text of the function alone, in which integers wrap."""
    module = ast.parse("".join(linecache.getlines(code.co_filename)))
    found = next(n for n in module.body if isinstance(n, ast.FunctionDef) and n.name == code.co_name)
    found.decorator_list = []
    return ast.unparse(_Wrapping().visit(found))


class _Wrapping(ast.NodeTransformer):
    """Puts operations that wrap in the place of those that may not overflow."""

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        """Replace sums, differences and products."""
        self.generic_visit(node)
        name = _WRAPPING.get(type(node.op))
        if name is None:
            return node
        called = ast.Name(f"wrapping_{name}", ast.Load())
        return ast.copy_location(ast.Call(called, [node.left, node.right], []), node)
