from hydro_nb import nondet
from hydro_nb.ir.node import Bound, Order, Retries


def test_list(pairs, run, snapshot):
    keys = pairs.keys()
    assert run(keys) == ["a", "b"]
    keys.count()
    snapshot(pairs.flow.source(pairs.location))


def test_guarantees(pairs, worker):
    kind = pairs.weaken_retries().keys().kind
    assert (kind.order, kind.retries, kind.bound, kind.element) == (
        Order.NONE, Retries.EXACTLY_ONCE, Bound.BOUNDED, str,
    )  # fmt: skip
    assert pairs.send(worker).keys().kind.bound is Bound.UNBOUNDED


def test_live(pairs, worker, both):
    assert both(pairs.send(worker).keys()) == ["a", "b"]


def test_each_tick_anew(pairs, run):
    tick = pairs.location.tick()
    batch = pairs.batch(tick, nondet("each batch has its keys"))
    assert run(batch.keys().all_ticks()) == ["a", "b"]
