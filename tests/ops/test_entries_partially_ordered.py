import pytest

from hydro_nb import FlowBuilder, NondetError, OrderError, nondet
from hydro_nb.ir.node import Bound, Order, Shape

ANY = nondet("keys are independent")


def test_list(pairs, run, snapshot):
    entries = pairs.entries_partially_ordered(ANY)
    assert run(entries) == [("a", 1), ("b", 2), ("a", 3), ("a", 3)]
    entries.enumerate()
    snapshot(pairs.flow.source(pairs.location))


def test_guarantees(pairs, worker):
    kind = pairs.entries_partially_ordered(ANY).kind
    assert (kind.shape, kind.order, kind.bound, kind.element) == (
        Shape.STREAM, Order.TOTAL, Bound.BOUNDED, tuple[str, int],
    )  # fmt: skip
    loose = pairs.weaken_retries().send(worker)
    kind = loose.entries_partially_ordered(ANY).kind
    assert (kind.bound, kind.retries) == (Bound.UNBOUNDED, loose.kind.retries)


def test_both_cuts(pairs, worker, both):
    assert both(pairs.entries_partially_ordered(ANY)) == [("a", 1), ("b", 2), ("a", 3), ("a", 3)]
    assert both(pairs.send(worker).entries_partially_ordered(ANY)) == [("a", 1), ("b", 2), ("a", 3), ("a", 3)]


@pytest.mark.parametrize("where", ["bounded", "sent", "in a tick"])
def test_every_interleaving_of_keys_is_explored(where):
    flow = FlowBuilder()
    node, other = flow.process(), flow.process()
    pairs = node.source_iter([("a", 1), ("a", 2), ("b", 3)]).into_keyed()
    if where == "sent":
        pairs = pairs.send(other)
    if where == "in a tick":
        batch = pairs.batch(node.tick(), nondet("all comes at once"))
        out = batch.entries_partially_ordered(ANY).all_ticks().sim_output()
    else:
        out = pairs.entries_partially_ordered(ANY).sim_output()
    seen = set()

    async def body():
        seen.add(tuple(value for _, value in await out.collect()))

    flow.sim().exhaustive(body)
    assert seen == {(1, 2, 3), (1, 3, 2), (3, 1, 2)}


def test_no_order(pairs, message):
    loose = pairs.weaken_ordering()
    assert message(lambda: loose.entries_partially_ordered(ANY), OrderError) == (
        "`entries_partially_ordered` needs a totally ordered stream, but `loose` is NoOrder.\n"
        "  order was lost at                       test_entries_partially_ordered.py, line _:   "
        "loose = pairs.weaken_ordering()\n"
        "  `entries_partially_ordered` was called  test_entries_partially_ordered.py, line _:   "
        "assert message(lambda: loose.entries_partially_ordered(ANY), OrderError) == (\n"
        "  Take .entries(), whose order means nothing, or say why any order will do: "
        '.assume_ordering(nondet("..."))'
    )


def test_no_reason(pairs, message):
    text = message(lambda: pairs.entries_partially_ordered("why not"), NondetError)
    assert text.startswith("`entries_partially_ordered` makes a nondeterministic choice and needs its reason")
