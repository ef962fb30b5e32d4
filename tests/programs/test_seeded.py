"""Mistakes made on purpose: a random search finds each, and what is left of its schedule fits on a screen."""

import pytest
from seeded import Commit, Payments, all_that_comes, by_all_votes, by_the_votes_so_far, each_once

from hydro_nb import SimulationFailure

SCREEN = 60
"""Lines."""


def failure(search):
    with pytest.raises(SimulationFailure) as caught:
        search()
    return caught.value


def test_a_commit_waits_for_all_votes():
    commit = Commit(by_all_votes)
    assert commit.sim().fuzz(commit.commits_what_all_agree_to, runs=500, seed=1) == 500


def test_a_commit_by_the_votes_so_far_is_found():
    commit = Commit(by_the_votes_so_far)
    error = failure(lambda: commit.sim().fuzz(commit.commits_what_all_agree_to, seed=1))
    assert "the flow gives 1, 2 to `self.committed`" in str(error)
    assert len(str(error).splitlines()) <= SCREEN
    assert "where any outcome is right, as: votes come at any time" in str(error)


def test_orders_that_come_again_are_booked_once():
    payments = Payments(each_once)
    assert payments.flow.sim().fuzz(payments.books_each_order_once, runs=500, seed=1) == 500


def test_an_order_that_is_booked_whenever_it_comes_is_found():
    payments = Payments(all_that_comes)
    error = failure(lambda: payments.flow.sim().fuzz(payments.books_each_order_once, seed=1))
    assert len(str(error).splitlines()) <= SCREEN
    assert "patience ends at any time" in error.explain()
