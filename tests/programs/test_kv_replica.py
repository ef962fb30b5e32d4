"""A log in order, under every schedule; and a way of putting it in order that loses slots."""

from __future__ import annotations

import json
import re
from itertools import permutations

import pytest
from kv_replica import KvPayload, Replica, kv_replica, sequence_payloads

from hydro_nb import FlowBuilder, NoOrder, SimulationFailure, Stream, nondet


def slots(*numbers):
    return [(number, KvPayload("key", number)) for number in numbers]


class Sequenced:
    """What a way of putting slots in order makes of what arrives."""

    def __init__(self, sequence=sequence_payloads):
        process = FlowBuilder().process()
        self.flow = process.flow
        self.arrive, arriving = process.sim_input(tuple[int, KvPayload | None], order=NoOrder)
        self.out = sequence(process.tick(), arriving).all_ticks().sim_output()


def test_slots_come_in_order_however_they_are_put_together():
    sequenced = Sequenced()

    async def body():
        sequenced.arrive.send_many_unordered(slots(0, 1, 2, 3))
        await sequenced.out.assert_yields_only(slots(0, 1, 2, 3))

    assert sequenced.flow.sim().exhaustive(body) == 75


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_holes_across_batches(order):
    sequenced = Sequenced()

    async def body():
        known = set()
        for slot in order:
            had = next(number for number in range(4) if number not in known)
            known.add(slot)
            has = next(number for number in range(4) if number not in known)
            sequenced.arrive.send(*slots(slot))
            await sequenced.out.assert_yields(slots(*range(had, has)))
        await sequenced.out.assert_no_more()

    sequenced.flow.sim().exhaustive(body)


def test_a_slot_that_comes_again_is_given_once():
    sequenced = Sequenced()

    async def body():
        sequenced.arrive.send_many_unordered(slots(0, 1, 1, 0, 2))
        await sequenced.out.assert_yields_only(slots(0, 1, 2))

    assert sequenced.flow.sim().exhaustive(body) > 100


def test_what_comes_after_a_hole_waits():
    sequenced = Sequenced()

    async def body():
        sequenced.arrive.send_many_unordered(slots(0, 2, 3))
        await sequenced.out.assert_yields_only(slots(0))

    sequenced.flow.sim().exhaustive(body)


def sequence_that_forgets(tick, p_to_replicas):
    """Begin the next tick where this one has got to, which is nowhere if nothing could be given."""
    next_handle, next_slot = tick.cycle_with_initial(tick.singleton(0))
    waiting_handle, waiting = tick.cycle(Stream)
    batch = p_to_replicas.batch(tick, nondet("slots are put in order, however they are put together"))
    in_order = batch.chain(waiting).sort()
    first = next_slot.by_ref()
    reached = in_order.fold(0, lambda end, one: one[0] + 1 if one[0] == max(end, first.value) else end)
    end = reached.by_ref()
    next_handle.complete_next_tick(reached)
    waiting_handle.complete_next_tick(in_order.filter(lambda one: one[0] >= end.value))
    return in_order.filter(lambda one: first.value <= one[0] < end.value)


def test_the_simulator_finds_the_tick_that_forgets():
    sequenced = Sequenced(sequence_that_forgets)

    async def body():
        sequenced.arrive.send_many_unordered(slots(0, 1, 2, 3))
        await sequenced.out.assert_yields_only(slots(0, 1, 2, 3))

    sequenced.flow.sim().replay(body)  # all in one batch: nothing is wrong
    with pytest.raises(SimulationFailure) as caught:
        sequenced.flow.sim().exhaustive(body)
    assert "ended early" in str(caught.value)
    released = re.findall(r"releasing unordered items: \[(.*)\]", str(caught.value))
    assert len(released) > 1, "the slots come in several batches"
    again = re.search(r"replay\(body, (\[.*\])\)", str(caught.value))
    with pytest.raises(SimulationFailure, match="ended early"):
        sequenced.flow.sim().replay(body, json.loads(again[1]))


def test_replicas_apply_what_they_can_and_say_where_they_are():
    flow = FlowBuilder()
    replicas = flow.cluster(Replica)
    arrive, arriving = replicas.sim_input(tuple[int, KvPayload | None], order=NoOrder)
    replica = kv_replica(replicas, arriving, 2)
    processed, checkpoints = replica.processed.sim_output(), replica.checkpoints.sim_output()
    store = replica.store.snapshot(replicas.tick(), nondet("looked at")).all_ticks().sim_output()

    async def body():
        log = [(0, KvPayload("a", 1)), (1, None), (2, KvPayload("a", 2)), (3, KvPayload("b", 3)), (4, None)]
        arrive.send_many_unordered([(0, entry) for entry in log])
        assert await processed.collect(0) == log
        assert await checkpoints.collect(0) == [2, 4]
        assert (await store.collect(0))[-1] == {"a": 2, "b": 3}

    assert flow.sim().with_cluster_size(replicas, 1).fuzz(body, runs=100, seed=1) == 100
