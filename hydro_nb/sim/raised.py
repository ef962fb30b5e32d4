"""What the raising of a test means: that it fails, or that it asks for what no schedule can give."""

from __future__ import annotations

import sys
from typing import Any

from hydro_nb.errors import OrderError, SimulationFailure

Kinds = tuple[type[BaseException], ...]


def failures() -> Kinds:
    """Give what a test raises where it fails: what pytest raises by `fail` and `raises` is no `Exception`.

    >>> Exception in failures(), KeyboardInterrupt in failures()
    (True, False)
    """
    return (Exception, *_of_pytest("Failed"))


def demands() -> Kinds:
    """Give what is true of a test whatever the schedule, so that nothing is to be searched.

    >>> OrderError in demands()
    True
    """
    return (SimulationFailure, OrderError, *_of_pytest("XFailed"), *_of_pytest("Exit"))


def _of_pytest(name: str) -> Kinds:
    """Give one of the outcomes that pytest raises, where it is loaded."""
    outcomes: Any = sys.modules.get("_pytest.outcomes")
    found = getattr(outcomes, name, None)
    return (found,) if found else ()
