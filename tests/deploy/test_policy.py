"""When a process starts again by itself, by the clock."""

from __future__ import annotations

from hydro_nb.deploy.policy import Policies, Policy, Verdict
from hydro_nb.runtime.clock import ManualClock

FAILED = Policy("on_failure", "why", 2, 60.0)
NEVER = Verdict()


def made(given):
    clock = ManualClock()
    return clock, Policies(given, clock.now)


def test_one_without_a_policy_stays_as_it_is():
    _, policies = made({1: FAILED})
    assert policies.verdict(0) == NEVER


def test_so_many_times_within_so_many_seconds():
    clock, policies = made({1: FAILED, 2: FAILED})
    told = [policies.verdict(1).sequel]
    clock.advance(59)
    told.append(policies.verdict(1).sequel)
    assert told == [f"it is started again ({n} of at most 2 within 60 seconds)" for n in (1, 2)]
    refused = policies.verdict(1)
    assert refused == Verdict(
        returns=False,
        sequel="it is not started again: it was, 2 times within 60 seconds, and its policy allows no more",
    )
    assert policies.verdict(2).returns
    # a minute after the first one there is room for another
    clock.advance(2)
    assert policies.verdict(1) == Verdict(returns=True, sequel="it is started again (2 of at most 2 within 60 seconds)")
    assert not policies.verdict(1).returns


def test_once_is_said_as_once():
    _, policies = made({1: Policy("always", "why", 1, 0.5)})
    assert policies.verdict(1).returns
    assert "it was, once within 0.5 seconds, and" in policies.verdict(1).sequel


def test_who_is_killed_on_purpose_comes_back_where_the_policy_says_always():
    _, policies = made({1: FAILED, 2: Policy("always", "why", 2, 60.0)})
    assert policies.verdict(1, on_purpose=True) == NEVER
    assert policies.verdict(2, on_purpose=True).returns
    # what was not started again was not counted
    assert "1 of at most 2" in policies.verdict(1).sequel
