"""A cell that ends in a failure of the simulator: few words, and below them the execution that failed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hydro_nb.errors import SimulationFailure

HOOK = "_hydro_nb_failures"


def register(shell: Any, show: Callable[[Any], None]) -> None:
    """Show the execution below the error of a cell, in the place of what an earlier load registered."""
    old = getattr(shell, HOOK, None)
    if old is not None:
        shell.events.unregister("post_run_cell", old)

    def ended(result: Any) -> None:
        error = getattr(result, "error_in_exec", None)
        for record in records(error) if isinstance(error, SimulationFailure) else ():
            show(record)

    setattr(shell, HOOK, ended)
    shell.events.register("post_run_cell", ended)
    SimulationFailure.pictured = True


def records(failure: SimulationFailure) -> list[Any]:
    """Give the executions that a failure is about."""
    return [record for record in (failure.beside, failure.record) if record is not None]
