"""Who watches which operators of a deployment: its processes are told so, also those that start again."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from types import TracebackType
from typing import Protocol, Self

from hydro_nb.deploy.plan import Program
from hydro_nb.errors import HydroError
from hydro_nb.telemetry.state import DeploymentState
from hydro_nb.wire import Watch, location_of


class Watched(Protocol):
    """A deployment, as far as its operators are watched."""

    @property
    def program(self) -> Program:
        """What runs."""
        ...

    def snapshot(self) -> DeploymentState:
        """Everything that is known now."""
        ...

    def subscribe(self, callback: Callable[[DeploymentState], object]) -> None:
        """Call this with every new state."""
        ...

    def unsubscribe(self, callback: Callable[[DeploymentState], object]) -> None:
        """Do not call this any more."""
        ...


class Watching:
    """All who watch operators of one deployment; `tell` tells a process."""

    def __init__(self, deployment: Watched, tell: Callable[[int, Watch], None]) -> None:
        self._deployment = deployment
        self._tell = tell
        self._asking, self._telling = threading.Lock(), threading.Lock()
        self._wanted: dict[View, frozenset[str]] = {}
        self._orders: Mapping[int, Watch] = {}
        self._of: Program | None = None
        """the program that these orders are for"""
        self._lives: dict[int, float] = {}
        """process -> when it began the life in which it was told"""

    def set(self, view: View, slots: frozenset[str]) -> None:
        """Let a view have what these operators give from now on, and nothing else; raises why some cannot be told."""
        with self._asking:
            before = dict(self._wanted)
            self._wanted[view] = slots
            if not slots:
                del self._wanted[view]
            try:
                self._order()
            except HydroError:
                if not slots:
                    return  # what is told all the same is looked at by nobody
                self._wanted = before
                raise

    def renew(self) -> None:
        """Tell anew who is watched, as another program runs; operators that it does not have are left out."""
        with self._asking, suppress(HydroError):
            if self._wanted:
                self._order()

    def _order(self) -> None:
        slots = frozenset[str]().union(*self._wanted.values())
        program = self._deployment.program
        orders = dict(program.watching(slots)) if slots else {}
        with self._telling:
            over = dict.fromkeys(self._orders.keys() - orders.keys(), Watch())
            self._orders, self._of = orders, program
            self._lives = {}
            self._tell_all(self._deployment.snapshot(), orders | over)
        self._deployment.unsubscribe(self._look)
        if slots:
            self._deployment.subscribe(self._look)

    def _look(self, state: DeploymentState) -> None:
        """Tell who has begun another life since; of another program all are told anew once it runs."""
        with self._telling:
            if self._deployment.program is self._of:
                self._tell_all(state, self._orders)

    def _tell_all(self, state: DeploymentState, orders: Mapping[int, Watch]) -> None:
        for peer, row in state.processes.items():
            order = orders.get(location_of(peer))
            if order is not None and row.state == "running" and self._lives.get(peer) != row.started:
                self._lives[peer] = row.started
                self._tell(peer, order)


class View:
    """A look at what some operators give, until it ends; `with` ends it."""

    def __init__(self, watching: Watching, deployment: Watched, slots: frozenset[str]) -> None:
        self._watching = watching
        self._deployment = deployment
        self.slots = slots
        watching.set(self, slots)

    def elements(self) -> list[str]:
        """Give the newest of what came through, as texts, the newest last: fifty of each operator at most."""
        state = self._deployment.snapshot()
        rings = (ring for known in (state.samples, state.tapped) for slot, ring in known.items() if slot in self.slots)
        return [sample.text for sample in sorted((s for r in rings for s in r.samples), key=lambda each: each.time)]

    def turn(self, slots: frozenset[str]) -> None:
        """Look at others instead."""
        self._watching.set(self, slots)
        self.slots = slots

    def end(self) -> None:
        """Look no more; a second time does nothing."""
        self.turn(frozenset())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()
