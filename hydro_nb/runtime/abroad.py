"""A location's dealings with the world outside: the TCP ports that it serves, the functions that run beside it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from hydro_nb.runtime.interrupts import from_the_keyboard
from hydro_nb.runtime.location import Location
from hydro_nb.wire import Event, Listening, Problem, ServedSpec, SidecarSpec

if TYPE_CHECKING:
    from hydro_nb.runtime.served import Served
    from hydro_nb.runtime.sidecar import Sidecar


class AbroadError(Exception):
    """Something outside could not go on; `__cause__` says why."""

    def __init__(self, spec: ServedSpec | SidecarSpec) -> None:
        super().__init__(spec.slot)
        self.spec = spec


class Abroad:
    """The ports and sidecars of a location; `touched` takes the names of the inputs that got something."""

    def __init__(self, location: Location, touched: list[str]) -> None:
        self.served: list[Served] = []
        self.sidecars: list[Sidecar] = []
        self.all: list[Served | Sidecar] = []
        """all that runs on an asyncio loop"""
        self._location = location
        self._touched = touched
        self._opened: list[tuple[str, str, int]] = []
        self._dropped = 0

    def start(self) -> None:
        """Listen on every port, and take the functions that will run."""
        program, scope = self._location.program, self._location.scope
        for spec in program.served:
            from hydro_nb.runtime.served import Served  # noqa: PLC0415 - few processes need sockets and asyncio

            self.served.append(Served(spec, scope))
            self.all.append(self.served[-1])
            self._open(self.served[-1])
        for spec in program.sidecars:
            from hydro_nb.runtime.sidecar import Sidecar  # noqa: PLC0415 - as above

            self.sidecars.append(Sidecar(spec, scope[spec.function]()))
            self.all.append(self.sidecars[-1])

    def _open(self, served: Served) -> None:
        try:
            host, port = served.open()
        except Exception as error:
            raise AbroadError(served.spec) from error
        self._opened.append((served.spec.slot, host, port))

    @property
    def idle(self) -> bool:
        """Whether nothing is under way: no element has come or goes, and no function is at work."""
        return all(each.idle for each in self.all)

    @property
    def owing(self) -> bool:
        """Whether something that left the flow is still to come back to it, or to reach a client."""
        return any(each.owing for each in self.all)

    @property
    def crowded(self) -> bool:
        """Whether so much waits for a function that nothing more should be taken in."""
        return any(each.crowded for each in self.sidecars)

    @property
    def pressed(self) -> bool:
        """Whether so much waits for a client that sources that can wait should."""
        return any(each.pressed for each in self.served)

    @property
    def discarded(self) -> dict[str, int]:
        """How many elements were dropped because nobody was there to take them, where any were."""
        return {each.spec.slot: each.discarded for each in self.all if each.discarded}

    @property
    def refused(self) -> int:
        """How many clients were not let in, or were disconnected because of what they sent."""
        return sum(each.refused for each in self.served)

    def drain(self) -> None:
        """Note that the location ends when nothing is owed to anybody."""
        for each in self.served:
            each.drain()

    def dropped(self) -> bool:
        """Whether elements were dropped since this was last asked, which may happen between two ticks."""
        before, self._dropped = self._dropped, sum(each.discarded for each in self.all)
        return self._dropped != before

    def heard(self, limit: int) -> int:
        """Take what clients have sent, of each port at most so much; gives how many elements came."""
        return sum(self._poll(each, limit) for each in self.served if each.ready)

    def resolved(self, limit: int) -> int:
        """Take what functions have made, of each at most so much; gives how many elements came."""
        return sum(self._poll(each, limit) for each in self.sidecars if each.ready)

    def _poll(self, each: Served | Sidecar, limit: int) -> int:
        inputs = self._location.inputs
        try:
            came = each.poll(inputs, limit)
        except BaseException as error:
            if from_the_keyboard(error):
                raise
            raise AbroadError(each.spec) from error
        names = [each.spec.input, getattr(each.spec, "membership", "")]
        self._touched.extend(name for name in names if name and inputs[name] and name not in self._touched)
        return came

    def give(self) -> bool:
        """Let go what the last tick made; says whether that was anything."""
        outputs, given = self._location.outputs, False
        for each in self.all:
            items = outputs[each.spec.output] if each.spec.output else []
            if items:
                outputs[each.spec.output], given = [], True
                self._give(each, items)
        return given

    @staticmethod
    def _give(each: Served | Sidecar, items: list[Any]) -> None:
        try:
            each.give(items)
        except Exception as error:
            raise AbroadError(each.spec) from error

    def events(self, peer: int, now: float) -> Iterator[Event]:
        """Give what is to be told: where it listens, and which clients were turned away."""
        while self._opened:
            yield Listening(peer, *self._opened.pop(0))
        for each in self.served:
            while each.problems:
                text, spec = each.problems.popleft(), each.spec
                yield Problem(peer, now, text, spec.slot, spec.op, spec.site, fatal=False)

    def waiting_on(self) -> str:
        """Say what keeps it from being idle, for people."""
        for each in self.all:
            if not each.idle:
                where = f" ({each.spec.site})" if each.spec.site.cell else ""
                return f"{each.spec.op} `{each.spec.slot}`, {each.busy_with}{where}"
        return ""
