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
