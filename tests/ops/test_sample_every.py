from hydro_nb import BoundError, nondet
from hydro_nb.ir.node import Retries


def test_list(live, snapshot):
    sampled = live.sample_every(0.01, nondet("only shown"))
    assert sampled.preview(3).rows == [1, 2, 3]
    sampled.unique()
    snapshot(live.flow.source(live.location))


def test_values(live):
    assert live.count().sample_every(0.05, nondet("only shown")).preview(5).rows[-1] == 3
    assert live.reduce(max).sample_every(0.05, nondet("only shown")).preview(5).rows[-1] == 3


def test_guarantees(live):
    assert live.sample_every(1, nondet("any")).kind.retries is Retries.AT_LEAST_ONCE


def test_complete_value(leader, message):
    text = message(lambda: leader.singleton(1).sample_every(1, nondet("any")), BoundError)
    assert "A complete value is a stream of one: .into_stream()" in text


def test_under_a_clock_that_a_test_lets_go_on(live, run):
    shown = live.count().sample_every(0.01, nondet("only the last is looked at"))
    assert run(shown)[-1] == 3
    out = shown.sim_output()
    sim = live.flow.sim()

    async def body():
        await out.assert_no_more()
        await sim.advance(0.02)
        await out.assert_yields_only([3, 3])

    assert sim.exhaustive(body) == 1
