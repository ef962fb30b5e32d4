from hydro_nb import ProofError, proof


def test_list(leader, run, snapshot):
    even, odd = leader.source_iter([1, 2, 3]).partition(lambda n: n % 2 == 0)
    assert (run(even), run(odd)) == ([2], [1, 3])
    even.for_each(print)
    odd.for_each(print)
    snapshot(leader.flow.source(leader))


def test_one_side_alone(leader, run):
    _, odd = leader.source_iter([1, 2, 3]).partition(lambda n: n % 2 == 0)
    assert run(odd.map(lambda n: -n)) == [-1, -3]


def test_guarantees(live):
    yes, no = live.weaken_retries().partition(bool)
    assert yes.kind == no.kind == live.weaken_retries().kind


def test_one_side_after_the_other(leader, run):
    even, odd = leader.source_iter(range(6)).partition(lambda n: n % 2 == 0)
    assert run(odd.chain(even)) == [1, 3, 5, 0, 2, 4]
    even.for_each(print)
    assert run(even.chain(odd)) == [0, 2, 4, 1, 3, 5]


def test_one_side_waits_for_what_the_other_gives(leader, run):
    even, odd = leader.source_iter(range(6)).partition(lambda n: n % 2 == 0)
    assert run(odd.cross_singleton(even.count())) == [(1, 3), (3, 3), (5, 3)]
    assert run(leader.source_iter([0]).cross_singleton(even.count()).chain(odd)) == [(0, 3), 1, 3, 5]


def test_two_that_wait_for_each_other(leader, run):
    low, high = leader.source_iter(range(4)).partition(lambda n: n < 1)
    even, odd = leader.source_iter(range(6)).partition(lambda n: n % 2 == 0)
    both = high.cross_singleton(even.count()).chain(odd.cross_singleton(low.count()))
    assert run(both) == [(1, 3), (2, 3), (3, 3), (1, 1), (3, 1), (5, 1)]


def test_keyed(pairs, worker, both):
    odd, even = pairs.partition(lambda n: n % 2)
    assert both(odd.entries().map(str).chain(even.entries().map(str))) == [
        "('a', 1)",
        "('a', 3)",
        "('a', 3)",
        "('b', 2)",
    ]
    assert both(pairs.send(worker).partition(lambda n: n > 2)[1]) == [("a", 1), ("b", 2)]
    assert odd.kind == even.kind == pairs.kind


def test_proofs_of_effects(leader, pairs, message):
    law = proof("it changes nothing")
    for collection in (leader.source_iter([1]), pairs):
        yes, _ = collection.partition(bool, commutative=law, idempotent=law)
        assert leader.flow.graph.nodes[yes.ref.slot].op.commutative == law
    text = message(lambda: pairs.partition(bool, idempotent="yes"), ProofError)
    assert text.startswith("`partition` was given idempotent='yes', which is no proof.")
