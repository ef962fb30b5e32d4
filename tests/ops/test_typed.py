from hydro_nb import GraphError
from hydro_nb.types import u32


def test_list(leader, run, snapshot):
    numbers = leader.source_iter(["1"]).map(lambda text: int(text)).typed(int)  # noqa: PLW0108 - its type is unknown
    assert run(numbers) == [1]
    numbers.for_each(print)
    snapshot(leader.flow.source(leader))


def test_element_type(leader, pairs):
    assert leader.source_iter([1]).typed(u32).kind.element == u32
    assert pairs.typed(float).kind.element is float


def test_a_value_is_no_type(leader, message):
    assert "`typed` needs a type such as `int`" in message(lambda: leader.source_iter([1]).typed(3), GraphError)


def test_guarantees(live):
    assert live.typed(int).kind == live.kind


def test_both_cuts(live, pairs, both):
    assert both(live.typed(float)) == [1, 2, 3]
    assert both(pairs.typed(int).values()) == [1, 2, 3, 3]
