def words(line: str) -> list[str]:
    return line.split()


def test_list(leader, run, snapshot):
    split = leader.source_iter(["a b", "", "c"]).flat_map_ordered(words)
    assert run(split) == ["a", "b", "c"]
    split.for_each(print)
    snapshot(leader.flow.source(leader))


def test_flatten(leader, run):
    flat = leader.source_iter([[1, 2], [3]]).flatten_ordered()
    assert run(flat) == [1, 2, 3]
    assert flat.kind.element is int


def test_keyed(pairs, run):
    assert run(pairs.flat_map_ordered(range).filter(lambda n: n > 1)) == [("a", 2), ("a", 2)]


def test_guarantees(leader, live):
    assert live.flat_map_ordered(lambda n: [n]).kind.order is live.kind.order
    assert leader.source_iter(["a"]).flat_map_ordered(words).kind.element is str
