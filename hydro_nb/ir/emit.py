"""What an operator may do while it writes its part of a location's program.

The compiler implements `Emit`. Elements are pushed: a producer writes a loop and calls `push`, which writes what the
consumer does with the element inside that loop. Values (singletons) are local variables.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from hydro_nb.ir.func import Func
    from hydro_nb.ir.node import Node
    from hydro_nb.ir.numbers import Numbers

ABSENT = "ABSENT"
"""The name, in generated source, of the object that an empty `Optional` holds."""


@dataclass(frozen=True, slots=True)
class Item:
    """An element in flight, as source text: one expression, or the parts of a tuple that nobody has built yet."""

    text: str
    parts: tuple[str, ...] | None = None

    @classmethod
    def of(cls, *parts: str) -> Item:
        """Make a tuple of parts that stays in pieces until somebody needs it whole."""
        return cls(f"({', '.join(parts)}{',' if len(parts) == 1 else ''})", parts)


class Emit(Protocol):
    """The writer of one node, with the source text around it."""

    node: Node
    name: str
    """what the node is called in the source, such as `map_3`"""
    seams: bool
    """whether live values must be written version by version, for the simulator"""
    per_tick: bool
    """whether the state of this node lives for one tick only"""

    def write(self, line: str, element: str = "") -> None:
        """Add a line that belongs to this node; `element` names the variable that holds the element it works on."""
        ...

    def block(self, header: str, element: str = "") -> AbstractContextManager[None]:
        """Add a header line and indent what follows."""
        ...

    def push(self, item: Item, port: int = 0) -> None:
        """Hand an element to whoever consumes output `port`."""
        ...

    def push_all(self, iterable: str, port: int = 0, *, is_list: bool = False) -> None:
        """Hand over every element of an iterable, by a loop or whole."""
        ...

    def call(self, func: Func, *args: str, through: str = "", wanted: str = "") -> Item:
        """Write the user's function applied to expressions, and to that another by name; give the result.

        Where an element that it fails on is skipped, the result is in fresh variables, and what is written next is
        reached only with one; `wanted` names it.
        """
        ...

    def run(self, func: Func, *args: str, element: str = "") -> None:
        """Write the user's function applied to expressions, for what it does."""
        ...

    def skips(self) -> str:
        """Give the expression of what counts the elements that this node goes on without."""
        ...

    @property
    def handled(self) -> str:
        """The element that this node works on, as text."""
        ...

    def make(self, func: Func) -> str:
        """Give an expression that calls a function without arguments, fit for any place."""
        ...

    def assign(self, item: Item, wanted: str, element: str = "") -> str:
        """Put an element into a variable, unless it is in one; give the variable; `element`: what it is made of."""
        ...

    def pair(self, item: Item) -> tuple[str, str]:
        """Give the two halves of a pair as variables."""
        ...

    def local(self, wanted: str) -> str:
        """Give a fresh variable name."""
        ...

    def state(self, suffix: str, init: str) -> str:
        """Give the variable of a piece of state, made by the expression `init`."""
        ...

    def kept(self, suffix: str, init: str) -> str:
        """Give the variable of a piece of state that outlives a tick, also in one."""
        ...

    def capture(self, wanted: str, value: Any) -> str:
        """Give the global name of a value that travels with the program."""
        ...

    def value(self, index: int) -> str:
        """Give the variable (or expression) of the live value at input `index`."""
        ...

    def changes_in_place(self) -> bool:
        """Say whether the live value at input 0 may be an object that a fold goes on changing."""
        ...

    def define(self, expr: str) -> None:
        """Say which expression is this node's live value."""
        ...

    def changed(self) -> None:
        """Say that this node's live value has a new version."""
        ...

    def ended(self) -> str:
        """Give a condition that holds when the inputs of this node are complete."""
        ...

    def input(self) -> str:
        """Give the list of what came in from outside for this node since the last tick."""
        ...

    def output(self) -> str:
        """Give the list of what this node sends out in this tick."""
        ...

    def push_source(self, iterator: str) -> None:
        """Take the next chunk of a bounded source, and hand it on."""
        ...

    def push_numbers(self, data: str, numbers: Numbers) -> None:
        """Take the next piece of an array, and hand it on as a column."""
        ...

    def seen(self, element: str) -> None:
        """Count an element that this node has handled, and keep it among the newest for whoever looks."""
        ...

    def hint(self, port: int = 0) -> str:
        """Give the name that the consumer's function has for an element."""
        ...
