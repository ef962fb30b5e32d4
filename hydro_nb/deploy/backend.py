"""What runs the processes of a deployment, as its user's handle sees it."""

from __future__ import annotations

import socket
from collections.abc import Collection
from typing import Protocol

from hydro_nb.deploy.acting import Acts
from hydro_nb.deploy.external import Link, Port
from hydro_nb.deploy.redeploy import Wish
from hydro_nb.errors import ProcessFailed
from hydro_nb.wire import Watch


class Backend(Acts, Protocol):
    """What runs the processes of a deployment."""

    @property
    def failure(self) -> ProcessFailed | None:
        """The first process that failed by itself, if any."""
        ...

    def start(self, timeout: float) -> None:
        """Return when every process runs, or raise and leave nothing behind."""
        ...

    def settle(self, timeout: float | None) -> None:
        """Return when nothing is left to do."""
        ...

    async def settled(self, timeout: float | None) -> None:
        """Do the same without blocking the event loop."""
        ...

    def absent(self) -> Collection[int]:
        """Give those that have no process, or whose process is about to end, but those that are started again."""
        ...

    def become(self, wish: Wish) -> None:
        """Replace some processes, and return when all run; only where others can keep their state."""
        ...

    def stop(self, *, drain: bool) -> None:
        """End every process."""
        ...

    async def stopped(self, *, drain: bool) -> None:
        """Do the same without blocking the event loop."""
        ...

    def wait(self, timeout: float | None) -> bool:
        """Wait for the end."""
        ...

    def order(self, peer: int, order: Watch) -> None:
        """Tell a process what to tell of itself; nothing where it has ended."""
        ...

    def connect(self, slot: str) -> Port:
        """Give the client end of an external port."""
        ...

    def link(self, sock: socket.socket) -> Link:
        """Give the way in which a client with a socket of its own waits."""
        ...
