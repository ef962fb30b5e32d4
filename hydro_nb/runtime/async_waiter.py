"""How a loop waits when some of its sources are async."""

from __future__ import annotations

import asyncio

CLOSE_SECONDS = 1.0
"""How long a cancelled source may take to clean up."""


class AsyncWaiter:
    """Waits in an asyncio loop in the same thread, so that async sources run meanwhile."""

    def __init__(self, data: int, control: int) -> None:
        self.loop = asyncio.new_event_loop()
        self.loop.add_reader(data, self.loop.stop)
        self.loop.add_reader(control, self.loop.stop)

    def wait(self, seconds: float | None) -> bool:
        """Run the loop until a socket, a source or the time stops it."""
        timer = None
        if seconds is not None:
            timer = (
                self.loop.call_later(seconds, self.loop.stop) if seconds > 0 else self.loop.call_soon(self.loop.stop)
            )
        self.loop.run_forever()
        if timer is not None:
            timer.cancel()
        return True

    def close(self) -> None:
        """Cancel what runs and close the loop."""
        tasks = asyncio.all_tasks(self.loop)
        for task in tasks:
            task.cancel()
        if tasks:
            self.loop.run_until_complete(asyncio.wait(tasks, timeout=CLOSE_SECONDS))
        self.loop.run_until_complete(self.loop.shutdown_asyncgens())
        self.loop.close()
