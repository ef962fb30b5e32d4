from hydro_nb import NondetError, nondet


def test_list(live, run, snapshot):
    once = live.weaken_retries().assume_retries(nondet("an estimate is enough"))
    assert run(once.count()) == [3]
    assert once.kind == live.kind
    snapshot(live.flow.source(live.location))


def test_keyed(pairs, both):
    assert both(pairs.weaken_retries().assume_retries(nondet("any")).filter(lambda n: n == 2)) == [("b", 2)]
    assert pairs.weaken_retries().assume_retries(nondet("any")).kind == pairs.kind


def test_reason(live, message):
    text = message(lambda: live.assume_retries("an estimate"), NondetError)
    assert text.startswith("`assume_retries` makes a nondeterministic choice and needs its reason")
