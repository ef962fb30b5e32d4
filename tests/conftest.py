"""What all tests share."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = ["background"]
# how long an example takes is the machine's; where CI has a profile of its own, what that says of chance stays
settings.register_profile("patient", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")
# the protocols that a lesson runs stand beside the notebooks, as modules of their own
sys.path.append(str(Path(__file__).parents[1] / "notebooks"))


@pytest.fixture(scope="session", autouse=True)
def no_failures_kept():
    """Keep no failing schedules: many of these tests fail on purpose, and none may depend on what another run found."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HYDRO_NB_SIM_FAILURES", "off")
        yield
