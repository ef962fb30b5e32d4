"""Replicas of a table that apply a log slot by slot, whatever order its slots arrive in."""

from __future__ import annotations

from typing import Any, NamedTuple

from paxos import Acceptors
from paxos_with_client import CorePaxos

from hydro_nb import (
    Bounded,
    Cluster,
    NonDet,
    NoOrder,
    Optional,
    Singleton,
    Stream,
    Tick,
    Unbounded,
    inplace,
    nondet,
    proof,
    sliced,
)


class Replica: ...


class KvPayload(NamedTuple):
    """A key with what is written under it."""

    key: Any
    value: Any


Replicas = Cluster[Replica]
SequencedKv = tuple[int, KvPayload | None]
"""a slot of the log with what is written in it; `None` writes nothing"""


class KvReplica(NamedTuple):
    """What replicas have made of the log so far."""

    checkpoints: Stream[int, Replicas]
    """slots below are applied; one each `checkpoint_frequency` slots"""
    processed: Stream[SequencedKv, Replicas]
    """what was applied, in order"""
    store: Singleton[dict[Any, Any], Replicas, Unbounded]
    """the table"""


def kv_replica(
    replicas: Replicas,
    p_to_replicas: Stream[SequencedKv, Replicas, Unbounded, NoOrder],
    checkpoint_frequency: int,
) -> KvReplica:
    """Apply slots in order, each once."""
    processed = sequence_payloads(replicas.tick(), p_to_replicas).all_ticks()
    applied = processed.map(lambda payload: payload[0] + 1)
    checkpoints = applied.filter(lambda applied: applied % checkpoint_frequency == 0)
    return KvReplica(checkpoints, processed, processed.fold({}.copy, inplace(write)))


def replicated(
    paxos: CorePaxos,
    clients: Cluster[Any],
    replicas: Replicas,
    payloads: Stream[KvPayload, Cluster[Any]],
    num_replicas: int,
    checkpoint_frequency: int,
    nondet_commit: NonDet,
    nondet_order: NonDet,
) -> KvReplica:
    """Let clients write a table by way of a log that Paxos agrees on; what all replicas have, acceptors forget."""
    checkpoint_sender, a_checkpoint = paxos.acceptors.channel(Optional, of=int)
    log = paxos.with_client(clients, payloads, a_checkpoint, nondet_commit, nondet_order)
    replica = kv_replica(replicas, log.broadcast_closed(replicas).values(), checkpoint_frequency)
    checkpoint_sender.send(applied_by_all(replica.checkpoints, paxos.acceptors, num_replicas))
    return replica


def applied_by_all(
    checkpoints: Stream[int, Replicas], acceptors: Acceptors, num_replicas: int
) -> Optional[int, Acceptors, Unbounded]:
    """Give the slot that all replicas have applied the log up to; absent before each of them has said so."""
    newest = checkpoints.broadcast_closed(acceptors).reduce(max)
    with sliced() as s:
        known = s.snapshot(newest, nondet("a checkpoint that is known late is only used late"))
        everyone = known.key_count().map(lambda count: count == num_replicas)
        return s.emit(known.values().min().filter_if(everyone))


def write(store: dict[Any, Any], payload: SequencedKv) -> None:
    """Write what a slot says."""
    if payload[1] is not None:
        store[payload[1].key] = payload[1].value


def sequence_payloads(
    tick: Tick[Any], p_to_replicas: Stream[SequencedKv, Any, Unbounded, NoOrder]
) -> Stream[SequencedKv, Any, Bounded]:
    """Give the slots of a log in order, each once; what comes after a hole waits until the hole is filled."""
    next_handle, next_slot = tick.cycle_with_initial(tick.singleton(0))
    waiting_handle, waiting = tick.cycle(Stream, order=NoOrder)
    batch = p_to_replicas.batch(tick, nondet("slots are put in order, however they are put together"))
    known = batch.chain(waiting).into_keyed()
    each_once = known.reduce(lambda one, _: one, commutative=proof("a slot has one payload, however often it comes"))
    in_order = each_once.entries().sort()

    first = next_slot.by_ref()
    reached = in_order.fold(0, lambda end, one: one[0] + 1 if one[0] == max(end, first.value) else end)
    after = reached.map(lambda end: max(end, first.value))
    end = after.by_ref()
    next_handle.complete_next_tick(after)
    waiting_handle.complete_next_tick(in_order.filter(lambda one: one[0] >= end.value))
    return in_order.filter(lambda one: first.value <= one[0] < end.value)
