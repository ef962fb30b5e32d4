"""Elements that a function failed on and that an operator goes on without, as `on_error="skip"` asks for."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from types import CoroutineType, TracebackType
from typing import Any, NamedTuple, TypeVar

from hydro_nb.errors import HydroError

T = TypeVar("T")

KEPT = 20
"""Skipped elements of one operator that are kept for whoever looks."""
_MOST_LINES = 12
_LONGEST = 4096


class Line(NamedTuple):
    """A line that an error went through."""

    file: str
    number: int
    function: str


class Skip(NamedTuple):
    """An element that was left out, and why; it is rendered only when somebody is told of it."""

    element: Any
    error: str
    lines: tuple[Line, ...]
    """outermost first"""


class Skips:
    """What one operator has left out so far: how many elements, and the newest of them, until they are told of.

    >>> skips = Skips()
    >>> list(skips.each((1 // n for n in (1, 0, 2)), "row")), skips.count, skips.newest[-1].error
    ([1], 1, 'ZeroDivisionError: integer division or modulo by zero')
    """

    __slots__ = ("count", "newest")

    def __init__(self) -> None:
        self.count = 0
        self.newest: deque[Skip] = deque(maxlen=KEPT)

    def add(self, element: Any, error: Exception) -> None:
        """Count an element that the user's function failed on; what this package has to say is no such failure."""
        if isinstance(error, HydroError):
            raise error
        self.count += 1
        self.newest.append(Skip(_named(element), describe(error), tuple(lines_of(error.__traceback__))))

    def each(self, items: Iterable[T], element: Any) -> Iterator[T]:
        """Go through what a function made of an element, up to where that fails."""
        try:
            yield from items
        except Exception as error:  # noqa: BLE001 - whatever the user's iterator raises
            self.add(element, error)


def describe(error: BaseException) -> str:
    """Give the type and the message of an error.

    >>> describe(ValueError("no")), describe(ValueError())
    ('ValueError: no', 'ValueError')
    """
    if isinstance(error, SystemExit):
        return f"SystemExit: the user's code called exit({error.code!r})"
    try:
        text = str(error)
    except Exception:  # noqa: BLE001 - a user's exception may have a broken `__str__`
        text = "(its text cannot be shown)"
    return f"{type(error).__name__}: {text}"[:_LONGEST] if text else type(error).__name__


def lines_of(traceback: TracebackType | None) -> Iterator[Line]:
    """Give the lines of a traceback, of a long one the outermost and the innermost."""
    lines: list[Line] = []
    while traceback is not None:
        code = traceback.tb_frame.f_code
        lines.append(Line(code.co_filename, traceback.tb_lineno, code.co_name))
        traceback = traceback.tb_next
    yield from lines[:2]
    yield from lines[2:][-_MOST_LINES:]


def _named(element: Any) -> Any:
    """Give what is shown of an element: of a coroutine that is over, the call that made it."""
    return Call(element.__qualname__) if isinstance(element, CoroutineType) else element


class Call:
    """Stands for a coroutine, which has no value that could be shown."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __repr__(self) -> str:
        return f"{self._name}(...)"
