"""What all tests share."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="session", autouse=True)
def no_failures_kept():
    """Keep no failing schedules: many of these tests fail on purpose, and none may depend on what another run found."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HYDRO_NB_SIM_FAILURES", "off")
        yield
