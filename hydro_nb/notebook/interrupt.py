"""What a reader sees who interrupts a magic: one line, not the lines of this package that were waiting."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def brief(words: str) -> Generator[None]:
    """Let the shell show an interrupt of what is inside as these words; where that was said already, it stays.

    >>> try:
    ...     with brief("`flow` goes on"):
    ...         raise KeyboardInterrupt
    ... except KeyboardInterrupt as error:
    ...     vars(error)["_render_traceback_"]()
    ['KeyboardInterrupt: `flow` goes on']
    """
    try:
        yield
    except KeyboardInterrupt as error:
        vars(error).setdefault("_render_traceback_", lambda: [f"KeyboardInterrupt: {words}"])
        raise
