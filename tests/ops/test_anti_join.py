from hydro_nb import BoundError, GraphError, LocationError, nondet
from hydro_nb.ir.ops.match import AntiJoin


def test_list(leader, both, snapshot):
    pens = leader.source_iter([("ann", 1), ("bob", 2), ("eve", 3)])
    left = pens.anti_join(leader.source_iter(["bob", "zoe"]))
    left.for_each(print)
    snapshot(leader.flow.source(leader))
    assert both(left) == [("ann", 1), ("eve", 3)]
    assert left.kind == pens.kind


def test_live(leader, live, both):
    left = live.map(lambda n: (n, n * 10)).anti_join(leader.source_iter([2]))
    assert both(left) == [(1, 10), (3, 30)]


def test_in_tick(flow, leader):
    tick = leader.tick()
    (one, ones), (two, twos) = leader.sim_input(tuple), leader.sim_input(str)
    batch = ones.batch(tick, nondet("shown only"))
    out = batch.anti_join(twos.batch(tick, nondet("shown only"))).all_ticks().sim_output()
    seen = set()

    async def body():
        one.send(("a", 1))
        two.send("a")
        seen.add(tuple(await out.collect()))

    flow.sim().exhaustive(body)
    assert seen == {(), (("a", 1),)}, "only the keys of its own tick keep it out"


def test_keyed(leader, pairs, both):
    assert both(pairs._grow(AntiJoin(), leader.source_iter(["a"]))) == [("b", 2)]


def test_never_ends(leader, live, message):
    pens = leader.source_iter([(1, "pen")])
    assert message(lambda: pens.anti_join(live), BoundError) == (
        "`anti_join` needs a bounded stream, but its input (`send`) is Unbounded.\n"
        "  the bound was lost at   conftest.py, line _:   return worker.source_iter([1, 2, 3]).send(leader)\n"
        "  `anti_join` was called  test_anti_join.py, line _:   "
        "assert message(lambda: pens.anti_join(live), BoundError) == (\n"
        '  Bring both into a tick: .batch(tick, nondet("..."))'
    )


def test_no_pairs(leader, message):
    numbers = leader.source_iter([1])
    assert "needs pairs of key and value, but `numbers` is of int" in message(
        lambda: numbers.anti_join(numbers), GraphError
    )


def test_two_places(live, worker, message):
    text = message(lambda: live.map(lambda n: (n, n)).anti_join(worker.source_iter([1])), LocationError)
    assert "lives on Process[Leader]" in text


def test_pairs_where_keys_are_wanted(leader, message):
    pairs = leader.source_iter([("ann", 1)])
    text = message(lambda: pairs.anti_join(pairs), GraphError)
    assert text.startswith("`anti_join` needs keys of str, but `pairs` is of tuple[str, int].")
    assert text.endswith("Take the keys alone: .map(lambda pair: pair[0])")
    text = message(lambda: pairs.into_keyed().filter_key_not_in(leader.source_iter([7])), GraphError)
    assert text.startswith("`filter_key_not_in` needs keys of str, but its input (`source_iter`) is of int.")
