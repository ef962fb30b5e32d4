from hydro_nb import GraphError, LocationError, MembershipEvent, nondet
from hydro_nb.ir.node import Bound, Order, Retries


def test_list(flow, leader, run, snapshot):
    port, lines, members, replies = leader.bidi_external_many_bytes(flow.external())
    replies.send(lines.map(lambda line: line.upper()))
    assert run(lines, feed={port: ["a", "b"]}) == [(0, "a"), (0, "b")]
    assert (port.name, port.slot, port.many) == ("port", lines.ref.slot, True)
    members.entries().assume_ordering(nondet("shown as they come")).for_each(print)
    snapshot(flow.source(leader))


def test_there_and_back_to_each(flow, leader):
    port, lines, _members, replies = leader.bidi_external_many_bytes(flow.external())
    replies.send(lines.map(str.upper))
    with flow.deploy(backend="inprocess") as deployment:
        clients = [deployment.connect(port) for _ in range(3)]
        for number, client in enumerate(clients):
            client.send(f"I am {number}")
        assert [client.receive(60) for client in clients] == ["I AM 0", "I AM 1", "I AM 2"]


def test_to_others(flow, leader):
    port, lines, _members, replies = leader.bidi_external_many_bytes(flow.external())
    replies.send(lines.entries().map(lambda entry: (1 - entry[0], entry[1])).into_keyed())
    replies.send(lines)
    with flow.deploy(backend="inprocess") as deployment:
        ann, bob = deployment.connect(port), deployment.connect(port)
        deployment.settle(60)
        ann.send("hello")
        assert (ann.receive(60), bob.receive(60)) == ("hello", "hello")


def test_bincode(flow, leader):
    port, numbers, _members, replies = leader.bidi_external_many_bincode(flow.external(), int, MembershipEvent)
    replies.send(numbers.map(lambda n: MembershipEvent.Left if n else MembershipEvent.Joined))
    with flow.deploy(backend="inprocess") as deployment:
        client = deployment.connect(port)
        client.send(0)
        client.send(1)
        assert [client.receive(60), client.receive(60)] == [MembershipEvent.JOINED, MembershipEvent.LEFT]


def test_guarantees(flow, leader):
    kind = leader.bidi_external_many_bytes(flow.external())[1].kind
    assert (kind.bound, kind.order, kind.retries) == (Bound.UNBOUNDED, Order.TOTAL, Retries.EXACTLY_ONCE)
    assert (kind.key, kind.element) == (int, str)


def test_no_client(leader, worker, message):
    assert "needs a client made by flow.external(Marker)" in message(
        lambda: leader.bidi_external_many_bytes(worker), LocationError
    )


def test_the_simulator_refuses(flow, leader, message):
    leader.bidi_external_many_bytes(flow.external())
    assert "because of `bidi_external_many_bytes`" in message(flow.sim, GraphError)
