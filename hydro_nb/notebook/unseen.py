"""Prints below a cell what processes wrote that nobody saw, where their deployment came and went in it unshown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from hydro_nb.notebook import display, echo

if TYPE_CHECKING:
    from hydro_nb.notebook.cells import Cells

MOST_LINES = 500
"""So many of a deployment's lines at most, the last, so that a page stays one that can be read."""


class Unseen:
    """Looks, when a cell ends, at the deployments that are new."""

    def __init__(self, hooks: Cells) -> None:
        self._hooks = hooks
        self._known: WeakSet[Any] = WeakSet(hooks.deployments.every())

    def show(self, *_: object) -> None:
        """Print the lines of those that are over already and were not shown."""
        new = [each for each in self._hooks.deployments.every() if each not in self._known]
        self._known.update(new)
        for deployment in new:
            if deployment.snapshot().over and not display.shown(deployment) and not echo.catch_up(self._hooks.shell):
                total, lines = deployment.logs_since(0)
                last = lines[-MOST_LINES:]
                echo.show(deployment, last, missing=total - len(last))


def register(shell: Any, hooks: Cells) -> None:
    """Look from now on, in the place of what an earlier load of this module left; only where there is a page."""
    if not hasattr(shell, "kernel"):
        return
    if (old := getattr(shell, "hydro_nb_unseen", None)) is not None:
        shell.events.unregister("post_run_cell", old.show)
    shell.hydro_nb_unseen = Unseen(hooks)
    shell.events.register("post_run_cell", shell.hydro_nb_unseen.show)
