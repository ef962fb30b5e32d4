from hydro_nb.ir.node import Bound


def test_value(pairs, run, snapshot):
    table = pairs.value_counts().into_singleton()
    assert run(table) == [{"a": 3, "b": 1}]
    table.into_stream().for_each(print)
    snapshot(pairs.flow.source(pairs.location))


def test_live(pairs, worker, both):
    table = pairs.send(worker).fold(0, max).into_singleton()
    assert both(table) == [{"a": 3, "b": 2}]
    assert table.kind.bound is Bound.UNBOUNDED


def test_element_type(pairs):
    assert pairs.value_counts().into_singleton().kind.element == dict[str, int]
