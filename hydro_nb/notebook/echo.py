"""Prints what processes print into the cells of a notebook that nobody watches, each line tagged with its process.

An IPython extension: `%load_ext hydro_nb.notebook.echo`.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from hydro_nb.notebook import cells

if TYPE_CHECKING:
    from hydro_nb.deploy import Deployment
    from hydro_nb.wire import LogLine

SECONDS = 0.05


class Echo:
    """Follows the logs of all deployments of a shell: while a cell runs from a thread, and once more when it ends."""

    def __init__(self, shell: Any) -> None:
        self._cells = cells.attach(shell)
        self._cursors: WeakKeyDictionary[Any, int] = WeakKeyDictionary()
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="hydro-echo", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def flush(self, *_: object) -> None:
        """Print what is new."""
        with self._lock:
            self._cells.adopt()
            for deployment in self._cells.deployments.every():
                told = self._cursors.get(deployment, 0)
                self._cursors[deployment], lines = deployment.logs_since(told)
                show(deployment, lines, missing=self._cursors[deployment] - told - len(lines))

    def _follow(self) -> None:
        while not self._ended.wait(SECONDS):
            self.flush()

    def stop(self) -> None:
        """Print what is left, and end."""
        self._ended.set()
        self._thread.join()
        self.flush()


def show(deployment: Deployment, lines: Iterable[LogLine], *, missing: int) -> None:
    """Print lines of a deployment, after how many are missing before them and where these are."""
    if missing:
        kept = f", which are in {deployment.log_folder}" if deployment.log_folder else ""
        sys.stdout.write(f"[... {missing} lines more{kept}]\n")
    for line in lines:
        (sys.stdout if line.stream == "stdout" else sys.stderr).write(f"{line}\n")


def catch_up(shell: Any) -> bool:
    """Print what is new, where lines are printed as they come; False where they are not."""
    found: Echo | None = getattr(shell, "hydro_nb_echo", None)
    if found is not None:
        found.flush()
    return found is not None


def load_ipython_extension(shell: Any) -> None:
    """Print from now on; IPython calls it."""
    echo = Echo(shell)
    shell.events.register("post_run_cell", echo.flush)
    shell.hydro_nb_echo = echo
    echo.start()


def unload_ipython_extension(shell: Any) -> None:
    """Print no more; IPython calls it."""
    shell.events.unregister("post_run_cell", shell.hydro_nb_echo.flush)
    shell.hydro_nb_echo.stop()
    del shell.hydro_nb_echo
