"""When two rounds of answers prove that nothing is left to do."""

from __future__ import annotations

from hydro_nb.deploy.quiescence import Proof
from hydro_nb.wire import ProbeReply


def reply(place, *, idle=True, changes=1, sent=None, received=None, fired=True, **more):
    return ProbeReply(place, 0, idle, changes, sent or {}, received or {}, fired, **more)


def verdicts(*rounds):
    proof = Proof()
    return [proof.shown({r.location: r for r in replies}) for replies in rounds]


QUIET = [reply(0, sent={1: 5}), reply(1, received={1: 5})]


def test_two_equal_rounds():
    assert verdicts(QUIET, QUIET) == [False, True]


def test_something_under_way():
    under_way = [reply(0, sent={1: 5}), reply(1, received={1: 4})]
    assert verdicts(under_way, under_way, under_way) == [False] * 3


def test_a_change_between_the_rounds():
    later = [reply(0, sent={1: 5}), reply(1, received={1: 5}, changes=2)]
    assert verdicts(QUIET, later, later) == [False, False, True]


def test_somebody_busy():
    busy = [*QUIET[:1], reply(1, idle=False, received={1: 5}, waiting_on="a source")]
    proof = Proof()
    assert not proof.shown({r.location: r for r in busy})
    assert proof.busy({1: "B"}) == "`B`: a source"


def test_a_channel_whose_receiver_is_gone_is_left_out():
    alone = [reply(0, sent={1: 5})]
    assert verdicts(alone, alone) == [False, True]


def test_a_timer_that_has_not_fired_since_the_newest_change():
    early = [reply(0, last_change=3.0), reply(1, fired=True, last_fire=2.0)]
    late = [reply(0, last_change=3.0), reply(1, fired=True, last_fire=3.5)]
    assert verdicts(early, early, early) == [False] * 3
    assert verdicts(early, early, late, late)[-1]
    never = [reply(0, fired=False)]
    proof = Proof()
    assert not any(proof.shown({0: never[0]}) for _ in range(3))
    assert proof.busy({0: "A"}) == "`A`: a timer"


def test_what_a_timer_sent_has_arrived_through_every_process():
    def at(sent, received):
        a = reply(0, last_fire=9.0, timer_sent={1: sent})
        return [a, reply(1, timer_received={1: received})]

    assert verdicts(at(5, 4), at(6, 4)) == [False, False]
    assert verdicts(at(5, 4), at(6, 5), at(8, 6)) == [False, False, True]
