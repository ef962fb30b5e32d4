"""How much a tick takes: little where functions are slow, much where they are not, whatever the ticks cost."""

from __future__ import annotations

import pytest

from hydro_nb.runtime.pace import ENOUGH, FIRST, LONG, Pace


def ran(pace, cost, each, times=30):
    """Let ticks use the whole budget; gives the budgets."""
    budgets = []
    for _ in range(times):
        budgets.append(pace.budget)
        pace.ran(pace.budget, cost + each * pace.budget)
    return budgets


def test_it_begins_with_little_and_grows_where_ticks_are_short():
    assert ran(Pace(), 0.0, 1e-8, 7) == [FIRST, 64, 256, ENOUGH, ENOUGH, ENOUGH, ENOUGH]


@pytest.mark.parametrize("each", [0.0005, 0.001, 0.005, 0.5])
def test_ticks_of_slow_functions_get_short_and_stay_so(each):
    assert all(budget * each <= LONG or budget == 1 for budget in ran(Pace(), 0.0, each)[4:])


def test_it_shortens_at_once_when_a_function_gets_slow():
    pace = Pace()
    ran(pace, 0.0, 1e-8)
    budgets = ran(pace, 0.0, 0.001)
    assert budgets[0] == ENOUGH
    assert all(budget * 0.001 <= LONG for budget in budgets[6:])


def test_ticks_that_are_long_whatever_they_take_are_not_cut_to_crumbs():
    budgets = ran(Pace(), 0.05, 1e-7, 60)
    assert min(budgets[20:]) >= 1024


def test_few_elements_do_not_raise_it():
    pace = Pace()
    for _ in range(100):
        pace.ran(1, 0.0001)
    assert pace.budget == FIRST


def test_nor_do_few_slow_ones_before_a_frame_that_is_too_large():
    pace = Pace()
    pace.ran(1, 0.001, full=True)
    assert pace.budget == FIRST
    pace.ran(1, 0.0001, full=True)
    assert pace.budget == 4 * FIRST
