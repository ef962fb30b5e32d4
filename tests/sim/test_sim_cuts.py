"""The two cuts of one flow agree: what a deployment may give is among what the simulator explores."""

import itertools

import fused_run
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from hydro_nb import FlowBuilder, NoOrder, TotalOrder, inplace, nondet, proof
from hydro_nb.ir.node import Order
from hydro_nb.lang.sim_ports import MORE

ANY = nondet("any outcome is explored")
COMMUTES = proof("a sum does not depend on the order")
LONGEST = 3000


class Found(BaseException):
    """Ends the search."""


def _fold(stream):
    ordered = stream.kind.order is Order.TOTAL
    return (
        stream.fold(0, lambda total, n: total * 2 + n)
        if ordered
        else stream.fold(0, lambda a, n: a + n, commutative=COMMUTES)
    )


def _index(stream):
    return stream.enumerate().map(lambda pair: pair[0] * 10 + pair[1]) if stream.kind.order is Order.TOTAL else stream


def _table(stream):
    keyed = stream.map(lambda n: (n % 2, n)).into_keyed()
    summed = proof("summed up later", unchecked=True)
    kept = keyed.fold(list, inplace(lambda seen, n: seen.append(n)), commutative=summed)
    entries = kept.snapshot(stream.location.tick(), ANY).entries().all_ticks()
    return entries.map(lambda entry: entry[0] * 100 + sum(entry[1])).unique()


def _pairs(stream):
    return stream.map(lambda n: (n % 2, n))


def _sum(pairs):
    return pairs.map(lambda entry: entry[0] * 100 + entry[1][0] * 10 + entry[1][1])


def _joined(stream):
    return _sum(_pairs(stream).join(_pairs(stream.filter(lambda n: n > 1))))


def _merged(stream):
    return stream.assume_ordering(ANY).merge_ordered(stream.filter(lambda n: n > 1).assume_ordering(ANY), ANY)


# A deployment's tick also runs when nothing is new, so that what it says of nothing, or says again, does not count.
CERTAIN = {
    "map": lambda s: s.map(lambda n: n * 2 + 1),
    "filter": lambda s: s.filter(lambda n: n % 3 != 0),
    "double": lambda s: s.flat_map_ordered(lambda n: [n, n + 1]),
    "unique": lambda s: s.unique(),
    "index": _index,
    "weaken": lambda s: s.weaken_ordering(),
    "send": lambda s: s.send(s.flow.process()),
    "join": _joined,
    "half join": lambda s: _sum(_pairs(s).join(s.location.source_iter([(0, 5), (1, 6), (0, 7)]))),
    "product": lambda s: s.cross_product(s.filter(lambda n: n > 1)).map(lambda pair: pair[0] * 10 + pair[1]),
    "without": lambda s: s.filter_not_in(s.location.source_iter([2, 3])),
    "fork": lambda s: s.filter(lambda n: n > 1).merge_unordered(s.map(lambda n: -n)),
}
UNCERTAIN = {
    "batch": lambda s: _batch(s).map(lambda n: n + 1).all_ticks(),
    "batch sum": lambda s: _batch(s).reduce(lambda a, n: a + n, commutative=COMMUTES).all_ticks(),
    "batch order": lambda s: _index(_batch(s).assume_ordering(ANY)).all_ticks(),
    "order": lambda s: _index(s.assume_ordering(ANY)),
    "snapshot": lambda s: _seen(_fold(s)),
    "max": lambda s: _seen(s.reduce(max, commutative=COMMUTES)),
    "max or 7": lambda s: _seen(s.reduce(max, commutative=COMMUTES).unwrap_or(s.location.singleton(7))),
    "cross": lambda s: _cross(s, s.location.tick()),
    "latest": lambda s: _seen(_batch(s).reduce(max, commutative=COMMUTES).latest()),
    "table": _table,
    "merge ordered": lambda s: _index(_merged(s)),
    "batch join": lambda s: _joined(_batch(s)).all_ticks(),
    "batch merge": lambda s: _index(_merged(_batch(s))).all_ticks(),
}


def _batch(stream):
    return stream.batch(stream.location.tick(), ANY)


def _seen(value):
    return value.snapshot(value.location.tick(), ANY).all_ticks().unique()


def _cross(stream, tick):
    pairs = stream.batch(tick, ANY).cross_singleton(stream.count().snapshot(tick, ANY))
    return pairs.all_ticks().map(lambda pair: pair[0] * 10 + pair[1])


SQUARES = {"product", "join", "batch join"}
"""Steps that make as many elements as there are pairs: with two of them a search is too long to be worth its time."""


def build(steps, order):
    assume(sum(step in SQUARES for step in steps) <= 1)
    flow = FlowBuilder()
    port, stream = flow.process().sim_input(int, order=order)
    for step in steps:
        stream = {**CERTAIN, **UNCERTAIN}[step](stream)
    return flow, port, stream.sim_output()


def cut(numbers, size):
    return [numbers[at : at + size] for at in range(0, len(numbers), size)]


def comparable(flow, out, items):
    unordered = flow.graph.kind(flow.graph.nodes[out.slot].inputs[0]).order is Order.NONE
    return tuple(sorted(items) if unordered else items)


def outcomes(flow, port, out, numbers, until=None):
    seen, runs = set(), itertools.count()

    async def body():
        port.send_many(numbers)
        while await MORE:
            pass
        seen.add(comparable(flow, out, out._queue(ordered=False)))
        if until in seen or next(runs) > LONGEST:
            raise Found

    try:
        flow.sim().exhaustive(body)
    except Found:
        assume(until in seen)
    return seen


small = st.lists(st.integers(0, 3), max_size=3)


@given(st.lists(st.sampled_from(sorted(CERTAIN)), max_size=5), small, st.integers(1, 3))
@settings(max_examples=60, deadline=None)
def test_certain_flows_have_one_outcome(steps, numbers, size):
    flow, port, out = build(steps, TotalOrder)
    deployed = fused_run.run(flow.graph, [{port.slot: chunk} for chunk in cut(numbers, size)])[out.slot]
    assert outcomes(flow, port, out, numbers) == {comparable(flow, out, deployed)}


@given(st.data(), st.sampled_from([TotalOrder, NoOrder]), small, st.integers(1, 3))
@settings(max_examples=150, deadline=None)
def test_what_a_deployment_gives_is_explored(data, order, numbers, size):
    before, after = (data.draw(st.lists(st.sampled_from(sorted(CERTAIN)), max_size=2)) for _ in range(2))
    chosen = data.draw(st.lists(st.sampled_from(sorted(UNCERTAIN)), min_size=1, max_size=2))
    event(f"uncertain: {len(chosen)}")
    flow, port, out = build([*before, *chosen, *after], order)
    deployed = fused_run.run(flow.graph, [{port.slot: chunk} for chunk in cut(numbers, size)])[out.slot]
    wanted = comparable(flow, out, deployed)
    assert wanted in outcomes(flow, port, out, numbers, until=wanted)
