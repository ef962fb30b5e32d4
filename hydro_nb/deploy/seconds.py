"""How long a call may wait, as its user gives it."""

from __future__ import annotations

from threading import TIMEOUT_MAX

from hydro_nb.errors import DeployError


def check_seconds(call: str, timeout: object, *, forever: bool = True) -> None:
    """Refuse what is no time to wait, before anything is waited for.

    >>> check_seconds("settle", 2.5)
    >>> check_seconds("settle", "soon")
    Traceback (most recent call last):
    hydro_nb.errors.DeployError: `settle` waits for a number of seconds, or without limit for None; not for 'soon'
    """
    if timeout is None and forever:
        return
    if isinstance(timeout, int | float) and not isinstance(timeout, bool) and 0 <= timeout <= TIMEOUT_MAX:
        return
    limit = ", or without limit for None" if forever else ""
    raise DeployError(f"`{call}` waits for a number of seconds{limit}; not for {timeout!r}")
