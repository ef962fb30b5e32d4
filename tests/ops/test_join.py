import pytest

from hydro_nb import GraphError, LocationError, nondet
from hydro_nb.ir.node import Bound, Order, Retries

PENS = [("ann", 1), ("bob", 2), ("ann", 3)]
CITIES = [("ann", "Oslo"), ("ann", "Bergen"), ("eve", "Rome")]
BOTH = [("ann", (1, "Oslo")), ("ann", (1, "Bergen")), ("ann", (3, "Oslo")), ("ann", (3, "Bergen"))]


@pytest.fixture
def pens(leader):
    return leader.source_iter(PENS)


@pytest.fixture
def cities(leader):
    return leader.source_iter(CITIES)


def test_list(leader, pens, cities, both, snapshot):
    joined = pens.join(cities)
    joined.for_each(print)
    snapshot(leader.flow.source(leader))
    assert both(joined) == BOTH
    assert joined.kind == pens.kind.but(element=tuple[str, tuple[int, str]])


def test_many_chunks(leader, run):
    many = leader.source_iter([(n % 7, n) for n in range(5000)])
    assert run(many.join(leader.source_iter([(3, "x")]))) == [(3, (n, "x")) for n in range(3, 5000, 7)]


def test_live_left(pens, worker, both):
    joined = pens.send(worker).join(worker.source_iter(CITIES))
    assert both(joined) == BOTH
    assert (joined.kind.bound, joined.kind.order) == (Bound.UNBOUNDED, Order.TOTAL)


@pytest.mark.parametrize("left_is_live", [True, False])
def test_live_right(pens, cities, worker, both, left_is_live):
    left = pens.send(worker) if left_is_live else worker.source_iter(PENS)
    joined = left.join(cities.send(worker))
    assert sorted(both(joined)) == sorted(BOTH)
    assert (joined.kind.bound, joined.kind.order) == (Bound.UNBOUNDED, Order.NONE)


def test_live_sides_wait_for_each_other(flow, leader):
    (left, lefts), (right, rights) = leader.sim_input(tuple), leader.sim_input(tuple)
    out = lefts.join(rights).sim_output()

    async def body():
        left.send(("a", 1))
        await out.assert_yields_only_unordered([])
        right.send(("a", "x"))
        await out.assert_yields_only_unordered([("a", (1, "x"))])
        left.send(("a", 2))
        await out.assert_yields_only_unordered([("a", (2, "x"))])

    flow.sim().exhaustive(body)


def test_with_itself(live, both):
    pairs = live.map(lambda n: ("odd" if n % 2 else "even", n))
    assert sorted(both(pairs.join(pairs))) == [
        ("even", (2, 2)), ("odd", (1, 1)), ("odd", (1, 3)), ("odd", (3, 1)), ("odd", (3, 3)),
    ]  # fmt: skip


def test_in_tick(flow, leader):
    tick = leader.tick()
    (left, lefts), (right, rights) = leader.sim_input(tuple), leader.sim_input(tuple)
    one, two = (side.batch(tick, nondet("some matches are missed")) for side in (lefts, rights))
    joined = one.join(two)
    assert (joined.kind.bound, joined.kind.order) == (Bound.BOUNDED, Order.TOTAL)
    out, seen = joined.all_ticks().sim_output(), set()

    async def body():
        left.send(("a", 1))
        right.send(("a", "x"))
        seen.add(tuple(await out.collect()))

    flow.sim().exhaustive(body)
    assert seen == {(), (("a", (1, "x")),)}, "nothing is kept from one tick to the next"


def test_guarantees(pens, cities):
    assert pens.join(cities.weaken_retries()).kind.retries is Retries.AT_LEAST_ONCE
    assert pens.join(cities).kind.order is Order.TOTAL
    assert pens.weaken_ordering().join(cities).kind.order is Order.NONE
    assert pens.join(cities.weaken_ordering()).kind.order is Order.NONE, "matches under one key come in any order"


def test_no_pairs(pens, leader, message):
    assert message(lambda: pens.join(leader.source_iter([1])), GraphError) == (
        "`join` needs pairs of key and value, but its input (`source_iter`) is of int.\n"
        "  `join` was called  test_join.py, line _:   "
        "assert message(lambda: pens.join(leader.source_iter([1])), GraphError) == (\n"
        "  Make pairs first: .map(lambda x: (key, x))"
    )


def test_keyed_side(pens, cities, message):
    text = message(lambda: pens.join(cities.into_keyed()), GraphError)
    assert text.startswith("`join` needs another Stream, but its input (`into_keyed`) is a KeyedStream.")
    assert text.endswith("Take pairs: .entries(), or the .values() alone")


def test_two_places(pens, cities, worker, message):
    assert "lives on Process[Leader]" in message(lambda: pens.join(cities.send(worker)), LocationError)


def test_keys_that_never_match(leader, message):
    texts = leader.source_iter([("1", 1)])
    numbers = leader.source_iter([(1, 1)])
    text = message(lambda: texts.join(numbers), GraphError)
    assert text.startswith("`join` needs keys of str, but `numbers` is keyed by int.")
    assert text.endswith("Give both the same kind of key: .map(lambda pair: (str(pair[0]), pair[1]))")


def test_numbers_of_any_type_may_match(leader, both):
    flags, numbers = leader.source_iter([(True, "a")]), leader.source_iter([(1.0, "b")])
    assert both(flags.join(numbers)) == [(True, ("a", "b"))]
