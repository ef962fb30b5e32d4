import pytest

from hydro_nb import GraphError, LocationError, OrderError, ProcessFailed


def test_list(flow, leader, snapshot):
    port, _lines, replies = leader.bind_single_client(flow.external())
    replies.send(leader.source_iter(["a", "b"]))
    snapshot(flow.source(leader))
    with flow.deploy(backend="inprocess") as deployment:
        deployment.settle(60)
        client = deployment.connect(port)
        assert [client.receive(60), client.receive(60)] == ["a", "b"]


def test_who_has_left_gets_nothing(flow, leader):
    port, lines, _members, replies = leader.bidi_external_many_bytes(flow.external())
    replies.send(lines.entries().map(lambda entry: (int(entry[1]), "?")).into_keyed())
    with flow.deploy(backend="inprocess") as deployment:
        client = deployment.connect(port)
        client.send("7")
        client.send("0")
        assert client.receive(60) == "?"
        deployment.settle(60)
        assert f"bidi_external_many_bytes `{port.slot}`: 1 discarded: its client had left" in deployment.status()


def test_what_is_no_line(flow, leader):
    port, lines, replies = leader.bind_single_client(flow.external())
    replies.send(lines.map(len))
    with flow.deploy(backend="inprocess") as deployment:
        deployment.connect(port).send("abc")
        with pytest.raises(ProcessFailed, match=r"3 \(int\) is no text, and a line is one: \.map\(str\)"):
            deployment.settle(60)


def test_without_order(flow, leader, message):
    _port, lines, replies = leader.bind_single_client(flow.external())
    text = message(lambda: replies.send(lines.weaken_ordering()), OrderError)
    assert "needs a totally ordered stream" in text


def test_from_elsewhere(flow, leader, worker, message):
    _port, _lines, replies = leader.bind_single_client(flow.external())
    assert "needs a collection on Process[Leader]" in message(
        lambda: replies.send(worker.source_iter(["a"])), LocationError
    )


def test_the_simulator_refuses(flow, leader, message):
    leader.bind_single_client(flow.external())[2].send(leader.source_iter(["a"]))
    assert "because of `bind_single_client`" in message(flow.sim, GraphError)
