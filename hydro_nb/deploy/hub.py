"""The client ends of external ports on the local backend: served by the I/O thread over the same channels."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

from hydro_nb.deploy.bell import Bell
from hydro_nb.deploy.clients import Clients, load_captures
from hydro_nb.deploy.external import Port
from hydro_nb.deploy.io import IO
from hydro_nb.deploy.plan import Plan
from hydro_nb.errors import HydroError
from hydro_nb.runtime.wiring import Wiring
from hydro_nb.runtime.zmq_channel import Carrier, Context
from hydro_nb.wire import Counts, ProbeReply


class Hub:
    """The clients of a deployment: one receiving socket, one to each process that they talk to."""

    def __init__(
        self,
        plan: Plan,
        context: Context,
        io: IO,
        over: Callable[[], str],
        trouble: Callable[[HydroError], None],
        knocked: Callable[[int], None],
    ) -> None:
        self._bell = Bell()
        self.lock: threading.Condition = self._bell
        self._plan = plan
        self._context = context
        self._io = io
        self._over = over
        self._trouble = trouble
        self._knocked = knocked
        self._carrier: Carrier | None = None
        self._clients = Clients(*self._around())

    def _around(self) -> tuple[Wiring, set[int], Callable[[int], Mapping[str, Any]]]:
        """Give the channels of clients, who they are, and what they hold."""
        plan = self._plan
        outside = {place.id for place in plan.program.locations if place.kind == "external"}
        wiring = Wiring(plan.external_channels, dict(plan.epochs), plan.max_buffer)
        return wiring, outside, load_captures(plan.program.captures)

    def become(self) -> None:
        """Serve the ports of another program, which has taken over the plan."""
        with self.lock:
            self._clients.become(*self._around())
            if self._carrier is None:
                self.open()
            self.lock.notify_all()

    @property
    def endpoint(self) -> str:
        """Where the clients listen; empty where there are none."""
        return "" if self._carrier is None else self._carrier.endpoint

    @property
    def over(self) -> str:
        """Why nothing moves any more; empty while the deployment lives."""
        return self._over()

    def open(self) -> None:
        """Bind, if there is any client."""
        channels = self._plan.external_channels
        if channels:
            ends = {end for c in channels for end in (c.sender, c.receiver)}
            mine = next(
                self._plan.endpoints[p.id]
                for p in self._plan.program.locations
                if p.kind == "external" and p.id in ends
            )
            self._carrier = Carrier(self._context, mine, len(self._plan.endpoints))
            for place in self._plan.program.locations:
                if place.kind == "external":
                    self._plan.bound(place.id, self._carrier.endpoint)
            self._io.watch(self._carrier.fd, self._listen)
            self._io.watch(self._carrier.door.fd, self._look_at_door)

    def connect(self) -> None:
        """Connect to the processes and greet them."""
        if self._carrier is None:
            return
        peers = {place for place, _ in self._clients.hellos()}
        self._carrier.connect({place: self._plan.endpoints[place] for place in peers})
        for place, frame in self._clients.hellos():
            self._carrier.send(place, frame)

    def port(self, slot: str) -> Port:
        """Give the port of a network edge, the same one as long as the process lives that it leads to."""
        with self.lock:
            return self._clients.port(slot, self)

    def _listen(self) -> None:
        if self._carrier is None:
            return
        with self.lock:
            while (frame := self._carrier.receive()) is not None:
                try:
                    self._clients.hear(frame)
                except HydroError as error:
                    self._trouble(error)
            self._push()
            self.lock.notify_all()

    def _look_at_door(self) -> None:
        if self._carrier is not None:
            self._knocked(self._carrier.door.refused())

    def _push(self) -> None:
        if self._carrier is not None:
            for place, frame in self._clients.outgoing():
                self._carrier.send(place, frame)

    def moved(self) -> None:
        """Something was put or taken: let frames go, from the I/O thread."""
        self._io.submit(self._push_locked)

    def _push_locked(self) -> None:
        with self.lock:
            self._push()
            self.lock.notify_all()

    def wait(self, done: Callable[[], bool], timeout: float | None) -> bool:
        """Wait until this holds."""
        if not done():
            self._io.check_may_wait("a port")
        with self.lock:
            return self.lock.wait_for(done, timeout)

    async def wait_async(self, done: Callable[[], bool]) -> None:
        """Wait until this holds without blocking the event loop."""
        await self._bell.until(done)

    def release(self) -> None:
        """Let the flow drain, although nobody may read what it sends."""
        with self.lock:
            self._clients.release()
            self._push()

    def gone(self, location: int, reason: str) -> None:
        """End the channels to and from a process that has ended."""
        with self.lock:
            self._clients.gone(location, reason)
            if self._carrier is not None:
                self._carrier.part(location)
            self.lock.notify_all()

    def joined(self, peer: int, epoch: int) -> None:
        """Connect to a peer that was started again, and greet it."""
        with self.lock:
            hellos = self._clients.joined(peer, epoch)
            if self._carrier is not None and hellos:
                self._carrier.connect({peer: self._plan.endpoints[peer]})
                for place, frame in hellos:
                    self._carrier.send(place, frame)

    def probed(self, number: int) -> list[ProbeReply]:
        """Answer a probe, if there is any client."""
        with self.lock:
            return [self._clients.probed(number)] if self._carrier is not None else []

    def counts(self) -> Counts | None:
        """Give what the clients have sent, if that is new."""
        with self.lock:
            return self._clients.counts()

    def close(self) -> None:
        """Close the sockets and wake who waits."""
        with self.lock:
            if self._carrier is not None:
                self._io.forget(self._carrier.fd)
                self._io.forget(self._carrier.door.fd)
                self._carrier.close()
                self._carrier = None
            self.lock.notify_all()
