from hydro_nb import GraphError, LocationError, nondet


def test_list(flow, leader, snapshot):
    client = flow.external()
    out = leader.source_iter([1, 2]).send_external(client)
    same = leader.source_iter([3]).send_bincode_external(client)
    snapshot(flow.source(leader))
    with flow.deploy(backend="inprocess") as deployment:
        deployment.settle(60)
        assert [deployment.connect(out).receive(60) for _ in range(2)] == [1, 2]
        assert deployment.connect(same).receive(60) == 3
    assert (out.name, same.name) == ("out", "same")


def test_in_a_tick(flow, leader, message):
    batch = leader.source_iter([1]).batch(leader.tick(), nondet("any"))
    assert "Leave the tick first" in message(lambda: batch.send_external(flow.external()), LocationError)


def test_the_simulator_refuses(flow, leader, message):
    leader.source_iter([1]).send_external(flow.external())
    assert "because of `send_external`" in message(flow.sim, GraphError)


def test_what_a_cluster_sends_names_the_member(leader):
    flow = leader.flow
    workers = flow.cluster()
    out = workers.source_iter([7, 8]).send_external(flow.external())
    with flow.deploy(clusters={workers: 2}, backend="inprocess") as deployment:
        port = deployment.connect(out)
        came = sorted(port.receive(timeout=60) for _ in range(4))
    assert [(member.raw_id, item) for member, item in came] == [(0, 7), (0, 8), (1, 7), (1, 8)]
