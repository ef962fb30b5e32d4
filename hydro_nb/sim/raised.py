"""What the raising of a test means: that it fails, and how, or that it asks for what no schedule can give."""

from __future__ import annotations

import linecache
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from hydro_nb.errors import OrderError, SimulationFailure

Kinds = tuple[type[BaseException], ...]
_PYTEST = "_pytest.outcomes"


def failures() -> Kinds:
    """Give what a test raises where it fails: what pytest raises by `fail` and `raises` is no `Exception`.

    >>> Exception in failures(), KeyboardInterrupt in failures()
    (True, False)
    """
    return (Exception, *_of(_PYTEST, "Failed"))


def demands() -> Kinds:
    """Give what is true of a test whatever the schedule, so that nothing is to be searched; who ends a debugger, ends.

    >>> OrderError in demands()
    True
    """
    quitting = _of("bdb", "BdbQuit")
    return (SimulationFailure, OrderError, *_of(_PYTEST, "XFailed"), *_of(_PYTEST, "Exit"), *quitting)


def way_of(error: BaseException) -> tuple[object, ...]:
    """Give what tells one way to fail from another: the type, and the user's line that is the innermost.

    >>> way_of(ValueError("a")) == way_of(ValueError("b")), way_of(ValueError()) == way_of(TypeError())
    (True, False)
    """
    return (type(error), *_users(error)[-1:])


def said(error: BaseException) -> str:
    """Give the type of an error and what it says; where it says nothing, the user's line that raised it.

    >>> said(ValueError("too large")), said(ValueError())
    ('ValueError: too large', 'ValueError')
    """
    lines = [linecache.getline(*place).strip() for place in _users(error)[-1:]]
    return f"{type(error).__name__}: {str(error) or ''.join(lines)}".removesuffix(": ")


def _users(error: BaseException) -> list[tuple[str, int]]:
    """Give the user's lines that an error went through."""
    return [place for place in lines_of(error) if not place[0].startswith(_others())]


@cache
def _others() -> tuple[str, ...]:
    """Give where code stands that is not the user's."""
    import sysconfig

    paths = sysconfig.get_paths()
    return (str(Path(__file__).parents[1]), paths["stdlib"], paths["purelib"], paths["platlib"], "<frozen ")


def lines_of(error: BaseException) -> Iterator[tuple[str, int]]:
    """Give the files and lines that an error went through, outermost first."""
    traceback = error.__traceback__
    while traceback:
        yield traceback.tb_frame.f_code.co_filename, traceback.tb_lineno
        traceback = traceback.tb_next


def _of(module: str, name: str) -> Kinds:
    """Give what a module names so, where it is loaded."""
    loaded: Any = sys.modules.get(module)
    found = getattr(loaded, name, None)
    return (found,) if found else ()
