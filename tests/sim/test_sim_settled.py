"""A bounded value that has been through an atomic section is complete before anybody reads it, in both cuts."""

import pytest
from sim_outcomes import explore

from hydro_nb import FlowBuilder, nondet
from hydro_nb.testing import collect

ANY = nondet("any outcome is explored")


@pytest.fixture
def leader():
    return FlowBuilder("settled").process()


def total(leader):
    return leader.source_iter([1, 2, 3]).fold(0, lambda total, n: total + n)


def changed_by_a_function(leader):
    box = total(leader).atomic().end_atomic().by_mut()

    def add(n):
        box.value += n
        return box.value

    return leader.source_iter([10, 20]).map(add)


def seen_by_a_function(leader):
    box = total(leader).atomic().end_atomic().by_ref()
    return leader.source_iter([10, 20]).map(lambda n: (n, box.value))


def read(leader):
    return leader.source_iter([10, 20]).cross_singleton(total(leader).atomic().end_atomic())


def made_inside(leader):
    value = total(leader).atomic().map(lambda n: n * 2).end_atomic()
    return leader.source_iter([10, 20]).cross_singleton(value)


def gathered_inside(leader):
    value = leader.source_iter([1, 2, 3]).atomic().fold(0, lambda total, n: total + n).end_atomic()
    return leader.source_iter([10, 20]).cross_singleton(value)


def optional(leader):
    value = leader.source_iter([1, 3, 2]).reduce(max).atomic().end_atomic()
    return leader.source_iter([10, 20]).cross_singleton(value)


def table(leader):
    entries = leader.source_iter([("a", 1), ("b", 2)]).into_keyed().fold(0, lambda total, n: total + n)
    return entries.atomic().end_atomic().entries()


EXPECTED = {
    changed_by_a_function: [16, 36],
    seen_by_a_function: [(10, 6), (20, 6)],
    read: [(10, 6), (20, 6)],
    made_inside: [(10, 12), (20, 12)],
    gathered_inside: [(10, 6), (20, 6)],
    optional: [(10, 3), (20, 3)],
    table: [("a", 1), ("b", 2)],
}


@pytest.mark.parametrize("build", EXPECTED, ids=lambda build: build.__name__)
def test_it_is_complete_before_it_is_read(leader, build):
    made = build(leader)
    out = made.sim_output()
    assert explore(leader.flow, lambda: None, out)[1] == {(tuple(EXPECTED[build]),)}


@pytest.mark.parametrize("build", EXPECTED, ids=lambda build: build.__name__)
def test_the_fused_cut_gives_the_same(leader, build):
    assert sorted(collect(build(leader), backend="inprocess")) == EXPECTED[build]


def test_so_it_is_for_what_comes_later(leader):
    port, numbers = leader.sim_input(int)
    out = numbers.cross_singleton(total(leader).atomic().end_atomic()).sim_output()
    assert explore(leader.flow, lambda: port.send(1), out) == (1, {(((1, 6),),)})


def test_the_section_has_it_as_well(leader):
    port, numbers = leader.sim_input(int)
    section = numbers.atomic()
    value = total(leader).atomic(section.location.tick)
    inside = section.cross_singleton(value).end_atomic().sim_output()
    outside = leader.source_iter([10]).cross_singleton(value.end_atomic()).sim_output()
    _, seen = explore(leader.flow, lambda: port.send(1), inside, outside)
    assert seen == {(((1, 6),), ((10, 6),))}


def test_a_function_runs_once_where_only_those_outside_read_what_it_makes(leader):
    calls = []

    def noted(n):
        calls.append(n)
        return n

    value = total(leader).atomic().map(noted).end_atomic()
    leader.source_iter([10]).cross_singleton(value).sim_output()
    (module,) = leader.flow.sim()._executions.model.modules
    assert len(module.written.units) == 1
