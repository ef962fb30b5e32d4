"""What a notebook adds: magics, cells as transactions, pictures."""

from __future__ import annotations

from typing import Any

from hydro_nb.notebook import cells, completer, display, unseen
from hydro_nb.notebook.ipython import get_ipython
from hydro_nb.notebook.magics import HydroMagics


def register(shell: Any = None) -> None:
    """Register the magics and the hooks on a shell, the running one if none is given; again, it changes nothing.

    >>> register()  # outside of IPython there is nothing to register on
    """
    found = shell if shell is not None else get_ipython()
    if found is not None:
        _register_on(found)


def _register_on(shell: Any) -> None:
    hooks = cells.attach(shell)
    known = shell.magics_manager.registry.get(HydroMagics.__name__)
    if type(known) is HydroMagics and known.cells is hooks:
        return
    magics = HydroMagics(shell, hooks)
    shell.register_magics(magics)
    completer.register(shell, magics.complete)
    display.register(shell)
    unseen.register(shell, hooks)
