"""Sending to the page without a parent, so that its answers do not wait for the cell that is running.

ipykernel remembers on each comm under which request the kernel last sent, and answers there; a send without a parent
leaves the front end's own choice standing, which is a thread that is free while a cell runs.
"""

from __future__ import annotations

import sys
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, cast


@contextmanager
def quiet_parent() -> Generator[bool]:
    """Send what is sent inside without a parent; gives whether this kernel could be asked to.

    >>> with quiet_parent() as quiet:
    ...     quiet
    False
    """
    parent = _parent_variable()
    if parent is None:
        yield False
        return
    token = parent.set({})
    try:
        yield True
    finally:
        parent.reset(token)


def _parent_variable() -> ContextVar[dict[str, Any]] | None:
    """Find the kernel's private context variable, if there is a kernel that has it."""
    module = sys.modules.get("ipykernel.kernelbase")
    if module is None or not module.Kernel.initialized():
        return None
    variable = getattr(module.Kernel.instance(), "_shell_parent", None)
    return cast("ContextVar[dict[str, Any]]", variable) if isinstance(variable, ContextVar) else None
