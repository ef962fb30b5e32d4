"""Programs of a process and clusters, as Hydro's own examples have them."""

from __future__ import annotations

import random

from hydro_nb import CLUSTER_SELF_ID, TCP, Err, MembershipEvent, Ok, nondet, proof, sliced
from hydro_nb.std.quorum import collect_quorum


class Leader: ...


class Worker: ...


class Reducer: ...


class Coordinator: ...


class Participant: ...


def simple_cluster(flow):
    """Send the numbers below five to each member of a cluster by name, and have them sent back."""
    process, cluster = flow.process(), flow.cluster(Worker)
    numbers = process.source_iter(lambda: range(5))
    events = process.source_cluster_membership_stream(cluster, nondet("all members are there from the start"))
    joined = events.entries().filter(lambda event: event[1] is MembershipEvent.Joined)
    members = joined.map(lambda event: event[0])
    ids_and_numbers = members.cross_product(numbers)
    at_members = ids_and_numbers.map(lambda pair: (pair[0], pair)).demux(cluster, TCP.fail_stop().bincode())
    at_members.inspect(lambda pair: print(f"cluster received: {pair} (self cluster id: {CLUSTER_SELF_ID})"))
    back = at_members.send(process, TCP.fail_stop().bincode())
    back.entries().for_each(
        lambda entry: print(f"node received: {entry}"), commutative=proof("printed lines are sorted")
    )
    return process, cluster


def many_to_many(flow):
    """Let every member of a cluster send two numbers to every member."""
    cluster = flow.cluster(Worker)
    received = cluster.source_iter(lambda: range(2)).broadcast(
        cluster, TCP.fail_stop().bincode(), nondet("nobody joins later")
    )
    received.entries().for_each(
        lambda entry: print(f"cluster received: {entry}"), commutative=proof("printed lines are sorted")
    )
    return cluster


def compute_pi(flow, batch_size=8192, every=1.0):
    """Estimate pi from random points: each member counts those inside the circle, the leader adds up."""
    cluster, process = flow.cluster(Worker), flow.process(Leader)

    def throw(counts, _):
        inside, total = counts
        x, y = random.random(), random.random()
        return inside + (x * x + y * y < 1), total + 1

    trials = cluster.tick().spin_batch(batch_size).fold((0, 0), throw).all_ticks()
    estimates = trials.send(process, TCP.fail_stop().bincode()).values()
    sums = estimates.reduce(lambda a, b: (a[0] + b[0], a[1] + b[1]), commutative=proof("sums of both parts"))
    shown = sums.sample_every(every, nondet("any estimate may be shown"))
    shown.assume_retries(nondet("an estimate may be shown twice")).for_each(
        lambda sums: print(f"pi: {4 * sums[0] / sums[1]} ({sums[1]} trials)")
    )
    return process, cluster


def map_reduce(flow, words):
    """Count words: dealt out to the members, counted there in parts, added up by the reducer."""
    process, cluster, reducer = flow.process(Leader), flow.cluster(Worker), flow.process(Reducer)
    dealt = process.source_iter(lambda: words).round_robin(
        cluster, TCP.fail_stop().bincode(), nondet("counts do not depend on who counts")
    )
    with sliced() as s:
        batch = s.batch(dealt, nondet("parts of a count are added up")).map(lambda word: (word, ())).into_keyed()
        counted = batch.value_counts().entries()
        parts = s.emit(counted)
    parts.inspect(lambda part: print(f"partition count: {part[0]} - {part[1]}"))
    arrived = parts.send(reducer, TCP.fail_stop().bincode()).values().into_keyed()
    totals = arrived.reduce(lambda a, b: a + b, commutative=proof("addition commutes"))
    tick = reducer.tick()
    now = totals.snapshot(tick, nondet("shown on the way")).entries().all_ticks()
    now.for_each(lambda entry: print(f"{entry[0]}: {entry[1]}"), commutative=proof("printed lines"))
    return process, cluster, reducer


def two_pc(flow, payloads, participants):
    """Commit each payload once all participants have voted for it, and give it once all have committed."""
    coordinator, cluster = flow.process(Coordinator), flow.cluster(Participant)
    return coordinator, cluster, committed(payloads(coordinator), cluster, participants)


def committed(payloads, cluster, participants):
    """Give each payload once all participants have voted for it and, when told so, have committed it."""
    return confirmed(confirmed(payloads, cluster, participants), cluster, participants)


def confirmed(payloads, cluster, participants):
    """Show each payload to all participants, and give it once all have agreed."""
    shown = payloads.broadcast(cluster, TCP.fail_stop().bincode(), nondet("no participant joins later"))
    votes = shown.map(lambda payload: (payload, Ok(())))
    typed = votes.typed(tuple[payloads.kind.element, Ok[tuple[()]] | Err[tuple[()]]])
    return collect_quorum(typed.send(payloads.location).values(), participants, participants)[0]
