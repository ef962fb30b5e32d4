"""What a user reads when a schedule fails, and how to run it again."""

import itertools
import re
import runpy

import pytest

from hydro_nb import TCP, FlowBuilder, GraphError, NoOrder, SimulationFailure, Stream, nondet
from hydro_nb.sim import world

STALE = nondet("a stale count is good enough")


def counter():
    flow = FlowBuilder()
    server = flow.process()
    increments_in, increments = server.sim_input(tuple)
    requests_in, requests = server.sim_input(tuple)
    tick = server.tick()
    batch = requests.batch(tick, nondet("requests are answered one by one"))
    count = increments.count().snapshot(tick, STALE)
    answers = batch.cross_singleton(count).map(lambda pair: pair[1]).all_ticks()
    acknowledged, answered = increments.sim_output(), answers.sim_output()

    async def read_after_write():
        increments_in.send(())
        await acknowledged.assert_yields([()])
        requests_in.send(())
        await answered.assert_yields_only([1])

    return flow, read_after_write


def failure(run):
    with pytest.raises(SimulationFailure) as caught:
        run()
    return caught.value


def test_the_schedule_is_readable():
    flow, body = counter()
    error = failure(lambda: flow.sim().exhaustive(body))
    lines = [line.strip() for line in str(error).splitlines()]
    assert lines[0] == "`read_after_write` failed in execution 2 of an exhaustive search."
    assert lines[1] == "AssertionError: Stream yielded unexpected message: 0, expected: 1"
    assert "await answered.assert_yields_only([1])" in lines[2]
    at = lines.index("releasing snapshot: 0")
    assert lines[at + 1] == "and not yet: 1"
    assert "increments.count().snapshot(tick, STALE)" in lines[at + 2]
    assert lines[at + 3] == "where any outcome is right, as: a stale count is good enough"
    assert any(line.startswith("4. tick `tick` of process 0 runs") for line in lines)
    assert "releasing items: [()]" in lines
    assert lines[-1] == "Run it again: flow.sim().replay(read_after_write, [0, 1])"
    assert isinstance(error.__cause__, AssertionError)


def test_the_schedule_runs_again():
    flow, body = counter()
    first = failure(lambda: flow.sim().exhaustive(body))
    assert first.schedule == (0, 1)
    again = failure(lambda: flow.sim().replay(body, first.schedule))
    assert str(again).splitlines()[1:] == str(first).splitlines()[1:]
    assert "releasing snapshot: 1" in flow.sim().replay(body)


def test_a_random_search_finds_it_and_names_its_seed():
    flow, body = counter()
    error = failure(lambda: flow.sim().fuzz(body, seed=3))
    assert "of a random search with seed=3" in str(error)
    assert str(failure(lambda: flow.sim().fuzz(body, seed=3))) == str(error)
    assert "releasing snapshot: 0" in str(failure(lambda: flow.sim().replay(body, error.schedule)))


def test_a_random_search_runs_as_often_as_asked():
    flow = FlowBuilder()
    port, numbers = flow.process().sim_input(int)
    out = numbers.sim_output()

    async def body():
        port.send(1)
        await out.assert_yields_only([1])

    assert flow.sim().fuzz(body, runs=20) == 20


def test_an_error_in_a_function_of_the_flow_points_at_its_line():
    flow = FlowBuilder()
    port, numbers = flow.process().sim_input(int)
    out = numbers.map(lambda n: 1 // n).sim_output()

    async def body():
        port.send_many([1, 0])
        await out.collect()

    error = failure(lambda: flow.sim().exhaustive(body))
    assert "ZeroDivisionError" in str(error)
    assert "in `map` of process 0, at test_sim_failures.py, line" in str(error)
    assert "out = numbers.map(lambda n: 1 // n).sim_output()" in str(error)


def test_a_test_that_depends_on_something_else_is_told_so():
    flow = FlowBuilder()
    process = flow.process()
    port, numbers = process.sim_input(int)
    out = numbers.batch(process.tick(), STALE).all_ticks().sim_output()
    calls = itertools.count()

    async def body():
        port.send_many(range(2 + next(calls)))
        await out.collect()

    assert "the same schedule went two ways" in str(failure(lambda: flow.sim().exhaustive(body)))


def test_a_value_that_cannot_be_shown_does_not_hide_the_failure():
    class Shy:
        def __repr__(self):
            raise ValueError("no")

    flow = FlowBuilder()
    process = flow.process()
    port, things = process.sim_input(Shy)
    out = things.batch(process.tick(), STALE).all_ticks().sim_output()

    async def body():
        port.send(Shy())
        await out.next()
        raise AssertionError("after all")

    assert "AssertionError: after all" in str(failure(lambda: flow.sim().exhaustive(body)))


def test_a_flow_that_never_rests_is_told_so():
    flow = FlowBuilder()
    process = flow.process()
    port, numbers = process.sim_input(int)
    tick = process.tick()
    echo = numbers.batch(tick, STALE).count().all_ticks()
    out = echo.batch(tick, STALE).all_ticks().sim_output()

    async def body():
        port.send(1)
        await out.collect()

    error = str(failure(lambda: flow.sim().exhaustive(body)))
    assert "has not come to rest: tick `tick` of process 0 still has something to do" in error
    assert "print(failure.record)" in error
    assert len(error.splitlines()) < 100


def test_messages_that_go_round_for_ever_are_told_without_reading_all_of_them_for_each(monkeypatch):
    monkeypatch.setattr(world, "LONGEST", 20_000)
    flow = FlowBuilder()
    one, other = flow.process(), flow.process()
    port, numbers = one.sim_input(int)
    loop, back = one.forward_ref(Stream, of=int, order=NoOrder)
    both = numbers.merge_unordered(back)
    loop.complete(both.send(other, TCP.fail_stop()).send(one, TCP.fail_stop()))
    out = both.sim_output()

    async def body():
        port.send(1)
        await out.assert_yields_unordered([1])

    error = str(failure(lambda: flow.sim().exhaustive(body)))
    assert "after 20000 runs outside ticks the flow has not come to rest: process" in error


def test_a_test_may_take_as_many_steps_as_it_likes_where_the_flow_rests_between_them(monkeypatch):
    monkeypatch.setattr(world, "MOST_STEPS", 5)
    flow = FlowBuilder()
    process = flow.process()
    port, numbers = process.sim_input(int)
    out = numbers.batch(process.tick(), STALE).all_ticks().sim_output()

    async def body():
        for n in range(20):
            port.send(n)
            await out.assert_yields([n])

    assert flow.sim().exhaustive(body) == 1


@pytest.mark.parametrize(
    ("build", "text"),
    [
        (lambda p, e: p.spin().sim_output(), "never comes to rest"),
        (lambda p, e: p.source_stream(lambda: iter("ab")).sim_output(), "sim_input"),
        (lambda p, e: p.source_external(e, int)[1].sim_output(), "clients do not exist"),
        (lambda p, e: p.sim_input(int)[1].send_external(e), "sim_output"),
    ],
)
def test_what_depends_on_the_world_is_refused_at_its_line(build, text):
    flow = FlowBuilder()
    build(flow.process(), flow.external())
    with pytest.raises(GraphError, match="cannot be simulated as it stands") as caught:
        flow.sim()
    assert text in str(caught.value)
    assert "test_sim_failures.py, line" in str(caught.value)


def test_a_long_schedule_says_what_is_unlike_the_plainest_and_how_it_ended():
    flow = FlowBuilder()
    process = flow.process()
    numbers_in, numbers = process.sim_input(int)
    sizes = numbers.batch(process.tick(), STALE).count().all_ticks().sim_output()

    async def body():
        for number in range(40):
            numbers_in.send(number)
            await sizes.assert_yields([1])
        numbers_in.send_many([1, 2])
        await sizes.assert_yields([2])

    error = failure(lambda: flow.sim().exhaustive(body))
    lines = str(error).splitlines()
    told = "In short, with what was decided unlike in the plainest execution, 1 of 1; all of it: print(failure.record)"
    begin = lines.index(told)
    assert re.fullmatch(r"   \.\.\. \d+ steps \.\.\.", lines[begin + 1])
    assert re.match(r"\d+\. the (test sends|flow gives)", lines[begin + 2])
    decided = lines.index("122. tick of process 0 runs")
    assert lines[decided + 1].strip() == "releasing items: [1]"
    assert lines[-3] == "     at process 0, not yet looked at: 2"
    assert len(lines) <= 70
    assert str(error.record).splitlines()[0].startswith("1. the test sends 0")


def test_what_is_decided_otherwise_is_told_before_what_is_printed():
    flow = FlowBuilder()
    process = flow.process()
    numbers_in, numbers = process.sim_input(int)
    loud = numbers.inspect(lambda n: print(*[f"said of {n}"] * 3, sep="\n"))
    sizes = loud.batch(process.tick(), STALE).count().all_ticks().sim_output()

    async def body():
        numbers_in.send_many([0, 1])
        first = await sizes.next()
        for number in range(40):
            numbers_in.send(number)
            await sizes.collect()
        assert first == 2

    error = failure(lambda: flow.sim().exhaustive(body))
    text = str(error)
    assert "releasing items: [0]" in text
    assert "prints:" not in text
    assert "prints: said of 39" in str(error.record)
    assert len(text.splitlines()) <= 70


def test_a_bare_assertion_shows_its_values(tmp_path):
    (tmp_path / "mine.py").write_text("def compare(got, wanted):\n    assert got == wanted\n")
    compare = runpy.run_path(str(tmp_path / "mine.py"))["compare"]
    flow = FlowBuilder()
    numbers_in, numbers = flow.process().sim_input(int)
    came = numbers.sim_output()

    async def compares():
        numbers_in.send(1)
        compare(await came.collect(), [2])

    lines = [line.strip() for line in str(failure(lambda: flow.sim().exhaustive(compares))).splitlines()]
    assert lines[lines.index("mine.py, line 2: assert got == wanted") + 1] == "with got = [1], wanted = [2]"
