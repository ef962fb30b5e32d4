from hydro_nb import GraphError, OrderError
from hydro_nb.ir.node import Order


def test_list(leader, run, snapshot):
    pairs = leader.source_iter([(("x", "a"), 1), (("y", "a"), 2), (("x", "b"), 3)]).into_keyed()
    coarser = pairs.drop_key_prefix()
    assert run(coarser) == [("a", 1), ("a", 2), ("b", 3)]
    coarser.value_counts()
    snapshot(leader.flow.source(leader))


def test_guarantees(leader):
    finer = leader.source_iter([(("x", "a"), 1)]).into_keyed()
    assert finer.drop_key_prefix().kind == finer.kind.but(key=str, order=Order.NONE)
    loose = finer.weaken_retries().weaken_boundedness()
    assert loose.drop_key_prefix().kind == loose.kind.but(key=str, order=Order.NONE)


def test_a_prefix_of_any_type(pairs, run):
    finer = pairs.prefix_key(lambda key, n: n)
    assert finer.drop_key_prefix().kind.key is str
    assert run(finer.drop_key_prefix().keys()) == ["a", "b"]


def test_groups_come_together(leader, both):
    pairs = leader.source_iter([(("x", "a"), 1), (("y", "a"), 2), (("x", "b"), 3)]).into_keyed()
    assert both(pairs.drop_key_prefix().value_counts()) == [{"a": 2, "b": 1}]
    assert both(pairs.weaken_boundedness().drop_key_prefix()) == [("a", 1), ("a", 2), ("b", 3)]


def test_keys_without_halves(pairs, message):
    assert message(pairs.drop_key_prefix, GraphError) == (
        "`drop_key_prefix` needs keys that are pairs, but its input (`into_keyed`) is keyed by str.\n"
        "  `drop_key_prefix` was called  conftest.py, line _:   call()\n"
        "  Make them first: .prefix_key(lambda key, value: ...)"
    )


def test_the_line_where_order_was_lost(pairs, message):
    coarser = pairs.prefix_key(lambda key, n: n).drop_key_prefix()
    assert "order was lost at       test_drop_key_prefix.py" in message(coarser.enumerate, OrderError)
