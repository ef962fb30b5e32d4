"""The quickest way to start children on this system: a template is only loaded, and only loads, where it can be."""

from __future__ import annotations

import atexit
import os
import sys
from collections.abc import Sequence

from hydro_nb.deploy.launcher import Launcher
from hydro_nb.deploy.spawn import Spawn


def launcher() -> Launcher:
    """Give the quickest way to start children."""
    if not _can_fork():
        return Spawn()
    from hydro_nb.deploy.templates import templates  # noqa: PLC0415 - uses what only Linux has

    return templates()


def warm() -> None:
    """Start the template before it is needed."""
    if _can_fork():
        from hydro_nb.deploy.templates import templates  # noqa: PLC0415 - as above

        mine = templates()
        mine.io.submit(mine.current)


def helpers() -> Sequence[int]:
    """Give the process ids of what children are started by, and of what is to follow it."""
    if "hydro_nb.deploy.templates" not in sys.modules:
        return ()
    from hydro_nb.deploy.templates import living  # noqa: PLC0415 - as above

    return living()


def _can_fork() -> bool:
    """Whether this is Linux, with all that a template needs: elsewhere libraries do not survive a fork."""
    if sys.platform != "linux":
        return False
    try:
        os.close(os.pidfd_open(os.getpid()))
    except OSError:
        return False
    return True


def _end() -> None:
    # registered before what stops deployments, and so called after it
    if "hydro_nb.deploy.templates" in sys.modules:
        from hydro_nb.deploy.templates import end  # noqa: PLC0415 - as above

        end()


atexit.register(_end)
