"""How far a long search is: one line of a terminal that is written again, or a display of a notebook that changes."""

from __future__ import annotations

import sys
from collections.abc import Callable
from time import perf_counter
from typing import Any

from hydro_nb.sim.report import Report

FIRST = 1.0
"""Seconds before anything is shown."""
EVERY = 0.25
"""Seconds between two showings."""

Show = Callable[[str, str], None]
"""Shows a line; a notebook shows the second, which is HTML."""


class Progress:
    """What a search shows of itself while it runs: nothing within the first second, nothing where nobody looks."""

    def __init__(self, show: Show | None = None) -> None:
        self._show = show or _shower()
        self.next = perf_counter() + FIRST if self._show else float("inf")
        """when there is something to show again"""
        self._shown = False

    def show(self, report: Report, doing: str = "") -> None:
        """Show how far it is, and what it is doing if that is not running the test."""
        if self._show:
            self._show(doing or report.line, report.as_html(doing))
            self._shown = True
            self.next = perf_counter() + EVERY

    def end(self, report: Report) -> None:
        """Show the last state in place of all before, where anything was shown."""
        if self._shown and self._show:
            self._show(report.line, report.as_html())
            if self._show is _on_terminal:
                sys.stderr.write("\n")
                sys.stderr.flush()

    def stopped(self, report: Report) -> None:
        """Tell what was found until the user stopped the search, wherever that is read."""
        if self._show and self._show is not _on_terminal:
            self._show(str(report), report.as_html())
        else:
            start = "\r\x1b[K" if self._shown else ""
            tell(f"{start}{report}")


def tell(text: str) -> None:
    """Say something to who runs the tests."""
    if sys.stderr is not None:  # pyright: ignore[reportUnnecessaryComparison] - as below
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()


def _shower() -> Show | None:
    """Give what shows something to somebody: a notebook, a terminal, or nothing."""
    if notebook() is not None:
        return _Display()
    return _on_terminal if sys.stderr is not None and sys.stderr.isatty() else None  # pyright: ignore[reportUnnecessaryComparison] - pythonw has none


def notebook() -> Any:
    """Give the shell of the notebook that this process is the kernel of; IPython is used where it is, never loaded."""
    ipython: Any = sys.modules.get("IPython")
    shell: Any = ipython.get_ipython() if ipython is not None else None
    return shell if getattr(shell, "kernel", None) is not None else None


def _on_terminal(line: str, html: str) -> None:  # noqa: ARG001 - a line is all there is room for
    width = _width() - 1
    text = line if len(line) <= width else f"{line[: width - 1]}…"
    sys.stderr.write(f"\r{text}\x1b[K")
    sys.stderr.flush()


def _width() -> int:
    from shutil import get_terminal_size

    return max(get_terminal_size().columns, 20)


class _Display:
    """A display of a notebook, made when something is first shown."""

    def __init__(self) -> None:
        self._handle: Any = None

    def __call__(self, line: str, html: str) -> None:
        bundle = {"text/plain": line, "text/html": html}
        if self._handle is None:
            ipython: Any = sys.modules["IPython"]
            self._handle = ipython.display.display(bundle, raw=True, display_id=True)
        else:
            self._handle.update(bundle, raw=True)
