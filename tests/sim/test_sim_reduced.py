"""Leaving out what differs only in the order of steps that have nothing in common: fewer executions, all outcomes."""

import pytest
from hypothesis import HealthCheck, assume, event, given, reject, settings
from hypothesis import strategies as st
from test_sim_places import STEPS, comparable, grown, sizes

from hydro_nb import FlowBuilder, NoMoreMessages, NoOrder, SimulationFailure, nondet, proof

ANY = nondet("any outcome is explored")
ADDED = proof("a sum does not depend on the order")
MOST = 3000


class Enough(BaseException):
    """Ends a search that takes too long."""


def both(build):
    """Search with and without; gives the executions of each after comparing what was seen."""
    found = []
    for reduce in (False, True):
        simulation, body, seen = build()
        simulation.exhaustive(body, reduce=reduce)
        found.append((simulation.report.executions, seen))
    (whole, outcomes), (reduced, same) = found
    assert same == outcomes
    return whole, reduced


def two_apart():
    flow = FlowBuilder()
    places = [flow.process(), flow.process()]
    ports, outs, seen = [], [], set()
    for place in places:
        port, numbers = place.sim_input(int)
        ports.append(port)
        outs.append(numbers.batch(place.tick(), ANY).count().all_ticks().sim_output())

    async def body():
        for port in ports:
            port.send_many([1, 2])
        seen.add(tuple([tuple(await out.collect()) for out in outs]))

    return flow.sim(), body, seen


def test_two_that_have_nothing_in_common():
    assert both(two_apart) == (14, 4)


def members(count):
    flow = FlowBuilder()
    workers, leader, seen = flow.cluster(), flow.process(), set()
    port, numbers = workers.sim_input(int)
    counts = numbers.batch(workers.tick(), ANY).count().all_ticks()
    sums = counts.batch(workers.tick(), ANY).fold(lambda: 0, lambda total, n: total * 10 + n).all_ticks()
    arrived = sums.send(leader).values().assume_ordering(ANY)
    out = arrived.batch(leader.tick(), ANY).fold(lambda: 0, lambda total, n: total * 100 + n).all_ticks().sim_output()

    async def body():
        port.send_many([(member, 1) for member in range(count)])
        port.send(0, 2)
        seen.add(tuple(await out.collect()))

    return flow.sim().with_cluster_size(workers, count), body, seen


def test_members_of_a_cluster():
    assert both(lambda: members(1)) == (27, 8)
    assert both(lambda: members(2)) == (9649, 220)


def vote(count):
    """All members vote on one thing, and a leader takes the votes in any order."""
    flow, seen = FlowBuilder(), set()
    leader, workers = flow.process(), flow.cluster()
    port, asked = leader.sim_input(int)
    heard = asked.broadcast_closed(workers).batch(workers.tick(), ANY).all_ticks()
    votes = heard.send(leader).entries().assume_ordering(ANY).map(lambda entry: entry[0].raw_id)
    out = votes.sim_output()

    async def body():
        port.send(1)
        seen.add(tuple(await out.collect()))

    return flow.sim().with_cluster_size(workers, count), body, seen


def test_only_the_order_is_left_in_which_votes_are_taken():
    assert both(lambda: vote(3)) == (90, 6)


def test_what_the_test_waits_for_is_seen_at_all_times():
    def build():
        flow, seen = FlowBuilder(), set()
        place, other = flow.process(), flow.process()
        first_in, first = place.sim_input(int)
        second_in, second = other.sim_input(int)
        first_out = first.batch(place.tick(), ANY).all_ticks().sim_output()
        sums = second.fold(lambda: 0, lambda total, n: total + n).snapshot(other.tick(), ANY).all_ticks()
        second_out = sums.sim_output()

        async def body():
            first_in.send(1)
            second_in.send(1)
            await first_out.next()
            second_in.send(2)
            seen.add(tuple(await second_out.collect()))

        return flow.sim(), body, seen

    whole, reduced = both(build)
    assert reduced <= whole


def test_a_failure_is_found_and_runs_again():
    def failing(*, reduce):
        flow = FlowBuilder()
        places = [flow.process(), flow.process()]
        ports, outs = [], []
        for place in places:
            port, numbers = place.sim_input(int, order=NoOrder)
            ports.append(port)
            outs.append(numbers.batch(place.tick(), ANY).assume_ordering(ANY).all_ticks().sim_output())

        async def body():
            for port in ports:
                port.send_many_unordered([1, 2, 3])
            assert [await out.collect() for out in outs] != [[2, 1, 3], [3, 1, 2]]

        with pytest.raises(SimulationFailure) as caught:
            flow.sim().exhaustive(body, reduce=reduce)
        with pytest.raises(SimulationFailure):
            flow.sim().replay(body, caught.value.schedule)
        return caught.value

    assert failing(reduce=True).schedule == failing(reduce=False).schedule


def test_captured_values_that_change_are_in_common():
    def build():
        flow = FlowBuilder()
        place, seen, log = flow.process(), set(), []
        ports, outs = [], []
        for name in "ab":
            port, numbers = place.sim_input(int)
            ports.append(port)
            first = numbers.batch(place.tick(), ANY).map(lambda n, name=name: log.append(name) or tuple(log))
            outs.append(first.all_ticks().sim_output())

        async def body():
            for port in ports:
                port.send(1)
            seen.add(tuple([tuple(await out.collect()) for out in outs]))

        return flow.sim(), body, seen

    both(build)


def consumer_first():
    """The tick that is asked first is fed by the other one."""
    flow = FlowBuilder()
    last, first, seen = flow.process(), flow.process(), set()
    own_in, own = last.sim_input(int, order=NoOrder)
    far_in, far = first.sim_input(int)
    sent = far.batch(first.tick(), ANY).all_ticks().send(last)
    both_ = own.merge_unordered(sent).batch(last.tick(), ANY)
    out = both_.fold(lambda: 0, lambda total, n: total + n, commutative=ADDED).all_ticks().sim_output()

    async def body():
        own_in.send(1)
        far_in.send(2)
        seen.add(tuple(await out.collect()))

    return flow.sim(), body, seen


def test_a_tick_that_is_fed_by_another_is_seen_before_and_after():
    assert both(consumer_first)[1] == 4


def versions():
    """A tick looks at a value that is made of what two others give."""
    flow = FlowBuilder()
    place, seen = flow.process(), set()
    ports, sums = [], []
    for _ in range(2):
        port, numbers = place.sim_input(int)
        ports.append(port)
        given = numbers.batch(place.tick(), ANY).all_ticks()
        sums.append(given.fold(lambda: 0, lambda total, n: total + n))
    total = sums[0].zip(sums[1]).map(lambda pair: 10 * pair[0] + pair[1] if pair[0] else 0)
    out = total.snapshot(place.tick(), ANY).all_ticks().sim_output()

    async def body():
        for port in ports:
            port.send(1)
        seen.add(tuple(await out.collect()))

    return flow.sim(), body, seen


def test_versions_that_are_made_of_two_things_come_in_any_order():
    assert both(versions) == (22, 22)


chains = st.lists(st.sampled_from(sorted(STEPS)), min_size=1, max_size=2)


def explored(one, two, size, join, wait, *, reduce):
    """Give what two chains of steps may give, joined or apart; `wait`: for which end the test waits meanwhile."""
    flow = FlowBuilder()
    home = flow.process()
    (one_in, first), (two_in, second) = (flow.process().sim_input(int, order=NoOrder) for _ in range(2))
    ends = [grown(first, one, size), grown(second, two, size)]
    if join:
        ends = JOINS[join](home, [_home(end, home) for end in ends])
    outs, seen, left = [end.sim_output() for end in ends], set(), [MOST]
    wheres = [range(size) if end.kind.place.root.kind == "cluster" else [None] for end in ends]

    async def body():
        left[0] -= 1
        if not left[0]:
            raise Enough
        one_in.send_many_unordered([1, 2])
        two_in.send_many_unordered([3])
        early = []
        if wait is not None and wait < len(outs):
            port = _port(outs[wait], wheres[wait][0])
            try:
                early.append(await port._next("", ordered=False))
            except NoMoreMessages:
                early.append(None)
            one_in.send_many_unordered([4])
        got = [
            comparable(end, await _port(out, where)._all(ordered=False))
            for end, out, numbers in zip(ends, outs, wheres, strict=True)
            for where in numbers
        ]
        seen.add((*early, *got))

    simulation = flow.sim()
    for name, count in sizes(flow, size).items():
        simulation.with_cluster_size(name, count)
    try:
        simulation.exhaustive(body, reduce=reduce)
    except Enough:
        reject()
    return simulation.report, seen


def _batches(home, ends):
    return [ends[0].merge_unordered(ends[1]).batch(home.tick(), ANY).count().all_ticks()]


def _looked_at(home, ends):
    counts = [end.count() for end in ends]
    return [*ends, counts[0].zip(counts[1]).snapshot(home.tick(), ANY).all_ticks()]


def _beside(home, ends):
    return [end.batch(home.tick(), ANY).count().all_ticks() for end in ends]


JOINS = {"batches": _batches, "looked at": _looked_at, "beside": _beside}


def _port(out, where):
    return out if where is None else out._of(where)


def _home(stream, place):
    sent = stream.send(place)
    return sent.values() if stream.kind.place.root.kind == "cluster" else sent


@given(chains, chains, st.integers(1, 2), st.sampled_from(["", *sorted(JOINS)]), st.none() | st.integers(0, 1))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
def test_what_is_left_out_gives_nothing_new(one, two, size, join, wait):
    assume(sum(step.startswith(("to", "in turn")) for step in [*one, *two]) <= 2)
    whole, outcomes = explored(one, two, size, join, wait, reduce=False)
    reduced, same = explored(one, two, size, join, wait, reduce=True)
    event(f"fewer: {10 * reduced.executions // whole.executions} tenths")
    assert same == outcomes
    assert reduced.executions <= whole.executions
