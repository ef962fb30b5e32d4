"""Faults on purpose from a cell: `%hydro pause`, `resume`, `cut`, `heal`, `delay`, `drop`."""

from __future__ import annotations

import pytest
from IPython.core.error import UsageError

from hydro_nb.notebook import options
from hydro_nb.notebook.options import Known

LINK = """%%hydro --deploy --wait --cluster Worker=2
class Leader: ...
class Worker: ...
leader, workers = process(Leader), cluster(Worker)
port, numbers = leader.source_external(external(), int)
numbers.broadcast(workers, TCP.fail_stop(), nondet("any")).for_each(lambda n: print(n))
numbers.broadcast(workers, TCP.lossy(nondet("any")), nondet("any")).for_each(
    lambda n: None, commutative=proof("does nothing"))"""
SEND = "deployment.connect(port).send({}); deployment.settle(20)"


def test_a_process_is_paused_and_goes_on(kernel):
    kernel.run(LINK, "a")
    kernel.run("%hydro pause Worker/1", "b")
    assert "fault: `Worker/1` is paused" in kernel.run("%hydro status", "c").stdout
    kernel.run("%hydro resume Worker/1", "d")
    kernel.run(SEND.format(7), "e")
    assert "fault" not in kernel.run("%hydro status", "f").stdout
    assert kernel.run("%hydro logs Worker/1", "g").stdout == "[Worker/1] 7\n"


def test_links_are_cut_late_and_lossy_until_they_are_not(kernel):
    kernel.run(LINK, "a")
    kernel.run("%hydro cut Leader Worker", "b")
    kernel.run("%hydro heal Worker Leader", "c")
    assert kernel.value("deployment.faults") == "[]"
    kernel.run("%hydro delay Leader Worker/0 0.01", "d")
    kernel.run("%hydro drop Leader Worker 0.5 --seed 3", "e")
    assert kernel.run("print(*deployment.faults, sep='\\n')", "f").stdout.splitlines() == [
        "`Leader` to `Worker/0`: every frame is 0.01 s late",
        "`Leader` to `Worker/0`: 50% of what may be lost is dropped (seed 3)",
        "`Leader` to `Worker/1`: 50% of what may be lost is dropped (seed 3)",
    ]
    kernel.run("%hydro delay Leader Worker 0", "g")
    kernel.run("%hydro drop Leader Worker 0", "h")
    assert kernel.value("deployment.faults") == "[]"
    kernel.run(SEND.format(8), "i")
    assert kernel.run("%hydro logs Worker/0", "j").stdout == "[Worker/0] 8\n"


def test_what_makes_no_sense_says_so_in_a_few_lines(kernel):
    kernel.run(LINK, "a")
    assert "did you mean `Worker/1`?" in kernel.attempt("%hydro pause Worker/11", "b").stderr
    assert "did you mean `Worker`?" in kernel.attempt("%hydro cut Leader Workr", "c").stderr
    assert "say which of its members" not in kernel.attempt("%hydro cut Leader Worker", "d").error
    refused = kernel.attempt("%hydro cut Leader Leader", "e")
    assert "`Leader` was given twice" in refused.error
    assert "hydro_nb/" not in refused.error


@pytest.mark.parametrize(
    ("line", "given"),
    [
        ("pause Worker/1", {"process": "Worker/1"}),
        ("cut Leader Worker", {"first": "Leader", "last": "Worker"}),
        ("delay Leader Worker/1 0.2", {"first": "Leader", "last": "Worker/1", "seconds": 0.2}),
        ("drop Leader Worker 0.1", {"first": "Leader", "last": "Worker", "rate": 0.1, "seed": None}),
        ("drop Leader Worker 1 --seed 4", {"first": "Leader", "last": "Worker", "rate": 1.0, "seed": 4}),
    ],
)
def test_what_is_given(line, given):
    assert vars(options.parse_command(line)[1]) == given


@pytest.mark.parametrize("line", ["pause", "cut", "cut A", "heal A B C", "delay A B", "delay A B soon", "drop A B"])
def test_what_is_missing_is_said_in_one_line(line):
    with pytest.raises(UsageError) as refused:
        options.parse_command(line)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("%hydro pa", ["pause"]),
        ("%hydro pause ", ["Leader", "Worker/0", "Worker/1"]),
        ("%hydro resume L", ["Leader"]),
        ("%hydro cut ", ["Leader", "Worker/0", "Worker/1", "Worker"]),
        ("%hydro cut Leader ", ["Worker/0", "Worker/1", "Worker"]),
        ("%hydro heal Leader Worker/", ["Worker/0", "Worker/1"]),
        ("%hydro drop Leader Worker 0.1 --", ["--seed"]),
    ],
)
def test_names_are_completed(line, offered):
    known = Known(["Leader", "Worker"], ["Leader", "Worker/0", "Worker/1"], ["flow"], clusters=["Worker"])
    assert options.completions(line, known) == (line.rpartition(" ")[2], offered)
