"""Members that crash, come later, or start again: what is lost, who hears of it, and how many executions there are."""

from __future__ import annotations

import itertools

import pytest

from hydro_nb import CLUSTER_SELF_ID, FlowBuilder, MemberId, MembershipEvent, SimulationFailure, nondet
from hydro_nb.lang.sim_ports import MORE

ANY = nondet("any outcome is explored")
JOINED, LEFT = MembershipEvent.JOINED, MembershipEvent.LEFT


class Leader: ...


class Worker: ...


def places():
    flow = FlowBuilder("faults")
    return flow, flow.process(Leader), flow.cluster(Worker)


def explore(sim, read, send=lambda: None):
    """Run `send()`, wait for quiescence, under every schedule: how many there are, and all that `read()` gave."""
    seen = []

    async def body():
        send()
        while await MORE:
            pass
        seen.append(read())

    count = sim.exhaustive(body)
    assert count == len(seen)
    return count, set(seen)


def given(out, *members):
    """Give what has come out, at each of some members."""
    ends = [out._of(member) for member in members] or [out]
    return tuple(tuple(end._queue(ordered=False)) for end in ends)


def numbers_of(sim, workers):
    return tuple(member.raw_id for member in sim.members(workers))


def own_number():
    return CLUSTER_SELF_ID.raw_id


# ---------------------------------------------------------------- crashes


def echo():
    """A leader that sends to all, who send back."""
    flow, leader, workers = places()
    port, numbers = leader.sim_input(int)
    out = numbers.broadcast_closed(workers).send(leader).entries().sim_output()
    return flow, workers, port, out


def test_without_faults_there_is_one_execution():
    flow, workers, port, out = echo()
    sim = flow.sim().with_cluster_size(workers, 2)
    assert explore(sim, lambda: len(*given(out)), lambda: port.send(7)) == (1, {2})
    sim.with_faults(workers, crashes=0)
    assert explore(sim, lambda: len(*given(out)), lambda: port.send(7)) == (1, {2})


def test_who_crashes_is_gone_before_it_answers_or_after():
    flow, workers, port, out = echo()
    sim = flow.sim().with_cluster_size(workers, 2).with_faults(workers)
    # either of them before the message, while it answers, or after that; or nobody
    count, seen = explore(sim, lambda: (len(*given(out)), numbers_of(sim, workers)), lambda: port.send(7))
    assert count == 2 + 2 + 2 + 1
    assert seen == {(2, (0, 1)), (2, (0,)), (2, (1,)), (1, (0,)), (1, (1,))}


def test_more_than_one_may_crash():
    flow, workers, port, out = echo()
    sim = flow.sim().with_cluster_size(workers, 2).with_faults(workers, crashes=2)
    _, seen = explore(sim, lambda: (len(*given(out)), len(sim.members(workers))), lambda: port.send(7))
    assert seen == {(answers, left) for answers in range(3) for left in range(3) if answers >= left}


def test_a_prefix_of_what_was_sent_arrives():
    flow, leader, workers = places()
    out = workers.source_iter([1, 2, 3]).send(leader).values().sim_output()
    sim = flow.sim().with_cluster_size(workers, 1).with_faults(workers)
    count, seen = explore(sim, lambda: given(out)[0])
    assert seen == {(), (1,), (1, 2), (1, 2, 3)}
    assert count == 3 + 2  # with all of it, it crashes afterwards or not


def test_each_receiver_has_a_prefix_of_its_own():
    flow, _, workers = places()
    first = workers.source_iter([1, 2]).filter(lambda _: own_number() == 0)
    out = first.broadcast_closed(workers).values().sim_output()
    sim = flow.sim().with_cluster_size(workers, 3).with_faults(workers)
    _, seen = explore(sim, lambda: given(out, 1, 2))
    prefixes = [(), (1,), (1, 2)]
    assert seen == set(itertools.product(prefixes, prefixes))


def test_one_may_hear_of_what_another_does_not_hear_any_more():
    """What was sent in an earlier step is lost although something later arrives elsewhere: an early acknowledgement."""
    flow, leader, workers = places()
    port, writes = workers.sim_input(int)
    copies = writes.send(leader).values().sim_output()
    told = writes.batch(workers.tick(), ANY).all_ticks().sim_output()
    sim = flow.sim().with_cluster_size(workers, 1).with_faults(workers)
    _, seen = explore(sim, lambda: (*given(copies), *given(told, 0)), lambda: port.send(0, 5))
    assert seen == {((5,), (5,)), ((5,), ()), ((), (5,)), ((), ())}


def test_what_is_under_way_to_who_crashes_is_lost():
    flow, _, workers = places()
    port, numbers = workers.sim_input(int)
    out = numbers.batch(workers.tick(), ANY).all_ticks().sim_output()
    sim = flow.sim().with_cluster_size(workers, 2).with_faults(workers)

    def send():
        port.send(0, 1)
        port.send(1, 2)

    _, seen = explore(sim, lambda: (*given(out, 0, 1), numbers_of(sim, workers)), send)
    assert seen == {
        ((1,), (2,), (0, 1)),
        ((1,), (2,), (0,)),
        ((1,), (2,), (1,)),
        ((1,), (), (0,)),
        ((), (2,), (1,)),
    }


def test_who_is_gone_hears_nothing_of_the_test():
    flow, _, workers = places()
    port, numbers = workers.sim_input(int)
    out = numbers.sim_output()
    sim = flow.sim().with_cluster_size(workers, 1).with_faults(workers)

    async def body():
        port.send(0, 1)
        first = await out.collect(0)
        there = len(sim.members(workers))
        port.send(0, 2)
        second = await out.collect(0)
        assert first in ([1], [])
        assert second in (([2], []) if there else ([],))

    # before the first, before the test has heard of it, or after that; as well with the second; or not at all
    assert sim.exhaustive(body) == 3 + 3 + 1


def test_a_process_may_crash():
    flow, leader, workers = places()
    out = leader.source_iter([1, 2]).broadcast_closed(workers).sim_output()
    sim = flow.sim().with_cluster_size(workers, 1).with_faults(leader)
    assert explore(sim, lambda: given(out, 0)[0])[1] == {(), (1,), (1, 2)}


def test_places_have_budgets_of_their_own():
    flow, workers, port, out = echo()
    sim = flow.sim().with_cluster_size(workers, 1).with_faults(workers).with_faults("Leader")
    _, seen = explore(sim, lambda: (given(out)[0] != (), numbers_of(sim, workers)), lambda: port.send(7))
    assert seen == {(came, there) for came in (True, False) for there in ((), (0,))}


# ---------------------------------------------------------------- who hears of it


def watched(leader, workers):
    """What the leader hears of the workers."""
    events = leader.source_cluster_membership_stream(workers, ANY)
    return events.entries().map(lambda event: (event[0].raw_id, event[1])).sim_output()


def test_the_others_hear_that_a_member_has_left():
    flow, leader, workers = places()
    out = watched(leader, workers)
    sim = flow.sim().with_cluster_size(workers, 2).with_faults(workers)

    def read():
        (events,) = given(out)
        gone = [number for number in (0, 1) if number not in numbers_of(sim, workers)]
        assert [each for each in events if each[1] is LEFT] == [(number, LEFT) for number in gone]
        assert all(events.index((number, JOINED)) < events.index((number, LEFT)) for number in gone)
        return tuple(gone)

    assert explore(sim, read)[1] == {(), (0,), (1,)}


def test_they_hear_of_it_at_any_time_after():
    flow, leader, workers = places()
    port, jobs = leader.sim_input(int)
    tick = leader.tick()
    left = leader.source_cluster_membership_stream(workers, ANY).entries().filter(lambda event: event[1] is LEFT)
    gone = left.count().snapshot(tick, ANY)
    out = jobs.batch(tick, ANY).cross_singleton(gone).map(lambda pair: pair[1]).all_ticks().sim_output()
    sim = flow.sim().with_cluster_size(workers, 1).with_faults(workers)
    _, seen = explore(sim, lambda: (given(out)[0], numbers_of(sim, workers)), lambda: port.send(1))
    assert seen == {((0,), (0,)), ((0,), ()), ((1,), ())}


def test_those_who_are_dealt_to_in_turn_are_those_who_are_there():
    flow, leader, workers = places()
    port, jobs = leader.sim_input(int)
    out = jobs.round_robin(workers, None, ANY).sim_output()
    sim = flow.sim().with_cluster_size(workers, 2).with_faults(workers)
    seen = set()

    async def body():
        await out.assert_no_more(0)
        there = sim.members(workers)
        port.send_many([1, 2])
        got = [await out.collect(member) for member in (0, 1)]
        if len(there) == 1 == len(sim.members(workers)):
            assert got[there[0].raw_id] == [1, 2]
        seen.add(tuple(map(tuple, got)))

    sim.exhaustive(body)
    assert seen == {((1,), (2,)), ((1, 2), ()), ((), (1, 2)), ((), (2,)), ((1,), ())}


# ---------------------------------------------------------------- who comes later, or again


def test_a_member_comes_later_and_runs_its_own_sources():
    flow, leader, workers = places()
    heard = watched(leader, workers)
    hello = workers.source_iter([0]).map(lambda _: own_number()).send(leader).values().assume_ordering(ANY)
    out = hello.sim_output()
    sim = flow.sim().with_cluster_size(workers, 1).with_faults(workers, crashes=0, joins=1)

    def read():
        (events,), (hellos,) = given(heard), given(out)
        assert sorted(events) == [(number, JOINED) for number in sorted(hellos)]
        assert sorted(hellos) == list(numbers_of(sim, workers))
        return tuple(sorted(hellos))

    assert explore(sim, read)[1] == {(0,), (0, 1)}


def test_what_is_sent_to_all_reaches_a_newcomer_from_when_it_was_heard_of():
    flow, leader, workers = places()
    port, numbers = leader.sim_input(int)
    ticked = numbers.batch(leader.tick(), ANY).all_ticks()
    all_out = ticked.broadcast(workers, None, ANY).sim_output()
    first_out = ticked.broadcast_closed(workers).sim_output()
    sim = flow.sim().with_cluster_size(workers, 1).with_faults(workers, crashes=0, joins=1)

    def read():
        assert given(first_out, 0, 1) == ((1, 2), ())
        assert given(all_out, 0) == ((1, 2),)
        return given(all_out, 1)[0], len(sim.members(workers))

    _, seen = explore(sim, read, lambda: port.send_many([1, 2]))
    assert seen == {((), 1), ((), 2), ((2,), 2), ((1, 2), 2)}


def test_who_starts_again_has_forgotten_all():
    flow, leader, workers = places()
    port, numbers = leader.sim_input(int)
    heard = watched(leader, workers)
    totals = numbers.broadcast(workers, None, ANY).scan(0, lambda total, n: (total + n, total + n))
    out = totals.sim_output()
    sim = flow.sim().with_cluster_size(workers, 1).with_faults(workers, crashes=1, restarts=1)
    seen = set()

    async def body():
        for n in (1, 2):
            port.send(n)
            while await MORE:
                pass
        (events,) = given(heard)
        seen.add((given(out, 0)[0], tuple(event for _, event in events)))

    sim.exhaustive(body)
    assert {totals for totals, _ in seen} == {(1, 3), (1, 2), (1,), (2,), ()}
    assert {events for _, events in seen} == {(JOINED,), (JOINED, LEFT), (JOINED, LEFT, JOINED)}


def test_who_comes_again_is_another_to_those_who_send_to_the_first():
    flow, leader, workers = places()
    port, numbers = leader.sim_input(int)
    out = numbers.broadcast_closed(workers).sim_output()
    sim = flow.sim().with_cluster_size(workers, 1).with_faults(workers, crashes=1, restarts=1)
    seen = set()

    async def body():
        await out.assert_no_more(0)
        before = numbers_of(sim, workers)
        port.send(1)
        got = await out.collect(0)
        seen.add((before, tuple(got), numbers_of(sim, workers)))

    sim.exhaustive(body)
    assert ((0,), (1,), (0,)) in seen
    assert ((0,), (), (0,)) in seen  # it has come again
    assert all(got == () for before, got, _ in seen if before == ())


def test_who_starts_again_sends_to_those_who_are_there_then():
    flow, _, workers = places()
    out = workers.source_iter([1]).broadcast_closed(workers).values().sim_output()
    sim = flow.sim().with_cluster_size(workers, 1).with_faults(workers, crashes=1, restarts=1)
    _, seen = explore(sim, lambda: (given(out, 0)[0], numbers_of(sim, workers)))
    assert seen == {((1,), (0,)), ((1,), ()), ((), ()), ((1, 1), (0,))}


def test_what_is_sent_between_the_news_and_the_start_waits():
    flow, leader, workers = places()
    other = flow.process()
    port, numbers = leader.sim_input(int)
    events = other.source_cluster_membership_stream(workers, ANY)
    events.entries().sim_output()
    out = numbers.batch(leader.tick(), ANY).all_ticks().broadcast(workers, None, ANY).sim_output()
    sim = flow.sim().with_cluster_size(workers, 1).with_faults(workers, crashes=0, joins=1)
    seen = set()

    async def body():
        port.send(1)
        while await MORE:
            pass
        seen.add((given(out, 1)[0], numbers_of(sim, workers)))

    sim.exhaustive(body)
    assert seen == {((), (0,)), ((), (0, 1)), ((1,), (0, 1))}


def test_nobody_can_be_named_who_never_came():
    flow, leader, workers = places()
    port, numbers = leader.sim_input(int)
    numbers.map(lambda n: (MemberId.from_raw_id(n), n)).demux(workers).sim_output()
    sim = flow.sim().with_cluster_size(workers, 1).with_faults(workers, crashes=0, joins=1)

    async def body():
        port.send(1)
        while await MORE:
            pass

    with pytest.raises(SimulationFailure, match="but the cluster has 1 members, numbered from 0"):
        sim.exhaustive(body)


# ---------------------------------------------------------------- time


def test_who_is_gone_has_no_timers():
    flow, leader, workers = places()
    beats = workers.source_interval_delayed(1.0, 1.0).send(leader).values().sim_output()
    sim = flow.sim().with_cluster_size(workers, 1).with_faults(workers)
    seen = set()

    async def body():
        await sim.advance(3)
        seen.add((len(await beats.collect_sorted()), len(sim.members(workers))))

    sim.exhaustive(body)
    assert seen == {(0, 0), (1, 0), (2, 0), (3, 0), (3, 1)}


def test_timers_begin_anew_with_who_starts_again():
    flow, _, workers = places()
    beats = workers.source_interval_delayed(1.0, 1.0).sim_output()
    sim = flow.sim().with_cluster_size(workers, 1).with_faults(workers, crashes=1, restarts=1)
    seen = set()

    async def body():
        await beats.assert_no_more(0)
        await sim.advance(0.5)
        there = sim.members(workers)
        await beats.assert_no_more(0)
        back = sim.members(workers)
        await sim.advance(0.5)
        if not there and back:
            await beats.assert_no_more(0)
        seen.add(bool(there))

    sim.exhaustive(body)
    assert seen == {True, False}


# ---------------------------------------------------------------- what is said


def test_a_failure_tells_who_crashed_and_what_was_lost():
    flow, workers, port, out = echo()
    sim = flow.sim().with_cluster_size(workers, 2).with_faults(workers)

    async def body():
        port.send(7)
        assert len(await out.collect_sorted(key=repr)) == 2

    with pytest.raises(SimulationFailure) as caught:
        sim.exhaustive(body)
    text = str(caught.value)
    assert "Worker/0 will crash, and Leader hears no more of it" in text or "Worker/0 crashes" in text
    faults = [moment for moment in caught.value.record.moments if moment.kind == "fault"]
    assert [moment.title for moment in faults] == ["Worker/0 crashes"]
    assert caught.value.record.lanes[faults[0].lane].name == "Worker/0"
    with pytest.raises(SimulationFailure, match="Worker/0 crashes"):
        sim.replay(body, caught.value.schedule)
    sim.replay(body)  # the plainest schedule has no fault


def test_a_random_search_has_faults_early_and_late_and_often_none():
    flow, leader, workers = places()
    beats = workers.source_interval_delayed(1.0, 1.0).send(leader).values().sim_output()
    sim = flow.sim().with_cluster_size(workers, 1).with_faults(workers)
    counts = []

    async def body():
        await sim.advance(20)
        counts.append(len(await beats.collect_sorted()))

    assert sim.fuzz(body, runs=400, seed=1) == 400
    assert set(counts) == set(range(21))
    assert 80 < counts.count(20) < 240


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"crashes": -1}, "crashes=-1"),
        ({"joins": "2"}, "joins='2'"),
        ({"crashes": True}, "crashes=True"),
        ({"crashes": 1, "restarts": 2}, "only who has crashed can start again"),
    ],
)
def test_numbers_that_make_no_sense(given, text):
    flow, workers, _, _ = echo()
    with pytest.raises(SimulationFailure, match=text):
        flow.sim().with_faults(workers, **given)


def test_a_process_does_not_come_again():
    flow, leader, _ = places()
    leader.source_iter([1]).sim_output()
    with pytest.raises(SimulationFailure, match="process `Leader` can crash, but only members of clusters"):
        flow.sim().with_faults(leader, restarts=1)
    with pytest.raises(SimulationFailure, match="no process or cluster of this flow; there are `Leader`, `Worker`"):
        flow.sim().with_faults(FlowBuilder().cluster())


def test_members_are_those_of_a_cluster_in_a_test():
    flow, leader, workers = places()
    leader.source_iter([1]).sim_output()
    sim = flow.sim().with_cluster_size(workers, 2)
    with pytest.raises(SimulationFailure, match="who is there is known in the body of a test"):
        sim.members(workers)

    async def body():
        sim.members(leader)

    with pytest.raises(SimulationFailure, match="process `Leader` has no members"):
        sim.exhaustive(body)
