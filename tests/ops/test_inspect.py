def test_list(flow, leader, run, snapshot):
    seen = leader.source_iter([1, 2]).inspect(print)
    assert run(seen) == [1, 2]
    seen.for_each(lambda n: None)
    snapshot(flow.source(leader))
    with flow.deploy(backend="inprocess") as deployment:
        deployment.settle(5)
        assert [line.text for line in deployment.logs(leader)] == ["1", "2"]


def test_runs_without_a_consumer(flow, leader):
    leader.source_iter([1]).inspect(print)
    with flow.deploy(backend="inprocess") as deployment:
        deployment.settle(5)
        assert [line.text for line in deployment.logs()] == ["1"]


def test_keyed(pairs, run):
    assert run(pairs.inspect(lambda n: n)) == [("a", 1), ("b", 2), ("a", 3), ("a", 3)]


def test_guarantees(live):
    assert live.inspect(print).kind == live.kind
