"""What the page is told of a graph: the names that the user gave."""

from hydro_nb import FlowBuilder
from hydro_nb.notebook.meta import graph_trait


class Meter: ...


def values(flow):
    streams = graph_trait(flow.graph, live=False)["streams"]
    return [(each["title"], each["route"]) for each in streams if each["kind"] == "value"]


def test_a_value_has_the_name_that_its_chain_is_assigned_to():
    flow = FlowBuilder()
    numbers = flow.process(Meter).source_iter([1, 2, 3])
    total = numbers.fold(lambda: 0, lambda total, n: total + n)
    average = (
        numbers.fold(lambda: (0, 0), lambda seen, n: (seen[0] + n, seen[1] + 1))
        .map(lambda seen: seen[0] / seen[1])
        .map(round)
    )
    average.map(print)
    total.map(print)
    assert values(flow) == [("total", "on Meter"), ("average", "fold on Meter")]


def test_a_value_without_a_name_is_called_by_its_operator():
    flow = FlowBuilder()
    numbers = flow.process(Meter).source_iter([1, 2, 3])
    numbers.count().map(print)
    stream = numbers.fold(lambda: 0, max).into_stream()
    stream.for_each(print)
    assert [title for title, _ in values(flow)] == ["count", "fold"]
