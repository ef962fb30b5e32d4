"""Sequences and versions of many elements: what they cost grows with their number only."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hydro_nb.sim.hooks import KeyedVersion
from hydro_nb.sim.sequences import Firsts, interleaved_by_key


class Counting:
    """A group that counts how often it is looked up."""

    lookups = 0

    def __init__(self, number):
        self.number = number

    def __eq__(self, other):
        return self.number == other.number

    def __hash__(self):
        Counting.lookups += 1
        return hash(self.number)


def plainly(pending, choose):
    """Take one of the firsts, found by going over all."""
    firsts = {}
    for index, (group, _) in enumerate(pending):
        firsts.setdefault(group, index)
    return pending.pop(list(firsts.values())[choose(len(firsts))])


@given(st.lists(st.lists(st.integers(0, 3), max_size=5), max_size=12), st.integers(0, 1000))
def test_any_first_may_be_next_whenever_more_comes(batches, seed):
    one, two, firsts, chosen = [], [], Firsts(), Random(seed)
    for number, groups in enumerate(batches):
        items = [(group, (number, at)) for at, group in enumerate(groups)]
        one += items
        two += items
        for _ in range(min(len(one), 2)):
            pick = chosen.randrange(1 << 20)
            assert firsts.take(one, lambda ways, pick=pick: pick % ways) == plainly(
                two, lambda ways, pick=pick: pick % ways
            )
            assert one == two


@pytest.mark.parametrize("choose", [lambda _: 0, lambda ways: ways - 1, lambda ways: ways // 2])
@pytest.mark.parametrize("shape", ["one after the other", "in turn"])
def test_many_elements_of_two_groups_are_not_gone_over_again_for_each(choose, shape):
    count = 400
    groups = sorted(n % 2 for n in range(count)) if shape != "in turn" else [n % 2 for n in range(count)]
    items = [(Counting(group), n) for n, group in enumerate(groups)]
    Counting.lookups = 0
    assert sorted(n for _, n in interleaved_by_key(items, choose)) == list(range(count))
    assert Counting.lookups < 20 * count


@pytest.mark.parametrize("forgotten", [None, 0])
def test_only_what_is_new_in_a_table_is_looked_up(forgotten):
    hook, keys, table = KeyedVersion(None), [Counting(n) for n in range(100)], {}
    Counting.lookups = 0
    for n, key in enumerate(keys):
        table = {**table, key: n}
        hook.take([table])
    assert Counting.lookups < 10 * len(keys)
    if forgotten is not None:
        hook.take([{key: n for key, n in table.items() if n != forgotten}])
    assert [len(hook.versions[key]) for key in keys] == [2 if n == forgotten else 1 for n in range(100)]
