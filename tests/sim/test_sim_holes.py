"""What Hydro's simulator explores only where it is scripted is explored here: how many schedules, and what they show.

| place | what may be chosen | counted by |
|---|---|---|
| snapshot of an Optional | any later version, absence too, or the same again | `versions` |
| unordered fold, reduce that is looked at on its way | which element is next, between snapshots | `taken` |
| unordered extreme that is looked at on its way | the same; only a better one is a version | `taken_best` |
| the same per key | which entry is next; then each key's version by itself | `taken_by_key` |
| unordered fold in a tick, or that nobody looks at | nothing: its claim is tried instead | 1 |
| `assume_retries`, ordered | each element once or twice | 2 for each |
| `assume_retries`, unordered | any element next, and once more at any time after | `again` |
| `assume_retries` in a tick | a batch, and each of it once or twice | `cuts`, `batches` |
| `lossy` | each message arrives or not | 2 for each |
"""

import itertools
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sim_outcomes import explore

from hydro_nb import TCP, AtLeastOnce, ExactlyOnce, FlowBuilder, NoOrder, TotalOrder, nondet, proof

ANY, CLAIMED = nondet("any outcome is explored"), proof("a sum")
SIZES = range(4)


def process(order=TotalOrder, retries=ExactlyOnce):
    flow = FlowBuilder()
    node = flow.process()
    port, stream = node.sim_input(int, order=order, retries=retries)
    return flow, node.tick(), port, stream


def run(flow, port, size, out):
    """Send powers of two, so that each sum tells its parts; give the count, and what came out each time."""
    count, seen = explore(flow, lambda: [port.send(1 << bit) for bit in range(size)], out)
    return count, {items for (items,) in seen}


def add(total, n):
    return total + n


# ------------------------------------------------------------ snapshots of optionals


def versions(fresh, *, started=False):
    """Count by the rule: a tick that only looks at a value goes on to some later version."""
    return sum(versions(left, started=True) for left in range(fresh)) or 1


def looks(sequence):
    """Give what a reader may see of a sequence of versions: some of them, the last one always."""
    *early, last = sequence
    return {(*some, last) for size in range(len(early) + 1) for some in itertools.combinations(early, size)}


def without_nothing(seen):
    return {tuple(each for each in items if each is not None) for items in seen}


@pytest.mark.parametrize("size", SIZES)
def test_versions_of_an_optional(size):
    flow, tick, port, stream = process()
    out = stream.reduce(add).snapshot(tick, ANY).into_stream().all_ticks().sim_output()
    count, seen = run(flow, port, size, out)
    assert count == versions(size + 1) == 2**size
    assert seen == without_nothing(looks([None, *((2 << bit) - 1 for bit in range(size))]))


@pytest.mark.parametrize("size", range(5))
def test_versions_of_an_optional_that_comes_and_goes(size):
    flow, tick, port, stream = process()
    even = stream.count().filter(lambda n: n % 2 == 0)
    out = even.snapshot(tick, ANY).into_singleton().all_ticks().sim_output()
    count, seen = run(flow, port, size, out)
    assert count == versions(size + 1)
    assert seen == looks([n if n % 2 == 0 else None for n in range(size + 1)])


# ------------------------------------------------------------ unordered folds


def taken(waiting, fresh):
    """Count by the rule: a step takes any element that waits, or lets a tick look at any version it has not seen."""
    takes = waiting * taken(waiting - 1, fresh + 1) if waiting else 0
    return takes + sum(taken(waiting, left) for left in range(fresh)) or 1


def taken_best(waiting, best, fresh, better):
    """Count the same where an element that is no better makes no version."""
    total = 0
    for n in waiting:
        found = n if best is None else better(best, n)
        total += taken_best(waiting - {n}, found, fresh + (found != best), better)
    return total + sum(taken_best(waiting, best, left, better) for left in range(fresh)) or 1


GATHERED = {
    "fold": (lambda s: s.fold(0, add, commutative=CLAIMED), sum, 0),
    "reduce": (lambda s: s.reduce(add, commutative=CLAIMED), sum, None),
    "max": (lambda s: s.max(), max, None),
    "min": (lambda s: s.min(), min, None),
    "made of a fold": (lambda s: s.fold(0, add, commutative=CLAIMED).map(lambda n: -n), lambda some: -sum(some), 0),
}


@pytest.mark.parametrize("name", GATHERED)
@pytest.mark.parametrize("size", SIZES)
def test_an_unordered_value_that_is_looked_at_takes_its_elements_in_every_order(name, size):
    make, gathered, nothing = GATHERED[name]
    flow, tick, port, stream = process(NoOrder)
    look = make(stream).snapshot(tick, ANY)
    singly = look if nothing is not None else look.into_singleton()
    count, seen = run(flow, port, size, singly.all_ticks().sim_output())
    every = frozenset(1 << bit for bit in range(size))
    assert count == (taken_best(every, None, 1, gathered) if gathered in (max, min) else taken(size, 1))
    orders = itertools.permutations([1 << bit for bit in range(size)])
    prefixes = ([nothing, *(gathered(order[: at + 1]) for at in range(size))] for order in orders)
    changes = ([value for value, _ in itertools.groupby(each)] for each in prefixes)
    assert seen == {items for each in changes for items in looks(each)}


@pytest.mark.parametrize("size", SIZES)
def test_an_unordered_value_that_nobody_looks_at_leaves_nothing_to_choose(size):
    flow, _, port, stream = process(NoOrder)
    total = stream.fold(0, add, commutative=CLAIMED, monotone=proof("none is negative"))
    out = total.threshold_greater_or_equal(stream.location.singleton(1)).sim_output()
    assert run(flow, port, size, out) == (1, {(1,) if size else ()})


@pytest.mark.parametrize("size", SIZES)
def test_an_unordered_fold_in_a_tick_shows_its_end_only(size):
    flow, tick, port, stream = process(NoOrder)
    out = stream.batch(tick, ANY).fold(0, add, commutative=CLAIMED).all_ticks().sim_output()
    count, seen = run(flow, port, size, out)
    assert (count, seen) == (batches(size, 1), {tuple(map(sum, each)) for each in partitions(size)})


def partitions(size):
    """Give all ways to take some of what waits, not nothing, until all is taken."""
    return _partitions(frozenset(1 << bit for bit in range(size)))


def _partitions(left):
    if not left:
        return [()]
    parts = [some for size in range(1, len(left) + 1) for some in itertools.combinations(sorted(left), size)]
    return [(some, *rest) for some in parts for rest in _partitions(left - set(some))]


@given(st.lists(st.sampled_from("ab"), max_size=3))
@settings(max_examples=15, deadline=None)
def test_per_key_too(keys):
    flow = FlowBuilder()
    node = flow.process()
    port, pairs = node.sim_input(tuple, order=NoOrder)
    totals = pairs.into_keyed().fold(0, add, commutative=CLAIMED).snapshot(node.tick(), ANY)
    out = totals.into_singleton().all_ticks().map(lambda table: tuple(sorted(table.items()))).sim_output()
    entries = [(key, 1 << bit) for bit, key in enumerate(keys)]
    count, seen = explore(flow, lambda: [port.send(entry) for entry in entries], out)
    assert count == taken_by_key(tuple(sorted(keys.count(key) for key in set(keys))), (0,) * len(set(keys)))
    last = tuple(sorted((key, sum(n for k, n in entries if k == key)) for key in set(keys)))
    assert {items[-1] for (items,) in seen} == {last}


def taken_by_key(waiting, fresh, *, started=False):
    """Count by the rule, where a tick goes on with each key by itself, and with one of them at least but at first."""
    total = 0
    for at, count in enumerate(waiting):
        if count:
            total += count * taken_by_key(_but(waiting, at, -1), _but(fresh, at, 1), started=started)
    if any(fresh) or not started:
        for left in itertools.product(*(range(count + 1) for count in fresh)):
            if left != fresh or not started:
                total += taken_by_key(waiting, left, started=True)
    return total or 1


def _but(counts, at, change):
    return (*counts[:at], counts[at] + change, *counts[at + 1 :])


# ------------------------------------------------------------ repeats and losses


@pytest.mark.parametrize("size", SIZES)
def test_each_element_comes_once_or_twice(size):
    flow, _, port, stream = process(retries=AtLeastOnce)
    count, seen = run(flow, port, size, stream.assume_retries(ANY).sim_output())
    assert (count, seen) == (2**size, set(doubled(1 << bit for bit in range(size))))


def doubled(items):
    """Give all ways in which each element comes once or twice."""
    return [tuple(itertools.chain(*each)) for each in itertools.product(*(((n,), (n, n)) for n in items))]


def again(waiting, once):
    """Count by the rule: any that waits is next; one that has not come before may be kept, to come again."""
    firsts = waiting * (again(waiting - 1, once) + again(waiting - 1, once + 1)) if waiting else 0
    return firsts + (once * again(waiting, once - 1) if once else 0) or 1


@pytest.mark.parametrize("size", range(3))
def test_an_unordered_element_comes_again_at_any_time_after(size):
    flow, _, port, stream = process(NoOrder, AtLeastOnce)
    out = stream.assume_retries(ANY).assume_ordering(ANY).sim_output()
    _, seen = run(flow, port, size, out)
    items = [1 << bit for bit in range(size)]
    ways = (each for many in doubled(items) for each in itertools.permutations(many))
    assert seen == set(ways)


@pytest.mark.parametrize("size", SIZES)
def test_how_often_an_unordered_element_comes_again(size):
    flow, _, port, stream = process(NoOrder, AtLeastOnce)
    count, seen = run(flow, port, size, stream.assume_retries(ANY).sim_output())
    assert count == again(size, 0)
    items = [1 << bit for bit in range(size)]
    assert {tuple(sorted(each)) for each in seen} == {tuple(sorted(each)) for each in doubled(items)}


def batches(size, ways):
    """Count the ways to take some of what waits, not nothing, each element of which leaves so many ways."""
    return sum(math.comb(size, some) * ways**some * batches(size - some, ways) for some in range(1, size + 1)) or 1


def cuts(size, ways):
    """Count the same for elements that come in their order."""
    return sum(ways**some * cuts(size - some, ways) for some in range(1, size + 1)) or 1


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("order", [TotalOrder, NoOrder])
def test_repeats_in_a_tick_are_of_its_batch(order, size):
    flow, tick, port, stream = process(order, AtLeastOnce)
    out = stream.batch(tick, ANY).assume_retries(ANY).count().all_ticks().sim_output()
    count, seen = run(flow, port, size, out)
    assert count == (cuts if order is TotalOrder else batches)(size, 2)
    sizes = {tuple(map(len, each)) for each in partitions(size)}
    assert seen == {
        tuple(map(sum, zip(each, more, strict=True)))
        for each in sizes
        for more in itertools.product(*(range(n + 1) for n in each))
    }


@pytest.mark.parametrize("size", SIZES)
def test_each_message_arrives_or_not(size):
    flow, _, port, stream = process()
    arrived = stream.send(flow.process(), TCP.lossy(ANY))
    count, seen = run(flow, port, size, arrived.sim_output())
    items = [1 << bit for bit in range(size)]
    assert count == 2**size
    assert seen == {some for number in range(size + 1) for some in itertools.combinations(items, number)}


@pytest.mark.parametrize("size", SIZES)
def test_what_arrives_is_seen_in_a_live_value(size):
    flow, _, port, stream = process()
    there = flow.process()
    total = stream.send(there, TCP.lossy(ANY)).reduce(add).snapshot(there.tick(), ANY)
    count, seen = run(flow, port, size, total.into_stream().all_ticks().sim_output())
    assert count == sum(math.comb(size, some) * versions(some + 1) for some in range(size + 1)) == 3**size
    ends = {items[-1] if items else 0 for items in seen}
    assert ends == set(range(1 << size))
