"""What a deployment over several places gives, with ticks on processes and on clusters, is among what is explored."""

from __future__ import annotations

import itertools

from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st

from hydro_nb import CLUSTER_SELF_ID, DeployError, FlowBuilder, MemberId, nondet, proof
from hydro_nb.ir.node import Order
from hydro_nb.lang.sim_ports import MORE

ANY = nondet("any outcome is explored")
COMMUTES = proof("a sum does not depend on the order")
LONGEST = 2000


class Found(BaseException):
    """Ends the search."""


def _on_cluster(stream):
    return stream.kind.place.root.kind == "cluster"


def _home(stream, to):
    """Bring a stream to a process; what members of a cluster send comes with their numbers."""
    return _received(stream.send(to), stream)


def _spread(stream, cluster, size):
    jobs = stream.map(lambda n: (MemberId.from_raw_id(n % size), n))
    return _received(jobs.demux(cluster), stream)


def _received(sent, stream):
    if not _on_cluster(stream):
        return sent
    return sent.entries().map(lambda entry: entry[0].raw_id * 100 + entry[1])


def _dealt(stream, cluster, size):
    ordered = stream.assume_ordering(ANY)
    return _received(ordered.round_robin(cluster, None, ANY), stream)


def _seen(value):
    return value.snapshot(value.location.tick(), ANY).all_ticks().unique()


def _batch(stream):
    return stream.batch(stream.location.tick(), ANY)


# A deployment's tick also runs when nothing is new, so that what it says of nothing, or says again, does not count.
MOVES = {
    "home": lambda s, cluster, size: _home(s, s.flow.process()),
    "to all": lambda s, cluster, size: _received(s.broadcast_closed(cluster), s),
    "to those there": lambda s, cluster, size: _received(s.broadcast(cluster, None, ANY), s),
    "to one": _spread,
    "in turn": _dealt,
}
LOCAL = {
    "map": lambda s, *_: s.map(lambda n: n + 1),
    "own": lambda s, *_: s.map(lambda n: n + CLUSTER_SELF_ID.raw_id) if _on_cluster(s) else s,
    "unique": lambda s, *_: s.unique(),
    "batch sum": lambda s, *_: _batch(s).reduce(lambda a, n: a + n, commutative=COMMUTES).all_ticks(),
    "batch": lambda s, *_: _batch(s).map(lambda n: n * 2).all_ticks(),
    "largest so far": lambda s, *_: _seen(s.reduce(max, commutative=COMMUTES)),
}
STEPS = {**MOVES, **LOCAL}


def grown(stream, steps, size):
    """Take steps from a stream, each move to places of their own."""
    for step in steps:
        stream = STEPS[step](stream, stream.flow.cluster(), size)
    return stream


def comparable(stream, items):
    return tuple(sorted(items) if stream.kind.order is Order.NONE else items)


def deployed(steps, size, chunks):
    """Give what each end has after chunks were sent, each after the one before has settled."""
    flow = FlowBuilder()
    port, stream = flow.process().source_external(flow.external(), int)
    out_stream = grown(stream, steps, size)
    out = out_stream.send_external(flow.external())
    with flow.deploy(clusters=sizes(flow, size), backend="inprocess") as deployment:
        for chunk in chunks:
            client = deployment.connect(port)
            for item in chunk:
                client.send(item)
            deployment.settle()
        rows = list(_drained(deployment.connect(out)))
    if not _on_cluster(out_stream):
        return (comparable(out_stream, rows),)
    return tuple(
        comparable(out_stream, [item for member, item in rows if member.raw_id == number]) for number in range(size)
    )


def _drained(port):
    while True:
        try:
            yield port.receive(timeout=0)
        except (TimeoutError, DeployError):
            return


def sizes(flow, size):
    """Give every cluster of a flow the same size; by their names, since they have no marker."""
    clusters = [place for place in flow.graph.places.values() if place.kind == "cluster"]
    return {flow.graph.display_name(place): size for place in clusters}


def explored(steps, size, numbers, until):
    """Give what each end may have, as far as one has to look for it."""
    flow = FlowBuilder()
    port, stream = flow.process().sim_input(int)
    end = grown(stream, steps, size)
    out, seen, runs = end.sim_output(), set(), itertools.count()
    ends = [(number,) for number in range(size)] if _on_cluster(end) else [()]

    async def body():
        port.send_many(numbers)
        while await MORE:
            pass
        got = [list((out._of(*member) if member else out)._queue(ordered=False)) for member in ends]
        seen.add(tuple(comparable(end, items) for items in got))
        if until in seen or next(runs) > LONGEST:
            raise Found

    simulation = flow.sim()
    for name, count in sizes(flow, size).items():
        simulation.with_cluster_size(name, count)
    try:
        simulation.exhaustive(body)
    except Found:
        assume(until in seen)
    return seen


numbers = st.lists(st.integers(0, 3), max_size=3)


@given(
    before=st.lists(st.sampled_from(sorted(STEPS)), max_size=2),
    move=st.sampled_from(sorted(MOVES)),
    after=st.lists(st.sampled_from(sorted(STEPS)), max_size=2),
    numbers=numbers,
    size=st.integers(1, 3),
    chunk=st.integers(1, 3),
)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
def test_what_a_deployment_over_several_places_gives_is_explored(before, move, after, numbers, size, chunk):
    steps = [*before, move, *after]
    assume(sum(step in MOVES and step != "home" for step in steps) <= 2)
    event(f"moves: {sum(step in MOVES for step in steps)}, of {len(steps)}")
    chunks = [numbers[at : at + chunk] for at in range(0, len(numbers), chunk)]
    wanted = deployed(steps, size, chunks)
    assert wanted in explored(steps, size, numbers, wanted)
