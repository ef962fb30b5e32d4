"""Whom an interrupt is meant for: the caller of a flow that runs in its process; nobody, where it has its own."""

from __future__ import annotations

import signal


def from_the_keyboard(error: BaseException) -> bool:
    """Whether this interrupts the caller; where signals of the keyboard are ignored, a user's function has raised it.

    >>> from_the_keyboard(KeyboardInterrupt()), from_the_keyboard(ValueError())
    (True, False)
    """
    return isinstance(error, KeyboardInterrupt) and signal.getsignal(signal.SIGINT) is not signal.SIG_IGN
