from hydro_nb import GraphError, LocationError
from hydro_nb.ir.node import Bound


def test_list(flow, leader, run, snapshot):
    port, numbers = leader.source_external(flow.external(), int)
    assert run(numbers.map(lambda n: n * 10), feed={port: [1, 2]}) == [10, 20]
    assert (port.name, port.slot) == ("port", numbers.ref.slot)
    numbers.for_each(print)
    snapshot(flow.source(leader))


def test_bincode(flow, leader, run):
    port, words = leader.source_external_bincode(flow.external(), str)
    assert run(words, feed={port: ["a"]}) == ["a"]


def test_guarantees(flow, leader):
    kind = leader.source_external(flow.external(), int)[1].kind
    assert (kind.bound, kind.element) == (Bound.UNBOUNDED, int)


def test_no_client(leader, worker, message):
    assert "needs a client made by flow.external(Marker)" in message(
        lambda: leader.source_external(worker), LocationError
    )


def test_the_simulator_refuses(flow, leader, message):
    leader.source_external(flow.external(), int)
    assert "because of `source_external`" in message(flow.sim, GraphError)


def test_a_cluster_has_no_one_to_talk_to(leader, message):
    flow = leader.flow
    workers, client = flow.cluster(), flow.external()

    def take_in():
        workers.source_external(client, int)

    said = message(take_in, LocationError)
    assert said.splitlines() == [
        "`source_external` needs a process, but Cluster[None] (cluster 1) has members, and a client talks to one.",
        "  test_source_external.py, line _:   workers.source_external(client, int)",
        "  Take it in on a process, and send it on from there: .demux(cluster), .broadcast(cluster, ...)",
    ]
