"""What a process says of the elements that its operators went on without."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from hydro_nb.errors import Site
from hydro_nb.runtime.location import Location
from hydro_nb.runtime.render import Renderer
from hydro_nb.runtime.skipped import KEPT, Skip, Skips
from hydro_nb.wire import Problem, Skipped, SkippedElement

if TYPE_CHECKING:
    from hydro_nb.runtime.futures import Futures


LONGEST = 500
"""Characters of an element, and of an error, that are told."""


class SkipTally:
    """Tells what is new among the skipped elements of a location; the first of each operator as a problem too."""

    def __init__(self, location: Location, renderer: Renderer, peer: int) -> None:
        self._location, self._renderer, self._peer = location, renderer, peer
        self._told: dict[str, int] = {}
        self._newest: dict[str, deque[SkippedElement]] = {}
        self.futures: Sequence[Futures] = ()
        """what waits for awaitables beside the ticks"""

    def changed(self) -> bool:
        """Whether more was skipped since somebody was told."""
        return any(True for _ in self._new())

    def news(self, now: float) -> tuple[dict[str, Skipped], list[Problem]]:
        """Give what each operator that has skipped more has skipped in all, and a problem of each that is new."""
        new, problems = list(self._new()), list[Problem]()
        rows = {slot: self._skipped(slot, skips) for slot, skips in new}
        for slot, skips in new:
            if slot not in self._told:
                problems.append(self._problem(slot, rows[slot], now))
            self._told[slot] = skips.count
        return rows, problems

    def _new(self) -> Iterator[tuple[str, Skips]]:
        return ((slot, skips) for slot, skips in self._all() if skips.count > self._told.get(slot, 0))

    def _all(self) -> Iterator[tuple[str, Skips]]:
        state, program = self._location.state, self._location.program
        if program.skipping and state is not None:
            yield from ((slot, state.skipped[name]) for name, slot in program.skipping.items())
        yield from ((each.spec.slot, each.skips) for each in self.futures)

    def _row(self, skip: Skip) -> SkippedElement:
        sites = [site for line in skip.lines if (site := self._location.site_of(*line))]
        text = self._renderer(skip.element)
        return SkippedElement(text[:LONGEST], skip.error[:LONGEST], sites[-1] if sites else Site())

    def _skipped(self, slot: str, skips: Skips) -> Skipped:
        """Render what is new, and let go of the elements themselves, which may be large."""
        newest = self._newest.setdefault(slot, deque(maxlen=KEPT))
        newest.extend(map(self._row, skips.newest))
        skips.newest.clear()
        return Skipped(skips.count, tuple(newest), *self._operator(slot))

    def _problem(self, slot: str, what: Skipped, now: float) -> Problem:
        first = what.newest[0]
        frames = (first.site,) if first.site.cell else ()
        return Problem(
            self._peer, now, first.error, slot, what.op, what.site, first.element, frames, fatal=False, skipped=True
        )

    def _operator(self, slot: str) -> tuple[str, Site]:
        spec = next((each.spec for each in self.futures if each.spec.slot == slot), None)
        return (spec.op, spec.site) if spec else self._location.program.operator(slot)
