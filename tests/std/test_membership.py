"""Who was ever there, and whether they still are."""

from __future__ import annotations

import pytest

from hydro_nb import AtLeastOnce, FlowBuilder, MemberId, OrderError, nondet
from hydro_nb.ir.node import Bound, Shape
from hydro_nb.std.membership import track_membership
from hydro_nb.testing import collect
from hydro_nb.values import MembershipEvent

JOINED, LEFT = MembershipEvent.JOINED, MembershipEvent.LEFT


@pytest.fixture
def server():
    return FlowBuilder().process()


@pytest.mark.parametrize("backend", ["local", "inprocess"])
def test_who_left_is_known_as_gone(server, backend):
    events = server.source_iter([(1, JOINED), (2, JOINED), (1, LEFT), (3, JOINED), (3, LEFT), (3, JOINED)])
    there = track_membership(events.weaken_boundedness().into_keyed())
    assert collect(there, backend=backend) == [{1: False, 2: True, 3: True}]


def test_kind(server):
    _, events = server.sim_input(tuple[str, MembershipEvent])
    kind = track_membership(events.into_keyed()).kind
    assert (kind.shape, kind.bound, kind.key) == (Shape.KEYED_SINGLETON, Bound.MONOTONIC_KEYS, str)


def test_each_snapshot_is_what_was_so_at_some_time(server):
    port, events = server.sim_input(tuple[str, MembershipEvent])
    there = track_membership(events.into_keyed()).snapshot(server.tick(), nondet("every moment is looked at"))
    out, seen = there.into_singleton().all_ticks().sim_output(), set()

    async def body():
        port.send_many([("a", JOINED), ("a", LEFT)])
        seen.update(tuple(each.items()) for each in await out.collect())

    server.flow.sim().exhaustive(body)
    assert seen == {(), (("a", True),), (("a", False),)}


def test_events_that_come_again_do_no_harm(server):
    port, events = server.sim_input(tuple[str, MembershipEvent], retries=AtLeastOnce)
    there = track_membership(events.into_keyed()).snapshot(server.tick(), nondet("the last is looked at"))
    out, last = there.into_singleton().all_ticks().sim_output(), []

    async def body():
        port.send_many([("a", JOINED), ("a", JOINED), ("a", LEFT), ("a", LEFT), ("b", JOINED)])
        last.append((await out.collect())[-1])

    server.flow.sim().exhaustive(body)
    assert all(each == {"a": False, "b": True} for each in last)


def test_needs_the_order_of_events(server, message):
    _, events = server.sim_input(tuple[str, MembershipEvent])
    loose = events.into_keyed().weaken_ordering()
    assert message(lambda: track_membership(loose), OrderError) == (
        "`track_membership` needs a totally ordered stream, but `loose` is NoOrder.\n"
        "  order was lost at              test_membership.py, line _:   loose = events.into_keyed().weaken_ordering()\n"
        "  `track_membership` was called  test_membership.py, line _:   "
        "assert message(lambda: track_membership(loose), OrderError) == (\n"
        '  Say why any order will do: .assume_ordering(nondet("..."))'
    )


class Worker: ...


@pytest.mark.parametrize("backend", ["local", "inprocess"])
def test_members_of_a_cluster(backend):
    flow = FlowBuilder()
    leader, workers = flow.process(), flow.cluster(Worker)
    workers.source_iter([1]).for_each(print)
    there = track_membership(leader.source_cluster_membership_stream(workers, nondet("nobody joins later")))
    everybody = {MemberId.from_raw_id(number): True for number in range(3)}
    assert collect(there, clusters={Worker: 3}, backend=backend) == [everybody]


def test_who_is_killed_and_comes_back():
    flow = FlowBuilder()
    leader, workers, watcher = flow.process(), flow.cluster(Worker), flow.external()
    workers.source_interval(0.05).for_each(lambda _: None)
    there = track_membership(leader.source_cluster_membership_stream(workers, nondet("seen as it goes")))
    shown = there.into_singleton().sample_every(0.02, nondet("seen as it goes")).map(gone).send_external(watcher)
    with flow.deploy(clusters={Worker: 3}) as deployment:
        seen = deployment.connect(shown)
        assert next(each for each in seen if each[0] == 3) == (3, [])
        deployment.kill((workers, 1))
        assert next(each for each in seen if each[1]) == (3, [1])
        deployment.restart((workers, 1))
        assert next(each for each in seen if not each[1]) == (3, [])


def gone(there):
    return len(there), [member.raw_id for member in there if not there[member]]
