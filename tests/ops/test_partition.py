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
