"""What passes operators in fused loops, counted by a twin of the tick; told beside what is known exactly."""

import ast
import contextlib
import io

import pytest

from hydro_nb import FlowBuilder
from hydro_nb.compile.program import compile_flow
from hydro_nb.runtime.location import Location
from hydro_nb.runtime.render import Renderer
from hydro_nb.runtime.twin import EARLY, SOON, Estimates
from hydro_nb.telemetry import state as telemetry
from hydro_nb.wire import Counts


def odd(n):
    return n if n % 2 else None


def nothing(_):
    """Take an element."""


def chain(flow):
    kept = flow.process().source_iter(range(100)).map(lambda n: n + 1).filter(lambda n: n % 4 != 0)
    kept.flat_map_ordered(lambda n: [n] * 3).map(lambda n: -n).for_each(nothing)


def parts(flow):
    items = flow.process().source_iter([3, 1, 2, 4, 1])
    doubled = items.map(lambda n: 2 * n)
    doubled.sort().map(lambda n: -n).for_each(nothing)
    doubled.unique().fold(0, lambda acc, n: acc + n)
    items.filter_map(odd).for_each(nothing)


def failing(flow):
    flow.process().source_iter([1, 0, 2]).map(lambda n: 1 // n, on_error="skip").for_each(nothing)


def matched(flow):
    process = flow.process()
    left = process.source_iter([(n % 3, n) for n in range(12)]).weaken_boundedness()
    left.join(process.source_iter([(0, "a"), (1, "b")]).weaken_boundedness()).count()


EXPECTED = {
    chain: {"map.0": 100, "filter.0": 75, "flat_map_ordered.0": 225, "map.1": 225},
    parts: {"map.0": 5, "sort.0": 5, "map.1": 5, "unique.0": 4, "fold.0": 4, "filter_map.0": 3},
    failing: {"map.0": 2},
    matched: {"join.0": 8, "count.0": 8},
}


def located(build):
    flow = FlowBuilder()
    build(flow)
    program = compile_flow(flow.graph)
    (place,) = program.locations
    import cloudpickle

    location = Location(place, cloudpickle.loads(program.captures[place.id]), (), Renderer(), place.id)
    location.load()
    location.start()
    for _ in range(SOON):
        assert location.estimates() == {}
    return location


def run(location):
    """Look at every tick."""
    more = True
    while more:
        seen = location.estimates()
        more = location.step()
    return location.estimates() or seen


@pytest.mark.parametrize("build", EXPECTED, ids=lambda build: build.__name__)
def test_each_operator_is_counted_where_its_elements_pass(build):
    seen = run(located(build))
    assert {slot.removeprefix("main."): n for slot, n in seen.items()}.items() >= EXPECTED[build].items()


def test_a_tick_is_looked_at_seldom_and_stands_for_the_others():
    flow = FlowBuilder()
    flow.process().source_iter(lambda: range(1_000_000)).map(lambda n: n + 1).count().into_stream().for_each(nothing)
    with contextlib.redirect_stdout(io.StringIO()), flow.deploy() as deployment:
        deployment.settle()
        state = deployment.snapshot()
    assert state.totals["main.source_iter.0"] == 1_000_000
    assert set(state.estimates) == {"main.map.0", "main.count.0", "main.into_stream.0"}
    assert 0 < state.estimates["main.map.0"] <= 1_001_000


def test_what_was_counted_is_scaled_by_what_all_ticks_have_handled():
    location = located(chain)
    seen = Estimates(location.program, location.filename, location.scope)
    location.state.room = 10
    assert seen.tick is not None
    seen.tick(location.state, {}, location.outputs)
    seen.looked(10)
    assert seen.totals(30)["main.map.0"] == 30
    assert seen.totals(90)["main.map.0"] == 90, "nothing was looked at since, so it goes on as it was"
    assert seen.totals(90)["main.map.0"] == 90


def test_the_first_tick_that_is_looked_at_is_the_64th_or_follows_a_report():
    location = located(chain)
    for _ in range(EARLY - 1):
        location.step()
    assert location.estimates() == {}
    location.step()
    assert set(location.estimates())


def test_errors_in_the_twin_name_the_same_line():
    location = located(lambda flow: flow.process().source_iter([1, 0]).map(lambda n: 1 // n).for_each(nothing))
    location.estimates()
    with pytest.raises(ZeroDivisionError) as raised:
        location.step()
    problem = location.problem(raised.value, 0.0)
    assert (problem.slot, problem.op, problem.element) == ("main.map.0", "map", "0")


def test_estimates_add_up_over_processes():
    flow = FlowBuilder()
    flow.cluster().source_iter([1]).map(lambda n: n).for_each(nothing)
    (place,) = compile_flow(flow.graph).locations
    state = telemetry.begin("f", {0: place, 1: place}, 0.0)
    for peer in (0, 1):
        state = telemetry.apply(state, Counts(peer, 1.0, {}, estimates={"main.map.0": 20}))
    assert state.estimates == {"main.map.0": 40}


def test_the_source_that_is_shown_does_not_count():
    location = located(chain)
    assert "__hydro_counted__" not in location.program.source
    assert ast.parse(location.program.source)
