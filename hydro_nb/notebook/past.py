"""What is left of a deployment that was replaced: enough for the views of it that are still open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from hydro_nb.errors import DeployError

if TYPE_CHECKING:
    from hydro_nb.deploy.deployment import Deployment
    from hydro_nb.telemetry.state import DeploymentState, ProcessRow
    from hydro_nb.wire import LogLine

LINES = 1000
"""Lines of the log that are kept."""


class Past:
    """A deployment as it ended, without its processes, sockets and threads."""

    def __init__(self, deployment: Deployment, by: str) -> None:
        self._by = by
        self._state = deployment.snapshot()
        self._total, lines = deployment.logs_since(0)
        self._lines = lines[-LINES:]
        self.name = deployment.name
        self.program = deployment.program
        self.log_folder = deployment.log_folder

    def snapshot(self) -> DeploymentState:
        """Give what was known at its end."""
        return self._state

    @property
    def processes(self) -> list[ProcessRow]:
        """The processes that it had."""
        return [*self._state.processes.values()]

    def logs_since(self, total: int) -> tuple[int, list[LogLine]]:
        """Give the lines after the first `total`, as far as they are kept, and how many there were."""
        return self._total, self._lines[max(0, len(self._lines) - (self._total - total)) :]

    def stop(self) -> None:
        """Nothing is left to stop."""

    def redeploy(self) -> NoReturn:
        """Say what has taken its place."""
        why = f"was replaced when {self._by} ran: look there" if self._by else "ended with its cell, which was deleted"
        raise DeployError(f"this deployment {why}")

    def __getitem__(self, port: Any) -> NoReturn:
        self.redeploy()
