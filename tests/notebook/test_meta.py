"""What the page is told of a graph: the names that the user gave."""

from hydro_nb import TCP, FlowBuilder, nondet, proof
from hydro_nb.compile.program import compile_flow
from hydro_nb.notebook.alike import counted_alike
from hydro_nb.notebook.meta import graph_trait, links


class Meter: ...


class Reader: ...


class Splitter: ...


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


def test_a_value_in_an_atomic_section_is_shown_and_one_of_a_tick_is_not():
    flow = FlowBuilder()
    meter = flow.process(Meter)
    inside = meter.source_iter([1, 2]).atomic()
    known = inside.fold(lambda: 0, lambda total, n: total + n)
    inside.end_atomic().batch(meter.tick(), nondet("any")).count().all_ticks().for_each(print)
    known.end_atomic()
    assert values(flow) == [("known", "on Meter, in an atomic section")]
    (place,) = compile_flow(flow.graph).locations
    assert place.watch.keys() == {known.ref.slot}


class Worker: ...


class Client: ...


def routes(flow):
    return [(each["title"], each["route"]) for each in graph_trait(flow.graph, live=False)["streams"]]


def test_channels_between_two_clusters_are_told_apart_by_their_names():
    flow = FlowBuilder()
    workers, meters = flow.cluster(Worker), flow.cluster(Meter)
    numbers = workers.source_iter([1])
    loud = numbers.broadcast_closed(meters)
    loud.values().broadcast_closed(meters, TCP.fail_stop().name("again"))
    numbers.map(str).broadcast_closed(meters)
    assert routes(flow) == [
        ("Worker → Meter", "loud (broadcast_closed)"),
        ("Meter → Meter", "again (broadcast_closed)"),
        ("Worker → Meter", "broadcast_closed"),
    ]


def test_channels_without_names_are_told_apart_by_their_lines():
    flow = FlowBuilder()
    worker, meter = flow.process(Worker), flow.process(Meter)
    numbers = worker.source_iter([1])
    numbers.send(meter)
    numbers.send(meter)
    (title, first), (same, second) = routes(flow)
    assert (title, same) == ("Worker → Meter", "Worker → Meter")
    assert first.startswith("send, test_meta.py, line ")
    assert first != second


def test_a_port_has_the_name_of_what_comes_through_it():
    flow = FlowBuilder()
    meter, client = flow.process(Meter), flow.external(Client)
    _, asked = meter.source_external(client, int)
    asked.send_external(client)
    assert routes(flow) == [("Client → Meter", "asked (source_external)"), ("Meter → Client", "send_external")]


def test_a_value_without_a_name_is_called_by_its_operator():
    flow = FlowBuilder()
    numbers = flow.process(Meter).source_iter([1, 2, 3])
    numbers.count().map(print)
    stream = numbers.fold(lambda: 0, max).into_stream()
    stream.for_each(print)
    assert [title for title, _ in values(flow)] == ["count", "fold"]


def test_links_say_who_sends_to_whom_over_which_edges_and_whether_any_may_lose():
    flow = FlowBuilder()
    reader, workers = flow.process(Reader), flow.cluster(Splitter)
    _, numbers = reader.source_external(flow.external(), int)
    numbers.broadcast(workers, TCP.fail_stop(), nondet("any")).for_each(print)
    lossy = numbers.broadcast(workers, TCP.lossy(nondet("any")), nondet("any"))
    lossy.send(reader).entries().for_each(print, commutative=proof("a print"))
    first, back = links(flow.graph)
    assert (first["first"], first["last"], len(first["slots"]), first["lossy"]) == ("Reader", "Splitter", 2, True)
    assert (back["first"], back["last"], len(back["slots"]), back["lossy"]) == ("Splitter", "Reader", 1, False)


def test_operators_that_give_as_many_as_is_counted_elsewhere_are_known():
    flow = FlowBuilder()
    reader, splitter = flow.process(Reader), flow.process(Splitter)
    lines = reader.source_iter(["a b"]).map(str.strip)
    words = lines.send(splitter).map(str.upper).flat_map_ordered(str.split)
    words.inspect(print).filter(bool)
    words.broadcast(flow.cluster(Worker), TCP.fail_stop(), nondet("any")).for_each(print)
    assert counted_alike(flow.graph) == {
        "main.source_iter.0": "main.send.0",
        "main.map.0": "main.send.0",
        "main.map.1": "main.send.0",
    }


def test_what_is_skipped_or_lost_on_the_way_counts_for_nobody_else():
    flow = FlowBuilder()
    reader, splitter = flow.process(Reader), flow.process(Splitter)
    lossy = reader.source_iter(["a"]).send(splitter, TCP.lossy(nondet("any")))
    lossy.map(int, on_error="skip").inspect(print)
    assert counted_alike(flow.graph) == {}
