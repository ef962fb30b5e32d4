import socket

from hydro_nb import GraphError, MembershipEvent, TcpPort, nondet
from hydro_nb.ir.node import Bound, Order, Retries


def test_list(flow, leader, run, snapshot):
    port, _lines, members, _replies = leader.bidi_external_many_bytes(flow.external())
    assert run(members, feed={port: ["a"]}) == [(0, MembershipEvent.JOINED)]
    members.entries().assume_ordering(nondet("shown as they come")).for_each(print)
    snapshot(flow.source(leader))


def test_coming_and_going(flow, leader):
    port, _lines, members, _replies = leader.bidi_external_many_bytes(flow.external())
    members.entries().assume_ordering(nondet("shown as they come")).for_each(print)
    with flow.deploy(backend="inprocess") as deployment:
        first = deployment.connect(port)
        deployment.settle(60)
        second = deployment.connect(port)
        deployment.settle(60)
        first.close()
        deployment.settle(60)
        second.close()
        deployment.settle(60)
        seen = [line.text for line in deployment.logs()]
    assert seen == ["(0, Joined)", "(1, Joined)", "(0, Left)", "(1, Left)"]


def test_it_is_looked_at_while_its_port_is_taken(flow, leader):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        hint = TcpPort(taken.getsockname()[1])
        members = leader.bidi_external_many_bytes(flow.external(), hint=hint)[2]
        assert members.entries().preview(1).rows == []


def test_guarantees(flow, leader):
    kind = leader.bidi_external_many_bytes(flow.external())[2].kind
    assert (kind.bound, kind.order, kind.retries) == (Bound.UNBOUNDED, Order.TOTAL, Retries.EXACTLY_ONCE)
    assert (kind.key, kind.element) == (int, MembershipEvent)


def test_the_simulator_refuses(flow, leader, message):
    leader.bidi_external_many_bytes(flow.external())
    assert "because of `bidi_external_many_bytes`" in message(flow.sim, GraphError)
