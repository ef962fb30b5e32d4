"""How a loop waits when some of its sources are async."""

from __future__ import annotations

import asyncio
from typing import Any

from hydro_nb.runtime.waiter import ANYTHING

CLOSE_SECONDS = 1.0
"""How long a cancelled source may take to clean up."""


class AsyncWaiter:
    """Waits in an asyncio loop in the same thread, so that async sources run meanwhile."""

    def __init__(self, *sockets: int) -> None:
        self.loop = asyncio.new_event_loop()
        self._sockets = sockets
        for fd in self._sockets:
            self.loop.add_reader(fd, self.loop.stop)

    def wait(self, seconds: float | None) -> int:
        """Run the loop until a socket, a source or the time stops it; which of them is not known."""
        timer = None
        if seconds is not None:
            timer = (
                self.loop.call_later(seconds, self.loop.stop) if seconds > 0 else self.loop.call_soon(self.loop.stop)
            )
        self.loop.run_forever()
        if timer is not None:
            timer.cancel()
        return ANYTHING

    def close(self) -> None:
        """Cancel what runs and close the loop."""
        for fd in self._sockets:
            self.loop.remove_reader(fd)
        tasks = asyncio.all_tasks(self.loop)
        for task in tasks:
            task.cancel()
        cleaning = self.loop.create_task(self._clean(tasks))
        cleaning.add_done_callback(lambda _: self.loop.stop())
        # a source that ends stops the loop, here as all along, so one run may not be enough
        while not cleaning.done():
            self.loop.run_forever()
        self.loop.close()

    async def _clean(self, tasks: set[asyncio.Task[Any]]) -> None:
        if tasks:
            await asyncio.wait(tasks, timeout=CLOSE_SECONDS)
        await self.loop.shutdown_asyncgens()
