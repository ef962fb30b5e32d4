from hydro_nb import BoundError, nondet


def test_list(flow, leader, run, snapshot):
    seen = leader.source_iter([1, 2]).inspect(print)
    assert run(seen) == [1, 2]
    seen.for_each(lambda n: None)
    snapshot(flow.source(leader))
    with flow.deploy(backend="inprocess") as deployment:
        deployment.settle(60)
        assert [line.text for line in deployment.logs(leader)] == ["1", "2"]


def test_runs_without_a_consumer(flow, leader):
    leader.source_iter([1]).inspect(print)
    with flow.deploy(backend="inprocess") as deployment:
        deployment.settle(60)
        assert [line.text for line in deployment.logs()] == ["1"]


def test_keyed(pairs, both):
    assert both(pairs.inspect(lambda n: n)) == [("a", 1), ("b", 2), ("a", 3), ("a", 3)]


def test_guarantees(live):
    assert live.inspect(print).kind == live.kind


def told(flow):
    with flow.deploy(backend="inprocess") as deployment:
        deployment.settle(60)
        return [line.text for line in deployment.logs()]


def test_with_key(flow, pairs, both):
    seen = pairs.inspect_with_key(print)
    assert both(seen) == [("a", 1), ("b", 2), ("a", 3), ("a", 3)]
    assert told(flow) == ["a 1", "b 2", "a 3", "a 3"]
    assert seen.kind == pairs.kind


def test_keyed_values_once_for_each_key(flow, leader, run):
    pairs = leader.source_iter([(n % 3, n) for n in range(3000)]).into_keyed()
    pairs.value_counts().inspect_with_key(print)
    pairs.weaken_boundedness().first().inspect(print)
    assert sorted(told(flow)) == ["0", "0 1000", "1", "1 1000", "2", "2 1000"]


def test_keyed_values_in_each_tick(leader, pairs, both):
    batch = pairs.batch(leader.tick(), nondet("sums add up"))
    assert both(batch.value_counts().inspect(lambda n: None).entries().all_ticks()) == [("a", 3), ("b", 1)]


def test_values_that_change(pairs, worker, message):
    text = message(lambda: pairs.send(worker).value_counts().inspect(print), BoundError)
    assert text.startswith(
        "`inspect` needs values that no longer change, but its input (`value_counts`) is MonotonicValue."
    )
