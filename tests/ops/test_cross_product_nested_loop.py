from hydro_nb import BoundError, nondet
from hydro_nb.ir.node import Bound, Order


def test_list(leader, both, snapshot):
    numbers = leader.source_iter([1, 2])
    crossed = numbers.cross_product_nested_loop(numbers)
    crossed.for_each(print)
    snapshot(leader.flow.source(leader))
    assert both(crossed) == [(1, 1), (1, 2), (2, 1), (2, 2)]
    assert (crossed.kind.bound, crossed.kind.order) == (Bound.BOUNDED, Order.TOTAL)


def test_order_is_the_weaker(leader):
    numbers = leader.source_iter([1, 2])
    assert numbers.cross_product_nested_loop(numbers.weaken_ordering()).kind.order is Order.NONE


def test_in_tick(leader, both):
    numbers = leader.source_iter([1, 2]).batch(leader.tick(), nondet("shown only"))
    assert both(numbers.cross_product_nested_loop(numbers)) == [(1, 1), (1, 2), (2, 1), (2, 2)]


def test_never_ends(leader, live, message):
    assert message(lambda: leader.source_iter([1]).cross_product_nested_loop(live), BoundError) == (
        "`cross_product_nested_loop` needs a bounded stream, but its input (`send`) is Unbounded.\n"
        "  the bound was lost at                   conftest.py, line _:   "
        "return worker.source_iter([1, 2, 3]).send(leader)\n"
        "  `cross_product_nested_loop` was called  test_cross_product_nested_loop.py, line _:   "
        "assert message(lambda: leader.source_iter([1]).cross_product_nested_loop(live), BoundError) == (\n"
        "  Use .cross_product(other), which takes elements as they come"
    )
