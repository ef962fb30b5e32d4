"""How many executions there are: the numbers that Hydro's own exhaustive tests give, and closed formulas for others."""

import itertools
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sim_outcomes import explore

from hydro_nb import AtLeastOnce, FlowBuilder, NoOrder, Stream, TotalOrder, nondet, proof

ANY = nondet("any outcome is explored")


def process(order=TotalOrder):
    flow = FlowBuilder()
    node = flow.process()
    port, stream = node.sim_input(int, order=order)
    return flow, node.tick(), port, stream


def test_unordered_batches_are_ordered_set_partitions():
    flow, tick, port, stream = process(NoOrder)
    out = stream.batch(tick, ANY).all_ticks().sim_output()
    count, seen = explore(flow, lambda: port.send_many_unordered([1, 2, 3, 4]), out)
    assert count == 75
    assert {items for (items,) in seen} == set(itertools.permutations([1, 2, 3, 4]))


def test_order_assumed_inside_a_tick_is_a_permutation_of_each_batch():
    flow, tick, port, stream = process(NoOrder)
    out = stream.batch(tick, ANY).assume_ordering(ANY).all_ticks().sim_output()
    assert explore(flow, lambda: port.send_many_unordered([1, 2, 3, 4]), out)[0] == 192


def test_versions_of_a_count():
    flow, tick, port, stream = process(NoOrder)
    out = stream.count().snapshot(tick, ANY).all_ticks().sim_output()
    count, seen = explore(flow, lambda: port.send_many_unordered("abcd"), out)
    assert count == 16
    assert {items for (items,) in seen} == {
        (*some, 4) for size in range(5) for some in itertools.combinations(range(4), size)
    }


def test_order_assumed_outside_ticks_takes_one_element_at_a_time():
    flow, _, port, stream = process(NoOrder)
    out = stream.assume_ordering(ANY).sim_output()
    count, seen = explore(flow, lambda: port.send_many_unordered([1, 2, 3]), out)
    assert count == 6
    assert {items for (items,) in seen} == set(itertools.permutations([1, 2, 3]))


def test_versions_of_a_fold_go_on_and_end_with_the_last():
    flow, tick, port, stream = process()
    out = stream.fold(0, lambda total, n: total + n).snapshot(tick, ANY).all_ticks().sim_output()
    count, seen = explore(flow, lambda: port.send_many([1, 2, 3, 4]), out)
    assert count == 16
    assert {items for (items,) in seen} == {
        (*some, 10) for size in range(5) for some in itertools.combinations([0, 1, 3, 6], size)
    }


def test_a_snapshot_may_stay_while_a_batch_goes_on():
    flow, tick, port, stream = process()
    total = stream.fold(0, lambda total, n: total + n).snapshot(tick, ANY)
    out = stream.batch(tick, ANY).cross_singleton(total).all_ticks().sim_output()
    assert explore(flow, lambda: port.send_many([1, 2]), out)[0] == 52


def test_a_constant_has_one_version():
    flow = FlowBuilder()
    node = flow.process()
    out = node.singleton(7).snapshot(node.tick(), ANY).all_ticks().sim_output()
    assert explore(flow, lambda: None, out) == (1, {((7,),)})


def test_what_has_no_choice_runs_once():
    flow = FlowBuilder()
    port, stream = flow.process().sim_input(int)
    out = stream.map(lambda n: n * 2).send(flow.process()).filter(lambda n: n > 2).sim_output()
    assert explore(flow, lambda: port.send_many([1, 2, 3]), out) == (1, {((4, 6),)})


@pytest.mark.parametrize("size", range(6))
def test_ordered_batches_are_compositions(size):
    flow, tick, port, stream = process()
    out = stream.batch(tick, ANY).all_ticks().sim_output()
    count, seen = explore(flow, lambda: port.send_many(range(size)), out)
    assert count == 2 ** max(size - 1, 0)
    assert seen == {(tuple(range(size)),)}


@pytest.mark.parametrize("size", range(5))
def test_a_bounded_stream_outside_ticks_is_put_into_every_order_at_once(size):
    flow = FlowBuilder()
    numbers = flow.process().source_iter(range(size)).weaken_ordering()
    out = numbers.assume_ordering(ANY).enumerate().sim_output()
    count, seen = explore(flow, lambda: None, out)
    assert count == len(seen) == math.factorial(size)


def test_keyed_batches_hold_back_the_newest_of_each_key():
    flow, tick, port, stream = process()
    pairs = stream.map(lambda n: (n % 2, n)).into_keyed()
    out = pairs.batch(tick, ANY).entries().all_ticks().sim_output()
    count, _ = explore(flow, lambda: port.send_many([0, 2, 1, 3]), out)
    assert count == compositions(2, 2)


def test_keyed_snapshots_go_on_key_by_key():
    flow, tick, port, stream = process()
    table = stream.map(lambda n: (n % 2, n)).into_keyed().fold(0, lambda total, n: total + n)
    out = table.snapshot(tick, ANY).into_singleton().all_ticks().map(lambda d: tuple(sorted(d.items()))).sim_output()
    count, seen = explore(flow, lambda: port.send_many([1, 2, 3]), out)
    first = [(odd, even) for odd in range(3) for even in range(2)]
    assert count == sum(compositions(2 - odd, 1 - even) for odd, even in first)
    assert {items[-1] for (items,) in seen} == {((0, 2), (1, 4))}
    assert any(items[0] == ((0, 2),) for (items,) in seen), "the newest of one key, nothing of the other"


def test_versions_of_an_unordered_fold_depend_on_the_order():
    flow, tick, port, stream = process(NoOrder)
    total = stream.fold(0, lambda total, n: total + n, commutative=proof("addition commutes"))
    out = total.snapshot(tick, ANY).all_ticks().sim_output()
    _, seen = explore(flow, lambda: port.send_many_unordered([1, 2]), out)
    assert {items for (items,) in seen} == {(0, 1, 3), (0, 2, 3), (0, 3), (1, 3), (2, 3), (3,)}


def test_two_ticks_take_turns():
    flow = FlowBuilder()
    node = flow.process()
    port, stream = node.sim_input(int)
    one, two = (stream.batch(node.tick(), ANY).all_ticks().map(lambda n, t=t: (t, n)) for t in "ab")
    out = one.merge_unordered(two).sim_output()
    assert explore(flow, lambda: port.send_many([1]), out) == (2, {((("a", 1), ("b", 1)),), ((("b", 1), ("a", 1)),)})


def compositions(*left):
    """In how many ways a vector is a sum of non-zero vectors, the order of which counts."""
    if not any(left):
        return 1
    steps = itertools.product(*(range(n + 1) for n in left))
    return sum(compositions(*(n - s for n, s in zip(left, step, strict=True))) for step in steps if any(step))


@given(ordered=st.integers(0, 2), unordered=st.integers(0, 2), versions=st.integers(0, 2))
@settings(max_examples=27, deadline=None)
def test_one_tick_may_choose_at_all_its_inputs_but_not_nothing(ordered, unordered, versions):
    flow = FlowBuilder()
    node = flow.process()
    ports, streams = zip(
        *(node.sim_input(int, order=order) for order in (TotalOrder, NoOrder, TotalOrder)), strict=True
    )
    tick = node.tick()
    batches = [stream.batch(tick, ANY) for stream in streams[:2]]
    count = streams[2].count().snapshot(tick, ANY)
    outs = [batch.cross_singleton(count).all_ticks().sim_output() for batch in batches]

    def send():
        for port, size in zip(ports, (ordered, unordered, versions), strict=True):
            port.send_many(range(size))

    assert explore(flow, send, *outs)[0] == schedules(ordered, unordered, versions + 1, started=False)


def schedules(ordered, unordered, versions, *, started=True):
    """Count by the rule: a prefix, a subset, and a later version or, but for the first time, the same."""
    if started and not (ordered or unordered or versions):
        return 1
    total = 0
    for front, some, later in itertools.product(range(ordered + 1), range(unordered + 1), range(versions + 1)):
        if later or (started and (front or some)):
            left = schedules(ordered - front, unordered - some, versions - later)
            total += math.comb(unordered, some) * left
    return total


def test_a_tick_that_feeds_itself_ends_when_it_has_nothing_to_say():
    flow = FlowBuilder()
    node = flow.process()
    port, numbers = node.sim_input(int)
    handle, back = node.forward_ref(Stream, of=int, order=NoOrder)
    both = numbers.merge_unordered(back)
    less = both.batch(node.tick(), ANY).map(lambda n: n - 1).filter(lambda n: n > 0)
    handle.complete(less.all_ticks())
    out = both.sim_output()
    assert explore(flow, lambda: port.send(3), out) == (1, {((3, 2, 1),)})


def repeating(order=TotalOrder):
    flow = FlowBuilder()
    node = flow.process()
    port, stream = node.sim_input(int, order=order, retries=AtLeastOnce)
    return flow, node.tick(), port, stream


def test_elements_that_may_repeat_come_once_or_twice_where_that_is_looked_at():
    flow, _, port, stream = repeating()
    out = stream.assume_retries(ANY).sim_output()
    count, seen = explore(flow, lambda: port.send_many([1, 2]), out)
    assert (count, {items for (items,) in seen}) == (4, {(1, 2), (1, 1, 2), (1, 2, 2), (1, 1, 2, 2)})


def test_inside_a_tick_too():
    flow, tick, port, stream = repeating()
    out = stream.batch(tick, ANY).assume_retries(ANY).count().all_ticks().sim_output()
    _, seen = explore(flow, lambda: port.send_many([1, 2]), out)
    whole = {items for (items,) in seen if len(items) == 1}
    assert whole == {(2,), (3,), (4,)}


def test_unordered_elements_repeat_at_any_time_after():
    flow, _, port, stream = repeating(NoOrder)
    out = stream.assume_retries(ANY).assume_ordering(ANY).sim_output()
    _, seen = explore(flow, lambda: port.send_many_unordered([1, 2]), out)
    outcomes = {items for (items,) in seen}
    assert outcomes == {
        each for size in (2, 3, 4) for each in set(itertools.permutations([1, 1, 2, 2], size)) if {1, 2} <= set(each)
    }


def test_repeats_mean_nothing_where_they_are_dropped():
    flow, _, port, stream = repeating()
    out = stream.unique().sim_output()
    assert explore(flow, lambda: port.send_many([1, 2]), out)[0] == 1


def test_there_is_no_order_between_keys_to_choose():
    flow = FlowBuilder()
    pairs = flow.process().source_iter([("a", 1), ("b", 2), ("a", 3), ("b", 4)]).weaken_ordering().into_keyed()
    out = pairs.assume_ordering(ANY).enumerate().entries().sim_output()
    count, seen = explore(flow, lambda: None, out)
    assert count == len({frozenset(items) for (items,) in seen}) == 4
