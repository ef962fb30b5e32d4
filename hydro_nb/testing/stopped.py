"""What is said of an answer that stopped with an error: the error, the reader's line, and what it was given."""

from __future__ import annotations

import sys
from pathlib import Path
from traceback import walk_tb
from types import FrameType
from typing import Any

from hydro_nb.errors import HydroError, Site

_PACKAGE = str(Path(__file__).parent.parent)
_MOST_LINES = 12
"""of an error's message, whose first lines say what is wrong"""
_MOST_CHARACTERS = 200
"""of what a function was given"""
_PLAIN = (str, bytes, int, float, tuple, list, dict, set, frozenset, type(None))


def told(error: Exception, of_the_check: str, answer: tuple[Any, ...]) -> str:
    """Say how a check was stopped by an error, and where that helps, what is behind it."""
    lines = str(error).splitlines()
    more = ["..."] if len(lines) > _MOST_LINES else []
    behind = _behind(error, of_the_check, answer)
    first = f"{type(error).__name__}: {lines[0] if lines else ''}"
    return "\n".join(["It stopped with an error.", first, *lines[1:_MOST_LINES], *more, *behind])


def _behind(error: Exception, of_the_check: str, answer: tuple[Any, ...]) -> list[str]:
    if isinstance(error, HydroError):
        return []
    theirs = _frames_of_the_reader(error, of_the_check)
    if not theirs:
        return _likely(error, answer)
    frame, line = theirs[-1]
    return [f"  {Site.at(frame.f_code.co_filename, line)}", *_given_to(theirs[0][0])]


def _frames_of_the_reader(error: Exception, of_the_check: str) -> list[tuple[FrameType, int]]:
    others = (_PACKAGE, of_the_check, sys.prefix, sys.base_prefix)
    return [each for each in walk_tb(error.__traceback__) if not each[0].f_code.co_filename.startswith(others)]


def _given_to(frame: FrameType) -> list[str]:
    """Show what the reader's function was called with, where that is data that can be read."""
    names = frame.f_code.co_varnames[: frame.f_code.co_argcount]
    given = {name: frame.f_locals.get(name, ...) for name in names}
    if not given or not all(isinstance(value, _PLAIN) for value in given.values()):
        return []
    text = ", ".join(f"{name} = {value!r}" for name, value in given.items())
    return [f"That was with {text}"] if len(text) <= _MOST_CHARACTERS else []


def _likely(error: Exception, answer: tuple[Any, ...]) -> list[str]:
    """Name the mistake that makes a check itself stumble over an answer."""
    if isinstance(error, TypeError) and not all(map(callable, answer)) and "not callable" in str(error):
        return ["Give `check` the function itself: its name, without calling it."]
    if "NoneType" in str(error) and any(map(callable, answer)):
        return ["A function gave None: is there a `return` missing?"]
    return []
