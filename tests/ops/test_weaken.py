from hydro_nb.ir.node import Bound, Order, Retries


def test_list(leader, run, snapshot):
    loose = leader.source_iter([1, 2]).weaken_ordering().weaken_retries().weaken_boundedness()
    assert run(loose) == [1, 2]
    loose.unique()
    snapshot(leader.flow.source(leader))


def test_guarantees(leader, pairs):
    for collection in (leader.source_iter([1]), pairs):
        assert collection.weaken_ordering().kind == collection.kind.but(order=Order.NONE)
        assert collection.weaken_retries().kind == collection.kind.but(retries=Retries.AT_LEAST_ONCE)
        assert collection.weaken_boundedness().kind == collection.kind.but(bound=Bound.UNBOUNDED)
