"""What a user does to the processes of a running flow on purpose."""

from __future__ import annotations

from typing import Protocol

from hydro_nb.deploy.named import Named, Roster
from hydro_nb.deploy.seconds import check_seconds


class Acts(Protocol):
    """What carries it out."""

    def kill(self, name: str) -> None:
        """Kill a process."""
        ...

    def restart(self, name: str, timeout: float) -> None:
        """Start a member of a cluster again, and return when it runs."""
        ...


class Acting:
    """The part of a deployment that acts on its processes."""

    def __init__(self, acts: Acts, roster: Roster) -> None:
        self._acts = acts
        self._roster = roster

    def kill(self, process: Named) -> None:
        """Kill a process on purpose; the others go on, and those that look at its cluster's members see it leave.

        As it was meant, the deployment has not failed: it goes on running, or settled, unless no process is left.
        What was on its way to it, or had come and was not dealt with, is lost with it, as are lines that it had printed
        and not written yet. The others cannot tell what of that it had done; `status` counts what they kept back, or
        made for it, after they had heard of its end.

        It is given itself, by its name or by its marker class; a member of a cluster as `(workers, 3)`, by its name
        `"Worker/3"` or by its `MemberId`. On `backend="local"` all that share its OS process (`colocate`) end with it.
        """
        self._acts.kill(self._roster.process(process))

    def restart(self, member: Named, timeout: float = 30.0) -> None:
        """Start a member of a cluster again, dead or alive, and return when it runs.

        It is given as to `kill`. It begins with nothing, as a new process on new channels: what it had received or made
        and not sent is gone. Those that look at the cluster's members see it leave and join. One that shared an OS
        process (`colocate`) comes back in one of its own; if it still ran, those that it shared with end.
        """
        check_seconds("restart", timeout, forever=False)
        self._acts.restart(self._roster.process(member, members=True), timeout)
