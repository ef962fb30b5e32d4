"""Laws of crashes over drawn flows: what arrives is a prefix, whatever is done with it; those who live lose nothing."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from hydro_nb import CLUSTER_SELF_ID, FlowBuilder, nondet
from hydro_nb.lang.sim_ports import MORE

ANY = nondet("any outcome is explored")
STEPS = {
    "map": lambda s: s.map(lambda n: n * 2 + 1),
    "filter": lambda s: s.filter(lambda n: n % 3 != 0),
    "double": lambda s: s.flat_map_ordered(lambda n: [n, n + 1]),
    "unique": lambda s: s.unique(),
    "running": lambda s: s.scan(0, lambda total, n: (total + n, total + n)),
    "ticked": lambda s: s.batch(s.location.tick(), ANY).all_ticks(),
    "index": lambda s: s.enumerate().map(lambda pair: pair[0] * 10 + pair[1]),
}


KEYED = {
    "map": lambda k: k.map(lambda n: n + 1),
    "filter": lambda k: k.filter(lambda n: n % 2 == 0),
}


class Worker: ...


def built(before, after):
    flow = FlowBuilder("laws")
    leader, workers = flow.process(), flow.cluster(Worker)
    port, stream = workers.sim_input(int)
    for step in before:
        stream = STEPS[step](stream)
    signed = stream.map(lambda n: (CLUSTER_SELF_ID.raw_id, n)).send(leader).values()
    each = signed.into_keyed()
    for step in after:
        each = KEYED[step](each)
    return flow, workers, port, each.entries().sim_output()


def outcomes(before, after, numbers, *, crashes):
    """Give what came from each member, and who is left, in all schedules."""
    flow, workers, port, out = built(before, after)
    sim, seen = flow.sim().with_cluster_size(workers, 2), set()
    sim = sim.with_faults(workers, crashes=crashes) if crashes else sim

    async def body():
        for member, mine in enumerate(numbers):
            for number in mine:
                port.send(member, number)
        while await MORE:
            pass
        came = list(out._queue(ordered=False))
        of_each = tuple(tuple(n for whose, n in came if whose == member) for member in (0, 1))
        seen.add((of_each, tuple(member.raw_id for member in sim.members(workers))))

    sim.exhaustive(body)
    return seen


steps = st.lists(st.sampled_from(sorted(STEPS)), max_size=2).filter(lambda drawn: drawn.count("ticked") < 2)
small = st.lists(st.integers(0, 3), max_size=2)


@given(steps, st.lists(st.sampled_from(sorted(KEYED)), max_size=2), st.tuples(small, small), st.integers(1, 2))
@settings(max_examples=60, deadline=None)
def test_what_comes_is_a_prefix_of_what_comes_without_a_crash(before, after, numbers, crashes):
    ((whole, _),) = outcomes(before, after, numbers, crashes=0)
    seen = outcomes(before, after, numbers, crashes=crashes)
    assert (whole, (0, 1)) in seen
    for came, left in seen:
        assert all(mine == every[: len(mine)] for mine, every in zip(came, whole, strict=True))
        assert all(came[member] == whole[member] for member in left)
        assert len(left) >= 2 - crashes
    assert () in {came[0] for came, _ in seen}
