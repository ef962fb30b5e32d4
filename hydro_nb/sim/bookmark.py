"""Where an execution is found again: by the choices that were made in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from hydro_nb.lang.sim_execution import Probe
from hydro_nb.sim.explain import Again, explanation, verdicts
from hydro_nb.sim.raised import failures
from hydro_nb.sim.record import Record
from hydro_nb.sim.shrink import shrink
from hydro_nb.sim.trace import SCREEN, gist


@dataclass(frozen=True, slots=True)
class Marked:
    """An execution of a test that can be run again."""

    name: str
    """of the test"""
    simulation: str
    """how the simulation is made"""
    schedule: tuple[int, ...]
    run: Callable[[Sequence[int], int | None], Sequence[int] | None]
    """runs a schedule, which goes on at random where a seed is given; gives the choices, none if it is discarded"""
    write: Callable[[Sequence[int]], Record]
    """runs a schedule and writes it down"""

    def plainest(self, probe: Probe) -> Marked:
        """Find the plainest execution that gives what is looked for."""
        return replace(self, schedule=tuple(shrink(self.schedule, lambda schedule: self._found(probe, schedule))))

    def recorded(self, probe: Probe, gives: str) -> Record:
        """Write it down; what matters in it are the decisions without which it would not give what is looked for."""
        written: list[Record] = []
        probe(lambda: written.append(self.write(self.schedule)))
        record = written[0]
        record.failure = record.failure or gives
        record.verdicts = lambda: verdicts(record, self._again(probe))
        return record

    def told(self, record: Record) -> str:
        """Write it so that two of them fit a screen."""
        return gist(record, SCREEN // 2)

    def explained(self, record: Record, probe: Probe) -> str:
        """Say which of its decisions matter."""
        return explanation(record, self._again(probe))

    def _again(self, probe: Probe) -> Again:
        def gives(schedule: Sequence[int], seed: int | None) -> bool:
            return self._found(probe, schedule, seed) is not None

        def aside(schedule: Sequence[int]) -> Record:
            written: list[Record] = []
            probe(lambda: written.append(self.write(schedule)))
            return written[0]

        return Again(gives, aside)

    def _found(self, probe: Probe, schedule: Sequence[int], seed: int | None = None) -> Sequence[int] | None:
        """Give the choices that are made under a schedule, if what is looked for is given."""
        path: list[Sequence[int] | None] = [None]

        def run() -> None:
            path[0] = self.run(schedule, seed)

        try:
            return path[0] if probe(run) else None
        except failures():
            return None
