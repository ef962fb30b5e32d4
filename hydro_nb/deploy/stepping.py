"""How a port reaches a flow that only runs while someone steps it."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Protocol

from hydro_nb.errors import DeployError

LOOK_SECONDS = 0.02
"""How often it is looked whether something has come by a socket, of which no step tells."""


class Stepped(Protocol):
    """A flow inside this process."""

    def step(self) -> bool:
        """Give every location one turn; False when none had anything to do."""
        ...

    def patience(self, until: float | None) -> float | None:
        """Seconds until a step can do something by itself; None if only a client can cause something."""
        ...

    def pause(self, seconds: float) -> None:
        """Wait this long, or until something that runs beside the ticks has ended."""
        ...

    async def rest(self, until: float | None) -> None:
        """Let the event loop run until a step can do something."""
        ...

    def carry(self) -> None:
        """Let the clients' frames go."""
        ...

    def over(self) -> str:
        """Why nothing moves any more; empty while the deployment lives."""
        ...


class SteppedLink:
    """The link of a port whose waiting is what makes the flow run; what comes by a socket comes beside its steps."""

    def __init__(self, flow: Stepped, *, by_socket: bool = False) -> None:
        self.lock = threading.Condition(threading.RLock())
        self._flow = flow
        self._by_socket = by_socket

    @property
    def over(self) -> str:
        """Why nothing moves any more; empty while the deployment lives."""
        return self._flow.over()

    def moved(self) -> None:
        """Let the clients' frames go."""
        self._flow.carry()

    def wait(self, done: Callable[[], bool], timeout: float | None) -> bool:
        """Step until this holds; waiting for what nothing can cause is an error rather than a hang."""
        until = None if timeout is None else time.monotonic() + timeout
        while not done():
            if until is not None and time.monotonic() >= until:
                return False
            if not self._flow.step():
                seconds = self._patience(until)
                if done():  # what came is not counted as something that moved where it was an end
                    break
                if seconds is None:
                    raise DeployError(
                        "nothing would ever come: the flow runs inside this process and has nothing left to do. "
                        "Send something into it first, or give a timeout."
                    )
                self._flow.pause(seconds)
        return True

    def _patience(self, until: float | None) -> float | None:
        """Seconds until something can be there; another thread closes a socket, whatever the flow can still do."""
        seconds = self._flow.patience(until)
        if not self._by_socket:
            return seconds
        return LOOK_SECONDS if seconds is None else min(seconds, LOOK_SECONDS)

    async def wait_async(self, done: Callable[[], bool]) -> None:
        """Step on the event loop until this holds."""
        while not done():
            if self._flow.step():
                await asyncio.sleep(0)
            else:
                await self._flow.rest(None)
