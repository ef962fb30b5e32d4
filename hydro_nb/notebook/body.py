"""Runs the body of a `%%hydro` cell as the shell would run the cell itself: same names, same lines, same tracebacks."""

from __future__ import annotations

import ast
import sys
import tokenize
from collections.abc import Generator, MutableMapping
from contextlib import contextmanager
from io import StringIO
from types import TracebackType
from typing import Any

from hydro_nb.errors import HydroError
from hydro_nb.lang import site

_UNBOUND = object()


class CellSyntaxError(Exception):
    """The body is not Python; shown as the shell shows a syntax error of a cell."""

    def __init__(self, error: SyntaxError, rendered: list[str]) -> None:
        super().__init__(str(error))
        self._rendered = rendered

    def _render_traceback_(self) -> list[str]:
        return self._rendered


def run(shell: Any, line: str, body: str, number: int, label: str) -> None:
    """Run a body in the user's namespace; its last expression is displayed.

    The magic's line stays as a comment, so that line numbers are what the user sees, and the text is kept where
    tracebacks and `inspect.getsource` find it.
    """
    raw = f"# %%hydro {line}".rstrip() + "\n" + body
    source = shell.transform_cell(raw)
    filename = shell.compile.cache(source, number, raw_code=raw)
    site.name_file(filename, label)
    codes = _compiled(shell, source, filename)
    try:
        for code in codes:
            exec(code, shell.user_ns)  # noqa: S102 - the user's own cell
    except Exception as error:
        trim(shell, error, filename)
        raise


@contextmanager
def bound(namespace: MutableMapping[str, Any], names: dict[str, Any]) -> Generator[None]:
    """Bind names for a while; what they shadowed comes back, unless the body bound them anew."""
    before = {name: namespace.get(name, _UNBOUND) for name in names}
    namespace.update(names)
    try:
        yield
    finally:
        for name, value in names.items():
            if namespace.get(name, _UNBOUND) is value:
                _restore(namespace, name, before[name])


def _restore(namespace: MutableMapping[str, Any], name: str, value: Any) -> None:
    if value is _UNBOUND:
        del namespace[name]
    else:
        namespace[name] = value


def _compiled(shell: Any, source: str, filename: str) -> list[Any]:
    """Compile the statements, and apart from them a last expression whose value is to be displayed."""
    try:
        tree = shell.transform_ast(shell.compile.ast_parse(source, filename=filename))
        statements: list[ast.stmt] = tree.body
        shown: list[Any] = []
        if statements and isinstance(statements[-1], ast.Expr) and not _ends_silently(source):
            statements, shown = statements[:-1], statements[-1:]
        modules: list[tuple[ast.mod, str]] = [(ast.Module(statements, tree.type_ignores), "exec")]
        modules += [(ast.Interactive([each]), "single") for each in shown]
        return [shell.compile(module, filename, mode) for module, mode in modules]
    except SyntaxError as error:
        rendered = shell.SyntaxTB.structured_traceback(type(error), error, [])
        raise CellSyntaxError(error, rendered) from None


def _ends_silently(source: str) -> bool:
    """Whether the last token that is not a comment is a semicolon, which keeps the value from being displayed."""
    skipped = {tokenize.COMMENT, tokenize.NEWLINE, tokenize.NL, tokenize.ENDMARKER, tokenize.INDENT, tokenize.DEDENT}
    tokens = [t.string for t in tokenize.generate_tokens(StringIO(source).readline) if t.type not in skipped]
    return bool(tokens) and tokens[-1] == ";"


def trim(shell: Any, error: Exception, filename: str) -> None:
    """Let the shell show the error from the user's line on, without the frames of the magic that ran it."""
    trace: TracebackType | None = sys.exc_info()[2]
    while trace is not None and trace.tb_frame.f_code.co_filename != filename:
        trace = trace.tb_next
    if trace is None or isinstance(error, HydroError) or hasattr(error, "_render_traceback_"):
        return
    users = trace

    def render() -> list[str]:
        return shell.InteractiveTB.structured_traceback(type(error), error, users, tb_offset=0)

    vars(error)["_render_traceback_"] = render
