from functools import partial

import pytest

from hydro_nb import GraphError, LocationError, nondet
from hydro_nb.ir.node import Bound
from hydro_nb.runtime.clock import ManualClock
from hydro_nb.runtime.location import Location
from hydro_nb.runtime.render import Renderer
from hydro_nb.runtime.sources import Timer


@pytest.fixture
def silence(live):
    return live.timeout(2.0, nondet("only shown"))


def test_list(silence, leader, snapshot):
    silence.sample_every(60, nondet("only shown"))
    snapshot(leader.flow.source(leader))


class Bench:
    """The generated program with a clock of its own."""

    def __init__(self, flow):
        from hydro_nb.compile.program import compile_flow

        program = compile_flow(flow.graph)
        place = next(each for each in program.locations if each.timers)
        (self.spec,) = place.timers
        (self.channel,) = program.channels
        self.clock = ManualClock()
        self.timer = Timer(self.spec, 0.0)
        self.location = Location(place, {}, program.channels, Renderer(), place.id)
        self.location.load()
        self.location.start()

    def at(self, now, items=()):
        """Let time pass in small steps; give whether it is silent then."""
        while self.clock.now() < now:
            self.clock.advance(0.05)
            self.tick()
        return self.tick(items)

    def tick(self, items=()):
        inputs = self.location.inputs
        for each in inputs.values():
            each.clear()
        self.timer.poll(self.clock.now(), inputs[self.spec.input])
        inputs[self.channel.input].extend(items)
        self.location.step()
        state = self.location.state
        return getattr(state, f"{self.spec.input}_silent") > 10


def test_it_comes_and_goes(silence):
    bench = Bench(silence.flow)
    assert bench.at(0.0)  # nothing has ever come
    assert not bench.at(0.1, [1])
    assert not bench.at(2.0)
    assert bench.at(2.4)
    assert not bench.at(3.0, [2])
    assert not bench.at(4.9, [3])
    assert not bench.at(6.8)
    assert bench.at(7.2)


def test_settings(silence):
    op = silence.flow.graph.nodes[silence.ref.slot].op
    assert (op.interval, op.detail) == (0.2, "after 2 s: only shown")


def test_guarantees(silence):
    assert (silence.kind.bound, silence.kind.element) == (Bound.UNBOUNDED, tuple[()])


def test_inside_a_tick(live, message):
    batch = live.batch(live.location.tick(), nondet("shown"))
    assert "outside a tick" in message(lambda: batch.timeout(1, nondet("shown")), LocationError)


def test_no_duration(live, message):
    assert "`timeout` needs a positive number" in message(lambda: live.timeout(0, nondet("shown")), GraphError)
    for never in (float("inf"), float("nan"), True, "1s"):
        assert "a duration is a number of seconds" in message(partial(live.timeout, never, nondet("shown")), GraphError)


def test_under_a_clock_that_a_test_lets_go_on(live, run):
    silent = live.timeout(60, nondet("shown")).is_some()
    assert run(silent.sample_every(0.07, nondet("only the last is looked at")))[-1] is False
    out = silent.sample_every(25, nondet("it comes after 60 seconds")).sim_output()
    sim = live.flow.sim()

    async def body():
        await out.assert_no_more()
        await sim.advance(60)
        await out.assert_yields_only([False, False])
        await sim.advance(15)
        await out.assert_yields_only([True])

    assert sim.exhaustive(body) == 1


def test_in_a_tick(live):
    tick = live.location.tick()
    seen = live.filter(lambda n: n > 3).timeout(0.1, nondet("nothing ever comes")).snapshot(tick, nondet("shown"))
    assert seen.into_stream().all_ticks().preview(2).rows == [(), ()]
