from hydro_nb import BoundError, GraphError, nondet
from hydro_nb.ir.node import Bound


async def double(n: int) -> int:
    return 2 * n


def test_list(leader, both, snapshot):
    resolved = leader.singleton(7).map(double).resolve_future_blocking()
    assert both(resolved) == [14]
    resolved.into_stream().unique()
    snapshot(leader.flow.source(leader))


def test_a_complete_aggregation(leader, both):
    assert both(leader.source_iter([1, 2, 3]).count().map(double).resolve_future_blocking()) == [6]


def test_in_tick(leader, both):
    batch = leader.source_iter([1, 2, 3]).batch(leader.tick(), nondet("only the last is used"))
    assert both(batch.count().map(double).resolve_future_blocking().all_ticks())[-1] == 6


def test_guarantees(leader, live, message):
    kind = leader.singleton(7).map(double).resolve_future_blocking().kind
    assert (kind.bound, kind.element) == (Bound.BOUNDED, int)
    assert "awaitables" in message(lambda: leader.singleton(7).resolve_future_blocking(), GraphError)
    assert "a bounded Singleton" in message(lambda: live.count().map(double).resolve_future_blocking(), BoundError)
