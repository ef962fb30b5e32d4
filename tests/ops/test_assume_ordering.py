from hydro_nb import NondetError, nondet
from hydro_nb.ir.node import Order


def test_list(live, run, snapshot):
    ordered = live.weaken_ordering().assume_ordering(nondet("any order will do"))
    assert run(ordered.enumerate()) == [(0, 1), (1, 2), (2, 3)]
    assert ordered.kind.order is Order.TOTAL
    snapshot(live.flow.source(live.location))


def test_keyed(pairs, both):
    assert both(pairs.weaken_ordering().assume_ordering(nondet("any"))) == [("a", 1), ("b", 2), ("a", 3), ("a", 3)]
    assert pairs.weaken_ordering().assume_ordering(nondet("any")).kind == pairs.kind


def test_reason(live, message):
    text = message(lambda: live.assume_ordering("any order will do"), NondetError)
    assert text.startswith("`assume_ordering` makes a nondeterministic choice and needs its reason")
