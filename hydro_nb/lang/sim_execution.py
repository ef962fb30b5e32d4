"""The execution under way of a simulated flow, as the ends that a test holds see it, and how they wait for it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from hydro_nb.errors import Site

if TYPE_CHECKING:
    from hydro_nb.ir.graph import Graph


@dataclass(frozen=True, slots=True)
class Decision:
    """What a test says is chosen next at one place."""

    verb: str
    arguments: tuple[Any, ...]
    site: Site

    def __str__(self) -> str:
        return f"{self.verb}({', '.join(map(repr, self.arguments))})"


class Script(Protocol):
    """What a test has decided through its hooks, in the execution under way."""

    @property
    def outstanding(self) -> bool:
        """Whether something was decided that has not come about."""
        ...

    def decide(self, slot: str, member: int | None, decision: Decision) -> bool:
        """Take a decision on, or say that its turn has not come."""
        ...

    def place(self, slot: str, member: int | None, site: Site) -> Any:
        """Give the place of choice that a hook is bound to."""
        ...

    def stuck(self) -> str:
        """Say of what was decided, and cannot come about any more, why."""
        ...


Probe: TypeAlias = Callable[[Callable[[], object]], bool]
"""Runs an execution, and says whether it gives what is looked for."""


class Bookmark(Protocol):
    """An execution that can be run again."""

    @property
    def name(self) -> str:
        """Name the test."""
        ...

    @property
    def simulation(self) -> str:
        """Say how the simulation is made."""
        ...

    @property
    def schedule(self) -> tuple[int, ...]:
        """Give the choices that were made."""
        ...

    def plainest(self, probe: Probe) -> Bookmark:
        """Find the plainest execution that gives what is looked for."""
        ...

    def recorded(self, probe: Probe, gives: str) -> Any:
        """Write it down, as a `hydro_nb.sim.Record`; `gives` says what makes it one to look at."""
        ...

    def told(self, record: Any) -> str:
        """Write it down as text, in short where it is long."""
        ...

    def explained(self, record: Any, probe: Probe) -> str:
        """Say which of its decisions matter to what is looked for."""
        ...


class Execution(Protocol):
    """One run of a flow in the simulator, as its ports see it."""

    asked: list[Any]
    """calls of the test that it has to await"""
    flow: Graph | None
    """of which flow it is, where that is known"""

    def bookmark(self) -> Bookmark:
        """Say where this execution is found again."""
        ...

    def ahead(self) -> str:
        """Say what comes next if time passes; nothing if nothing does."""
        ...

    @property
    def script(self) -> Script | None:
        """What the test has decided, where the flow has hooks."""
        ...

    def feed(self, slot: str, items: Sequence[Any], *, unordered: bool = False, member: int = 0) -> None:
        """Put elements into an input of a process or of one member; `unordered`: their order means nothing."""
        ...

    def arrived(self, slot: str, *, ordered: bool, member: int = 0, complete: bool = False) -> deque[Any]:
        """Give what came out and was not read.

        `ordered`: the reader looks at the order; `complete`: and not before nothing more can happen.
        """
        ...


execution: ContextVar[Execution | None] = ContextVar("execution", default=None)
"""The execution under way."""


class More:
    """Awaited by a port: lets the simulator do one thing, and tells whether it did."""

    def __await__(self) -> Generator[More, bool, bool]:
        return (yield self)


MORE = More()
