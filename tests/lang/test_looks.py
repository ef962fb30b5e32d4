"""A complete value that functions change: who looks at it earlier in the program goes on seeing what it saw there."""

from __future__ import annotations

import pytest

from hydro_nb import FlowBuilder, nondet

ANY = nondet("shown to a test")


def change(home, value):
    """Add one to a value, by a line of its own."""
    box = value.by_mut()

    def add(n: int) -> None:
        box.value += n

    home.source_iter([1]).for_each(add)


def per_tick(value, arrivals):
    """Show what a tick sees of a value when something arrives."""
    return arrivals.batch(value.location, ANY).cross_singleton(value).all_ticks().map(lambda pair: pair[1])


def beside(value, arrivals):
    """Show a value beside what arrives."""
    return arrivals.cross_singleton(value).map(lambda pair: pair[1])


def sampled(home, arrivals):
    five = home.singleton(5)
    looked = five.sample_eager(ANY)
    change(home, five)
    return looked, 5


def cloned(home, arrivals):
    five, tick = home.singleton(5), home.tick()
    looked = five.clone_into_tick(tick)
    change(home, five)
    return per_tick(looked, arrivals), 5


def snapshotted(home, arrivals):
    five, tick = home.singleton(5), home.tick()
    looked = five.snapshot(tick, ANY)
    change(home, five)
    return per_tick(looked, arrivals), 5


def crossed(home, arrivals):
    five = home.singleton(5)
    looked = beside(five, arrivals)
    change(home, five)
    return looked, 5


def between_two_changes(home, arrivals):
    five = home.singleton(5)
    change(home, five)
    looked = beside(five, arrivals)
    change(home, five)
    return looked, 6


def after_all_changes(home, arrivals):
    five = home.singleton(5)
    change(home, five)
    return beside(five, arrivals), 6


def made_of_it(home, arrivals):
    five = home.singleton(5)
    made = five.map(lambda n: n * 10)
    change(home, five)
    return beside(made, arrivals), 50


def read_by_reference(home, arrivals):
    five = home.singleton(5)
    held = five.by_ref()
    made = home.singleton(10).map(lambda n: n + held.value)
    change(home, five)
    return beside(made, arrivals), 15


def changed_by_the_function_of_a_value(home, arrivals):
    five = home.singleton(5)
    box = five.by_mut()

    def add(n: int) -> int:
        box.value += n
        return n

    ten = home.singleton(10).map(add)
    return beside(five.zip(ten), arrivals), (15, 10)


def made_by_reference_and_changed(home, arrivals):
    five = home.singleton(5)
    held = five.by_ref()
    six = home.singleton(1).map(lambda n: n + held.value)
    change(home, six)
    looked = beside(six.zip(five), arrivals)
    change(home, six)
    return looked, (7, 5)


def two_at_once(home, arrivals):
    one, two = home.singleton(1), home.singleton(2)
    both = one.zip(two)
    change(home, one)
    change(home, two)
    return beside(both, arrivals), (1, 2)


def complete_only_after_many_elements(home, arrivals):
    total = home.source_iter(range(5000)).count()
    looked = beside(total, arrivals)
    change(home, total)
    return looked, 5000


def an_object_that_is_changed_in_place(home, arrivals):
    seen = home.singleton(lambda: [5])
    looked = beside(seen, arrivals).map(tuple)
    box = seen.by_mut()

    def append(n: int) -> None:
        box.value.append(n)

    home.source_iter([1]).for_each(append)
    return looked, (5,)


CASES = [
    sampled,
    cloned,
    snapshotted,
    crossed,
    between_two_changes,
    after_all_changes,
    made_of_it,
    read_by_reference,
    changed_by_the_function_of_a_value,
    made_by_reference_and_changed,
    two_at_once,
    complete_only_after_many_elements,
    an_object_that_is_changed_in_place,
]


@pytest.mark.parametrize("case", CASES)
def test_in_every_tick_of_a_deployment(case):
    flow = FlowBuilder()
    home, client = flow.process(), flow.external()
    port, arrivals = home.source_external(client, int)
    looked, want = case(home, arrivals)
    out, last = looked.send_external(client), arrivals.map(str).send_external(client)
    with flow.deploy(backend="inprocess") as deployment:
        sent, seen, ends = deployment.connect(port), deployment.connect(out), deployment.connect(last)
        for number in (1, 2):
            deployment.settle()
            sent.send(number)
            assert ends.receive(60) == str(number)
        assert [seen.receive(60), seen.receive(60)] == [want, want]


@pytest.mark.parametrize("case", CASES)
def test_in_every_execution_of_the_simulator(case):
    flow = FlowBuilder()
    home = flow.process()
    port, arrivals = home.sim_input(int)
    looked, want = case(home, arrivals)
    out, seen = looked.sim_output(), set()

    async def body():
        port.send_many([1, 2])
        seen.update(await out.collect())

    flow.sim().exhaustive(body)
    assert seen == {want}


def test_two_versions_of_a_live_value_made_of_it():
    flow = FlowBuilder()
    home = flow.process()
    port, arrivals = home.sim_input(int)
    five = home.singleton(5)
    change(home, five)
    counted = arrivals.count().zip(five)
    change(home, five)
    out, seen = counted.sample_eager(ANY).sim_output(), set()

    async def body():
        port.send(1)
        seen.update(await out.collect())

    flow.sim().exhaustive(body)
    assert seen == {(0, 6), (1, 6)}


def test_what_looks_below_all_changes_keeps_nothing():
    flow = FlowBuilder()
    home = flow.process()
    looked, _ = after_all_changes(home, home.source_external(flow.external(), int)[1])
    looked.for_each(print)
    assert "saw" not in flow.source(home)
