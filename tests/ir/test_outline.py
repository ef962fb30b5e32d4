"""Boxes of a picture: what they are, what a closed one stands for, and the lines that lead into it."""

from hydro_nb import FlowBuilder, nondet
from hydro_nb.ir.outline import bundles, everything, outline
from hydro_nb.ir.text import to_dot


class Left: ...


class Right: ...


def doubled(numbers):
    return numbers.map(lambda n: 2 * n).filter(bool)


def graph():
    """Two streams from one process to another, where one of them is counted in a tick."""
    flow = FlowBuilder("two")
    left, right = flow.process(Left), flow.process(Right)
    doubled(left.source_iter([1, 2])).send(right).for_each(print)
    tick = right.tick()
    counted = doubled(left.source_iter([3])).send(right).batch(tick, nondet("any")).count()
    counted.all_ticks().for_each(print)
    return flow.graph


def test_a_closed_location_is_one_node_with_what_it_stands_for():
    flow = graph()
    boxes = outline(flow, closed=["main.process.0"])
    (inside,) = boxes.members().values()
    assert len(inside) == 6
    dot = to_dot(flow, live=True, closed=["main.process.0"])
    assert "6 operators" in dot
    assert 'class="closed process live"' in dot
    assert "main.source_iter.0" not in dot
    assert "main.count.0" in dot


def test_lines_between_the_same_two_closed_boxes_are_one():
    flow = graph()
    (bundle,) = bundles(flow, outline(flow, closed=everything(flow)))
    assert (bundle.source, bundle.target, len(bundle.edges)) == ("main.process.0", "main.process.1", 2)
    assert f'id="{bundle.id}" class="bundle stream unbounded net"' in to_dot(flow, closed=everything(flow))


def test_what_is_inside_of_an_outer_closed_box_is_not_drawn():
    flow = graph()
    boxes = outline(flow, closed=everything(flow))
    assert [box.slot for box in boxes.visible()] == ["main.process.0", "main.process.1"]
    opened = outline(flow, closed=everything(flow) - {"main.process.1"})
    assert [box.slot for box in opened.visible()] == ["main.process.0", "main.process.1", "main.tick.0"]
    assert "main.count.0" not in to_dot(flow, closed=opened.closed)


def test_boxes_by_code_are_files_or_cells_and_the_functions_in_them():
    flow = graph()
    boxes = outline(flow, "code")
    assert [box.title for box in boxes.boxes.values()] == ["test_outline.py", "graph()", "doubled()"]
    dot = to_dot(flow, by="code", closed=["code:test_outline.py:doubled"])
    assert "4 operators" in dot
    assert 'class="place code"' in dot


def test_a_box_that_is_not_there_is_not_closed():
    assert outline(graph(), closed=["nobody"]).closed == frozenset()
