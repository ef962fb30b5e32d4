"""Variables of the environment that are set for a while."""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import contextmanager


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
