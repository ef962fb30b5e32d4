"""`%hydro sim` and what a failing simulation looks like, in a real kernel."""

import re

import pytest

COUNTER = """%%hydro
server = process()
increments_in, increments = server.sim_input(tuple)
requests_in, requests = server.sim_input(tuple)
tick = server.tick()
batch = requests.batch(tick, hydro_nb.nondet("one by one"))
count = increments.count().snapshot(tick, hydro_nb.nondet("stale"))
acknowledged = increments.sim_output()
answered = batch.cross_singleton(count).map(lambda pair: pair[1]).all_ticks().sim_output()

async def read_after_write():
    increments_in.send(())
    await acknowledged.assert_yields([()])
    requests_in.send(())
    await answered.assert_yields_only([1])

async def any_answer():
    requests_in.send(())
    await answered.collect()

def both():
    flow.sim().exhaustive(any_answer)

async def needs(n): ...
"""
WIDGET = "application/vnd.jupyter.widget-view+json"


@pytest.fixture
def counter(kernel):
    kernel.run("import os; os.environ['HYDRO_NB_SIM_FAILURES'] = 'off'", silent=True)
    kernel.run(COUNTER, "flow")
    return kernel


def pictures(ran):
    return [set(each) for each in ran.shown if "image/svg+xml" in each or WIDGET in each]


STILL_AND_PLAYER = [{"text/plain", "text/html", "image/svg+xml"}, {"text/plain", WIDGET}]


def test_a_test_that_passes_says_under_how_many_schedules(counter):
    assert counter.run("%hydro sim any_answer", "a").stdout == "`any_answer` passes under all 2 schedules\n"
    assert counter.run("%hydro sim any_answer --fuzz 10 --seed 7", "a").stdout == (
        "`any_answer` passes under 10 random schedules (--seed 7)\n"
    )
    assert "passes under 12 random schedules (--seed " in counter.run("%hydro sim any_answer --fuzz 12", "a").stdout


def test_several_tests_run_one_after_the_other(counter):
    ran = counter.run("%hydro sim any_answer both any_answer()", "a")
    passes = "`any_answer` passes under all 2 schedules\n"
    assert ran.stdout == passes + "`both` passes\n" + passes
    assert (
        "--replay runs a schedule of one test" in counter.attempt("%hydro sim both any_answer --replay 0", "b").stderr
    )


def test_schedules_that_stand_for_all(counter):
    said = counter.run("%hydro sim any_answer --reduce", "a").stdout
    assert said == "`any_answer` passes under 2 schedules, which stand for all there are\n"
    assert "--reduce is for a search of all" in counter.attempt("%hydro sim any_answer --reduce --fuzz 3", "b").stderr


def test_a_function_that_simulates_by_itself_is_called(counter):
    assert counter.run("%hydro sim both", "a").stdout == "`both` passes\n"


def test_an_error_of_such_a_function_starts_at_its_line(counter):
    counter.run("def test_nothing():\n    assert 1 == 2", "b")
    ran = counter.attempt("%hydro sim test_nothing", "a")
    assert ran.ename == "AssertionError"
    assert "----> 2     assert 1 == 2" in ran.error
    assert "hydro_nb" not in ran.error


def test_a_failure_is_brief_and_shows_its_execution(counter):
    ran = counter.attempt("%hydro sim read_after_write", "a")
    assert ran.ename == "SimulationFailure"
    lines = ran.error.splitlines()
    assert lines[0] == "SimulationFailure: `read_after_write` failed in execution 2 of an exhaustive search."
    assert "AssertionError: Stream yielded unexpected message: 0, expected: 1" in lines[1]
    assert re.search(r"In\[\d+\], line 15: await answered.assert_yields_only\(\[1\]\)", ran.error)
    assert lines[-1] == "Run it again: flow.sim().replay(read_after_write, [0, 1])"
    assert "What happened" not in ran.error
    assert pictures(ran) == STILL_AND_PLAYER


def test_a_failure_that_the_cell_itself_found_looks_the_same(counter):
    ran = counter.attempt("flow.sim().exhaustive(read_after_write)", "a")
    assert "What happened" not in ran.error
    assert pictures(ran) == STILL_AND_PLAYER


def test_a_failure_without_an_execution_keeps_all_its_words(counter):
    ran = counter.attempt("increments_in.send(())", "a")
    assert ran.ename == "SimulationFailure"
    assert pictures(ran) == []


def test_one_schedule_is_shown(counter):
    ran = counter.run("%hydro sim read_after_write --replay 0,0", "a")
    assert ran.stdout == "`read_after_write` passes under this schedule\n"
    assert pictures(ran) == STILL_AND_PLAYER
    assert counter.attempt("%hydro sim read_after_write --replay 0,1", "b").ename == "SimulationFailure"


def test_an_execution_at_the_end_of_a_cell_is_shown(counter):
    assert pictures(counter.run("flow.sim().record(read_after_write)", "a")) == STILL_AND_PLAYER
    shown = counter.run("flow.sim().record(read_after_write)", "b").shown[0]
    assert shown["text/plain"].startswith("flow: passes in 5 steps\n1. the test sends () into `increments`")


def test_the_flow_of_a_cell_stands_though_the_test_fails(counter):
    assert counter.attempt("%hydro sim read_after_write", "flow2").ename == "SimulationFailure"
    assert counter.run("%hydro sim any_answer", "a").stdout


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("read_after_rite", "no test is called `read_after_rite`; did you mean `read_after_write`?"),
        ("flow", "`flow` is of type FlowBuilder, not a test: write async def flow(): ..."),
        ("flow.nothing", "no test is called `flow.nothing`: FlowBuilder has no `nothing`"),
        ("needs", "`needs` is no test: it takes `n`; a test takes nothing"),
        ("both --fuzz 10", "--fuzz is for `async def` tests; `both` calls flow.sim() itself, so say it there"),
        ("any_answer --seed 3", "write --fuzz 8192 --seed 3"),
        ("any_answer --fuzz 3 --replay 0", "write one of the two"),
        ("any_answer --fuzz many", "'many' is not a number of schedules, such as 1000"),
        ("any_answer --replay x", "'x' is not a schedule, such as 0,1,2"),
    ],
)
def test_what_cannot_be_run_says_what_can(counter, line, said):
    ran = counter.attempt(f"%hydro sim {line}", "a")
    assert ran.ename == "UsageError" or "UsageError" in ran.stderr
    assert said in ran.error + ran.stderr


CLUSTER = """%%hydro
class Worker: ...
workers = cluster(Worker)
names_out = workers.source_iter(["a"]).sim_output()

async def each_has_one():
    for member in range(3):
        await names_out.assert_yields_only(member, ["a"])
"""


def test_a_cluster_gets_its_size_in_the_line(kernel):
    kernel.run(CLUSTER, "flow")
    ran = kernel.run("%hydro sim each_has_one --cluster Worker=3", "a")
    assert ran.stdout == "`each_has_one` passes under 1 schedule, all there are\n"
    assert '--cluster "Worker=2"' in kernel.attempt("%hydro sim each_has_one", "b").error
    assert kernel.complete("%hydro sim each_has_one --cluster ") == ["Worker="]


def test_tests_complete(counter):
    assert counter.complete("%hydro sim ") == [
        "read_after_write",
        "any_answer",
        "--cluster",
        "--faults",
        "--fuzz",
        "--seed",
        "--reduce",
        "--replay",
        "--safety-only",
    ]
    assert "sim" in counter.complete("%hydro s")
    assert "%hydro sim" in counter.run("%hydro help", "a").stdout


def test_what_matters_is_worked_out_when_the_page_asks(counter):
    counter.attempt("flow.sim().exhaustive(read_after_write)", "a")
    counter.run("import sys; player = hydro_nb.notebook.player.Player(sys.last_value.record)", "b")
    counter.run("player._handle_custom_msg({'kind': 'matter'}, [])", "c")
    said = "[(each['moment'], each['decision'], each['instead']) for each in player.matter['found']]"
    assert counter.value("player.matter['tried'], player.matter['done'], " + said) == (
        "(2, True, [(7, 1, 'releasing snapshot: 1')])"
    )


def test_it_takes_the_flow_whose_ports_the_test_uses(counter):
    counter.run(
        "other = hydro_nb.FlowBuilder()\n"
        "beats_out = other.process().source_interval(1.0).sim_output()\n"
        "clock = other.sim()\n"
        "async def beats():\n"
        "    await clock.advance(2.5)\n"
        "    assert len(await beats_out.collect()) == 3\n",
        "b",
    )
    assert counter.run("%hydro sim beats", "a").stdout == "`beats` passes under 1 schedule, all there are\n"
    assert counter.run("%hydro sim any_answer", "a").stdout == "`any_answer` passes under all 2 schedules\n"


def test_a_process_may_crash_in_it(counter):
    ran = counter.run('%hydro sim any_answer --faults "process 0=1"', "a")
    found = re.fullmatch(r"`any_answer` passes under all (\d+) schedules\n", ran.stdout)
    assert found
    assert int(found[1]) > 2


def test_what_a_simulation_gives_is_shown_line_by_line(counter):
    passing = counter.run("sim = flow.sim()\nsim.replay(any_answer)", "a").result
    assert passing.startswith("1. the test sends ()")
    assert "\n2. tick `tick` of process 0 runs" in passing
    assert counter.run("sim", "b").result == "flow.sim()"
    counter.run("sim.exhaustive(any_answer)", "c")
    assert counter.run("sim", "d").result.startswith("flow.sim()\n  exhaustive search, complete: 2 executions")
    assert counter.run("sim.report", "e").result.startswith("exhaustive search, complete: 2 executions")


def test_a_failure_at_the_end_of_a_cell_is_its_message_and_its_picture(counter):
    counter.attempt("flow.sim().exhaustive(read_after_write)", "a")
    counter.run("import sys; failure = sys.last_value", "b")
    shown = counter.run("failure", "c").shown
    assert shown[0]["text/plain"].startswith("SimulationFailure: `read_after_write` failed in execution 2")
    assert "image/svg+xml" in shown[1]
    assert counter.run("failure.explain()", "d").result.startswith("The failure depends on 1 of 2 decisions.\n")


def test_two_executions_that_disagree_are_drawn_beside_each_other(counter):
    counter.run("collector = hydro_nb.ConsistencyCollector()", "a")
    body = "async def collects():\n    increments_in.send(())\n    requests_in.send(())\n"
    counter.run(body + "    collector.record_run(await answered.collect())", "b")
    counter.run("%hydro sim collects", "c")
    ran = counter.attempt("collector.check_set_consistency()", "d")
    assert "Set inconsistency" in ran.error
    assert "What happened" not in ran.error
    assert len([each for each in ran.shown if "image/svg+xml" in each]) == 2
