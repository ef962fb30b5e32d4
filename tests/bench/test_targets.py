"""P1 to P12, each as `hydro-nb bench` measures it."""

from __future__ import annotations

import pytest

from hydro_nb.bench.growth import series
from hydro_nb.bench.table import FULL
from hydro_nb.bench.targets import NAMES, measure

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]


@pytest.mark.parametrize("name", NAMES)
def test_target(show, name):
    for row in measure(name, FULL):
        show(row)


def test_growth():
    for each in series(FULL):
        print(f"\n{each}")
