"""Decoupling and partitioning change where, not what."""

from __future__ import annotations

import pytest

from hydro_nb import CLUSTER_SELF_ID, TCP, FlowBuilder, GraphError, LocationError, MemberId, nondet
from hydro_nb.ir.node import Order
from hydro_nb.std.compartmentalize import decouple_cluster, decouple_process, part_of, partition, send_partitioned
from hydro_nb.testing import collect

BACKENDS = pytest.mark.parametrize("backend", ["local", "inprocess"])


class First: ...


class Second: ...


@pytest.fixture
def flow():
    return FlowBuilder("parts")


def member(number):
    return MemberId.from_raw_id(number)


# ------------------------------------------------------------ decoupling


def test_the_rest_runs_elsewhere(flow):
    first, second = flow.process(), flow.process()
    doubled = decouple_process(first.source_iter([1, 2, 3]), second).map(lambda n: n * 2)
    assert collect(doubled) == [2, 4, 6]
    assert "= n * 2" not in flow.source(first)
    assert "= n * 2" in flow.source(second)


def test_a_transport_that_loses_the_order(flow):
    numbers, via = flow.process().source_iter([1, 2]), TCP.lossy_delayed_forever()
    assert decouple_process(numbers, flow.process(), via).kind.order is Order.NONE


@BACKENDS
def test_each_member_has_one_of_its_own(flow, backend):
    first, second = flow.cluster(First), flow.cluster(Second)
    numbers = first.source_iter(lambda: [(CLUSTER_SELF_ID.raw_id, n) for n in range(50)])
    moved = decouple_cluster(numbers, second)
    assert (moved.kind.order, moved.kind.place) == (Order.TOTAL, second.place)
    got = collect(moved, clusters={First: 3, Second: 3}, backend=backend)
    assert got == {member(number): [(number, n) for n in range(50)] for number in range(3)}


def test_without_order_there_is_none_over_there(flow):
    numbers = flow.cluster(First).source_iter([1, 2])
    assert decouple_cluster(numbers.weaken_ordering(), flow.cluster(Second)).kind.order is Order.NONE
    assert decouple_cluster(numbers, flow.cluster(Second), TCP.lossy_delayed_forever()).kind.order is Order.NONE


def test_the_order_is_kept_in_every_schedule(flow):
    leader, first, second = flow.process(), flow.cluster(First), flow.cluster(Second)
    port, numbers = leader.sim_input(int)
    spread = numbers.broadcast_closed(first)
    back = decouple_cluster(spread, second).send(leader).entries().sim_output()

    async def body():
        port.send_many([1, 2, 3])
        got = await back.collect_sorted(key=lambda entry: entry[0])
        assert got == [(member(number), n) for number in range(2) for n in (1, 2, 3)]

    flow.sim().with_cluster_size(First, 2).with_cluster_size(Second, 2).exhaustive(body)


# ------------------------------------------------------------ partitioning


@BACKENDS
def test_a_policy_says_who_gets_what(flow, backend):
    words = flow.process().source_iter(["a", "bb", "ccc", "dddd", "e"])
    sent = send_partitioned(words, flow.cluster(Second), lambda word: (member(len(word) % 2), word.upper()))
    assert sent.kind.order is Order.TOTAL
    got = collect(sent, clusters={Second: 2}, backend=backend)
    assert got == {member(0): ["BB", "DDDD"], member(1): ["A", "CCC", "E"]}


def test_what_members_send_comes_together(flow):
    first, second = flow.cluster(First), flow.cluster(Second)
    numbers = first.source_iter(lambda: [10 * CLUSTER_SELF_ID.raw_id + n for n in range(4)])
    sent = send_partitioned(numbers, second, lambda n: (member(n % 2), n))
    assert sent.kind.order is Order.NONE
    got = collect(sent, clusters={First: 2, Second: 2})
    assert {key: sorted(mine) for key, mine in got.items()} == {member(0): [0, 2, 10, 12], member(1): [1, 3, 11, 13]}


@BACKENDS
def test_equal_keys_meet(flow, backend):
    entries = [(key, n) for n in range(10) for key in ("abc", "xyz", "b", "c")]
    sent = partition(flow.process().source_iter(entries), flow.cluster(Second), 3, by=lambda entry: entry[0])
    assert sent.kind.element == tuple[str, int]
    got = collect(sent, clusters={Second: 3}, backend=backend)
    assert got == {member(n): [each for each in entries if part_of(each[0], 3) == n] for n in range(3)}


def test_equal_keys_of_many_senders_meet(flow):
    first, second = flow.cluster(First), flow.cluster(Second)
    sent = partition(first.source_iter(["abc", "xyz", "b"]), second, 2, by=lambda word: word)
    counts = sent.map(lambda word: (word, ())).into_keyed().value_counts().into_singleton()
    got = collect(counts, clusters={First: 3, Second: 2})
    assert {word: n for (mine,) in got.values() for word, n in mine.items()} == {"abc": 3, "xyz": 3, "b": 3}


# ------------------------------------------------------------ errors


@pytest.mark.parametrize("parts", [0, -1, 2.0, True])
def test_a_number_of_parts(flow, message, parts):
    words = flow.process().source_iter(["a"])
    assert message(lambda: partition(words, flow.cluster(), parts, by=len), GraphError).startswith(
        f"`partition` needs a number of members from 1 on, but was given {parts!r}."
    )


@pytest.mark.parametrize(
    ("name", "move"),
    [
        ("partition", lambda words, to: partition(words, to, 2, by=len)),
        ("send_partitioned", lambda words, to: send_partitioned(words, to, lambda word: (member(0), word))),
        ("decouple_cluster", decouple_cluster),
    ],
)
def test_members_are_those_of_a_cluster(flow, message, name, move):
    words, other = flow.cluster(First).source_iter(["a"]), flow.process()
    text = message(lambda: move(words, other), LocationError)
    assert text.splitlines()[0] == (f"`{name}` needs a cluster made by flow.cluster(Marker), but was given {other!r}.")


def test_a_process_is_decoupled_from_a_process(flow, message):
    text = message(lambda: decouple_cluster(flow.process().source_iter([1]), flow.cluster(Second)), LocationError)
    assert "needs a stream on a cluster, but was given one on Process[None] (process 0).\n" in text
    assert text.splitlines()[-1] == "  Of one process: decouple_process(stream, process)"


@pytest.mark.parametrize("move", [decouple_cluster, lambda words, to: partition(words, to, 2, by=lambda word: word)])
def test_every_tick_starts_in_a_place(flow, message, move):
    inside = flow.cluster(First).source_iter(["a"])
    batch = inside.batch(inside.location.tick(), nondet("refused"))
    assert "all_ticks" in message(lambda: move(batch, flow.cluster(Second)), LocationError)
