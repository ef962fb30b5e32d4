from hydro_nb import DeployError, nondet
from hydro_nb.ir.node import Bound, Shape


def test_once(leader, snapshot):
    numbers_in, numbers = leader.sim_input(int)
    tick = leader.tick()
    batch = numbers.batch(tick, nondet("every cut is tried"))
    first = tick.optional_first_tick("first")
    out = first.into_stream().chain(batch.map(str)).all_ticks().sim_output()

    async def body():
        numbers_in.send_many([1, 2])
        await out.assert_yields_only(["first", "1", "2"])

    assert leader.flow.sim().exhaustive(body) == 2
    snapshot(leader.flow.source(leader))


def test_made_on_the_process(leader, run):
    assert run(leader.tick().optional_first_tick(lambda: [1]).all_ticks()) == [[1]]


def test_guarantees(leader):
    tick = leader.tick()
    first = tick.optional_first_tick(7)
    assert (first.kind.shape, first.kind.bound, first.location) == (Shape.OPTIONAL, Bound.BOUNDED, tick)
    assert first.kind.element is int


def test_a_function_that_fails(leader, run, message):
    first = leader.tick().optional_first_tick(lambda: 1 // 0)
    text = message(lambda: run(first.all_ticks()), DeployError)
    assert "ZeroDivisionError" in text
    assert "first = leader.tick().optional_first_tick(lambda: 1 // 0)" in text
