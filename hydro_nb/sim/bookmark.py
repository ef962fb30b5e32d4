"""Where an execution is found again: by the choices that were made in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from hydro_nb.sim.raised import failures
from hydro_nb.sim.shrink import shrink


@dataclass(frozen=True, slots=True)
class Marked:
    """An execution of a test that can be run again."""

    name: str
    """of the test"""
    simulation: str
    """how the simulation is made"""
    schedule: tuple[int, ...]
    run: Callable[[Sequence[int]], Sequence[int]]
    """runs a schedule, and gives the choices that were made"""
    tell: Callable[[Sequence[int]], str]
    """runs a schedule, and writes down what happened"""

    def told(self) -> str:
        """Run it again and write down what happened."""
        return self.tell(self.schedule)

    def plainest(self, holds: Callable[[], object], before: Callable[[], None]) -> Marked:
        """Find the plainest execution of which something holds; `before` is called before each that is tried."""

        def tried(schedule: Sequence[int]) -> Sequence[int] | None:
            before()
            try:
                path = self.run(schedule)
            except failures():
                return None
            return path if holds() else None

        return replace(self, schedule=tuple(shrink(self.schedule, tried)))
