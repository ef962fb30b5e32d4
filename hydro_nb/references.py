"""References that functions hold to a live value of the tick that they run in.

A reference travels with the functions that capture it. The generated program puts the value into its box when it is
known; functions read and write it there.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, Generic, NoReturn, TypeVar

from hydro_nb.errors import GraphError, Site
from hydro_nb.values import ABSENT

T = TypeVar("T")


class Box:
    """What holds a value while a tick runs; all references to one collection share it."""

    __slots__ = ("optional", "value")

    def __init__(self, *, optional: bool = False) -> None:
        self.optional = optional
        self.value: Any = Unknown


class Unknown:
    """What a box holds before the flow runs."""


class Reference(Generic[T]):
    """A handle on a collection, for functions of operators: `.value` is what it holds when the function is called.

    >>> leader = FlowBuilder().process()
    >>> numbers = leader.source_iter([1, 2, 3])
    >>> total = numbers.count().by_ref()
    >>> numbers.map(lambda n: n / total.value).preview().rows
    [0.3333333333333333, 0.6666666666666666, 1.0]

    Several accesses happen in the order in which the operators were called (`hydro.md` 1.9).
    """

    __slots__ = ("box", "mutable", "slot")

    def __init__(self, slot: str, box: Box, *, mutable: bool = False) -> None:
        self.slot, self.box, self.mutable = slot, box, mutable

    @property
    def value(self) -> T:
        """What the collection holds; of an optional that is absent, `None`."""
        value = self.box.value
        if value is Unknown:
            raise GraphError(
                f"a reference has a value only while the flow runs.\n  {_reader()}\n"
                "  Read `.value` inside a function that an operator is given."
            )
        return None if value is ABSENT else value  # pyright: ignore[reportReturnType]

    if not TYPE_CHECKING:

        @value.setter
        def value(self, _: object) -> NoReturn:
            """Say which handle may be assigned."""
            raise GraphError(
                f"this reference only reads.\n  {_reader()}\n  Take one that may change what it refers to: .by_mut()"
            )

    def __repr__(self) -> str:
        return f"reference to {self.slot}"


def _reader() -> Site:
    """Give the line that reads a reference."""
    frame = inspect.currentframe()
    while frame and frame.f_code.co_filename == __file__:
        frame = frame.f_back
    return Site.at(frame.f_code.co_filename, frame.f_lineno) if frame else Site()


class MutableReference(Reference[T]):
    """A reference whose `.value` may be assigned."""

    __slots__ = ()

    def __init__(self, slot: str, box: Box) -> None:
        super().__init__(slot, box, mutable=True)

    @property
    def value(self) -> T:
        """What the collection holds; of an optional that is absent, `None`."""
        return super().value

    @value.setter
    def value(self, new: T) -> None:
        self.box.value = ABSENT if new is None and self.box.optional else new
