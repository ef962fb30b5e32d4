"""The environment, which threads of the user's may change at any moment."""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import contextmanager


def copied() -> dict[bytes, bytes]:
    """Give a copy of it, to hand to a process that begins.

    What is not handed over is read by the system, while another thread may move it: "bad address".

    >>> copied() == dict(os.environb)
    True
    """
    # the names are listed at once; each may be gone when its turn comes
    return {name: value for name in os.environb if (value := os.environb.get(name)) is not None}


@contextmanager
def variable(name: str, value: str) -> Generator[None]:
    """Set a variable, also for the processes that begin meanwhile; then it is as it was.

    >>> with variable("HYDRO_NB_EXAMPLE", "1"):
    ...     os.environ["HYDRO_NB_EXAMPLE"]
    '1'
    >>> "HYDRO_NB_EXAMPLE" in os.environ
    False
    """
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before
