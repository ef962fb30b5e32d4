"""What some tests need of the machine, such as a browser."""

from __future__ import annotations

import os
from typing import TypeVar

import pytest

T = TypeVar("T")
NO_CHROMIUM = "no chromium on PATH; `.ci/run` installs it"


def needed(found: T | None, reason: str) -> T:
    """Give what was found; without it the test is skipped and says why, but fails where CI runs, which has all."""
    if found is None:
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    return found
