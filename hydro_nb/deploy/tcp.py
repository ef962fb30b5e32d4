"""The kernel as a client of the TCP ports that processes serve: the same `Port` as for channels, over a socket."""

from __future__ import annotations

import os
import select
import socket
import threading
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from hydro_nb.deploy.clients import load_captures
from hydro_nb.deploy.external import Link, Port
from hydro_nb.deploy.plan import Program
from hydro_nb.deploy.socket_link import SocketLink
from hydro_nb.errors import DecodeError, DeployError
from hydro_nb.runtime.framing import Framing, make_framing
from hydro_nb.telemetry.state import OVER, DeploymentState
from hydro_nb.wire import LocationProgram, ServedSpec

CHUNK = 64 * 1024
CONNECT_SECONDS = 10.0
RELEASE_MILLISECONDS = 50
"""How often it is seen whether a flow still drains, while nothing comes."""
_ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104 - what such a server is reached by


class SocketClient(Port):
    """One connection of the kernel to a port."""

    def __init__(
        self, spec: ServedSpec, sock: socket.socket, link: Link, framings: tuple[Framing, Callable[[Any], bytes]]
    ) -> None:
        super().__init__(spec.name, link, None, ())
        self._socket = sock
        self._incoming, self._encode = framings
        self._ended = ""
        self.life = 0
        """how often its process had been started again when it connected"""
        self._unsent = bytearray()

    def __repr__(self) -> str:
        return f"<Port {self.name} (sends and receives over TCP)>"

    @property
    def local_address(self) -> tuple[str, int]:
        """The address that the process sees."""
        return self._socket.getsockname()[:2]

    @property
    def ended(self) -> bool:
        """Whether nothing can be sent any more."""
        return bool(self._closed or self._ended)

    def send(self, value: Any) -> None:
        """Send one element into the flow; waits while the process takes no more."""
        self._put(value)
        self._link.wait(self._pushed, None)
        self._check_open()

    async def sent(self, value: Any) -> None:
        """Send one element into the flow without blocking the event loop."""
        self._put(value)
        await self._link.wait_async(self._pushed)
        self._check_open()

    def _put(self, value: Any) -> None:
        self._check_open()
        data = self._encode(value)
        with self._link.lock:
            self._unsent += data

    def _check_open(self) -> None:
        super()._check_open()
        if self._ended:
            raise DeployError(f"port `{self.name}` cannot send: {self._ended}")

    def _pushed(self) -> bool:
        """Send what there is room for; True when all has gone, or nothing more can go."""
        with self._link.lock:
            try:
                while self._unsent and not self.ended:
                    del self._unsent[: self._socket.send(self._unsent)]
            except (BlockingIOError, InterruptedError):
                self._take()  # who waits for us to read would never read
                self._mark(waits=True)
                return False
            except OSError as error:
                self._end(f"the connection was lost ({error.strerror})")
            self._mark(waits=False)
        return True

    def _mark(self, *, waits: bool) -> None:
        if isinstance(self._link, SocketLink):
            self._link.writes = waits

    def _has_news(self) -> bool:
        if self._unsent:
            self._pushed()  # whoever began to send it may have been cancelled
        return self._fill() or self.ended or bool(self._link.over)

    def _fill(self) -> bool:
        with self._link.lock:
            while not self._items and self._take():
                continue  # an element may be larger than what is read at once
            return bool(self._items)

    def _take(self) -> bool:
        """Take some of what has come, without waiting; False when there is no more."""
        if self.ended:
            return False
        items: list[Any] = []
        try:
            data = self._socket.recv(CHUNK)
            if data:
                self._incoming.feed(data, items)
            else:
                self._end("the process has closed the connection")
                self._incoming.finish(items)
        except (BlockingIOError, InterruptedError):
            return False
        except DecodeError as error:
            self._end(str(error))
        except OSError as error:
            self._end(f"the connection was lost ({error.strerror})")
        finally:
            self._items.extend(items)
        self._link.lock.notify_all()  # others may wait for what was taken here
        return not self.ended

    def _end(self, reason: str) -> None:
        self._ended = reason
        self._shut()

    def _shut(self) -> None:
        """Close the socket, and let everyone who waits for it know."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        if isinstance(self._link, SocketLink):
            self._link.close()
        else:
            self._socket.close()

    def _why(self) -> str:
        return self._link.over or self._ended or "it was closed"

    @property
    def descriptor(self) -> int:
        """Of its socket; -1 where that is closed."""
        return self._socket.fileno()

    def take_in(self) -> None:
        """Take all that has come, for whoever receives it later."""
        with self._link.lock:
            while self._take():
                continue

    def retire(self) -> None:
        """Take what has come, then close: the deployment has ended."""
        self.take_in()
        self.close()

    def close(self) -> None:
        """Leave: the flow sees this client go."""
        if self._closed:
            return
        with self._link.lock:
            self._closed = True
            self._shut()
        self._link.moved()


def _connected(address: tuple[str, int], greeting: bytes) -> socket.socket:
    sock = socket.create_connection(address, CONNECT_SECONDS)
    try:
        sock.sendall(greeting)
    except OSError:
        sock.close()
        raise
    return sock


class Sockets:
    """The TCP ports of a deployment, and the kernel's connections to them."""

    def __init__(self, program: Program, state: Callable[[], DeploymentState], link: Callable[[Any], Link]) -> None:
        self._specs = {spec.slot: (place, spec) for place in program.locations for spec in place.served}
        self._places = program.locations
        self._captures = load_captures(program.captures)
        self._state = state
        self._link = link
        self._clients: dict[str, list[SocketClient]] = {}
        self._pid = os.getpid()

    def become(self, program: Program, slots: Iterable[Mapping[str, str]]) -> None:
        """Take the ports of another program; `slots` says what those that go on were called, and are called now."""
        names = {old: new for each in slots for old, new in each.items()}
        self._specs = {spec.slot: (place, spec) for place in program.locations for spec in place.served}
        self._places = program.locations
        self._captures = load_captures(program.captures)
        known, self._clients = self._clients, {}
        for slot, clients in known.items():
            self._clients.setdefault(names.get(slot, ""), []).extend(clients)

    def __contains__(self, slot: str) -> bool:
        return slot in self._specs

    def address(self, slot: str) -> tuple[str, int]:
        """Give where the process of a port listens."""
        if slot not in self._specs:
            names = ", ".join(f"`{spec.name}`" for _, spec in self._specs.values()) or "none"
            raise DeployError(f"this port has no address of its own; ports with one: {names}")
        address = self._state().addresses.get(slot)
        if address is None:
            raise DeployError(f"port `{self._specs[slot][1].name}` is not served yet")
        return address

    def connect(self, slot: str) -> SocketClient:
        """Connect to a port: as a client of its own where there may be many, else as the one that there is."""
        host, number = self.address(slot)
        place, spec = self._specs[slot]
        row = self._state().processes[place.id]
        known = [each for each in self._clients.get(slot, []) if not each.ended and each.life == row.restarts]
        if known and not spec.many:
            return known[-1]
        where = f"port `{spec.name}` of `{place.name}` at {host}:{number}"
        if row.state in OVER:
            raise DeployError(f"{where} cannot be reached: process `{row.name}` has ended: {row.reason or row.state}")
        try:
            sock = _connected((_ANYWHERE.get(host, host), number), self._greeting(spec))
        except OSError as error:
            raise DeployError(f"{where} cannot be reached: {error.strerror or error}") from error
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.settimeout(0)
        made = SocketClient(spec, sock, self._link(sock), self._framings(place, spec))
        made.life = row.restarts
        self._clients[slot] = [*self._clients.get(slot, []), made]
        return made

    def _greeting(self, spec: ServedSpec) -> bytes:
        """Give what a client says first: the token, if there is one, which all clients in this process know."""
        client = next((place for place in self._places if place.kind == "external"), None)
        return f"{self._captures(client.id)[spec.token]}\n".encode() if client and spec.token else b""

    def _framings(self, place: LocationProgram, spec: ServedSpec) -> tuple[Framing, Callable[[Any], bytes]]:
        typed = spec.incoming.codec or spec.outgoing.codec
        captures: Mapping[str, Any] = self._captures(place.id) if typed else {}
        where = f"port `{spec.name}`"
        incoming, outgoing = (make_framing(each, captures, where) for each in (spec.outgoing, spec.incoming))
        return incoming, outgoing.encode

    @contextmanager
    def released(self, *, drain: bool) -> Generator[None]:
        """Take in all that comes while the flow drains, whether or not anyone reads it."""
        over = threading.Event()
        thread = threading.Thread(target=self._take_in, args=(over,), name="hydro-drain", daemon=True)
        if drain and self._open():
            thread.start()
        try:
            yield
        finally:
            over.set()
            if thread.ident is not None:
                thread.join()

    def _open(self) -> list[SocketClient]:
        return [each for clients in self._clients.values() for each in clients if not each.ended]

    def _take_in(self, over: threading.Event) -> None:
        while not over.is_set() and (clients := self._open()):
            poll = select.poll()
            for number in [each.descriptor for each in clients]:
                if number >= 0:
                    poll.register(number, select.POLLIN)
            poll.poll(RELEASE_MILLISECONDS)
            for each in clients:
                each.take_in()

    def close(self) -> None:
        """Close every connection that is still open; what has come for it may still be received."""
        if self._pid != os.getpid():
            return  # a fork must not end what its parent holds
        for clients in self._clients.values():
            for each in clients:
                each.retire()
