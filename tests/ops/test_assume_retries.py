from hydro_nb import nondet


def test_list(live, run, snapshot):
    once = live.weaken_retries().assume_retries(nondet("an estimate is enough"))
    assert run(once.count()) == [3]
    assert once.kind == live.kind
    snapshot(live.flow.source(live.location))


def test_keyed(pairs):
    assert pairs.weaken_retries().assume_retries(nondet("any")).kind == pairs.kind
