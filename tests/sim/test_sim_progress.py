"""A long search shows how far it is, and keeps what it has seen, also where it is stopped."""

import io
import sys
from pathlib import Path

import pytest

from hydro_nb import FlowBuilder, NoOrder, SimulationFailure, continue_if, nondet
from hydro_nb.sim import progress
from hydro_nb.sim.report import Report

sys.path.insert(0, str(Path(__file__).parents[1] / "notebook"))

ANY = nondet("any outcome is explored")
LATE = nondet("nobody sends so late")
REASONS = ("any outcome is explored", "nobody sends so late")


def service():
    """A flow with two places of choice, and a test that reaches one of them."""
    flow = FlowBuilder()
    process = flow.process()
    port, numbers = process.sim_input(int)
    late_port, late = process.sim_input(int)
    out = numbers.batch(process.tick(), ANY).count().all_ticks().sim_output()
    late.batch(process.tick(), LATE).all_ticks().sim_output()

    async def body():
        port.send_many([1, 2, 3])
        await out.collect()

    return flow, body, out, port, late_port


@pytest.fixture
def at_once(monkeypatch):
    """Let progress be shown from the beginning and always."""
    monkeypatch.setattr(progress, "FIRST", 0.0)
    monkeypatch.setattr(progress, "EVERY", 0.0)


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def on_terminal(monkeypatch, at_once):
    """Let the test look at a terminal."""

    def look():
        shown = Terminal()
        monkeypatch.setattr(sys, "stderr", shown)
        return shown

    return look


def test_what_a_search_has_seen():
    flow, body, *_ = service()
    simulation = flow.sim()
    assert simulation.report == Report()
    assert simulation.exhaustive(body) == 4
    report = simulation.report
    assert (report.executions, report.discarded, report.redundant, report.outcomes, report.longest) == (4, 0, 0, 4, 2)
    assert [point.reason for point in report.met] == [REASONS[0]]
    assert [point.reason for point in report.unmet] == [REASONS[1]]
    assert report.unmet[0].operator == "batch"
    assert report.unmet[0].site.text.startswith("late.batch(process.tick(), LATE)")
    assert report.rate == report.executions / report.seconds
    assert report.ended == "complete"
    line, unmet = str(report).splitlines()
    assert line.startswith("exhaustive search, complete: 4 executions in ")
    assert line.endswith(", 4 distinct outcomes, at most 2 choices, 1 of 2 choice points met")
    assert unmet.startswith("  never met: test_sim_progress.py, line ")
    assert unmet.endswith(": `batch` (nobody sends so late)")


def test_each_search_begins_anew():
    flow, body, out, _, late_port = service()
    simulation = flow.sim()

    async def late():
        late_port.send(1)
        await out.collect()

    simulation.exhaustive(late)
    assert [point.reason for point in simulation.report.met] == [REASONS[1]]
    simulation.fuzz(body, runs=50, seed=2)
    assert simulation.report.how == "random search with seed=2"
    assert simulation.report.executions == 50
    assert [point.reason for point in simulation.report.met] == [REASONS[0]]


def test_what_is_discarded_does_not_count():
    flow, _, out, port, _ = service()

    async def body():
        port.send_many([1, 2])
        continue_if(await out.next() == 1, "the first alone")

    simulation = flow.sim()
    assert simulation.exhaustive(body) == 1
    assert simulation.report.discarded == 1
    assert ", 1 discarded, 1 distinct outcome, " in simulation.report.line


def test_a_place_of_a_cluster_is_met_where_one_member_meets_it():
    flow = FlowBuilder()
    workers = flow.cluster()
    port, numbers = workers.sim_input(int)
    out = numbers.batch(workers.tick(), ANY).all_ticks().sim_output()

    async def body():
        port.send(1, 7)
        await out.collect(1)

    simulation = flow.sim().with_cluster_size(workers, 3)
    simulation.exhaustive(body)
    assert len(simulation.report.met) == 1
    assert simulation.report.unmet == ()


def test_outcomes_are_told_apart_by_what_means_something():
    flow = FlowBuilder()
    process = flow.process()
    port, numbers = process.sim_input(int, order=NoOrder)
    out = numbers.batch(process.tick(), ANY).map(lambda n: [n]).all_ticks().sim_output()

    async def body():
        port.send_many_unordered([1, 2])
        await out.collect_sorted()

    simulation = flow.sim()
    assert simulation.exhaustive(body) == 3
    assert simulation.report.outcomes == 2, "lists have no hash, so that their texts are compared"


def test_a_failure_leaves_what_was_seen():
    flow, _, out, port, _ = service()

    async def body():
        port.send_many([1, 2, 3])
        assert await out.next() != 1

    simulation = flow.sim()
    with pytest.raises(SimulationFailure, match="failed in execution 3 of an exhaustive search"):
        simulation.exhaustive(body)
    assert simulation.report.ended == "failed"
    assert simulation.report.executions == 3


def test_the_failure_is_counted_as_the_report_counts():
    flow, _, out, port, _ = service()
    simulation = flow.sim()

    async def body():
        port.send_many([1, 2, 3])
        first = await out.next()
        continue_if(first != 3, "three are left out")
        assert first != 2

    with pytest.raises(SimulationFailure) as caught:
        simulation.fuzz(body, runs=1000, seed=1)
    report = simulation.report
    assert report.discarded > 0
    assert str(caught.value).startswith(
        f"`body` failed in execution {report.executions} of a random search with seed=1."
    )


def stopped_after(count):
    flow, _, out, port, _ = service()
    runs = []

    async def body():
        runs.append(1)
        if len(runs) > count:
            raise KeyboardInterrupt
        port.send_many([1, 2, 3])
        await out.collect()

    return flow.sim(), body


def test_ctrl_c_tells_what_was_seen(capsys):
    simulation, body = stopped_after(3)
    with pytest.raises(KeyboardInterrupt):
        simulation.exhaustive(body)
    assert simulation.report.ended == "stopped"
    assert simulation.report.executions == 3
    assert capsys.readouterr().err == f"{simulation.report}\n"


def test_where_nobody_looks_nothing_is_shown(capsys, at_once):
    flow, body, *_ = service()
    flow.sim().exhaustive(body)
    assert capsys.readouterr() == ("", "")


def test_a_terminal_shows_one_line_that_is_written_again(on_terminal, monkeypatch):
    terminal = on_terminal()
    monkeypatch.setenv("COLUMNS", "400")
    flow, body, *_ = service()
    simulation = flow.sim()
    simulation.exhaustive(body)
    shown = terminal.getvalue()
    assert shown.count("\n") == 1
    assert shown.endswith(f"\r{simulation.report.line}\x1b[K\n")
    assert "\rexhaustive search, running: 2 executions in " in shown


def test_a_terminal_that_is_narrow_shows_the_beginning(on_terminal, monkeypatch):
    terminal = on_terminal()
    monkeypatch.setenv("COLUMNS", "40")
    flow, body, *_ = service()
    flow.sim().exhaustive(body)
    lines = terminal.getvalue().removesuffix("\n").split("\r")[1:]
    assert {len(line.removesuffix("\x1b[K")) for line in lines} == {39}


def test_a_short_search_shows_nothing(monkeypatch):
    shown = Terminal()
    monkeypatch.setattr(sys, "stderr", shown)
    monkeypatch.setattr(progress, "FIRST", 1e9)
    flow, body, *_ = service()
    flow.sim().exhaustive(body)
    assert shown.getvalue() == ""


def test_ctrl_c_on_a_terminal_leaves_the_summary(on_terminal):
    terminal = on_terminal()
    simulation, body = stopped_after(3)
    with pytest.raises(KeyboardInterrupt):
        simulation.exhaustive(body)
    assert terminal.getvalue().endswith(f"\r\x1b[K{simulation.report}\n")


def test_while_a_schedule_is_made_plain_that_is_shown(on_terminal, monkeypatch):
    terminal = on_terminal()
    monkeypatch.setenv("COLUMNS", "400")
    flow = FlowBuilder()
    process = flow.process()
    port, numbers = process.sim_input(int, order=NoOrder)
    out = numbers.batch(process.tick(), ANY).assume_ordering(ANY).all_ticks().sim_output()

    async def body():
        port.send_many_unordered(range(6))
        assert (await out.collect())[0] != 3

    with pytest.raises(SimulationFailure):
        flow.sim().fuzz(body, seed=1)
    assert "not the plainest; looking for a plainer one (" in terminal.getvalue()


CELL = """
from hydro_nb import FlowBuilder, nondet
from hydro_nb.sim import progress
progress.FIRST = progress.EVERY = 0.0
flow = FlowBuilder()
process = flow.process()
port, numbers = process.sim_input(int)
out = numbers.batch(process.tick(), nondet("any")).count().all_ticks().sim_output()
late = process.sim_input(int)[1].batch(process.tick(), nondet("never <seen>")).all_ticks().sim_output()
runs = []

async def body():
    port.send_many([1, 2, 3])
    await out.collect()

async def stops():
    runs.append(1)
    if len(runs) == 3:
        raise KeyboardInterrupt
    await body()

async def fails():
    port.send_many([1, 2, 3])
    assert await out.next() != 1

simulation = flow.sim()
"""


@pytest.fixture
def kernel(tmp_path, monkeypatch):
    from real_kernel import Kernel

    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HYDRO_NB_SIM_FAILURES")
    monkeypatch.setenv("JPY_SESSION_NAME", str(tmp_path / "my notes.ipynb"))
    made = Kernel()
    made.run(CELL)
    yield made
    made.close()


def test_a_notebook_shows_a_display_that_changes_and_keeps_failures_in_its_folder(kernel, tmp_path):
    ran = kernel.run("simulation.exhaustive(body)")
    assert ran.stderr == ""
    assert ran.shown[0]["text/plain"].startswith("exhaustive search, running: 1 execution in ")
    assert len(ran.shown) == 1
    assert ran.updated[-1]["text/plain"].startswith("exhaustive search, complete: 4 executions in ")
    assert "<summary>1 never met</summary>" in ran.updated[-1]["text/html"]
    assert "never &lt;seen&gt;" in ran.updated[-1]["text/html"]
    stopped = kernel.attempt("simulation.exhaustive(stops)")
    assert stopped.ename == "KeyboardInterrupt"
    assert stopped.updated[-1]["text/plain"].startswith("exhaustive search, stopped: 2 executions in ")
    assert kernel.run("print(simulation.report.ended)").stdout == "stopped\n"
    failed = kernel.attempt("simulation.exhaustive(fails)")
    assert "search.py" not in failed.error
    assert len(failed.error.splitlines()) <= 40
    (file,) = (tmp_path / "sim-failures").iterdir()
    assert file.name == "my_notes__fails.json" or file.name.startswith("my_notes__fails-")
    again = kernel.attempt("flow.sim().exhaustive(fails)")
    assert f"the schedule kept in sim-failures/{file.name}" in again.error


def test_outcomes_of_small_numbers_without_an_order_are_told_apart():
    flow = FlowBuilder()
    process = flow.process()
    numbers_in, numbers = process.sim_input(int)
    counts = numbers.count().snapshot(process.tick(), nondet("any version"))
    counts_out = counts.all_ticks().weaken_ordering().sim_output()
    simulation, seen = flow.sim(), set()

    async def body():
        numbers_in.send_many([1, 2])
        seen.add(tuple(await counts_out.collect_sorted()))

    simulation.exhaustive(body)
    assert seen == {(0, 1, 2), (0, 2), (1, 2), (2,)}
    assert simulation.report.outcomes == 4
