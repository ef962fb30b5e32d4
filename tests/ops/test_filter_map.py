from hydro_nb import BoundError, Some


def parse(text: str) -> int | None:
    return int(text) if text.isdigit() else None


def test_list(leader, run, snapshot):
    numbers = leader.source_iter(["1", "x", "3"]).filter_map(parse)
    assert run(numbers) == [1, 3]
    numbers.for_each(print)
    snapshot(leader.flow.source(leader))


def test_none_as_a_value(leader, run):
    assert run(leader.source_iter([1, 2, 3]).filter_map(lambda n: None if n == 2 else Some(None if n == 1 else n))) == [
        None,
        3,
    ]


def test_keyed(pairs, both):
    assert both(pairs.filter_map(lambda n: n * 10 if n == 1 else None)) == [("a", 10)]


def test_live_values(leader, live, run, pairs):
    assert run(leader.singleton("7").filter_map(parse)) == [7]
    assert run(leader.singleton("x").filter_map(parse)) == []
    assert run(live.reduce(max).filter_map(lambda n: None)) == []
    assert run(pairs.value_counts().filter_map(lambda n: n * 2 if n > 1 else None)) == [{"a": 6}]


def test_guarantees(leader, live):
    assert live.filter_map(str).kind == live.map(str).kind
    assert leader.source_iter(["1"]).filter_map(parse).kind.element is int


def test_with_key(pairs, worker, both):
    assert both(pairs.filter_map_with_key(lambda key, n: key * n if n < 3 else None)) == [("a", "a"), ("b", "bb")]
    sent = pairs.send(worker).filter_map_with_key(lambda key, n: Some(None) if key == "b" else None)
    assert both(sent) == [("b", None)]


def test_element_type_with_key(pairs):
    def first(key: str, n: int) -> str | None:
        return key if n == 1 else None

    assert pairs.filter_map_with_key(first).kind == pairs.kind.but(element=str)


def test_values_that_change(pairs, worker, message):
    text = message(lambda: pairs.send(worker).value_counts().filter_map(str), BoundError)
    assert text.startswith(
        "`filter_map` needs values that no longer change, but its input (`value_counts`) is MonotonicValue."
    )
