"""Every execution starts anew, and what is shown of a value is not changed by what happens to it later."""

from hypothesis import given
from hypothesis import strategies as st
from sim_outcomes import explore

from hydro_nb import FlowBuilder, inplace, nondet
from hydro_nb.sim.drivers import DepthFirst, Replay
from hydro_nb.sim.fresh import is_fixed
from hydro_nb.values import MemberId, Some

ANY = nondet("any outcome is explored")


def test_captured_values_that_change_are_made_anew():
    flow = FlowBuilder()
    process = flow.process()
    port, numbers = process.sim_input(int)
    seen = []
    out = numbers.batch(process.tick(), ANY).map(lambda n: (seen.append(n), len(seen))[1]).all_ticks().sim_output()
    assert explore(flow, lambda: port.send_many([7, 7, 7]), out) == (4, {((1, 2, 3),)})
    assert seen == []


def test_captured_values_that_are_changed_by_a_method_of_theirs_too():
    flow = FlowBuilder()
    process = flow.process()
    port, numbers = process.sim_input(int)
    seen = []
    push = seen.append
    out = numbers.batch(process.tick(), ANY).map(lambda n: (push(n), len(seen))[1]).all_ticks().sim_output()
    assert explore(flow, lambda: port.send_many([7, 7, 7]), out) == (4, {((1, 2, 3),)})
    assert seen == []


def test_versions_are_not_changed_by_what_comes_later():
    flow = FlowBuilder()
    process = flow.process()
    port, numbers = process.sim_input(int)
    history = numbers.fold(list, inplace(lambda kept, n: kept.append(n)))
    out = history.snapshot(process.tick(), ANY).all_ticks().map(tuple).sim_output()
    _, seen = explore(flow, lambda: port.send_many([1, 2]), out)
    assert {items for (items,) in seen} == {((), (1,), (1, 2)), ((), (1, 2)), ((1,), (1, 2)), ((1, 2),)}


def test_versions_of_what_lies_in_a_value_neither():
    flow = FlowBuilder()
    process = flow.process()
    port, numbers = process.sim_input(int)
    table = numbers.map(lambda n: ("key", n)).into_keyed().fold(list, inplace(lambda kept, n: kept.append(n)))
    out = table.snapshot(process.tick(), ANY).entries().all_ticks().map(lambda e: tuple(e[1])).sim_output()
    _, seen = explore(flow, lambda: port.send_many([1, 2]), out)
    assert ((1,), (1, 2)) in {items for (items,) in seen}


def test_bounded_sources_are_read_from_their_beginning():
    flow = FlowBuilder()
    process = flow.process()
    numbers = process.source_iter(lambda: iter(range(3000)))
    out = numbers.count().snapshot(process.tick(), ANY).all_ticks().sim_output()
    simulated = flow.sim()

    async def body():
        await out.assert_yields_only([3000])

    assert [simulated.exhaustive(body) for _ in range(2)] == [1, 1]


def test_an_optional_is_seen_absent_before_it_is_there():
    flow = FlowBuilder()
    process = flow.process()
    port, numbers = process.sim_input(int)
    value = numbers.reduce(max).unwrap_or(process.singleton(-1))
    out = value.snapshot(process.tick(), ANY).all_ticks().sim_output()
    count, seen = explore(flow, lambda: port.send_many([1, 2]), out)
    assert (count, {items for (items,) in seen}) == (4, {(-1, 1, 2), (-1, 2), (1, 2), (2,)})


def test_what_a_tick_made_last_is_seen_from_another():
    flow = FlowBuilder()
    process = flow.process()
    port, numbers = process.sim_input(int)
    newest = numbers.batch(process.tick(), ANY).reduce(max).latest()
    out = newest.snapshot(process.tick(), ANY).all_ticks().sim_output()
    _, seen = explore(flow, lambda: port.send_many([1, 2]), out)
    assert {items for (items,) in seen} == {(1, 2), (2,)}


def test_a_tick_may_read_in_a_batch_what_it_gave_before():
    flow = FlowBuilder()
    process = flow.process()
    port, numbers = process.sim_input(int)
    tick = process.tick()
    once = numbers.batch(tick, ANY).all_ticks()
    out = once.batch(tick, ANY).map(lambda n: n + 1).all_ticks().sim_output()
    assert explore(flow, lambda: port.send(1), out) == (1, {((2,),)})


def test_processes_talk_in_order():
    flow = FlowBuilder()
    first, second = flow.process(), flow.process()
    port, numbers = first.sim_input(int)
    there = numbers.send(second)
    back = there.batch(second.tick(), ANY).map(lambda n: n * 10).all_ticks().send(first)
    out = back.sim_output()
    assert explore(flow, lambda: port.send_many([1, 2, 3]), out) == (4, {((10, 20, 30),)})


def test_what_can_change_is_known():
    table = {}
    methods = [len, dict.fromkeys, "a".join]
    fixed = [1, "a", None, (1, (2.0, b"")), frozenset({1}), *methods, int, MemberId(1), Some(3), lambda n: n + 1]
    loose = [[], {}, set(), ([],), Some([]), lambda n: table[n], bytearray(), [].append]
    assert all(map(is_fixed, fixed))
    assert not any(map(is_fixed, loose))


@given(st.lists(st.integers(1, 4), max_size=4))
def test_every_path_of_choices_is_taken_once(widths):
    driver, seen = DepthFirst(), []
    while True:
        seen.append(tuple(driver.choose(ways) for ways in widths))
        if not driver.advance():
            break
    size = 1
    for ways in widths:
        size *= ways
    assert len(seen) == len(set(seen)) == size


def test_a_replay_goes_on_plainly_after_its_end():
    driver = Replay([2, 9])
    assert [driver.choose(3), driver.choose(4), driver.choose(5), driver.choose(1)] == [2, 3, 0, 0]
    assert driver.path == [2, 3, 0]


def test_a_value_made_of_a_complete_one_has_no_version_before_that_is_complete():
    flow = FlowBuilder()
    process = flow.process()
    port, numbers = process.sim_input(int)
    value = numbers.reduce(max).unwrap_or(process.source_iter(range(3000)).count())
    out = value.snapshot(process.tick(), ANY).all_ticks().sim_output()
    count, seen = explore(flow, lambda: port.send_many([1, 2]), out)
    assert (count, {items for (items,) in seen}) == (4, {(3000, 1, 2), (3000, 2), (1, 2), (2,)})
