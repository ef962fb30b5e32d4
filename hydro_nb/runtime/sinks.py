"""A user's generator as the end of a stream: elements are sent into it, and it is closed when the process stops."""

from __future__ import annotations

from typing import Any

from hydro_nb.errors import HydroError


class OpenSink:
    """A generator that waits for the next element."""

    __slots__ = ("_generator",)

    def __init__(self, generator: Any) -> None:
        self._generator = generator

    def send(self, item: Any) -> None:
        """Hand an element over."""
        try:
            self._generator.send(item)
        except StopIteration:
            raise _ended() from None

    def close(self) -> None:
        """Let the generator end: its `with` and `finally` blocks are left."""
        self._generator.close()


def opened(generator: Any) -> OpenSink:
    """Start a generator, up to where it takes its first element.

    >>> def printer():
    ...     while True:
    ...         print((yield))
    >>> opened(printer()).send("hello")
    hello
    """
    if not all(hasattr(generator, name) for name in ("send", "close", "__next__")):
        raise HydroError(
            f"`dest_sink` got {type(generator).__name__}, which is no generator; "
            "give a function that loops over `item = yield`"
        )
    try:
        next(generator)
    except StopIteration:
        raise _ended() from None
    return OpenSink(generator)


def _ended() -> HydroError:
    return HydroError("the generator of `dest_sink` takes no more elements; let it loop: `while True: item = yield`")
