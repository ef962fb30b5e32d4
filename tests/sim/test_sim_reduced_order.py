"""Leaving out executions where a test sees in which order an output without order gives its elements."""

import pytest

from hydro_nb import FlowBuilder, SimulationFailure, nondet

ANY = nondet("any outcome is explored")


def explored(read, sent, *, reduce):
    """Search with two ticks that each give one element; gives how often it ran, and what `read` gave each time."""
    flow = FlowBuilder()
    process = flow.process()
    (one_in, one), (two_in, two) = process.sim_input(object), process.sim_input(object)
    mixed = one.batch(process.tick(), ANY).all_ticks().merge_unordered(two.batch(process.tick(), ANY).all_ticks())
    out, other, seen = mixed.sim_output(), one.sim_output(), set()

    async def body():
        one_in.send(sent[0])
        two_in.send(sent[1])
        await other.collect()
        seen.add(str(await read(out)))

    return flow.sim().exhaustive(body, reduce=reduce), seen


@pytest.mark.parametrize(
    ("key", "sent"),
    [(lambda _: 0, (1, 2)), (None, (1, True)), (None, ((1, 2.0), (True, 2))), (None, ({1}, {2}))],
)
def test_what_is_sorted_by_what_does_not_tell_it_apart_comes_in_any_order(key, sent):
    whole = explored(lambda out: out.collect_sorted(key), sent, reduce=False)
    assert explored(lambda out: out.collect_sorted(key), sent, reduce=True) == whole
    assert whole[0] == len(whole[1]) == 2


@pytest.mark.parametrize(("key", "sent"), [(None, (1, 2)), (None, (1, 1)), (lambda n: -n, (1, 2))])
def test_what_is_sorted_by_what_tells_it_apart_comes_in_no_order(key, sent):
    whole, seen = explored(lambda out: out.collect_sorted(key), sent, reduce=False)
    assert explored(lambda out: out.collect_sorted(key), sent, reduce=True) == (1, seen)
    assert whole == 2


@pytest.mark.parametrize("reduce", [False, True])
def test_what_is_taken_one_by_one_later_on_comes_in_any_order(reduce):
    with pytest.raises(SimulationFailure, match=r"unexpected message: 2, expected one of: \[1\]"):
        explored(lambda out: out.assert_yields_unordered([1]), (1, 2), reduce=reduce)
