"""Values as short texts, in the process that holds them.

Builtins, dataclasses, Structs and arrays are rendered by their type, within limits that cost nothing on large values.
Any other type's own `repr` is asked, within 4 KiB and 50 ms of work; a type that breaks a limit is not asked again.
What runs in C is not interrupted: a `repr` that makes a text of a gigabyte there does it once.
"""

from __future__ import annotations

import dataclasses
import signal
import sys
import threading
import time
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from itertools import islice
from typing import Any, cast

import msgspec

from hydro_nb.runtime.interrupts import from_the_keyboard
from hydro_nb.wire import Sample

TEXT_LIMIT = 4096
TIME_LIMIT = 0.05
"""Seconds of work; on a busy machine they may take longer, and so may a `repr` that waits."""
PATIENCE = 5
"""How many times as long."""
ITEMS = 20
DEPTH = 4
STRING = 500

KNOWN = {*sys.stdlib_module_names, "numpy", "pandas", "pyarrow", "hydro_nb"}
"""Packages whose `repr` may be asked anywhere."""

_PLAIN = (bool, int, float, complex, type(None))
_BRACKETS = {list: "[]", tuple: "()", set: "{}", frozenset: "{}"}


class _TooSlowError(BaseException):
    """Not an `Exception`, so that a `repr` with a bare handler of those cannot swallow it."""


class Renderer:
    """Renders values; remembers the types whose own `repr` broke a limit.

    >>> Renderer()([1, "two", {"three": 3.0}])
    "[1, 'two', {'three': 3.0}]"
    """

    def __init__(self, *, own: bool = True) -> None:
        self._refused: set[type] = set()
        self._own_texts = own
        """whether the user's own `repr` may be asked, which must not be in a thread that others depend on"""

    def __call__(self, value: Any) -> str:
        """Give the text of a value, never an exception."""
        kind = cast("type[Any]", type(value))
        try:
            if kind in _PLAIN:
                return _number(value)
            with _limit(TIME_LIMIT):
                return _cut(self._text(value, DEPTH), TEXT_LIMIT)
        except BaseException as error:
            # a user's `repr` may raise anything, and must not end the flow
            if from_the_keyboard(error):
                raise
            return _not_shown(kind, error)

    def sample(self, value: Any, now: float) -> Sample:
        """Give the text and the type's name of a value seen at `now`."""
        return Sample(now, self(value), type(value).__name__)

    def _text(self, value: Any, depth: int) -> str:
        kind = cast("type[Any]", type(value))
        if kind in _PLAIN:
            return _number(value)
        if kind is str or kind is bytes or kind is bytearray:
            return _string(value)
        if depth == 0:
            return "..."
        if kind in _BRACKETS:
            return self._sequence(value, kind, depth)
        if kind is dict:
            return "{" + self._pairs(value.items(), len(value), depth, "{}: {}") + "}"
        return self._object(value, kind, depth)

    def _sequence(self, value: Any, kind: type, depth: int) -> str:
        if not value and kind in (set, frozenset):
            return f"{kind.__name__}()"
        left, right = _BRACKETS[kind]
        inner = self._join((self._text(item, depth - 1) for item in islice(value, ITEMS)), len(value))
        comma = "," if kind is tuple and len(value) == 1 else ""
        text = f"{left}{inner}{comma}{right}"
        return f"frozenset({text})" if kind is frozenset else text

    def _pairs(self, pairs: Iterable[tuple[Any, Any]], count: int, depth: int, form: str) -> str:
        texts = (
            form.format(key if form[2] == "=" else self._text(key, depth - 1), self._text(value, depth - 1))
            for key, value in islice(pairs, ITEMS)
        )
        return self._join(texts, count)

    def _join(self, texts: Iterable[str], count: int) -> str:
        shown: list[str] = []
        room = TEXT_LIMIT
        for text in texts:
            shown.append(text)
            room -= len(text) + 2
            if room < 0:
                break
        more = f", ... {count - len(shown)} more" if count > len(shown) else ""
        return ", ".join(shown) + more

    def _object(self, value: Any, kind: type, depth: int) -> str:
        """Give the text of what is no builtin: whatever is asked of it may be the user's code."""
        if kind in self._refused:
            return f"<{kind.__name__}>"
        start, known = time.thread_time(), len(self._refused)
        try:
            text = self._asked(value, kind, depth)
        except _TooSlowError:
            text = f"<{kind.__name__}: its repr is too slow>"
            start -= TIME_LIMIT
        except Exception as error:  # noqa: BLE001 - as in `__call__`; what else there is in a list is shown
            return _not_shown(kind, error)
        # of a value within a value, the inner one is to blame
        if time.thread_time() - start >= TIME_LIMIT and len(self._refused) == known:
            self._refused.add(kind)
        return text

    def _asked(self, value: Any, kind: type, depth: int) -> str:
        if isinstance(value, type):
            return value.__qualname__
        if kind.__module__ == "collections" and issubclass(kind, dict):
            pairs: dict[Any, Any] = value
            return f"{kind.__name__}({{{self._pairs(pairs.items(), len(pairs), depth, '{}: {}')}}})"
        if fields := _fields(value, kind):
            return f"{kind.__name__}({self._pairs(fields, len(fields), depth, '{}={}')})"
        if self._own_texts or kind.__module__.partition(".")[0] in KNOWN:
            return self._own(value, kind)
        return f"<{kind.__name__}>"

    def _own(self, value: Any, kind: type) -> str:
        if hasattr(value, "shape") and hasattr(value, "dtype"):
            return self._array(value, kind)
        if callable(value) and hasattr(value, "__qualname__"):
            return f"<{kind.__name__} {value.__qualname__}>"
        text = repr(value)
        if len(text) > TEXT_LIMIT:
            self._refused.add(kind)
        return _cut(text, TEXT_LIMIT)

    def _array(self, value: Any, kind: type) -> str:
        shape: Any = value.shape
        if type(shape) is not tuple or not shape:
            return repr(value)
        sizes = "x".join(str(size) for size in cast("tuple[Any, ...]", shape))
        flat: Iterable[Any] | None = getattr(value, "flat", None)
        head = (
            f" [{self._join((str(item) for item in islice(flat, ITEMS)), int(value.size))}]" if flat is not None else ""
        )
        return f"{kind.__name__} {sizes} {value.dtype}{head}"


@contextmanager
def _limit(seconds: float) -> Generator[None]:
    """Raise `_TooSlowError` after this time, again and again, where signals arrive; the user's own alarm is kept."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGALRM)
    if before is None:  # not made by Python, which could not put it back
        yield
        return
    start, worked, armed = time.monotonic(), time.thread_time(), True

    def ring(_number: int, _frame: object) -> None:
        if armed and (time.thread_time() - worked >= seconds or time.monotonic() - start >= PATIENCE * seconds):
            raise _TooSlowError

    left, every = 0.0, 0.0
    try:
        try:
            signal.signal(signal.SIGALRM, ring)
            left, every = signal.setitimer(signal.ITIMER_REAL, seconds, seconds)
            yield
        finally:
            armed = False
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        if left:
            signal.setitimer(signal.ITIMER_REAL, max(left - (time.monotonic() - start), 1e-6), every)


def _not_shown(kind: type, error: BaseException) -> str:
    return f"<{kind.__name__}: not shown, {type(error).__name__}>"


def _fields(value: Any, kind: type[Any]) -> list[tuple[str, Any]]:
    structured: tuple[str, ...] = getattr(kind, "__struct_fields__", ())
    named: tuple[str, ...] = getattr(kind, "_fields", ())
    if structured and kind.__repr__ is msgspec.Struct.__repr__:
        return [(name, getattr(value, name, None)) for name in structured]
    if named and issubclass(kind, tuple):
        return [(name, getattr(value, name, None)) for name in named]
    # a dataclass whose `repr` is not the generated one is asked for it
    if "__repr__" in vars(kind) and hasattr(kind.__repr__, "__wrapped__") and dataclasses.is_dataclass(kind):
        return [(f.name, getattr(value, f.name, None)) for f in dataclasses.fields(kind) if f.repr]
    return []


def _number(value: Any) -> str:
    # int's own repr refuses more than 4300 digits, and is slow long before
    if type(value) is int and value.bit_length() > 1024:
        return f"<int of {value.bit_length()} bits>"
    return repr(value)


def _string(value: str | bytes | bytearray) -> str:
    if len(value) <= STRING:
        return repr(value)
    return f"{value[:STRING]!r}... {len(value)} in all"


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 3] + "..."
